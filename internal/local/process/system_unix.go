//go:build unix

package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
)

// killGroup kills a process and all its descendants that did not leave its group. The process must not have been waited
// for: until then its id, and so its group's, is not given to another one.
func killGroup(p *os.Process) error { return syscall.Kill(-p.Pid, syscall.SIGKILL) }

// terminateGroup asks the group to end, as Storm asks its subprocesses.
func terminateGroup(p *os.Process) error { return syscall.Kill(-p.Pid, syscall.SIGTERM) }

// writeSome writes what the pipe takes at once.
func writeSome(f *os.File, data []byte) (int, error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return 0, err
	}
	n := 0
	var writeErr error
	err = raw.Write(func(fd uintptr) bool {
		for n < len(data) {
			m, err := syscall.Write(int(fd), data[n:])
			if m > 0 {
				n += m
			}
			switch {
			case err == syscall.EINTR:
			case err == syscall.EAGAIN:
				return true
			case err != nil:
				writeErr = err
				return true
			}
		}
		return true
	})
	return n, errors.Join(writeErr, err)
}

// watchdogScript reads which process groups live, "+ pid" and "- pid". When its input ends, which happens at the latest
// when the engine dies in whatever way, it kills those that still do. dash's kill takes no "--" after a number.
const watchdogScript = `trap '' INT TERM HUP QUIT
groups=
while read -r op group; do
	case $op in
	+) groups="$groups $group" ;;
	-)
		left=
		for g in $groups; do
			[ "$g" = "$group" ] || left="$left $g"
		done
		groups=$left
		;;
	esac
done
for g in $groups; do
	kill -9 "-$g" 2>/dev/null
done
rm -rf "$1"
`

// A watchdog is a shell that ends the processes, and removes the engine's folder, when the engine no longer can.
type watchdog struct {
	cmd   *exec.Cmd
	mu    sync.Mutex
	input io.WriteCloser
}

func startWatchdog(folder string) (dog *watchdog, warning string, err error) {
	cmd := exec.Command("/bin/sh", "-c", watchdogScript, "sh", folder)
	cmd.Dir = "/"
	// A session of its own: what kills the engine's group must not kill the watchdog.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, "", fmt.Errorf("starting the watchdog: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, "", fmt.Errorf("starting the watchdog: %w", err)
	}
	return &watchdog{cmd: cmd, input: input}, "", nil
}

// A watchdog that somebody killed is no reason to end the run: errors are not looked at.

func (w *watchdog) watch(group int) { w.write('+', group) }

func (w *watchdog) unwatch(group int) { w.write('-', group) }

func (w *watchdog) write(op byte, group int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	fmt.Fprintf(w.input, "%c %d\n", op, group)
}

func (w *watchdog) end() {
	w.input.Close()
	w.cmd.Wait()
}
