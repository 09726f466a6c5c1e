//go:build unix

package component

import (
	"os"

	"golang.org/x/sys/unix"
)

// takeStdio returns the files that connect to Storm. For all other code (Go code, C code and child processes), standard
// output becomes standard error, and standard input becomes empty.
func takeStdio() (in, out *os.File, err error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, nil, err
	}
	defer null.Close()
	inFD, err := unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, nil, err
	}
	outFD, err := unix.FcntlInt(1, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, nil, err
	}
	if err := dupTo(2, 1); err != nil {
		return nil, nil, err
	}
	if err := dupTo(int(null.Fd()), 0); err != nil {
		return nil, nil, err
	}
	in = os.NewFile(uintptr(inFD), "storm input")
	in.Fd() // from here on reads block, whatever mode the pipe was in, so hungUp may use the descriptor meanwhile
	return in, os.NewFile(uintptr(outFD), "storm output"), nil
}

// hungUp reports whether the other end of in is closed for writing. It returns false if in is not a pipe.
func hungUp(in *os.File) bool {
	fds := []unix.PollFd{{Fd: int32(in.Fd())}}
	n, err := unix.Poll(fds, 0)
	return err == nil && n == 1 && fds[0].Revents&unix.POLLHUP != 0
}
