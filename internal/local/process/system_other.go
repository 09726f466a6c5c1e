//go:build !unix

package process

import (
	"os"
	"os/exec"
)

func setGroup(*exec.Cmd) {}

func killGroup(p *os.Process) error { return p.Kill() }

func terminateGroup(p *os.Process) error { return p.Kill() }

// OpenFileLimit returns how many files this program may have open, and false when the system has no such limit.
func OpenFileLimit() (limit uint64, limited bool) { return 0, false }

// writeSome writes nothing: this system has no write that does not wait.
func writeSome(*os.File, []byte) (int, error) { return 0, nil }

func awaitExit(cmd *exec.Cmd) (reaped bool, exit error) { return true, cmd.Wait() }

func killMarked(string) {}

type watchdog struct{}

const warning = "this system has no process groups: processes that a component starts do not end with it, " +
	"and if stormflux is killed, only the end of their input ends the components"

func startWatchdog(string, string) (*watchdog, error) { return &watchdog{}, nil }

func (*watchdog) watch(int) {}

func (*watchdog) unwatch(int) {}

func (*watchdog) end() {}
