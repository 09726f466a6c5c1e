package process

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// A Starter starts all processes of a run. It starts them on one thread that lives as long as the run: Linux kills a
// child when the thread that started it ends (PR_SET_PDEATHSIG), not only when the whole process ends.
type Starter struct {
	starting sync.Mutex // held while a process starts: its pipes have both ends open then, and files are scarce
	requests chan request
	done     chan struct{}
	folder   string
	watchdog *watchdog     // nil until the first process starts
	run      string        // identifies the run in the environment of its processes
	started  atomic.Uint64 // how many processes
}

// markName is an environment variable of every process and its descendants. It finds descendants that have left the
// process group with setsid.
const markName = "STORMFLUX_PROCESS"

type request struct {
	cmd    *exec.Cmd
	answer chan error
}

// NewStarter returns a Starter. The folder holds temporary files of the run. When the engine is killed and can no
// longer clean up, the watchdog kills the processes and removes the folder. The watchdog starts with the first process.
func NewStarter(folder string) *Starter {
	run := fmt.Sprintf("%d.%x", os.Getpid(), rand.Uint64())
	s := &Starter{requests: make(chan request), done: make(chan struct{}), folder: folder, run: run}
	go s.serve()
	return s
}

// Warning describes what this operating system cannot do, or is "".
func Warning() string { return warning }

func (s *Starter) serve() {
	defer close(s.done)
	// No unlock: the thread ends with this goroutine, when no child of it is left.
	runtime.LockOSThread()
	for r := range s.requests {
		r.answer <- s.start(r.cmd)
	}
}

// start starts a process, and the watchdog before the first one.
func (s *Starter) start(cmd *exec.Cmd) error {
	if s.watchdog == nil {
		dog, err := startWatchdog(s.folder, markName+"="+s.run+".")
		if err != nil {
			return fmt.Errorf("starting the watchdog: %w", err)
		}
		s.watchdog = dog
	}
	setGroup(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", cmd.Path, err)
	}
	s.watchdog.watch(cmd.Process.Pid)
	return nil
}

// Close ends the Starter. Every process must have ended: see [Process.End].
func (s *Starter) Close() {
	close(s.requests)
	<-s.done
	if s.watchdog != nil {
		s.watchdog.end()
	}
}

// A Command says what to start.
type Command struct {
	// Path is the program, as [LookPath] returns it. Args are all words; the first is the name of the program.
	Path string
	Args []string
	Dir  string
	Env  []string
	// Stderr is called for each line of standard error, without its end. One goroutine calls it, until [Process.End]
	// returns.
	Stderr func(pid int, line string)
}

// Start starts a process in a process group of its own. The caller must call [Process.End].
func (s *Starter) Start(c Command) (*Process, error) {
	s.starting.Lock()
	defer s.starting.Unlock()
	mark := fmt.Sprintf("%s=%s.%d", markName, s.run, s.started.Add(1))
	cmd := &exec.Cmd{Path: c.Path, Args: c.Args, Dir: c.Dir, Env: append(slices.Clone(c.Env), mark)}
	var pipes [6]*os.File
	var err error
	for i := 0; i < len(pipes); i += 2 {
		if pipes[i], pipes[i+1], err = os.Pipe(); err != nil {
			closeAll(pipes[:]...)
			return nil, fmt.Errorf("making a pipe: %w", err)
		}
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = pipes[0], pipes[3], pipes[5]
	answer := make(chan error, 1)
	s.requests <- request{cmd, answer}
	err = <-answer
	closeAll(pipes[0], pipes[3], pipes[5])
	if err != nil {
		closeAll(pipes[1], pipes[2], pipes[4])
		return nil, err
	}
	p := &Process{
		starter: s, cmd: cmd, mark: mark, stdin: pipes[1], stdout: pipes[2], stderr: pipes[4],
		exited: make(chan struct{}),
	}
	p.readers.Go(func() { p.readStderr(c.Stderr) })
	p.readers.Go(p.await)
	return p, nil
}

func closeAll(files ...*os.File) {
	for _, f := range files {
		if f != nil {
			f.Close()
		}
	}
}
