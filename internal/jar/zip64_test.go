package jar_test

import (
	"archive/zip"
	"encoding/binary"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/jar"
)

// A file of more than 4 GiB, written by us, and taken over raw from a base: Java finds its true size, and, with its
// strict check of zip64 fields (JDK 17.0.8 and later), nothing to complain about.
func TestMoreThanFourGigabytes(t *testing.T) {
	t.Parallel() // slow under the race detector
	const size = 1<<32 + 12345
	dir := t.TempDir()
	first := filepath.Join(dir, "first.jar")
	second := filepath.Join(dir, "second.jar")
	// Stored with a stale zip64 field, as some build tools do for entries that turn out small.
	stale := filepath.Join(dir, "stale.jar")

	writeJar(t, first, &jar.Archive{Entries: []jar.Entry{
		{Name: "resources/big", Path: sparse(t, size)}, {Name: "resources/small", Data: []byte("x")}}})
	writeJar(t, second, &jar.Archive{Jars: []string{first}, Entries: []jar.Entry{{Name: "resources/more", Data: []byte("y")}}})
	extra := binary.LittleEndian.AppendUint16(nil, 1)
	extra = binary.LittleEndian.AppendUint16(extra, 16)
	extra = append(extra, make([]byte, 16)...)
	zipFile(t, filepath.Join(dir, "with.jar"), []zip.FileHeader{{Name: "a", Extra: extra, Method: zip.Deflate}}, []string{"content"})
	writeJar(t, stale, &jar.Archive{Jars: []string{filepath.Join(dir, "with.jar")}})

	for _, path := range []string{first, second} {
		r, err := zip.OpenReader(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.File {
			if f.Name == "resources/big" && f.UncompressedSize64 != size {
				t.Errorf("%s: %d bytes, want %d", path, f.UncompressedSize64, int64(size))
			}
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	java := lookPath(t, "java")
	for _, path := range []string{first, second, stale} {
		// The directory and the first byte: the rest is four billion zeros.
		out, err := exec.CommandContext(t.Context(), java, filepath.Join("testdata", "Sizes.java"), path).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", path, err, out)
		}
		want := "resources/big 4294979641"
		if path == stale {
			want = "a 7"
		}
		if !strings.Contains(string(out), want) {
			t.Errorf("%s: Java reads\n%s\nwant %s", path, out, want)
		}
	}
}

func writeJar(t *testing.T, path string, a *jar.Archive) {
	t.Helper()
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Write(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

// More entries than the 65535 that a zip file counts without zip64.
func TestManyEntries(t *testing.T) {
	entries := make([]jar.Entry, 70000)
	for i := range entries {
		entries[i] = jar.Entry{Name: "resources/" + strings.Repeat("x", i%50) + string(rune('a'+i%26)) + "/" + strconv.Itoa(i)}
	}
	path := filepath.Join(t.TempDir(), "many.jar")
	writeJar(t, path, &jar.Archive{Entries: entries})
	r, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if len(r.File) != 70001 {
		t.Errorf("%d entries", len(r.File))
	}
	in, err := r.File[70000].Open()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		t.Error(err)
	}
}
