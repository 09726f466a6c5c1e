package jar_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/jar"
)

func build(t testing.TB, a *jar.Archive) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := a.Write(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestWriteSummary(t *testing.T) {
	base := filepath.Join(t.TempDir(), "base.jar")
	class := &jar.Archive{Entries: []jar.Entry{{Name: "com/example/Bolt.class", Data: []byte("class")}}}
	if err := os.WriteFile(base, build(t, class), 0o666); err != nil {
		t.Fatal(err)
	}
	a := &jar.Archive{Jars: []string{base}, Entries: []jar.Entry{{Name: "resources/a", Data: []byte("a")}}}
	var out bytes.Buffer
	summary, err := a.WriteSummary(t.Context(), &out)
	if err != nil {
		t.Fatal(err)
	}
	want := jar.Summary{Size: int64(out.Len()), Files: 3, SHA256: fmt.Sprintf("%x", sha256.Sum256(out.Bytes()))}
	if summary != want {
		t.Errorf("summary %+v, want %+v", summary, want)
	}
	if again := build(t, a); !bytes.Equal(again, out.Bytes()) {
		t.Error("Write and WriteSummary write different jars")
	}
}

func collect(t testing.TB, resources ...jar.Resource) []jar.Entry {
	t.Helper()
	entries, faults, err := jar.Collect(t.Context(), resources)
	if err != nil {
		t.Fatal(err)
	}
	if len(faults) != 0 {
		t.Fatal(faults)
	}
	return entries
}

// list returns the entries of a zip, one per line: name, mode, size and sum.
func list(t testing.TB, content []byte) []string {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.New()
		n, err := io.Copy(sum, in)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%s %v %d %x", f.Name, f.Mode(), n, sum.Sum(nil)[:4]))
	}
	return lines
}

// Two trees with the same files, made in another order, at another time, under another umask: the same bytes.
func TestSameInputSameBytes(t *testing.T) {
	files := []string{"a.py", "b/c.py", "b/run.sh", "z", "Ä.txt", "a-b", "a/x", "B"}
	make := func(umask int, order []string, when time.Time) []byte {
		defer setUmask(setUmask(umask))
		dir := t.TempDir()
		for _, name := range order {
			path := filepath.Join(dir, "in", name)
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			mode := fs.FileMode(0o666)
			if strings.HasSuffix(name, ".sh") {
				mode = 0o777
			}
			if err := os.WriteFile(path, []byte("content of "+name), mode); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, when, when); err != nil {
				t.Fatal(err)
			}
		}
		entries := collect(t, jar.Resource{Dir: dir, From: "in"})
		entries = append(entries, jar.Entry{Name: "resources/.stormflux/split.sh", Data: []byte("#!/bin/sh\n"), Executable: true})
		rand.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		return build(t, &jar.Archive{Entries: entries})
	}
	reversed := slices.Clone(files)
	slices.Reverse(reversed)
	first := make(0o022, files, time.Now())
	second := make(0o077, reversed, time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC))
	if !bytes.Equal(first, second) {
		t.Errorf("the jars differ:\n%s\n%s", strings.Join(list(t, first), "\n"), strings.Join(list(t, second), "\n"))
	}
	var names []string
	for _, line := range list(t, first) {
		name, _, _ := strings.Cut(line, " ")
		names = append(names, name)
	}
	want := []string{"META-INF/MANIFEST.MF", "resources/.stormflux/split.sh", "resources/B", "resources/a-b", "resources/a.py",
		"resources/a/x", "resources/b/c.py", "resources/b/run.sh", "resources/z", "resources/Ä.txt"}
	if !slices.Equal(names, want) {
		t.Errorf("the order is %q, want %q", names, want)
	}
	if runtime.GOOS != "windows" && !strings.Contains(list(t, first)[7], "-rwxr-xr-x") {
		t.Errorf("run.sh lost its mode: %s", list(t, first)[7])
	}
}

// One time, one method, one mode, whatever the entry.
func TestHeaders(t *testing.T) {
	out := build(t, &jar.Archive{Entries: []jar.Entry{{Name: "resources/a", Data: []byte("hello")}}})
	r, err := zip.NewReader(bytes.NewReader(out), int64(len(out)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.File {
		if f.Modified.UTC().Format(time.RFC3339) != "1980-02-01T00:00:00Z" || f.Method != zip.Deflate || f.Mode() != 0o644 {
			t.Errorf("%s: %v, method %d, %v", f.Name, f.Modified, f.Method, f.Mode())
		}
	}
}

func TestZeroValue(t *testing.T) {
	lines := list(t, build(t, &jar.Archive{}))
	if len(lines) != 1 || !strings.HasPrefix(lines[0], "META-INF/MANIFEST.MF ") {
		t.Errorf("entries are %q", lines)
	}
}

func TestOwnManifestComesFirst(t *testing.T) {
	lines := list(t, build(t, &jar.Archive{Entries: []jar.Entry{
		{Name: "AAA"}, {Name: jar.ManifestName, Data: []byte("Manifest-Version: 1.0\r\nX: y\r\n\r\n")}, {Name: "ZZZ"}}}))
	if len(lines) != 3 || !strings.HasPrefix(lines[0], "META-INF/MANIFEST.MF ") || !strings.Contains(lines[0], " 31 ") {
		t.Errorf("entries are %q", lines)
	}
}

// zipFile makes a jar as other tools do: each content is stored or compressed, with or without a descriptor.
func zipFile(t testing.TB, path string, headers []zip.FileHeader, contents []string) {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := range headers {
		w, err := z.CreateHeader(&headers[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, contents[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func userJar(t testing.TB, path string) {
	t.Helper()
	when := time.Date(2020, 1, 2, 3, 4, 6, 0, time.UTC)
	headers := []zip.FileHeader{
		{Name: "META-INF/", Modified: when},
		{Name: "com/example/ReportBolt.class", Method: zip.Deflate, Modified: when},
		{Name: "META-INF/MANIFEST.MF", Method: zip.Deflate, Modified: when},
		{Name: "META-INF/ME.SF", Method: zip.Deflate, Modified: when},
		{Name: "META-INF/me.rsa", Method: zip.Store, Modified: when},
		{Name: "META-INF/services/x.RSA", Method: zip.Store, Modified: when},
		{Name: "resources/report.ini", Method: zip.Store, Modified: when, Comment: "kept"},
		{Name: "LICENSE", Method: zip.Deflate, Modified: when},
		{Name: "LICENSE", Method: zip.Deflate, Modified: when},
		{Name: "license/x", Method: zip.Deflate, Modified: when},
	}
	contents := []string{"", strings.Repeat("class ", 5000), "Manifest-Version: 1.0\r\nMain-Class: com.example.Main\r\n\r\n", "SF", "RSA", "not a signature",
		"ini", "one", "two", "three"}
	zipFile(t, path, headers, contents)
}

func TestBase(t *testing.T) {
	dir := t.TempDir()
	base := filepath.Join(dir, "user.jar")
	userJar(t, base)
	a := &jar.Archive{Jars: []string{base}, Entries: []jar.Entry{{Name: "resources/split.py", Data: []byte("print()")}}}
	faults := a.Check()
	if len(faults) != 1 || faults[0].Kind != jar.SignatureDropped || !strings.Contains(faults[0].Message, `("META-INF/ME.SF", "META-INF/me.rsa")`) || faults.Err() != nil {
		t.Errorf("faults are %v", faults)
	}
	out := build(t, a)
	var names []string
	for _, line := range list(t, out) {
		name, _, _ := strings.Cut(line, " ")
		names = append(names, name)
	}
	want := []string{"META-INF/MANIFEST.MF", "META-INF/", "com/example/ReportBolt.class", "META-INF/services/x.RSA", "resources/report.ini",
		"LICENSE", "license/x", "resources/split.py"} // of the two licences, Java reads the second
	if !slices.Equal(names, want) {
		t.Errorf("entries are %q, want %q", names, want)
	}
	// The base's compressed bytes are taken over as they are.
	raw := func(content []byte) map[string]string {
		r, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, f := range r.File {
			in, err := f.OpenRaw()
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(in)
			if err != nil {
				t.Fatal(err)
			}
			got[f.Name] = fmt.Sprintf("%x %v %q;", sha256.Sum256(b), f.Modified.UTC(), f.Comment)
		}
		return got
	}
	content, err := os.ReadFile(base)
	if err != nil {
		t.Fatal(err)
	}
	before, after := raw(content), raw(out)
	for _, name := range want[:7] {
		if before[name] != after[name] {
			t.Errorf("%s: %s became %s", name, before[name], after[name])
		}
	}
	if !bytes.Equal(out, build(t, a)) {
		t.Error("a second time, other bytes")
	}
}

func TestBaseFaults(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "user.jar")
	userJar(t, good)
	noJar := filepath.Join(dir, "no.jar")
	write(t, noJar, "this is no zip file")
	empty := filepath.Join(dir, "empty.jar")
	write(t, empty, "")
	cut := filepath.Join(dir, "cut.jar")
	content, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	write(t, cut, string(content[:len(content)/2]))
	slip := filepath.Join(dir, "slip.jar")
	zipFile(t, slip, []zip.FileHeader{{Name: "../../etc/cron.d/x"}, {Name: "/abs"}, {Name: `a\..\..\b`}}, []string{"", "", ""})
	fat := filepath.Join(dir, "fat.jar")
	zipFile(t, fat, []zip.FileHeader{{Name: "defaults.yaml"}}, []string{"storm.local.dir: x"})

	entry := func(name string) []jar.Entry { return []jar.Entry{{Name: name, Origin: "the launcher"}} }
	for _, c := range []struct {
		base    string
		entries []jar.Entry
		kinds   []jar.Kind
		words   string
	}{
		{filepath.Join(dir, "none.jar"), nil, []jar.Kind{jar.Missing}, "none.jar"},
		{dir, nil, []jar.Kind{jar.NotRegular}, "a folder"},
		{noJar, nil, []jar.Kind{jar.BadJar}, "is not a jar"},
		{empty, nil, []jar.Kind{jar.BadJar}, "is not a jar"},
		{cut, nil, []jar.Kind{jar.BadJar}, "is not a jar"},
		{slip, nil, []jar.Kind{jar.BadJar, jar.BadJar, jar.BadJar}, "outside of its folder"},
		{fat, nil, []jar.Kind{jar.BundlesStorm}, "Storm itself"},
		{good, entry("resources/report.ini"), []jar.Kind{jar.Collision}, `the launcher and "resources/report.ini" in "`},
		{good, entry("resources"), []jar.Kind{jar.Collision}, `a folder of that name`},
		{good, entry("com/example"), []jar.Kind{jar.Collision}, `a folder of that name`},
		{good, entry("resources/report.ini/x"), []jar.Kind{jar.Collision}, `lies in the folder "resources/report.ini"`},
		{good, entry("META-INF/MANIFEST.MF"), []jar.Kind{jar.Collision}, `"META-INF/MANIFEST.MF"`},
		{good, entry("Resources/Report.ini"), []jar.Kind{jar.CaseCollision}, "by case only"},
	} {
		faults := (&jar.Archive{Jars: []string{c.base}, Entries: c.entries}).Check()
		var kinds []jar.Kind
		words := false
		for _, f := range faults {
			if f.Kind != jar.SignatureDropped {
				kinds = append(kinds, f.Kind)
				words = words || strings.Contains(f.Error(), c.words)
			}
		}
		if !slices.Equal(kinds, c.kinds) || !words {
			t.Errorf("%s, %v: %v, want %v with %q", filepath.Base(c.base), c.entries, faults, c.kinds, c.words)
		}
		// Nothing is written if there is a fault.
		if faults.Err() != nil {
			var out bytes.Buffer
			err := (&jar.Archive{Jars: []string{c.base}, Entries: c.entries}).Write(t.Context(), &out)
			var list jar.Faults
			if !errors.As(err, &list) || out.Len() != 0 {
				t.Errorf("%s: %v, %d bytes written", c.base, err, out.Len())
			}
		}
	}
}

// hook calls a function at the first write.
type hook struct {
	w    io.Writer
	call func()
}

func (h *hook) Write(p []byte) (int, error) {
	if h.call != nil {
		h.call()
		h.call = nil
	}
	return h.w.Write(p)
}

func TestFileThatChanges(t *testing.T) {
	// Random content does not compress, so the first write comes long before the second file is read.
	noise := make([]byte, 2<<20)
	source := rand.NewChaCha8([32]byte{})
	_, _ = source.Read(noise)
	for name, change := range map[string]func(path string) error{
		"vanished": os.Remove,
		"changed": func(path string) error { // it grows while it is read
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.Write(noise)
			return errors.Join(err, f.Close())
		},
		"changed ": func(path string) error { return os.Truncate(path, 300<<10) },
		"became a symbolic link that leads out": func(path string) error {
			secret := filepath.Join(filepath.Dir(filepath.Dir(path)), "secret")
			return errors.Join(os.WriteFile(secret, noise, 0o600), os.Remove(path), os.Symlink(secret, path))
		},
		"became something": func(path string) error { // not a file any more
			return errors.Join(os.Remove(path), os.Mkdir(path, 0o755))
		},
	} {
		t.Run(strings.TrimSpace(name), func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "in", "b")
			write(t, filepath.Join(dir, "in", "a"), string(noise))
			write(t, path, string(noise))
			entries := collect(t, jar.Resource{Dir: dir, From: "in"})
			if strings.HasPrefix(name, "changed") {
				entries = entries[1:] // the first write comes while the file itself is read
			}
			out := &hook{w: io.Discard, call: func() {
				if err := change(path); err != nil {
					t.Error(err)
				}
			}}
			err := (&jar.Archive{Entries: entries}).Write(t.Context(), out)
			var fault jar.Fault
			if !errors.As(err, &fault) || fault.Kind != jar.Changed || fault.Path != path || fault.Resource != 1 ||
				!strings.Contains(fault.Message, strings.TrimSpace(name)) {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func TestWriterThatFails(t *testing.T) {
	full := errors.New("no space left")
	entries := []jar.Entry{{Name: "a", Data: make([]byte, 1<<20)}}
	err := (&jar.Archive{Entries: entries}).Write(t.Context(), writerFunc(func([]byte) (int, error) { return 0, full }))
	if !errors.Is(err, full) {
		t.Errorf("error is %v", err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestCancelled(t *testing.T) {
	path := sparse(t, 1<<40) // would take hours
	ctx, cancel := context.WithCancel(t.Context())
	out := &hook{w: io.Discard, call: cancel}
	err := (&jar.Archive{Entries: []jar.Entry{{Name: "resources/big", Path: path}}}).Write(ctx, out)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	if _, err := (&jar.Archive{Entries: []jar.Entry{{Name: "resources/big", Path: path}}}).Digest(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}

// sparse makes a file of zeros that takes no space. It is in memory if the system has a folder for that, because a file
// system on disk fills its cache with the zeros.
func sparse(t testing.TB, size int64) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "stormflux")
	if err != nil {
		dir = t.TempDir()
	} else {
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
	}
	path := filepath.Join(dir, "sparse")
	write(t, path, "")
	if err := os.Truncate(path, size); err != nil {
		t.Fatalf("the file system holds no file of %d bytes: %v", size, err)
	}
	return path
}

// Writing a jar does not allocate more for larger files.
func TestMemory(t *testing.T) {
	allocated := func(size int64) uint64 {
		path := sparse(t, size)
		a := &jar.Archive{Entries: []jar.Entry{{Name: "resources/big", Path: path}}}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := a.Write(t.Context(), io.Discard); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Digest(t.Context()); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	allocated(1 << 20) // what is allocated once
	small, big := allocated(1<<20), allocated(64<<20)
	if big > small+1<<20 {
		t.Errorf("a file of 1 MiB allocates %d bytes, one of 64 MiB %d", small, big)
	}
}

func TestDigest(t *testing.T) {
	dir := t.TempDir()
	base := filepath.Join(dir, "user.jar")
	userJar(t, base)
	write(t, filepath.Join(dir, "in", "a"), "content")
	entries := collect(t, jar.Resource{Dir: dir, From: "in"})
	sum := func(a *jar.Archive) string {
		t.Helper()
		s, err := a.Digest(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	seen := map[string]string{}
	for name, a := range map[string]*jar.Archive{
		"empty":    {},
		"base":     {Jars: []string{base}},
		"file":     {Entries: entries},
		"both":     {Jars: []string{base}, Entries: entries},
		"exec":     {Entries: []jar.Entry{{Name: "resources/a", Data: []byte("content"), Executable: true}}},
		"content":  {Entries: []jar.Entry{{Name: "resources/a", Data: []byte("Content")}}},
		"other":    {Entries: []jar.Entry{{Name: "resources/b", Data: []byte("content")}}},
		"two":      {Entries: []jar.Entry{{Name: "resources/a", Data: []byte("cont")}, {Name: "resources/b", Data: []byte("ent")}}},
		"two else": {Entries: []jar.Entry{{Name: "resources/a", Data: []byte("conte")}, {Name: "resources/b", Data: []byte("nt")}}},
	} {
		s := sum(a)
		if other, ok := seen[s]; ok {
			t.Errorf("%s and %s have the same digest", name, other)
		}
		seen[s] = name
	}
	same := &jar.Archive{Entries: []jar.Entry{{Name: "resources/a", Data: []byte("content")}}}
	if seen[sum(same)] != "file" {
		t.Error("the same content from memory and from a file have different digests")
	}
}

func lookPath(t *testing.T, tool string) string {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		if os.Getenv("STORMFLUX_REQUIRE_STORM") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return path
}

// Java and Info-ZIP can read our jars, and both read the same.
func TestOtherReaders(t *testing.T) {
	dir := t.TempDir()
	base := filepath.Join(dir, "user.jar")
	userJar(t, base)
	noise := make([]byte, 300<<10)
	source := rand.NewChaCha8([32]byte{})
	_, _ = source.Read(noise)
	write(t, filepath.Join(dir, "in", "noise"), string(noise))
	write(t, filepath.Join(dir, "in", "Grüße", "日本.txt"), "utf-8")
	write(t, filepath.Join(dir, "in", "empty"), "")
	entries := collect(t, jar.Resource{Dir: dir, From: "in"})
	for name, archive := range map[string]*jar.Archive{
		"own.jar":    {Entries: entries},
		"merged.jar": {Jars: []string{base}, Entries: entries},
		// One of our jars as the base of another: our entries are copied raw.
		"again.jar": {Jars: []string{filepath.Join(dir, "first.jar")}, Entries: []jar.Entry{{Name: "resources/more", Data: []byte("x")}}},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "again.jar" {
				if err := os.WriteFile(archive.Jars[0], build(t, &jar.Archive{Jars: []string{base}, Entries: entries}), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			content := build(t, archive)
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, content, 0o644); err != nil {
				t.Fatal(err)
			}
			r, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
			if err != nil {
				t.Fatal(err)
			}
			var want, wantStream []string
			for _, f := range r.File {
				in, err := f.Open()
				if err != nil {
					t.Fatal(err)
				}
				b, err := io.ReadAll(in)
				if err != nil {
					t.Fatal(err)
				}
				sum := sha256.Sum256(b)
				line := fmt.Sprintf("%s %d %s", f.Name, len(b), hex.EncodeToString(sum[:]))
				want = append(want, line)
				if f.Name != jar.ManifestName { // JarInputStream keeps it to itself
					wantStream = append(wantStream, line)
				}
			}
			judge := exec.CommandContext(t.Context(), lookPath(t, "java"), "-Dstdout.encoding=UTF-8", "-Dfile.encoding=UTF-8", filepath.Join("testdata", "Judge.java"), path)
			judge.Stderr = os.Stderr
			out, err := judge.Output()
			if err != nil {
				t.Fatal(err)
			}
			var file, stream []string
			for line := range strings.Lines(string(out)) {
				line = strings.TrimRight(line, "\r\n")
				switch {
				case line == "manifest 1.0" || line == "stream manifest true":
				case strings.HasPrefix(line, "file "):
					file = append(file, strings.TrimPrefix(line, "file "))
				case strings.HasPrefix(line, "stream "):
					stream = append(stream, strings.TrimPrefix(line, "stream "))
				default:
					t.Errorf("Java says %q", line)
				}
			}
			if !slices.Equal(file, want) {
				t.Errorf("Java reads\n%s\nwant\n%s", strings.Join(file, "\n"), strings.Join(want, "\n"))
			}
			if len(file) != len(want) || !slices.Equal(stream, wantStream) {
				t.Errorf("Java reads as a stream\n%s\nwant\n%s", strings.Join(stream, "\n"), strings.Join(wantStream, "\n"))
			}
			if out, err := exec.CommandContext(t.Context(), lookPath(t, "unzip"), "-tq", path).CombinedOutput(); err != nil {
				t.Errorf("unzip: %v\n%s", err, out)
			}
		})
	}
}
