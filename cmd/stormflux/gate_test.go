package main

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"testing"
)

// gate lies between a client and Nimbus. It can hold a call, or the answer to it, so that a test knows exactly how far the client
// has come.
type gate struct {
	listener net.Listener
	nimbus   string
	running  sync.WaitGroup

	mu    sync.Mutex
	after string // hold the first call after one of this method; "" is from the start
	call  string // the method to hold
	late  bool   // hold the answer: Nimbus has done the call
	conns map[net.Conn]bool
	held  chan heldCall // gets the call that is held
}

// heldCall is a call that waits. One value in release lets it go on, and closing gone reports that the client has gone.
type heldCall struct {
	release chan bool // true: pass it on; false: drop it with its connection
	gone    chan struct{}
}

func newGate(t *testing.T, nimbus string) *gate {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{listener: listener, nimbus: nimbus, conns: map[net.Conn]bool{}, held: make(chan heldCall, 1)}
	g.running.Go(func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", g.nimbus)
			if err != nil {
				in.Close()
				continue
			}
			g.mu.Lock()
			g.conns[in], g.conns[out] = true, true
			g.mu.Unlock()
			g.serve(in, out)
		}
	})
	t.Cleanup(func() {
		listener.Close()
		g.mu.Lock()
		for c := range g.conns {
			c.Close()
		}
		g.mu.Unlock()
		g.running.Wait()
	})
	return g
}

func (g *gate) addr() string { return g.listener.Addr().String() }

// hold makes the gate hold a call, or the answer to it: the first one after a call of the method after.
func (g *gate) hold(after, call string, late bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.after, g.call, g.late = after, call, late
}

// matches reports whether a call is the one to hold, and whether to hold its answer.
func (g *gate) matches(method string) (hold, late bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.after == "" && method == g.call:
		g.call = ""
		return true, g.late
	case g.after == method:
		g.after = ""
	}
	return false, false
}

// serve passes calls and answers on, one after the other, as Thrift's connections are used.
func (g *gate) serve(in, out net.Conn) {
	calls := make(chan []byte)
	gone := make(chan struct{})
	g.running.Go(func() {
		defer close(gone)
		r := bufio.NewReader(in)
		for {
			frame, err := readFrame(r)
			if err != nil {
				return
			}
			calls <- frame
		}
	})
	g.running.Go(func() {
		defer in.Close()
		defer out.Close()
		defer func() { // the reader must not wait
			in.Close()
			for {
				select {
				case <-calls:
				case <-gone:
					return
				}
			}
		}()
		r := bufio.NewReader(out)
		for {
			select {
			case <-gone:
				return
			case frame := <-calls:
				hold, late := g.matches(method(frame))
				if hold && !late && !g.wait(gone) {
					return
				}
				if _, err := out.Write(frame); err != nil {
					return
				}
				answer, err := readFrame(r)
				if err != nil || hold && late && !g.wait(gone) {
					return
				}
				if _, err := in.Write(answer); err != nil {
					return
				}
			}
		}
	})
}

func (g *gate) wait(gone chan struct{}) bool {
	h := heldCall{release: make(chan bool, 1), gone: gone}
	g.held <- h
	return <-h.release
}

// readFrame reads a frame with its length.
func readFrame(r io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	frame := append(head[:], make([]byte, binary.BigEndian.Uint32(head[:]))...)
	_, err := io.ReadFull(r, frame[4:])
	return frame, err
}

// method returns the name of a call: after the length, the strict binary protocol has a version and the name.
func method(frame []byte) string {
	if len(frame) < 12 {
		return ""
	}
	n := int(binary.BigEndian.Uint32(frame[8:]))
	return string(frame[12:min(12+n, len(frame))])
}
