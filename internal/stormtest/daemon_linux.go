package stormtest

import (
	"os/exec"
	"syscall"
)

// endWithParent makes the kernel kill the process when this one dies for any reason.
// Its own group keeps a Ctrl-C on the terminal away from it.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
