package local

import (
	"github.com/stormflux/stormflux/internal/multilang"
)

// An outTuple is a tuple as it is written.
type outTuple struct {
	component string
	stream    string
	task      int
	values    multilang.RawValues
	id        int64
}

// flush writes what is due, as far as the pipe takes it at once; the writer goroutine writes the rest.
func (p *process) flush() { p.pump(false) }

// pump writes until nothing is due. Where it may not wait it leaves what the pipe does not take to the writer goroutine.
func (p *process) pump(wait bool) {
	e := p.task.engine
	for {
		e.lock()
		if p.writing && !wait || p.broken {
			e.unlock()
			return
		}
		if p.task.proc == p { // the handshake has been answered
			p.task.take(p)
		}
		if len(p.control) == 0 && len(p.out) == 0 {
			p.writing = false
			e.unlock()
			return
		}
		p.writing = true
		p.control, p.written = p.written[:0], p.control
		p.out, p.sent = p.sent[:0], p.out
		e.unlock()

		p.buf = append(p.buf[:0], p.written...)
		for i := range p.sent {
			o := &p.sent[i]
			p.buf = multilang.AppendTuple(p.buf, o.component, o.stream, o.task, o.values, o.id)
		}
		clear(p.sent)
		var n int
		var err error
		if wait {
			n, err = p.stdin.Write(p.buf)
		} else {
			n, err = writeSome(p.stdin, p.buf)
		}
		switch {
		case err != nil:
			e.lock()
			p.broken = true
			e.unlock()
			return
		case n < len(p.buf):
			p.rest <- p.buf[n:] // has room: there is one writer
			return
		}
		if !wait {
			e.lock()
			p.writing = false
			e.unlock()
		}
	}
}

// writer is the goroutine that may wait for the process to read.
func (p *process) writer() {
	for {
		select {
		case rest := <-p.rest:
			if _, err := p.stdin.Write(rest); err != nil {
				p.task.engine.lock()
				p.broken = true
				p.task.engine.unlock()
				return
			}
			p.pump(true)
		case <-p.gone:
			return
		}
	}
}
