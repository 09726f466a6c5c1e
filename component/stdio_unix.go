//go:build unix

package component

import (
	"os"

	"golang.org/x/sys/unix"
)

// takeStdio returns the files to talk to Storm through, and makes standard output mean standard error and standard input
// mean nothing for everybody else: Go code, C code and child processes.
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
	in.Fd() // reads block from here on, whatever mode the pipe was in, so that hungUp may look at the descriptor meanwhile
	return in, os.NewFile(uintptr(outFD), "storm output"), nil
}

// hungUp tells whether nobody can write to the other end of in any more. It says false where in is no pipe.
func hungUp(in *os.File) bool {
	fds := []unix.PollFd{{Fd: int32(in.Fd())}}
	n, err := unix.Poll(fds, 0)
	return err == nil && n == 1 && fds[0].Revents&unix.POLLHUP != 0
}
