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
	// stopGrace is how long a component may take to return from its current call after a signal. Storm sends SIGKILL
	// one second after SIGTERM.
	stopGrace = 800 * time.Millisecond
	// orphanCheck is how often a long call is checked: has Storm gone away meanwhile? orphanGrace is how long the call
	// may then continue.
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

// stopOn ends the process on a signal, after the current call or when this call takes too long.
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
	// Storm may have stopped reading, so do not wait for it.
	flushed := make(chan struct{})
	go func() { _ = s.out.flush(); close(flushed) }()
	select {
	case <-flushed:
	case <-time.After(stopGrace / 4):
	}
	os.Exit(exitTerminated)
}

// stopOrphan ends a process when Storm has gone and the component's code does not return. Such a process would never
// notice that its input is closed. A spout that waits for something in NextTuple must not outlive its topology.
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
