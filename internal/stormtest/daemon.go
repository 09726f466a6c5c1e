package stormtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// daemon is one of the cluster's own JVMs. A goroutine owns the process from its start until Wait has returned.
type daemon struct {
	name string // as in its log file's name
	log  string
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended
}

// start runs the command with its output appended to log.
func startDaemon(name, log string, cmd *exec.Cmd) (*daemon, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("opening the log of %s: %w", name, err)
	}
	cmd.Stdout, cmd.Stderr = out, out
	endWithParent(cmd)
	d := &daemon{name: name, log: log, cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		// Linux ends the child when the *thread* that started it ends (PR_SET_PDEATHSIG), so this goroutine keeps
		// its thread as long as the process lives.
		runtime.LockOSThread()
		err := cmd.Start()
		out.Close()
		started <- err
		if err == nil {
			cmd.Wait()
		}
		close(d.done)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	return d, nil
}

// kill ends the process and waits until it is gone.
func (d *daemon) kill() {
	d.cmd.Process.Kill()
	<-d.done
}

func (d *daemon) ended() bool {
	select {
	case <-d.done:
		return true
	default:
		return false
	}
}

// await calls ready again and again until it returns nil, the daemon ends, or the context is done.
func (d *daemon) await(ctx context.Context, ready func(context.Context) error) error {
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		if d.ended() {
			return fmt.Errorf("%s has ended: %v; its log ends with\n%s", d.name, d.cmd.ProcessState, tail(d.log, 40))
		}
		if waitErr := wait(ctx, pollInterval); waitErr != nil {
			return fmt.Errorf("waiting for %s: %w (last answer: %v); its log ends with\n%s", d.name, waitErr, err, tail(d.log, 40))
		}
	}
}

// tail returns the last lines of a log. It shortens lines, because Storm logs its whole configuration.
func tail(file string, lines int) string {
	const longest = 500
	text, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	var out strings.Builder
	for line := range strings.Lines(string(lastLines(text, lines))) {
		if len(line) > longest {
			line = strings.ToValidUTF8(line[:longest], "") + " ...\n"
		}
		out.WriteString(line)
	}
	return out.String()
}
