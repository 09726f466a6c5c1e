package local

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
)

// A spawner starts all processes of a run. It does so on one thread that lives as long as the run: Linux kills a child
// when the thread that started it ends (PR_SET_PDEATHSIG), not only when the process does.
type spawner struct {
	requests chan spawnRequest
	done     chan struct{}
	watchdog *watchdog
	warning  string // what this system cannot do

	mu   sync.Mutex
	live map[int]*os.Process
}

type spawnRequest struct {
	cmd    *exec.Cmd
	answer chan error
}

// newSpawner returns a spawner of a run that keeps temporary files in folder.
func newSpawner(folder string) (*spawner, error) {
	dog, warning, err := startWatchdog(folder)
	if err != nil {
		return nil, err
	}
	s := &spawner{
		requests: make(chan spawnRequest), done: make(chan struct{}),
		watchdog: dog, warning: warning, live: map[int]*os.Process{},
	}
	go s.serve()
	return s, nil
}

func (s *spawner) serve() {
	defer close(s.done)
	// No unlock: the thread ends with this goroutine, when no child of it is left.
	runtime.LockOSThread()
	for r := range s.requests {
		setGroup(r.cmd)
		err := r.cmd.Start()
		if err != nil {
			err = fmt.Errorf("starting %s: %w", r.cmd.Path, err)
		} else {
			s.mu.Lock()
			s.live[r.cmd.Process.Pid] = r.cmd.Process
			s.mu.Unlock()
			s.watchdog.watch(r.cmd.Process.Pid)
		}
		r.answer <- err
	}
}

// start starts a process in a group of its own.
func (s *spawner) start(cmd *exec.Cmd) error {
	answer := make(chan error, 1)
	s.requests <- spawnRequest{cmd, answer}
	return <-answer
}

// forget must be called before the process is waited for: afterwards its id may be another's.
func (s *spawner) forget(p *os.Process) {
	s.mu.Lock()
	delete(s.live, p.Pid)
	s.mu.Unlock()
	s.watchdog.unwatch(p.Pid)
}

// each calls f for the processes that have not been forgotten.
func (s *spawner) each(f func(*os.Process) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.live {
		f(p)
	}
}

// close ends the spawner. No process may be left.
func (s *spawner) close() {
	close(s.requests)
	<-s.done
	s.watchdog.end()
}
