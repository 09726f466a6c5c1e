package component

import (
	"os"

	"golang.org/x/sys/windows"
)

// takeStdio returns the files that connect to Storm. For Go code and child processes, standard output becomes standard
// error, and standard input becomes empty.
func takeStdio() (in, out *os.File, err error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, nil, err
	}
	in, out = os.Stdin, os.Stdout
	if err := windows.SetStdHandle(windows.STD_OUTPUT_HANDLE, windows.Handle(os.Stderr.Fd())); err != nil {
		return nil, nil, err
	}
	if err := windows.SetStdHandle(windows.STD_INPUT_HANDLE, windows.Handle(null.Fd())); err != nil {
		return nil, nil, err
	}
	os.Stdin, os.Stdout = null, os.Stderr
	return in, out, nil
}

// hungUp returns false, because Windows does not report it. A spout that blocks in NextTuple outlives a Storm that did
// not end it.
func hungUp(*os.File) bool { return false }
