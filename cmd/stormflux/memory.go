package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"slices"
)

// tuneCollector adapts garbage collection to the command that args hold. Most are short, and a collection takes longer
// than what it saves: for these it puts off the first one until the heap has 160 MB, which few reach; from then on memory is
// collected as in any Go program. `run` goes on for hours with what the tuples on their way need: it collects early, so
// that it takes little more than that.
func tuneCollector(args []string) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	// A file of that name has its command collect earlier than needed, and nothing else.
	if slices.Contains(args, "run") {
		debug.SetGCPercent(50)
		return
	}
	debug.SetGCPercent(4000) // of the 4 MB below which the runtime never collects
	// The first collection finds this value unreachable.
	runtime.AddCleanup(new([16]byte), func(int) { debug.SetGCPercent(100) }, 0)
}
