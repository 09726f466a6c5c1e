// Command build compiles the adapter's Java sources and writes runtime.jar, the same bytes for the same sources. Run it
// with go generate ./runtime.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"

	"github.com/stormflux/stormflux/internal/jar"
	"github.com/stormflux/stormflux/internal/stormtest"
)

// folder has the classes of the adapter, in the sources as in the jar.
const folder = "stormflux/runtime"

func main() {
	for _, name := range []string{"runtime", "host"} {
		content, err := build(context.Background(), os.DirFS("."), name)
		if err == nil {
			err = os.WriteFile(name+".jar", content, 0o644)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// build compiles the sources of a jar against storm-client and returns the jar. Workers of Storm 1.x may run Java 8. The
// host needs the classes of the adapter, but its jar does not contain them.
func build(ctx context.Context, root fs.FS, name string) ([]byte, error) {
	classpath, err := stormtest.Classpath(ctx, stormtest.WorkerJars)
	if err != nil {
		return nil, err
	}
	classes, err := compile(ctx, root, "runtime", "src", classpath)
	if err == nil && name == "host" {
		classes, err = compile(ctx, root, name, "host", classes+string(os.PathListSeparator)+classpath)
	}
	if err != nil {
		return nil, err
	}
	compiled := os.DirFS(classes)
	names, err := fs.Glob(compiled, path.Join(folder, "*.class"))
	if err != nil {
		return nil, err
	}
	archive := &jar.Archive{}
	for _, name := range names {
		data, err := fs.ReadFile(compiled, name)
		if err != nil {
			return nil, fmt.Errorf("reading a compiled class: %w", err)
		}
		archive.Entries = append(archive.Entries, jar.Entry{Name: name, Data: data})
	}
	var out bytes.Buffer
	if err := archive.Write(ctx, &out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func compile(ctx context.Context, root fs.FS, name, sources, classpath string) (string, error) {
	files, err := fs.Sub(root, sources)
	if err != nil {
		return "", fmt.Errorf("reading Java sources: %w", err)
	}
	return stormtest.CompileJava(ctx, name, files, folder, classpath, "--release", "8", "-g:source,lines")
}
