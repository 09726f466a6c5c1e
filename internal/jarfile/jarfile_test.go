package jarfile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// entry is a file of a jar that a test needs.
type entry struct {
	name    string
	content []byte
	method  uint16
}

// zipped returns a jar.
func zipped(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, e := range entries {
		f, err := w.CreateHeader(&zip.FileHeader{Name: e.name, Method: e.method})
		if err == nil {
			_, err = f.Write(e.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func jarFile(t testing.TB, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.jar")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func opened(t testing.TB, data []byte) *File {
	t.Helper()
	a, err := Open(jarFile(t, data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

func TestFile(t *testing.T) {
	long := bytes.Repeat([]byte("long "), 100_000)
	data := zipped(t, entry{"a.txt", []byte("first"), zip.Store}, entry{"b/c.txt", long, zip.Deflate}, entry{"a.txt", []byte("second"), zip.Deflate},
		entry{"empty", nil, zip.Deflate}, entry{"../up", []byte("up"), zip.Store}, entry{"dir/", nil, zip.Store})
	for name, data := range map[string][]byte{
		"plain":         data,
		"with a prefix": append([]byte("#!/bin/sh\nexec java -jar $0\n"), data...),
		"comment":       commented(data, "PK\x05\x06 and more"),
	} {
		a := opened(t, data)
		for entry, want := range map[string]string{"a.txt": "second", "b/c.txt": string(long), "empty": "", "../up": "up"} {
			got, ok, err := a.Read(entry)
			if !ok || err != nil || string(got) != want {
				t.Errorf("%s: %s is %.20q, %v, %v", name, entry, got, ok, err)
			}
		}
		for _, entry := range []string{"A.txt", "b", "", "c.txt"} {
			if _, ok, err := a.Read(entry); ok || err != nil {
				t.Errorf("%s: %q is found (%v)", name, entry, err)
			}
		}
	}
}

// commented adds a comment to a zip file.
func commented(data []byte, comment string) []byte {
	data = bytes.Clone(data)
	binary.LittleEndian.PutUint16(data[len(data)-2:], uint16(len(comment)))
	return append(data, comment...)
}

// With more than 65535 entries, a zip file has the records of zip64.
func TestFileZip64(t *testing.T) {
	entries := make([]entry, 70_000)
	for i := range entries {
		entries[i] = entry{fmt.Sprintf("p/C%d.class", i), []byte{byte(i)}, zip.Store}
	}
	a := opened(t, zipped(t, entries...))
	if a.count != len(entries) {
		t.Fatalf("%d entries", a.count)
	}
	for i := range entries {
		if got, ok, err := a.Read(entries[i].name); !ok || err != nil || got[0] != byte(i) {
			t.Fatalf("%s is %v, %v, %v", entries[i].name, got, ok, err)
		}
	}
}

func TestFileRefusals(t *testing.T) {
	good := zipped(t, entry{"a", bytes.Repeat([]byte("a"), 1000), zip.Deflate})
	directory := bytes.Index(good, []byte("PK\x01\x02"))
	changed := func(at int, content ...byte) []byte {
		data := bytes.Clone(good)
		copy(data[at:], content)
		return data
	}
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "not a jar"},
		{"text", []byte("not a zip file, whatever its name is"), "not a jar"},
		{"cut", good[:len(good)-1], "not a jar"},
		{"directory beyond the start", changed(len(good)-10, 0xff, 0xff, 0xff, 0x7f), "not a jar"},
		{"name beyond the directory", changed(directory+28, 0xff, 0xff), "not a jar"},
		{"content that is too large", changed(directory+24, 0xff, 0xff, 0xff, 0x7f), "too large"},
		{"bomb", changed(directory+24, 0, 0, 0, 1), "not a jar"},
		{"packed size beyond the end", changed(directory+20, 0xff, 0xff, 0xff, 0x7f), "not a jar"},
		{"shorter content", changed(directory+24, 0xe9, 0x03, 0, 0), "unexpected EOF"},
		{"longer content", changed(directory+24, 0xe7, 0x03, 0, 0), "checksum"},
		{"checksum", changed(directory+16, 0), "checksum"},
		{"local header elsewhere", changed(directory+42, 1), "not a jar"},
		{"local header beyond the end", changed(directory+42, 0xff, 0xff, 0xff, 0x7f), "not a jar"},
		{"encrypted", changed(directory+8, 1), "encrypted"},
		{"method", changed(directory+10, 99), "method 99"},
	} {
		a, err := Open(jarFile(t, test.data))
		if err == nil {
			_, _, err = a.Read("a")
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
	if _, err := Open(t.TempDir()); err == nil {
		t.Error("a folder is read as a jar")
	}
}

func FuzzFile(f *testing.F) {
	f.Add(zipped(f, entry{"a", []byte("content"), zip.Deflate}, entry{"b/c.class", nil, zip.Store}))
	f.Add(commented(zipped(f), "comment"))
	path := filepath.Join(f.TempDir(), "a.jar")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		a, err := Open(path)
		if err != nil {
			return
		}
		defer a.Close()
		for e := range a.Entries() {
			if content, _, err := a.Read(e.Name()); err == nil && len(content) > 1100*len(data) {
				t.Errorf("%d bytes become %d", len(data), len(content))
			}
		}
	})
}

// A jar of the size that fat jars of big data projects have.
func BenchmarkFile(b *testing.B) {
	entries := make([]entry, 60_000)
	for i := range entries {
		entries[i] = entry{fmt.Sprintf("com/example/package%d/internal/name/SomeClass%d.class", i/200, i), []byte("content"), zip.Store}
	}
	path := jarFile(b, zipped(b, entries...))
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			a, err := Open(path)
			if err != nil {
				b.Fatal(err)
			}
			if err := a.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("archive/zip", func(b *testing.B) { // what it is measured against
		for b.Loop() {
			z, err := zip.OpenReader(path)
			if err != nil {
				b.Fatal(err)
			}
			if err := z.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
