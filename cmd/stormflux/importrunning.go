package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/stormflux/stormflux/internal/asyaml"
	"github.com/stormflux/stormflux/internal/atomicfile"
	"github.com/stormflux/stormflux/internal/gobuild"
	"github.com/stormflux/stormflux/internal/importer"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/running"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/stormjar"
	"github.com/stormflux/stormflux/internal/topology"
)

// runningTopology is a topology on a cluster, as its client submitted it.
type runningTopology struct {
	id    string
	model *topology.Topology
}

func readRunning(ctx context.Context, client *nimbus.Client, name string) (*runningTopology, error) {
	r, err := running.Read(ctx, client, name)
	switch {
	case err != nil:
		return nil, err
	case r == nil:
		_, absent := client.Find(ctx, name) // it knows the names that there are
		return nil, &explained{err: absent, text: fmt.Sprintf("no topology %q runs on the cluster, and there is no such file", name)}
	case r.Status == "KILLED":
		return nil, fmt.Errorf("the topology %q is being killed: nothing of it can be read", name)
	}
	version, err := settings.ParseVersion(r.Cluster.Version)
	if err != nil { // an old server does not report it
		version = settings.DefaultVersion()
	}
	return &runningTopology{id: r.ID, model: asyaml.Submitted(r.Topology, r.Cluster.Conf, version)}, nil
}

func (r *runningTopology) document(opts asyaml.Options) *asyaml.Document {
	d := asyaml.Of(r.model, opts)
	d.Header = []string{fmt.Sprintf("The topology %s as it ran on a cluster (%s), written by stormflux import.", r.model.Name, r.id)}
	if len(d.Jars) == 0 {
		d.Note("jar", "The cluster has the topology's jar. To save it: stormflux import "+r.model.Name+" --jar FILE")
	}
	return d
}

// importJar saves the jar of a topology, without what compiling adds again, and reads the launchers in it.
func (a *app) importJar(ctx context.Context, client *nimbus.Client, flags *importFlags, found *runningTopology) (*asyaml.Document, error) {
	whole, err := os.CreateTemp("", "stormflux-import-*.jar")
	if err != nil {
		return nil, environmentError(err)
	}
	defer os.Remove(whole.Name())
	err = client.ReadBlob(ctx, nimbus.JarKey(found.id), whole)
	if closed := whole.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, environmentError(fmt.Errorf("reading the jar of the topology: %w", err))
	}
	content, err := stormjar.Read(whole.Name())
	if err != nil {
		return nil, environmentError(err)
	}
	folder := filepath.Dir(flags.output)
	opts := asyaml.Options{Launchers: content.Launchers, Programs: goFolders(folder, content.Packages), Packages: content.Packages}
	d := found.document(opts)
	drop := func(path string) bool { return !d.Needs(path) }
	if err := atomicfile.Write(flags.jar, func(w io.Writer) error { return stormjar.WriteWithout(whole.Name(), drop, w) }); err != nil {
		return nil, environmentError(err)
	}
	delete(d.Notes, "jar")
	d.Jars, d.NoResources = []string{importer.Relative(folder, flags.jar)}, true
	return d, nil
}

// goFolders returns the folders of the packages that are in the Go module of a folder, as `go` names them in a file there.
func goFolders(folder string, packages map[string]string) map[string]string {
	root, module, ok := gobuild.Module(folder)
	folders := map[string]string{}
	for program, pkg := range packages {
		below, inModule := strings.CutPrefix(pkg+"/", module+"/")
		if !ok || !inModule {
			continue
		}
		dir := filepath.Join(root, filepath.FromSlash(below))
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			folders[program] = "./" + importer.Relative(folder, dir)
			if strings.HasPrefix(folders[program], "./..") {
				folders[program] = strings.TrimPrefix(folders[program], "./")
			}
		}
	}
	return folders
}
