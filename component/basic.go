package component

// Basic turns a [BasicBolt] into a [Bolt].
func Basic(bolt BasicBolt) Bolt {
	b := &basic{bolt: bolt}
	if _, ok := bolt.(BasicTicker); ok {
		return basicWithTicks{b}
	}
	return b
}

type basic struct {
	bolt BasicBolt
}

func (b *basic) Prepare(ctx *Context, _ *Collector) error {
	if preparer, ok := b.bolt.(BasicPreparer); ok {
		return preparer.Prepare(ctx)
	}
	return nil
}

func (b *basic) Execute(t *Tuple, out *Collector) error {
	if err := b.bolt.Execute(t, &BasicCollector{s: out.s, tuple: t}); err != nil {
		return err
	}
	out.Ack(t)
	return nil
}

func (b *basic) Cleanup() error {
	if cleaner, ok := b.bolt.(Cleaner); ok {
		return cleaner.Cleanup()
	}
	return nil
}

type basicWithTicks struct {
	*basic
}

func (b basicWithTicks) Tick(t *Tuple, out *Collector) error {
	return b.bolt.(BasicTicker).Tick(t, &BasicCollector{s: out.s, tuple: t})
}
