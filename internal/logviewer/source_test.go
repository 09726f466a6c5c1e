package logviewer_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/logviewer"
	"github.com/stormflux/stormflux/internal/logviewer/logviewertest"
	"github.com/stormflux/stormflux/internal/stormtest"
)

var storm stormtest.Shared

func TestMain(m *testing.M) { os.Exit(storm.Main(m)) }

const topology = "words-1-1790000000"

var worker = logviewer.Worker{Host: "127.0.0.1", Port: 6700}

// odd has what pages of a logviewer escape, and characters of every length.
const odd = "2026-11-22 03:00:00.123 o.a.s.t.ShellBolt Thread-19-split-executor[5, 5] [INFO] Launched subprocess with pid 77\n" +
	"2026-11-22 03:00:01.123 o.a.s.t.ShellBolt Thread-30 [INFO] ShellLog pid:77, name:split <b> &amp; \"q\" it's é€😀 &#8364; </pre>\r\n" +
	"\tat x\n\n"

// artifacts fills a folder as workers do.
func artifacts(t *testing.T, dir string) {
	t.Helper()
	write(t, filepath.Join(dir, topology, "6700", "worker.log"), odd)
	write(t, filepath.Join(dir, topology, "6700", "worker.log.err"), "")
	write(t, filepath.Join(dir, topology, "6700", "worker.log.1.gz"), strings.Repeat("old\n", 9))
	write(t, filepath.Join(dir, topology, "6700", "recording-1-2.bin"), "\x00\xff\x01")
	write(t, filepath.Join(dir, topology, "6700", "gc.log.0"), strings.Repeat(strings.Repeat("0123456789abcdef", 64)+"\n", 11<<10)) // more than a page
}

// write writes a file, and packs it if its name says so.
func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out io.WriteCloser = f
	if strings.HasSuffix(name, ".gz") {
		out = gzip.NewWriter(f)
		defer out.Close()
	}
	if _, err := io.WriteString(out, text); err != nil {
		t.Fatal(err)
	}
}

// answers collects what a source says about the files of artifacts.
func answers(ctx context.Context, t *testing.T, s logviewer.Source) map[string]any {
	t.Helper()
	all := map[string]any{}
	files, err := s.Files(ctx, worker)
	all["files"] = files
	if err != nil {
		t.Fatal(err)
	}
	none, err := s.Files(ctx, logviewer.Worker{Host: worker.Host, Port: 1})
	all["no files"] = len(none)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"worker.log", "worker.log.err", "worker.log.1.gz", "gc.log.0"} {
		size, err := s.Size(ctx, worker, name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all["size of "+name] = size
		for _, part := range [][2]int64{{0, size}, {0, size + 100}, {max(0, size-5), size}, {3, min(60, size)}, {size, size + 10}} {
			text, err := s.Read(ctx, worker, name, part[0], part[1])
			if err != nil {
				t.Fatalf("%s %v: %v", name, part, err)
			}
			all[fmt.Sprint(name, part)] = text
		}
	}
	if all["worker.log[0 "+fmt.Sprint(len(odd))+"]"] != odd {
		t.Errorf("%T reads %q", s, all)
	}
	lines, err := s.Grep(ctx, worker, "worker.log", "Launched subprocess with pid")
	all["grep"] = lines
	if err != nil || len(lines) != 1 || lines[0] != strings.Split(odd, "\n")[0] {
		t.Errorf("%T finds %q (%v)", s, lines, err)
	}
	in, err := s.Open(ctx, worker, "recording-1-2.bin")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	dump, err := io.ReadAll(in)
	all["dump"] = dump
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Size(ctx, worker, "none.log"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%T answers %v for a file that is not there", s, err)
	}
	if _, err := s.Open(ctx, worker, "none.log"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%T opens %v", s, err)
	}
	return all
}

func byHTTP(base string) *logviewer.HTTP {
	return &logviewer.HTTP{Topology: topology, Base: func(string) string { return base }}
}

func TestSourcesAgree(t *testing.T) {
	dir := t.TempDir()
	artifacts(t, dir)
	folder, err := logviewer.FindFolder(dir, "words")
	if err != nil {
		t.Fatal(err)
	}
	want := answers(t.Context(), t, folder)
	compare(t, answers(t.Context(), t, byHTTP(logviewertest.New(t, dir).URL)), want)
}

func compare(t *testing.T, got, want map[string]any) {
	t.Helper()
	for key := range want {
		if !reflect.DeepEqual(got[key], want[key]) {
			t.Errorf("%s by HTTP: %.300q\nin the folder: %.300q", key, got[key], want[key])
		}
	}
}

// Storm's own logviewer and the one of the tests say the same.
func TestStormsLogviewer(t *testing.T) {
	cluster := stormtest.New(t, stormtest.Options{NimbusOnly: true})
	address, err := cluster.StartLogviewer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(cluster.LogDir(), "workers-artifacts")
	artifacts(t, dir)
	folder, err := logviewer.FindFolder(cluster.LogDir(), topology)
	if err != nil {
		t.Fatal(err)
	}
	want := answers(t.Context(), t, folder)
	compare(t, answers(t.Context(), t, byHTTP("http://"+address)), want)
}
