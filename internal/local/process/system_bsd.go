//go:build unix && !linux

package process

import (
	"os/exec"
	"syscall"
)

// setGroup gives the process a group of its own: the engine can kill it with its descendants, and a Ctrl-C on the
// terminal does not reach it. When the engine is killed, the watchdog kills the group.
func setGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// awaitExit waits for the process. This system cannot wait without releasing the process id.
func awaitExit(cmd *exec.Cmd) (reaped bool, exit error) { return true, cmd.Wait() }

// killMarked does nothing: this system does not show the environment of a process.
func killMarked(string) {}
