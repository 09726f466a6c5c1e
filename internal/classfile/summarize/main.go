// Summarize writes the summary of the API of Storm's releases and of the JDK that internal/classfile embeds. It is a tool
// for developers: it fetches the releases from Maven Central, and reads the JDK that java runs from. Run it by
// "go generate ./internal/classfile" after a release of Storm.
package main

import (
	"archive/zip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/stormflux/stormflux/internal/atomicfile"
	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/stormtest"
)

func main() {
	out := flag.String("o", "summary.bin", "the file to write")
	flag.Parse()
	if err := summarize(context.Background(), *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func summarize(ctx context.Context, out string) error {
	var releases []settings.Version
	for _, version := range stormtest.Releases() {
		release, err := settings.ParseVersion(version)
		if err != nil {
			return err
		}
		releases = append(releases, release)
	}
	w := classfile.NewSummaryWriter(releases)
	for i, version := range stormtest.Releases() {
		dir, err := stormtest.ReleaseJar(ctx, version)
		if err != nil {
			return err
		}
		if err := readAll(dir, func(c *classfile.Class) { w.Add(i, c) }); err != nil {
			return err
		}
	}
	flux, err := stormtest.Jars(ctx, stormtest.FluxJars)
	if err != nil {
		return err
	}
	if err := readAll(flux, w.AddFlux); err != nil {
		return err
	}
	home, err := javaHome(ctx)
	if err != nil {
		return err
	}
	if err := read(filepath.Join(home, "jmods", "java.base.jmod"), w.AddJDK); err != nil {
		return err
	}
	return atomicfile.Write(out, func(file io.Writer) error {
		_, err := w.WriteTo(file)
		return err
	})
}

// readAll yields the classes of all jars in a folder.
func readAll(dir string, yield func(*classfile.Class)) error {
	jars, err := filepath.Glob(filepath.Join(dir, "*.jar"))
	if err != nil {
		return err
	}
	for _, jar := range jars {
		if err := read(jar, yield); err != nil {
			return err
		}
	}
	return nil
}

// read yields the classes of a jar or a JMOD file, which is a zip file behind four bytes.
func read(path string, yield func(*classfile.Class)) error {
	jar, err := zip.OpenReader(path)
	if err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	defer jar.Close()
	for _, f := range jar.File {
		if !strings.HasSuffix(f.Name, ".class") || strings.HasPrefix(f.Name, "META-INF/") {
			continue
		}
		c, err := parse(f)
		if err != nil {
			return fmt.Errorf("reading %s in %s: %w", f.Name, path, err)
		}
		yield(c)
	}
	return nil
}

func parse(f *zip.File) (*classfile.Class, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return classfile.Parse(data)
}

// javaHome returns the folder of the JDK.
func javaHome(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "java", "-XshowSettings:properties", "-version").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("running java: %w", err)
	}
	for line := range strings.Lines(string(out)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), " = "); ok && key == "java.home" {
			return value, nil
		}
	}
	return "", errors.New("java does not report java.home")
}
