//go:build linux || darwin

package stormtest

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"syscall"

	"github.com/stormflux/stormflux/internal/devcluster"
)

// watchdogScript waits until its input ends. This happens at the latest when the process that started the cluster dies,
// for any reason. Then it kills all processes with the mark "$1", and deletes the folder "$2" if there is one.
const watchdogScript = `
cat >/dev/null
for round in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  pids=$(` + devcluster.MarkedScript + `)
  test -z "$pids" && break
  kill -9 $pids 2>/dev/null
  sleep 0.1
done
test -n "$2" && rm -rf "$2"
exit 0
`

// watchdog is a shell that ends the cluster when this process can no longer do it.
type watchdog struct {
	cmd   *exec.Cmd
	input io.Closer
}

func startWatchdog(mark devcluster.Mark, folder string) (*watchdog, error) {
	cmd := exec.Command("/bin/sh", "-c", watchdogScript, "sh", string(mark), folder)
	cmd.Dir = "/"
	// A separate session, so a signal to this process's group does not kill the watchdog.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("starting the watchdog: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the watchdog: %w", err)
	}
	return &watchdog{cmd: cmd, input: input}, nil
}

// release makes the watchdog do its last round, and waits for it. After an orderly end, this round finds nothing.
func (w *watchdog) release() error {
	if err := errors.Join(w.input.Close(), w.cmd.Wait()); err != nil {
		return fmt.Errorf("ending the watchdog: %w", err)
	}
	return nil
}
