package local

// Kill ends the run at once: it waits for no tuple and kills all processes with their groups. [Engine.Run] still has to
// return, which it does as soon as they are gone. Before the topology has begun there is nothing to kill.
func (e *Engine) Kill() {
	e.finish(Interrupted)
	select {
	case <-e.begin: // the spawner is there
		e.spawn.each(killGroup)
	default:
	}
}
