package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// feed is the outside world of the topology in testdata/replace: a source of numbers that keeps each one until it is acked, and
// a place where they arrive. It survives every topology.
type feed struct {
	listener net.Listener
	running  sync.WaitGroup

	mu       sync.Mutex
	changed  chan struct{} // closed at each change
	limit    int           // the largest number to give
	perGet   int           // numbers for one request
	pause    time.Duration // before each answer
	given    int           // the largest that was given
	again    []int         // to be given once more
	open     int           // given and not acked
	arrived  []bool        // by number
	distinct int           // numbers that arrived
	twice    int           // arrivals of numbers that had arrived before
	versions map[string]int
	conns    map[net.Conn]bool
}

func newFeed(t *testing.T, limit, perGet int, pause time.Duration) *feed {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &feed{listener: listener, limit: limit, perGet: perGet, pause: pause, changed: make(chan struct{}), versions: map[string]int{}, conns: map[net.Conn]bool{}}
	f.running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			f.mu.Lock()
			f.conns[conn] = true
			f.mu.Unlock()
			f.running.Go(func() { f.serve(conn) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		f.mu.Lock()
		for conn := range f.conns {
			conn.Close()
		}
		f.mu.Unlock()
		f.running.Wait()
	})
	return f
}

func (f *feed) addr() string { return f.listener.Addr().String() }

// update changes the state and wakes who waits for a change. The caller has the lock.
func (f *feed) update() {
	close(f.changed)
	f.changed = make(chan struct{})
}

func (f *feed) serve(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 1<<16)
	first, err := in.ReadString('\n')
	if err != nil {
		return
	}
	if version, ok := strings.CutPrefix(strings.TrimSpace(first), "record "); ok {
		f.record(in, version)
	} else {
		f.spout(conn, in)
	}
}

func (f *feed) record(in *bufio.Reader, version string) {
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		n, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			panic(err)
		}
		f.mu.Lock()
		for n >= len(f.arrived) {
			f.arrived = append(f.arrived, make([]bool, n+1)...)
		}
		if f.arrived[n] {
			f.twice++
		} else {
			f.arrived[n] = true
			f.distinct++
		}
		f.versions[version]++
		f.update()
		f.mu.Unlock()
	}
}

// spout serves a spout. What it has not acked is given again when it has gone.
func (f *feed) spout(out io.Writer, in *bufio.Reader) {
	leased := map[int]bool{}
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		for n := range leased {
			f.again = append(f.again, n)
			f.open--
		}
		f.update()
	}()
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		words := strings.Fields(line)
		if words[0] == "get" {
			time.Sleep(f.pause) // the source is slow
			if _, err := io.WriteString(out, f.give(leased)); err != nil {
				return
			}
			continue
		}
		n, err := strconv.Atoi(words[1])
		if err != nil {
			panic(err)
		}
		f.mu.Lock()
		if leased[n] {
			delete(leased, n)
			f.open--
			if words[0] == "fail" {
				f.again = append(f.again, n)
			}
		}
		f.update()
		f.mu.Unlock()
	}
}

// give returns the next numbers as a line.
func (f *feed) give(leased map[int]bool) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var line strings.Builder
	for range f.perGet {
		n := 0
		switch {
		case len(f.again) > 0:
			n, f.again = f.again[0], f.again[1:]
		case f.given < f.limit:
			f.given++
			n = f.given
		}
		if n == 0 {
			break
		}
		leased[n] = true
		f.open++
		fmt.Fprintf(&line, "%d ", n)
	}
	line.WriteByte('\n')
	return line.String()
}

// await waits until the condition holds. It sees the state under the lock.
func (f *feed) await(ctx context.Context, what string, done func() bool) error {
	for {
		f.mu.Lock()
		ok, changed := done(), f.changed
		state := fmt.Sprintf("%d given, %d arrived, %d twice, %d open, %d to give again, by version %v", f.given, f.distinct, f.twice, f.open, len(f.again), f.versions)
		f.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("waiting until %s: %w; %s", what, ctx.Err(), state)
		}
	}
}

// awaitArrived waits until all numbers up to n have arrived.
func (f *feed) awaitArrived(ctx context.Context, n int) error {
	next := 1
	return f.await(ctx, fmt.Sprintf("all numbers up to %d arrived", n), func() bool {
		for next <= n && next < len(f.arrived) && f.arrived[next] {
			next++
		}
		return next > n
	})
}

func (f *feed) progress() (given, distinct, twice int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.given, f.distinct, f.twice
}

// raise lets the source give more numbers.
func (f *feed) raise(limit int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.limit = limit
}
