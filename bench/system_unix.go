//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// peakMemory is getrusage's ru_maxrss: bytes on macOS, kibibytes elsewhere. On Linux a child begins with its parent's
// peak (fs/exec.c, exec_mmap), so bench itself must stay small.
func peakMemory(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return maxRSS(usage)
}

// ownPeakMemory returns the peak memory of this process so far.
func ownPeakMemory() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return maxRSS(&usage)
}

func maxRSS(usage *syscall.Rusage) int64 {
	if runtime.GOOS == "darwin" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) << 10
}

// flushDisk waits until the system has written its data to the disk.
func flushDisk() { syscall.Sync() }
