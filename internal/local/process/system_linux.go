package process

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// setGroup gives the process a group of its own, so that it can be killed with its descendants and a Ctrl-C on the terminal
// is left to the engine, and has the kernel kill it when the engine dies.
func setGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// awaitExit waits until the process has ended and leaves its exit status, and with it its id, for Wait.
func awaitExit(cmd *exec.Cmd) (reaped bool, exit error) {
	for {
		err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			return false, nil
		}
	}
}
