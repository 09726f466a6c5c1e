//go:build unix && !linux

package process

import (
	"os/exec"
	"syscall"
)

// setGroup gives the process a group of its own, so that it can be killed with its descendants and a Ctrl-C on the terminal
// is left to the engine. When the engine is killed, the watchdog kills the group.
func setGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// awaitExit waits for the process. There is no way here to wait and leave the id taken.
func awaitExit(cmd *exec.Cmd) (reaped bool, exit error) { return true, cmd.Wait() }
