// Command bench measures stormflux beside Flux, bare yaml.v3, a bare Thrift upload and a worker of Storm, and reports
// which of the project's targets are met. It prints Markdown; README.md has the figures of a run.
//
//	go run ./bench [-run REGEXP] [-n RUNS] [-check]
//
// The two sides of a comparison run in turn (A B A B ...) in the same minutes, as separate processes. The median of the
// ratios of neighbours decides about a target, so a machine that is busy now and then disturbs both sides equally.
// bench is not a test: only with -check does a missed target make it fail.
//
// It needs Java 17 and Maven for Flux and for the real Storm, which it gets from package stormtest. It needs Python 3
// with pip for pystorm, and Node.js for our SDK for it.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"syscall"
)

func main() {
	os.Exit(mainCode())
}

func mainCode() int {
	run := flag.String("run", "", "measure only what this `REGEXP` matches: "+names())
	n := flag.Int("n", 5, "`RUNS` of each program")
	check := flag.Bool("check", false, "exit 1 when a target is missed")
	flag.Parse()
	pattern, err := regexp.Compile(*run)
	if err != nil || flag.NArg() > 0 || *n < 1 {
		flag.Usage()
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	missed, err := bench(ctx, os.Stdout, pattern, *n)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 3
	case missed > 0 && *check:
		fmt.Fprintf(os.Stderr, "bench: %d missed\n", missed)
		return 1
	}
	return 0
}

// measurement is one of the things that bench can measure.
type measurement struct {
	name  string
	about string
	run   func(context.Context, *lab) error
}

var measurements = []measurement{
	{"cold", "A cold `stormflux validate` of three components", measureCold},
	{"large", "10,000 shell bolts in Flux's form", measureLarge},
	{"jar", "Two bolts that are JVM classes, in a jar of 115 MB with 60,000 entries", measureJar},
	{"classes", "1,000 components that are JVM classes", measureManyClasses},
	{"fake", "Submitting a jar of 200 MB to a fake Nimbus in another process", measureSubmitFake},
	{"nimbus", "Submitting a jar of 200 MB to a real Nimbus 2.8.3", measureSubmitReal},
	{"engine", "A word count under `stormflux run` and under one worker of Storm 2.8.3", measureEngine},
	{"engine-memory", "100,000 pending tuples under `stormflux run`", measureEngineMemory},
	{"jvm", "A spout and two bolts that are JVM classes, under `stormflux run` and under one worker of Storm 2.8.3", measureJVMEngine},
	{"sdk", "A split bolt of the SDK, of bare encoding/json and of pystorm", measureSDK},
	{"python", "A bolt in Python that emits what it gets: of our SDK, of pystorm, and of Storm's own adapter", measurePython},
	{"node", "A bolt in JavaScript that emits what it gets: of our SDK, and of Storm's own adapter", measureNode},
}

func names() string {
	text := ""
	for i, m := range measurements {
		if i > 0 {
			text += ", "
		}
		text += m.name
	}
	return text
}

// bench runs the measurements that pattern matches and returns how many targets were missed.
func bench(ctx context.Context, out io.Writer, pattern *regexp.Regexp, runs int) (missed int, err error) {
	dir, err := os.MkdirTemp("", "stormflux-bench-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	l := &lab{dir: dir, runs: runs, out: out}
	if l.stormflux, err = l.build(ctx, "cmd/stormflux"); err != nil {
		return 0, err
	}
	fmt.Fprintf(out, "%s/%s, %d cores, %s; %d runs of each.\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), runs)
	for _, m := range measurements {
		if !pattern.MatchString(m.name) {
			continue
		}
		fmt.Fprintf(out, "\n### %s\n", m.about)
		if err := m.run(ctx, l); err != nil {
			return l.missed, fmt.Errorf("measuring %s: %w", m.name, err)
		}
	}
	return l.missed, nil
}

// lab has what the measurements share.
type lab struct {
	dir       string // for files, deleted at the end
	stormflux string // the built binary
	runs      int
	out       io.Writer
	missed    int // targets
}

// build builds a program of this repository as it is shipped and returns its path. The program has no cgo, so no
// dynamic linker runs when it starts.
func (l *lab) build(ctx context.Context, program string) (string, error) {
	path := filepath.Join(l.dir, filepath.Base(program))
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", path, "github.com/stormflux/stormflux/"+program)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building %s: %w\n%s", program, err, text)
	}
	return path, nil
}
