package stormtest

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Webapp returns a folder with Storm's UI and logviewer, which run with [DaemonJars] and [WebappJars] besides: classes/ has
// the compiled storm-webapp, and public/ the files that the UI serves from STORM_HOME/public. Nobody publishes storm-webapp
// as a jar, so the first call on a machine compiles it from the sources of Storm's release (38 MB from Maven Central). The
// folder is shared: do not write to it.
func Webapp(ctx context.Context) (string, error) {
	libraries, err := Classpath(ctx, DaemonJars, WebappJars)
	if err != nil {
		return "", err
	}
	pom, err := poms.ReadFile("maven/source.xml")
	if err != nil {
		panic(err)
	}
	return cached(ctx, "webapp-classes", [][]byte{pom, []byte(libraries)}, func(dir string) error {
		return compileWebapp(ctx, pom, libraries, dir)
	})
}

// webappSources is the folder of storm-webapp's sources in the release.
const webappSources = "storm-" + StormVersion + "/storm-webapp/src/main/java/"

func compileWebapp(ctx context.Context, pom []byte, libraries, dir string) error {
	temp, err := os.MkdirTemp("", "stormflux-webapp-")
	if err != nil {
		return fmt.Errorf("compiling storm-webapp: %w", err)
	}
	defer os.RemoveAll(temp)
	if err := runMaven(ctx, "source", goalCopy, pom, temp); err != nil {
		return err
	}
	release, err := zip.OpenReader(filepath.Join(temp, "storm-"+StormVersion+"-source-release.zip"))
	if err != nil {
		return fmt.Errorf("reading Storm's sources: %w", err)
	}
	defer release.Close()
	const public = "org/apache/storm/daemon/ui/WEB-INF/"
	classes := filepath.Join(dir, "classes")
	if err := os.MkdirAll(classes, 0o755); err != nil {
		return fmt.Errorf("compiling storm-webapp: %w", err)
	}
	args := []string{"-encoding", "UTF-8", "-nowarn", "-cp", libraries, "-d", classes}
	for _, file := range release.File {
		name, ok := strings.CutPrefix(file.Name, webappSources)
		if !ok || file.FileInfo().IsDir() {
			continue
		}
		to := filepath.Join(temp, filepath.FromSlash(name))
		if strings.HasSuffix(name, ".java") {
			args = append(args, to)
		} else if page, ok := strings.CutPrefix(name, public); ok {
			to = filepath.Join(dir, "public", filepath.FromSlash(page))
		}
		if err := extract(file, to); err != nil {
			return fmt.Errorf("reading Storm's sources: %w", err)
		}
	}
	if out, err := exec.CommandContext(ctx, "javac", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("compiling storm-webapp: %w\n%s", err, out)
	}
	return nil
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
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

// StartLogviewer starts a logviewer for the cluster's workers, and returns the address of its HTTP server when that
// answers. Nimbus's configuration has its port.
func (c *Cluster) StartLogviewer(ctx context.Context) (address string, err error) {
	return c.startWeb(ctx, "logviewer", "org.apache.storm.daemon.logviewer.LogviewerServer", c.ports.logviewer)
}

// StartUI starts Storm's UI, and returns the address of its HTTP server when that answers.
func (c *Cluster) StartUI(ctx context.Context) (address string, err error) {
	return c.startWeb(ctx, "ui", "org.apache.storm.daemon.ui.UIServer", c.ports.ui)
}

func (c *Cluster) startWeb(ctx context.Context, name, class string, port int) (address string, err error) {
	webapp, err := Webapp(ctx)
	if err != nil {
		return "", err
	}
	libraries, err := Classpath(ctx, WebappJars)
	if err != nil {
		return "", err
	}
	public := filepath.Join(c.home, "public")
	if !isDir(public) {
		if err := os.Symlink(filepath.Join(webapp, "public"), public); err != nil {
			return "", fmt.Errorf("making STORM_HOME: %w", err)
		}
	}
	d, err := c.run(name, c.daemonArgs(name, "-Xmx128m", "", class, filepath.Join(webapp, "classes"), libraries))
	if err != nil {
		return "", err
	}
	address = loopback(port)
	return address, d.await(ctx, func(ctx context.Context) error { return reachable(ctx, address) })
}
