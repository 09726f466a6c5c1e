//go:build unix

package gobuild

import (
	"os/exec"
	"syscall"
)

// stopWhole makes the end of the context interrupt the go command together with the compilers that it started. A go
// command removes its temporary files when it is interrupted, but not when it is killed.
func stopWhole(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	endWithUs(cmd.SysProcAttr)
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
}

// killRest kills the rest of the group when the go command itself has ended. A process that a shell wrapper or a
// -toolexec program starts in the background ignores interrupts.
func killRest(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // ESRCH if nothing is left
	}
}
