//go:build unix && !linux

package component

import "golang.org/x/sys/unix"

// dupTo makes the descriptor to refer to the same file as from.
func dupTo(from, to int) error { return unix.Dup2(from, to) }
