//go:build !linux && !darwin

package stormtest

import "os/exec"

func endWithParent(*exec.Cmd) {}

func marked(string) ([]int, error) { return nil, errNoCluster }

func killMarked(string) error { return errNoCluster }

type watchdog struct{}

func startWatchdog(string, string) (*watchdog, error) { return nil, errNoCluster }

func (*watchdog) release() error { return errNoCluster }
