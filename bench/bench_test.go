package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// largeFile writes a topology of 10,000 shell bolts.
func largeFile(b *testing.B) string {
	b.Helper()
	file, err := (&lab{dir: b.TempDir()}).writeTopology(10000)
	if err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	return file
}

func check(b *testing.B, file string) *validate.Topology {
	b.Helper()
	doc, diags, err := schema.Load(b.Context(), file, schema.Options{})
	if err != nil {
		b.Fatal(err)
	}
	result, err := validate.Check(b.Context(), doc, validate.Options{Loaded: diags})
	if err != nil {
		b.Fatal(err)
	}
	if err := result.Diagnostics.Err(); err != nil {
		b.Fatal(err)
	}
	return result.Topology
}

func BenchmarkLoad(b *testing.B) {
	file := largeFile(b)
	for b.Loop() {
		if _, _, err := schema.Load(b.Context(), file, schema.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoadAndCheck(b *testing.B) {
	file := largeFile(b)
	for b.Loop() {
		check(b, file)
	}
}

func BenchmarkCompile(b *testing.B) {
	topology := check(b, largeFile(b))
	for b.Loop() {
		compiler.Compile(topology, compiler.Options{})
	}
}

func BenchmarkEncode(b *testing.B) {
	program := compiler.Compile(check(b, largeFile(b)), compiler.Options{})
	for _, format := range compiler.Formats() {
		b.Run(string(format), func(b *testing.B) {
			var out bytes.Buffer
			for b.Loop() {
				out.Reset()
				if err := program.Encode(b.Context(), &out, format); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkJar packs 16 MB of data that cannot be compressed.
func BenchmarkJar(b *testing.B) {
	file, err := (&lab{dir: b.TempDir()}).writeTopology(2)
	if err != nil {
		b.Fatal(err)
	}
	const size = 16 << 20
	if err := writeNoise(filepath.Join(filepath.Dir(file), "resources", "noise.bin"), size); err != nil {
		b.Fatal(err)
	}
	program := compiler.Compile(check(b, file), compiler.Options{})
	b.SetBytes(size)
	for b.Loop() {
		files, err := program.Assemble(b.Context(), validate.Platform{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := files.WriteJar(b.Context(), io.Discard); err != nil {
			b.Fatal(err)
		}
		if err := files.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
