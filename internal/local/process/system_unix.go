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

// killGroup kills a process and all descendants that did not leave its group. Nobody may have waited for the process:
// until then the system gives its id, which is also the id of the group, to no other process.
func killGroup(p *os.Process) error { return syscall.Kill(-p.Pid, syscall.SIGKILL) }

// terminateGroup asks the group to end, as Storm asks its subprocesses.
func terminateGroup(p *os.Process) error { return syscall.Kill(-p.Pid, syscall.SIGTERM) }

// OpenFileLimit returns how many files this program may have open, and false when the system has no such limit. Package os
// has raised the limit as far as the system allows.
func OpenFileLimit() (limit uint64, limited bool) {
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r); err != nil {
		return 0, false
	}
	return uint64(r.Cur), true
}

// writeSome writes as much as the pipe takes at once.
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

// watchdogScript reads which process groups start, "+ pid", and end, "- pid". Its input ends when the engine closes it
// or dies, for whatever reason. Then the script kills the groups that are left, and on Linux the
// processes that have the mark in their environment. The kill of dash takes no "--" after a
// number.
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
for environ in /proc/[0-9]*/environ; do
	if grep -qsF "$2" "$environ"; then
		process=${environ#/proc/}
		kill -9 "${process%/environ}" 2>/dev/null
	fi
done
rm -rf "$1"
`

// A watchdog is a shell that kills the processes and removes the folder of the engine if the engine dies first.
type watchdog struct {
	cmd   *exec.Cmd
	mu    sync.Mutex
	input io.WriteCloser
}

// warning is empty: here the engine can do everything.
const warning = ""

func startWatchdog(folder, mark string) (*watchdog, error) {
	cmd := exec.Command("/bin/sh", "-c", watchdogScript, "sh", folder, mark)
	cmd.Dir = "/"
	// A session of its own: a signal to the group of the engine must not kill the watchdog.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &watchdog{cmd: cmd, input: input}, nil
}

// The methods ignore errors: a run goes on even if somebody killed its watchdog.

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
