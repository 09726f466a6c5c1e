package component

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const (
	// stopGrace is how long a signalled component may take to return from the call it is in. Storm kills one second after
	// it has terminated.
	stopGrace = 800 * time.Millisecond
	// orphanCheck is how often a call that takes long is checked for a Storm that has gone away meanwhile, and orphanGrace
	// how long such a call may go on.
	orphanCheck = time.Second
	orphanGrace = 5 * time.Second

	exitFailed     = 1
	exitTerminated = 128 + int(syscall.SIGTERM)
)

// RunSpout runs a spout as this process and exits. See the package documentation.
func RunSpout(spout Spout) { run(func(s *session) error { return s.serveSpout(spout) }) }

// RunBolt runs a bolt as this process and exits. See the package documentation.
func RunBolt(bolt Bolt) { run(func(s *session) error { return s.serveBolt(bolt) }) }

// RunBasicBolt runs a basic bolt as this process and exits. See the package documentation.
func RunBasicBolt(bolt BasicBolt) { RunBolt(Basic(bolt)) }

func run(serve func(*session) error) {
	in, out, err := takeStdio()
	if err != nil {
		fmt.Fprintln(os.Stderr, "taking over standard output:", err)
		os.Exit(exitFailed)
	}
	s := newSession(context.Background(), in, out)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go s.stopOn(signals)
	go s.stopOrphan(in)
	if err := serve(s); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitFailed)
	}
	if len(signals) > 0 || s.signalled.Load() {
		os.Exit(exitTerminated)
	}
	os.Exit(0)
}

// stopOn ends the process on a signal: after the call that is under way, or without it when it takes too long.
func (s *session) stopOn(signals <-chan os.Signal) {
	<-signals
	s.signalled.Store(true)
	s.cancel()
	select {
	case s.calling <- struct{}{}:
		// The main goroutine waits for input, or will wait for this lock.
		if !s.cleaned && s.cleanup != nil {
			s.cleaned = true
			if err := guard(s.cleanup); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}
	case <-time.After(stopGrace):
	}
	// Storm may have stopped reading: do not wait for it.
	flushed := make(chan struct{})
	go func() { _ = s.out.flush(); close(flushed) }()
	select {
	case <-flushed:
	case <-time.After(stopGrace / 4):
	}
	os.Exit(exitTerminated)
}

// stopOrphan ends a process whose code does not return, to find its input closed, after Storm has gone: a spout that waits
// for something in NextTuple must not outlive its topology.
func (s *session) stopOrphan(in *os.File) {
	stuck := uint64(0)
	for range time.Tick(orphanCheck) {
		calls := s.calls.Load()
		if inCall := calls%2 == 1; !inCall || calls != stuck || !hungUp(in) {
			stuck = calls
			continue
		}
		s.cancel()
		time.Sleep(orphanGrace)
		if s.calls.Load() == stuck {
			fmt.Fprintln(os.Stderr, "standard input is closed and the component does not return: ending")
			os.Exit(exitFailed)
		}
	}
}
