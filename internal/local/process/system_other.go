//go:build !unix

package process

import (
	"os"
	"os/exec"
)

func setGroup(*exec.Cmd) {}

func killGroup(p *os.Process) error { return p.Kill() }

func terminateGroup(p *os.Process) error { return p.Kill() }

// writeSome leaves everything to the writer goroutine: there is no write here that does not wait.
func writeSome(*os.File, []byte) (int, error) { return 0, nil }

func awaitExit(cmd *exec.Cmd) (reaped bool, exit error) { return true, cmd.Wait() }

type watchdog struct{}

func startWatchdog(string) (*watchdog, string, error) {
	return &watchdog{}, "this system has no process groups: processes that a component starts are not ended with it, and when stormflux is killed, components end only by the end of their input", nil
}

func (*watchdog) watch(int) {}

func (*watchdog) unwatch(int) {}

func (*watchdog) end() {}
