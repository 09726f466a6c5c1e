//go:build unix

package hooks

import (
	"os/exec"
	"syscall"
)

// endTogether makes the end of the context end the command together with the processes that it started.
func endTogether(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
}

// endRest kills the rest of the group when the command itself has ended.
func endRest(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // ESRCH if nothing is left
	}
}
