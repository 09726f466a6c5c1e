//go:build !unix

package main

import "os"

// peakMemory is unknown here.
func peakMemory(*os.ProcessState) int64 { return 0 }

// ownPeakMemory is unknown here.
func ownPeakMemory() int64 { return 0 }

// flushDisk does nothing here.
func flushDisk() {}
