// Command gen writes the table of Storm's configuration keys from Storm's own sources: the constants and annotations of
// Config.java and DaemonConfig.java, defaults.yaml, and the places that read the keys, in every release from 0.9.3 on.
//
//	STORM_GIT=DIR go generate ./internal/settings
//
// DIR is a Git directory of https://github.com/apache/storm with its tags. Only a developer needs it, for a new release of
// Storm. The facts that no source says in a form for programs are in facts.go, each with its reason.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/stormflux/stormflux/internal/atomicfile"
)

func main() {
	dir := flag.String("storm", os.Getenv("STORM_GIT"), "the Git `directory` of Storm, otherwise $STORM_GIT")
	out := flag.String("o", "settings.tsv", "the `file` to write")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *dir, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir, out string) error {
	if dir == "" { // go generate ./... elsewhere
		_, err := fmt.Fprintln(os.Stderr, "gen: neither -storm nor STORM_GIT is set, so", out, "stays as it is")
		return err
	}
	h, err := readHistory(ctx, repository{dir})
	if err != nil {
		return err
	}
	rows, err := h.rows()
	if err != nil {
		return err
	}
	oldest, newest := h.span()
	return atomicfile.Write(out, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, header+"%s", oldest, newest, rows)
		return err
	})
}
