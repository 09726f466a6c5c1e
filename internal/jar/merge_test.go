package jar_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stormflux/stormflux/internal/jar"
)

// jars makes jars of files named "JAR!/ENTRY", and returns their paths in the order of their first entries.
func jars(t testing.TB, dir string, files []txtar.File) (paths []string) {
	t.Helper()
	headers, contents := map[string][]zip.FileHeader{}, map[string][]string{}
	for _, f := range files {
		name, entry, ok := strings.Cut(f.Name, "!/")
		if !ok {
			t.Fatalf("%q is not an entry of a jar", f.Name)
		}
		path := filepath.Join(dir, name)
		if !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
		headers[path] = append(headers[path], zip.FileHeader{Name: entry, Method: zip.Deflate})
		contents[path] = append(contents[path], string(f.Data))
	}
	for _, path := range paths {
		zipFile(t, path, headers[path], contents[path])
	}
	return paths
}

// TestMerge merges the jars of the archives in testdata/merge. The file "want" of an archive has the entries of the result
// with their contents, and the faults. STORMFLUX_UPDATE=1 rewrites it.
func TestMerge(t *testing.T) {
	archives, err := filepath.Glob("testdata/merge/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives (%v)", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var files []txtar.File
			want := ""
			for _, f := range archive.Files {
				if f.Name == "want" {
					want = string(f.Data)
					continue
				}
				f.Data = bytes.TrimSuffix(f.Data, []byte("\n"))
				files = append(files, f)
			}
			dir := t.TempDir()
			a := &jar.Archive{Jars: jars(t, dir, files)}
			for _, path := range a.Jars {
				quick(t, path)
			}
			got := strings.ReplaceAll(described(t, a), dir+string(filepath.Separator), "")
			if os.Getenv("STORMFLUX_UPDATE") != "" {
				archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
				archive.Files = append(archive.Files, txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// described returns the faults of an archive and the entries of its jar.
func described(t testing.TB, a *jar.Archive) string {
	t.Helper()
	var b strings.Builder
	faults := a.Check()
	for _, f := range faults {
		fmt.Fprintf(&b, "fault %s of jar %d: %s\n", f.Kind, f.Jar, f.Error())
	}
	if faults.Err() != nil {
		return b.String()
	}
	content := build(t, a)
	if again := build(t, a); !bytes.Equal(again, content) {
		t.Error("a second time, other bytes")
	}
	r, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s: %q\n", f.Name, text)
	}
	return b.String()
}

// The main class stands in the manifest, unless the first jar has its own.
func TestMainClass(t *testing.T) {
	dir := t.TempDir()
	paths := jars(t, dir, []txtar.File{
		{Name: "plain.jar!/a", Data: []byte("a")},
		{Name: "own.jar!/META-INF/MANIFEST.MF", Data: []byte("Manifest-Version: 1.0\r\nMain-Class: their.Main\r\n\r\n")},
		{Name: "none.jar!/META-INF/MANIFEST.MF", Data: []byte("Manifest-Version: 1.0\r\n\r\nName: a\r\nSealed: true\r\n")},
	})
	for name, c := range map[string]struct {
		jars []string
		want string
	}{
		"no jar":            {nil, "Manifest-Version: 1.0\r\nCreated-By: stormflux\r\nMain-Class: our.Main\r\n\r\n"},
		"no manifest":       {paths[:1], "Manifest-Version: 1.0\r\nCreated-By: stormflux\r\nMain-Class: our.Main\r\n\r\n"},
		"its own":           {paths[1:2], "Manifest-Version: 1.0\r\nMain-Class: their.Main\r\n\r\n"},
		"a manifest":        {paths[2:], "Manifest-Version: 1.0\r\nMain-Class: our.Main\r\n\r\nName: a\r\nSealed: true\r\n\r\n"},
		"its own in second": {paths[:2], "Manifest-Version: 1.0\r\nCreated-By: stormflux\r\nMain-Class: our.Main\r\n\r\n"},
	} {
		got := described(t, &jar.Archive{Jars: c.jars, MainClass: "our.Main"})
		if want := fmt.Sprintf("META-INF/MANIFEST.MF: %q\n", c.want); !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

// edit makes a jar with two entries and lets a function change its bytes.
func edit(t testing.TB, change func(content []byte) []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "edited.jar")
	zipFile(t, path, []zip.FileHeader{{Name: "first"}, {Name: "second", Method: zip.Deflate}}, []string{strings.Repeat("1", 1000), strings.Repeat("2", 1000)})
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(content), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// directory returns where the n-th record of a zip's directory starts.
func directory(content []byte, n int) int {
	at := 0
	for range n {
		at += bytes.Index(content[at:], []byte("PK\x01\x02")) + 1
	}
	return at - 1
}

// A jar whose directory lies is refused before anything is written, or while its entries are copied: never more bytes come
// out than went in.
func TestLyingDirectory(t *testing.T) {
	const packedSize, plainSize, localOffset = 20, 24, 42 // in a record of the directory (APPNOTE 4.3.12)
	put := func(content []byte, record, field int, value uint32) []byte {
		binary.LittleEndian.PutUint32(content[directory(content, record)+field:], value)
		return content
	}
	for name, c := range map[string]struct {
		change func(content []byte) []byte
		words  string
	}{
		"a stored entry of another size": {func(b []byte) []byte { return put(b, 1, plainSize, 5000) }, "claims to hold 5000 bytes"},
		"an impossible ratio":            {func(b []byte) []byte { return put(b, 2, plainSize, 1<<31) }, "claims to hold 2147483648 bytes"},
		"more bytes than the file": {func(b []byte) []byte {
			return put(put(b, 1, packedSize, 1<<20), 1, plainSize, 1<<20)
		}, "larger than the file"},
		"entries that share their bytes": {func(b []byte) []byte {
			b = put(b, 2, localOffset, 0)
			copy(b[directory(b, 2)+packedSize:][:8], b[directory(b, 1)+packedSize:][:8])
			return put(put(b, 2, packedSize, 1000), 1, packedSize, 1000)
		}, "larger than the file"},
	} {
		t.Run(name, func(t *testing.T) {
			a := &jar.Archive{Jars: []string{edit(t, c.change)}}
			var out bytes.Buffer
			err := a.Write(t.Context(), &out)
			if err == nil || !strings.Contains(err.Error(), c.words) || out.Len() > 0 {
				t.Errorf("got %v and %d bytes, want %q", err, out.Len(), c.words)
			}
		})
	}
}

// A manifest or a list of services that unpacks to more than anybody writes is refused.
func TestBombsThatAreRead(t *testing.T) {
	dir := t.TempDir()
	zeros := strings.Repeat("\x00", 9<<20)
	for _, name := range []string{jar.ManifestName, "META-INF/services/a.B"} {
		paths := jars(t, dir, []txtar.File{{Name: "a.jar!/META-INF/services/a.B", Data: []byte("x")}, {Name: "b.jar!/" + name, Data: []byte(zeros)}})
		err := (&jar.Archive{Jars: paths}).Check().Err()
		if err == nil || !strings.Contains(err.Error(), "it is larger than 8 MiB") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A jar with 60,000 entries that another jar has too, with other content, gives one short fault.
func TestManyConflicts(t *testing.T) {
	var files []txtar.File
	for _, name := range []string{"a.jar", "b.jar"} {
		for i := range 60000 {
			files = append(files, txtar.File{Name: name + "!/com/example/C" + strconv.Itoa(i), Data: []byte(name)})
		}
	}
	faults := (&jar.Archive{Jars: jars(t, t.TempDir(), files)}).Check()
	if len(faults) != 1 || faults[0].Kind != jar.DifferentContent || !strings.HasPrefix(faults[0].Message, "60000 entries of ") || len(faults[0].Message) > 500 {
		t.Errorf("faults %v", faults)
	}
}

// Java sees the merged jar as it sees the two jars one after the other on a class path.
func TestJavaSeesAClassPath(t *testing.T) {
	java := lookPath(t, "java")
	dir := t.TempDir()
	release := "Manifest-Version: 1.0\r\nMulti-Release: true\r\n\r\n"
	paths := jars(t, dir, []txtar.File{
		{Name: "a.jar!/META-INF/MANIFEST.MF", Data: []byte("Manifest-Version: 1.0\r\nMain-Class: com.example.Main\r\n\r\n")},
		{Name: "a.jar!/both", Data: []byte("both of a")},
		{Name: "a.jar!/META-INF/versions/9/hidden", Data: []byte("hidden of a")},
		{Name: "a.jar!/hidden", Data: []byte("plain of a")},
		{Name: "b.jar!/META-INF/MANIFEST.MF", Data: []byte(release)},
		{Name: "b.jar!/both", Data: []byte("both of b")},
		{Name: "b.jar!/META-INF/versions/9/both", Data: []byte("both of b since 9")},
		{Name: "b.jar!/only", Data: []byte("only of b")},
		{Name: "b.jar!/META-INF/versions/9/only", Data: []byte("only of b since 9")},
		{Name: "c.jar!/only", Data: []byte("only of c")},
		{Name: "c.jar!/twice", Data: []byte("first")},
		{Name: "c.jar!/twice", Data: []byte("second")},
	})
	merged := filepath.Join(dir, "merged.jar")
	writeJar(t, merged, &jar.Archive{Jars: paths})
	ask := func(classPath string) string {
		t.Helper()
		// ClassPath.java is compiled by the launcher, whose class path is the application's.
		cmd := exec.CommandContext(t.Context(), java, "-cp", classPath, filepath.Join("testdata", "ClassPath.java"), "both", "hidden", "only", "twice")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}
	want := ask(strings.Join(paths, string(filepath.ListSeparator)))
	if got := ask(merged); got != want || !strings.Contains(want, "only: only of b since 9") {
		t.Errorf("the merged jar gives\n%s\nthe class path gives\n%s", got, want)
	}
}

// FuzzMerge merges any two files. What can be merged is a zip with each name once, not larger than its parts allow.
func FuzzMerge(f *testing.F) {
	dir := f.TempDir()
	seed := func(files ...txtar.File) []byte {
		content, err := os.ReadFile(jars(f, dir, files)[0])
		if err != nil {
			f.Fatal(err)
		}
		return content
	}
	manifest := []byte("Manifest-Version: 1.0\r\nMulti-Release: true\r\n\r\nName: a\r\nSHA-256-Digest: x\r\n\r\n")
	first := seed(txtar.File{Name: "a.jar!/META-INF/MANIFEST.MF", Data: manifest}, txtar.File{Name: "a.jar!/META-INF/services/a.B", Data: []byte("x\n")},
		txtar.File{Name: "a.jar!/META-INF/X.SF", Data: []byte("sf")}, txtar.File{Name: "a.jar!/resources/a", Data: []byte("a")})
	second := seed(txtar.File{Name: "b.jar!/META-INF/services/a.B", Data: []byte("y")}, txtar.File{Name: "b.jar!/META-INF/versions/9/a", Data: []byte("9")},
		txtar.File{Name: "b.jar!/resources/a/b", Data: []byte("b")}, txtar.File{Name: "b.jar!/d/", Data: nil}, txtar.File{Name: "b.jar!/d/", Data: nil})
	f.Add(first, second)
	f.Add(second, first)
	f.Add(first, first)
	f.Add([]byte("PK\x05\x06"+strings.Repeat("\x00", 18)), first)
	f.Add([]byte(nil), []byte("no jar"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		dir := t.TempDir()
		paths := []string{filepath.Join(dir, "a.jar"), filepath.Join(dir, "b.jar")}
		for i, content := range [][]byte{a, b} {
			if err := os.WriteFile(paths[i], content, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		quick(t, paths[0])
		archive := &jar.Archive{Jars: paths, Entries: []jar.Entry{{Name: "resources/ours", Data: []byte("ours")}}}
		faults := archive.Check()
		if len(faults) > 200 {
			t.Errorf("%d faults", len(faults))
		}
		var out bytes.Buffer
		if err := archive.Write(t.Context(), &out); err != nil {
			return
		}
		if faults.Err() != nil {
			t.Fatalf("written in spite of %v", faults)
		}
		// A manifest or a list of services may unpack to a thousand times its size. Every name is written twice, and a record
		// has about a hundred bytes.
		if most := 3*(len(a)+len(b)) + 4*8<<20 + 1000; out.Len() > most {
			t.Errorf("%d and %d bytes became %d", len(a), len(b), out.Len())
		}
		r, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, e := range r.File {
			if seen[e.Name] {
				t.Errorf("%q is there twice", e.Name)
			}
			seen[e.Name] = true
		}
		_ = archive.Each(func(_ string, open func() (io.ReadCloser, error)) error {
			in, err := open()
			if err != nil {
				return nil // the entry is damaged
			}
			defer in.Close()
			_, _ = io.Copy(io.Discard, in)
			return nil
		})
	})
}

// quick checks that Contents, which looks only at the directory of a plain jar, finds what Check and Each find.
func quick(t *testing.T, path string) {
	t.Helper()
	archive := &jar.Archive{Jars: []string{path}}
	names, faults := archive.Contents()
	if want := archive.Check(); len(faults) != len(want) {
		t.Errorf("Contents has %v, Check %v", faults, want)
	}
	if faults.Err() != nil {
		return
	}
	var each, files []string
	err := archive.Each(func(name string, _ func() (io.ReadCloser, error)) error {
		each = append(each, name)
		return nil
	})
	for _, name := range names {
		if !strings.HasSuffix(name, "/") {
			files = append(files, name)
		}
	}
	if err != nil || !slices.Equal(each, files) {
		t.Errorf("Contents has %q, Each %q (%v)", files, each, err)
	}
}

// BenchmarkMerge merges a fat jar (60,000 entries, 115 MB; Write) and looks at it (Check).
func BenchmarkMerge(b *testing.B) {
	path := filepath.Join(b.TempDir(), "fat.jar")
	var headers []zip.FileHeader
	var contents []string
	noise := make([]byte, 1900)
	for i := range 60000 {
		for j := range noise {
			noise[j] = byte(i*31 + j*j*7 + j>>3)
		}
		headers = append(headers, zip.FileHeader{Name: fmt.Sprintf("com/example/package%d/sub/ClassNumber%d.class", i%600, i)})
		contents = append(contents, string(noise))
	}
	zipFile(b, path, headers, contents)
	a := &jar.Archive{Jars: []string{path}, Entries: []jar.Entry{{Name: "resources/split.py", Data: []byte("print()")}}}
	b.Run("Check", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if faults := a.Check(); len(faults) > 0 {
				b.Fatal(faults)
			}
		}
	})
	b.Run("Contents", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, faults := (&jar.Archive{Jars: a.Jars}).Contents(); len(faults) > 0 {
				b.Fatal(faults)
			}
		}
	})
	b.Run("Write", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := a.Write(b.Context(), io.Discard); err != nil {
				b.Fatal(err)
			}
		}
	})
}
