package jvm

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// archive returns a zip file with one entry that is stored.
func archive(t *testing.T, content, comment string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	entry, err := w.CreateHeader(&zip.FileHeader{Name: "a", Method: zip.Store})
	if err == nil {
		_, err = io.WriteString(entry, content)
	}
	if err == nil {
		err = w.SetComment(comment)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Any other content gives another sum.
func TestDigest(t *testing.T) {
	dir := t.TempDir()
	sum := func(classpath ...string) string {
		text, err := digest(nil, classpath)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	write := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	one := archive(t, "one", "")
	false64 := bytes.Clone(one)
	binary.LittleEndian.PutUint32(false64[len(false64)-10:], 1<<32-1) // the size of the directory
	tooBig := bytes.Clone(one)
	binary.LittleEndian.PutUint32(tooBig[len(tooBig)-10:], 1<<20)
	seen := map[string]string{}
	for name, content := range map[string][]byte{
		"one": one, "two": archive(t, "two", ""), "comment": archive(t, "one", "x"), "prefix": append([]byte("#!/bin/sh\n"), one...),
		"suffix": append(bytes.Clone(one), 'x'), "zip64": false64, "false size": tooBig, "cut": one[:len(one)-1], "empty": nil, "text": []byte("text"),
	} {
		got := sum(write("a.jar", content))
		if other, ok := seen[got]; ok {
			t.Errorf("%s and %s have the same sum", name, other)
		}
		seen[got] = name
		if again := sum(write("b.jar", content)); again != got {
			t.Errorf("%s has another sum at another place", name)
		}
	}
	folder := filepath.Dir(write(filepath.Join("folder", "a.class"), []byte("a")))
	before := sum(folder)
	write(filepath.Join("folder", "a.class"), []byte("b"))
	if sum(folder) == before {
		t.Error("a folder with another file has the same sum")
	}
	if sum(folder, dir) == sum(dir, folder) {
		t.Error("the order does not count")
	}
}
