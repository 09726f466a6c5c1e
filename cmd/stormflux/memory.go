package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// collectLate puts off the first garbage collection until the heap has 160 MB, which few runs reach: they are short, and
// a collection takes longer than what it saves. From then on memory is collected as in any Go program.
func collectLate() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetGCPercent(4000) // of the 4 MB below which the runtime never collects
	// The first collection finds this value unreachable.
	runtime.AddCleanup(new([16]byte), func(int) { debug.SetGCPercent(100) }, 0)
}
