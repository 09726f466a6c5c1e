package stormtest

import (
	"os/exec"
	"syscall"
)

// endWithParent keeps a Ctrl-C on the terminal away from the process. macOS cannot end it together with this one, so
// the watchdog does that.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
