//go:build !linux && !darwin

package devcluster

import "os"

// Processes returns [ErrSystem].
func (m Mark) Processes() ([]int, error) { return nil, ErrSystem }

// Kill returns [ErrSystem].
func (m Mark) Kill() error { return ErrSystem }

// Alive reports nothing here: no cluster runs.
func Alive(int) bool { return false }

func supported() error { return ErrSystem }

func detach(string, []string, string, []string, *os.File) (process, error) {
	return process{}, ErrSystem
}

func terminate(int) {}

func startTime(int) string { return "" }
