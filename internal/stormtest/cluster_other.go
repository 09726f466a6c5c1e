//go:build !linux && !darwin

package stormtest

import (
	"os/exec"

	"github.com/stormflux/stormflux/internal/devcluster"
)

func endWithParent(*exec.Cmd) {}

type watchdog struct{}

func startWatchdog(devcluster.Mark, string) (*watchdog, error) { return nil, devcluster.ErrSystem }

func (*watchdog) release() error { return devcluster.ErrSystem }
