package topologytest

import (
	"context"
	"io"
	"strconv"
	"sync"

	"github.com/stormflux/stormflux/component"
	"github.com/stormflux/stormflux/internal/local"
	"github.com/stormflux/stormflux/validate"
)

// A mock stands for a component that is not under test. It emits the rows that the test gives it.
type mock struct {
	withIDs bool // it is a spout: its rows have message ids
	answer  validate.MockAnswer

	mu      sync.Mutex
	rows    []mockRow
	emitted int
}

type mockRow struct {
	stream string
	values []any
}

func (m *mock) push(stream string, values []any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows = append(m.rows, mockRow{stream, values})
}

// next returns the next row and its message id. ok is false if there is none.
func (m *mock) next() (e component.Emission, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.rows) == 0 {
		return e, false
	}
	row := m.rows[0]
	m.rows = m.rows[1:]
	m.emitted++
	e = component.Emission{Stream: row.stream, Values: row.values}
	if m.withIDs {
		e.ID = strconv.Itoa(m.emitted)
	}
	return e, true
}

// mockSpout is a mock that reads nothing.
type mockSpout struct{ *mock }

// NextTuple emits one row.
func (m mockSpout) NextTuple(out *component.SpoutCollector) error {
	if e, ok := m.next(); ok {
		out.Send(e)
	}
	return nil
}

// mockBolt is a mock that reads from components under test. It emits its rows when it gets a tick.
type mockBolt struct{ *mock }

// Execute acks, fails or keeps a tuple.
func (m mockBolt) Execute(t *component.Tuple, out *component.Collector) error {
	switch m.answer {
	case validate.MockAck:
		out.Ack(t)
	case validate.MockFail:
		out.Fail(t)
	}
	return nil
}

// Tick emits one row.
func (m mockBolt) Tick(_ *component.Tuple, out *component.Collector) error {
	if e, ok := m.next(); ok {
		out.Send(e)
	}
	return nil
}

// peer starts the mock.
func (m *mock) peer(ctx context.Context, spout bool) local.Peer {
	return local.InProcess(func(in io.Reader, out io.Writer) error {
		if spout {
			return component.ServeSpout(ctx, mockSpout{m}, in, out)
		}
		return component.ServeBolt(ctx, mockBolt{m}, in, out)
	})
}
