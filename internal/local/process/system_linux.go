package process

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// setGroup gives the process a group of its own: the engine can kill it with its descendants, and a Ctrl-C on the
// terminal does not reach it. When the engine dies, the kernel kills the process.
func setGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// awaitExit waits until the process has ended. It leaves the exit status for Wait: the process id stays taken until
// then.
func awaitExit(cmd *exec.Cmd) (reaped bool, exit error) {
	for {
		err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			return false, nil
		}
	}
}

// killMarked kills all processes with the mark in their environment. It looks again until there is none: they may start
// others meanwhile.
func killMarked(mark string) {
	for range 10 {
		found := false
		files, _ := filepath.Glob("/proc/[0-9]*/environ") // the pattern is correct
		for _, file := range files {
			environ, err := os.ReadFile(file)
			if err != nil || !slices.Contains(strings.Split(string(environ), "\x00"), mark) {
				continue // it has ended, or belongs to another user
			}
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil && syscall.Kill(pid, syscall.SIGKILL) == nil {
				found = true
			}
		}
		if !found {
			return
		}
	}
}
