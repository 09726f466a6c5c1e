//go:build unix

package gobuild

import (
	"os/exec"
	"syscall"
)

// stopWhole has the end of the context interrupt the go command together with the compilers that it started. An
// interrupted go command removes its temporary files, a killed one does not.
func stopWhole(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
}

// killRest kills what is left of the group when the go command itself has ended: what a shell wrapper or a -toolexec
// program starts in the background ignores interrupts.
func killRest(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // ESRCH when nothing is left
	}
}
