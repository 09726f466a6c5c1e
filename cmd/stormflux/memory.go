package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"slices"
)

// tuneCollector adapts garbage collection to the command in args. Most commands are short, and a collection takes longer
// than what it saves. For these, the first collection waits until the heap has 160 MB, which few commands reach; after it, Go
// collects memory as in any program. `run` works for hours and only needs memory for the tuples in flight, so it collects
// early and uses little more than that.
func tuneCollector(args []string) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	// If a file has that name, its command collects earlier than needed, and that is all.
	if slices.Contains(args, "run") {
		debug.SetGCPercent(50)
		return
	}
	debug.SetGCPercent(4000) // of the 4 MB below which the runtime never collects
	// The first collection finds this value unreachable.
	runtime.AddCleanup(new([16]byte), func(int) { debug.SetGCPercent(100) }, 0)
}
