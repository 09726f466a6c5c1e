//go:build !unix

package gobuild

import "os/exec"

// stopWhole does nothing: Windows cannot interrupt another process, so the context kills the go command. The compilers
// that it started end by themselves.
func stopWhole(*exec.Cmd) {}

// killRest does nothing, for the same reason.
func killRest(*exec.Cmd) {}
