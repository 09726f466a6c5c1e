package devcluster

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/stormflux/stormflux/internal/maven"
)

// compileWebapp adds storm-webapp.jar to a folder with the jars that it needs, and the folder public/ with the files that
// the UI serves from STORM_HOME/public.
func compileWebapp(ctx context.Context, version string, opts maven.Options, dir string) error {
	daemons, err := Jars(ctx, DaemonLibrary, version, opts)
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "stormflux-webapp-")
	if err != nil {
		return fmt.Errorf("compiling Storm's UI: %w", err)
	}
	defer os.RemoveAll(temp)
	sources := maven.Coordinate{Group: "org.apache.storm", Artifact: "storm", Extension: "zip", Classifier: "source-release", Version: version}
	if err := fetch(ctx, version, []maven.Coordinate{sources}, opts, temp); err != nil {
		return err
	}
	release := filepath.Join(temp, "storm-"+version+"-source-release.zip")
	java, err := unpackWebapp(release, "storm-"+version+"/storm-webapp/src/main/java/", temp, filepath.Join(dir, "public"))
	if err != nil {
		return fmt.Errorf("reading Storm's sources: %w", err)
	}
	classes := filepath.Join(temp, "classes")
	args := append([]string{"-encoding", "UTF-8", "-nowarn", "-d", classes,
		"-cp", filepath.Join(daemons, "*") + string(os.PathListSeparator) + filepath.Join(dir, "*")}, java...)
	if out, err := exec.CommandContext(ctx, "javac", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("compiling Storm's UI with javac: %w\n%s", err, out)
	}
	return archive(classes, filepath.Join(dir, "storm-webapp-"+version+".jar"))
}

// unpackWebapp unpacks what is below a folder of a release: Java's sources into a folder, and the UI's pages into another
// one. It returns the sources.
func unpackWebapp(release, below, to, pages string) (java []string, err error) {
	archive, err := zip.OpenReader(release)
	if err != nil {
		return nil, err
	}
	defer archive.Close()
	for _, file := range archive.File {
		name, ok := strings.CutPrefix(file.Name, below)
		if !ok || file.FileInfo().IsDir() {
			continue
		}
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return nil, fmt.Errorf("%s is outside its folder", file.Name)
		}
		path := filepath.Join(to, filepath.FromSlash(name))
		if strings.HasSuffix(name, ".java") {
			java = append(java, path)
		} else if page, ok := strings.CutPrefix(name, "org/apache/storm/daemon/ui/WEB-INF/"); ok {
			path = filepath.Join(pages, filepath.FromSlash(page))
		}
		if err := extract(file, path); err != nil {
			return nil, err
		}
	}
	return java, nil
}

func extract(file *zip.File, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	in, err := file.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// archive writes the files of a folder as a jar.
func archive(dir, jar string) error {
	out, err := os.Create(jar)
	if err != nil {
		return fmt.Errorf("compiling Storm's UI: %w", err)
	}
	w := zip.NewWriter(out)
	if err := errors.Join(w.AddFS(os.DirFS(dir)), w.Close(), out.Close()); err != nil {
		return fmt.Errorf("compiling Storm's UI: %w", err)
	}
	return nil
}
