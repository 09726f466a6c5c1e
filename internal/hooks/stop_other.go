//go:build !unix

package hooks

import "os/exec"

// endTogether does nothing: this system has no process groups, so the context kills the command alone.
func endTogether(*exec.Cmd) {}

// endRest does nothing, for the same reason.
func endRest(*exec.Cmd) {}
