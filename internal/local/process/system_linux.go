package process

import (
	"os/exec"
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
