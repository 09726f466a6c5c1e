//go:build !linux && !darwin

package devcluster

// Processes returns [ErrSystem].
func (m Mark) Processes() ([]int, error) { return nil, ErrSystem }

// Kill returns [ErrSystem].
func (m Mark) Kill() error { return ErrSystem }
