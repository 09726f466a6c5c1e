//go:build unix

package local

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"testing"

	sdk "github.com/stormflux/stormflux/component"
)

// serveFunc is a component inside this program.
type serveFunc = func(in io.Reader, out io.Writer) error

// inProcess runs the components inside this program.
func (f *fixture) inProcess(components map[string]serveFunc) {
	f.opts.Start = func(component string, _ int) (Peer, error) {
		if serve := components[component]; serve != nil {
			return InProcess(serve), nil
		}
		return nil, fmt.Errorf("no component %q", component)
	}
}

func (f *fixture) serveSpout(spout sdk.Spout) serveFunc {
	return func(in io.Reader, out io.Writer) error { return sdk.ServeSpout(f.t.Context(), spout, in, out) }
}

func (f *fixture) serveBolt(bolt sdk.Bolt) serveFunc {
	return func(in io.Reader, out io.Writer) error { return sdk.ServeBolt(f.t.Context(), bolt, in, out) }
}

// A memorySpout emits numbers with ids, as many as limit says; 0 is no limit.
type memorySpout struct{ limit, n int }

func (s *memorySpout) NextTuple(out *sdk.SpoutCollector) error {
	if s.limit == 0 || s.n < s.limit {
		s.n++
		out.EmitID(strconv.Itoa(s.n), s.n)
	}
	return nil
}

func TestPipe(t *testing.T) {
	p := newPipe()
	want := bytes.Repeat([]byte("0123456789"), 3*pipeSize/10)
	var got bytes.Buffer
	var reader sync.WaitGroup
	if n, err := p.writeSome(want); n != pipeSize || err != nil {
		t.Errorf("writeSome wrote %d bytes, error %v", n, err)
	}
	if n, err := p.writeSome(want); n != 0 || err != nil {
		t.Errorf("writeSome to a full pipe wrote %d bytes, error %v", n, err)
	}
	reader.Go(func() { io.Copy(&got, p) })
	if n, err := p.Write(want[pipeSize:]); n != len(want)-pipeSize || err != nil {
		t.Errorf("Write wrote %d bytes, error %v", n, err)
	}
	p.closeWrite()
	reader.Wait()
	if !bytes.Equal(got.Bytes(), want) {
		t.Error("other bytes were read than written")
	}
	if _, err := p.Write(want); !errors.Is(err, errPipe) {
		t.Errorf("writing to a closed pipe: error %v", err)
	}
	p = newPipe()
	p.writeSome(want)
	var writer sync.WaitGroup
	writer.Go(func() {
		if _, err := p.Write(want); !errors.Is(err, errPipe) {
			t.Errorf("writing while the reader goes away: error %v", err)
		}
	})
	p.closeRead()
	writer.Wait()
}
