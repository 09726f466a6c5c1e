package compiler

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/fingerprint"
	"github.com/stormflux/stormflux/internal/jar"
	"github.com/stormflux/stormflux/internal/topology"
)

// Fingerprint returns the fingerprint of a program with its assembled files, before [Program.AddSubmission]. The same
// sources give the same fingerprint: Go programs are built reproducibly, and no time, folder or version of stormflux is in
// it, except for stormflux's own files in the jar.
func (p *Program) Fingerprint(ctx context.Context, a *Assembly) (*fingerprint.Fingerprint, error) {
	sums, err := a.Archive.Sums(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(sums, func(a, b jar.Sum) int { return strings.Compare(a.Name, b.Name) })
	owners := map[string][]string{} // ids of components, by file
	for id, files := range p.runs {
		for _, file := range files {
			owners[jar.Root+file] = append(owners[jar.Root+file], id)
		}
	}
	starts := map[string]string{} // launchers, with the component that each starts
	for _, l := range p.Launchers {
		starts[jar.Root+l.Name] = l.Component
	}
	programs, parts := groups[string]{}, groups[fingerprint.Part]{}
	f := &fingerprint.Fingerprint{Starts: map[string]string{}}
	for _, sum := range sums {
		component, launcher := starts[sum.Name]
		switch {
		case sum.Name == jar.Root+p.launcherDir+"/"+LauncherReadme:
		case launcher && component != "":
			f.Starts[component] = short(sum.Content)
		case launcher:
			parts.add(fingerprint.Setup, sum)
		case len(owners[sum.Name]) > 0:
			for _, id := range owners[sum.Name] {
				programs.add(id, sum)
			}
		default:
			parts.add(p.part(sum.Name), sum)
		}
	}
	if err := p.addDependencies(ctx, parts); err != nil {
		return nil, err
	}
	f.Programs, f.Parts = programs.hashes(), parts.hashes()
	f.Jar = short(fmt.Sprint(f.Programs, f.Starts, f.Parts))
	return f.WithKeys(p.Topology.Conf), nil
}

// SubmittedConf returns the configuration that is submitted with the assembled files: the program's, with their fingerprint.
func (p *Program) SubmittedConf(ctx context.Context, a *Assembly) (map[string]topology.Value, error) {
	f, err := p.Fingerprint(ctx, a)
	if err != nil {
		return nil, err
	}
	conf := maps.Clone(p.Topology.Conf)
	if conf == nil {
		conf = map[string]topology.Value{}
	}
	conf[fingerprint.Key] = f.Value()
	return conf, nil
}

// part returns the part of the jar that a file belongs to if no component owns it.
func (p *Program) part(name string) fingerprint.Part {
	own := jar.Root + p.launcherDir + "/"
	switch {
	case strings.HasPrefix(name, own+pythonFolder+"/"):
		return fingerprint.PythonSDK
	case strings.HasPrefix(name, own+packagesFolder+"/"):
		return fingerprint.PythonPackages
	case strings.HasPrefix(name, jar.Root):
		return fingerprint.Resources
	case strings.HasPrefix(name, adapterFolder):
		return fingerprint.Adapter
	}
	return fingerprint.Classes
}

// addDependencies adds the jars that workers get as blobs: a file that is the same for everybody by its coordinate, any other
// by its content.
func (p *Program) addDependencies(ctx context.Context, parts groups[fingerprint.Part]) error {
	for _, d := range p.Dependencies {
		sum := jar.Sum{Name: d.Artifact}
		if d.Artifact == "" {
			file, err := os.Open(d.Path)
			if err != nil {
				return err
			}
			content := sha256.New()
			_, err = io.Copy(content, file)
			file.Close()
			if err != nil {
				return fmt.Errorf("reading %s: %w", d.Path, err)
			}
			if err := context.Cause(ctx); err != nil {
				return err
			}
			sum.Content = hex.EncodeToString(content.Sum(nil))
		}
		parts.add(fingerprint.Dependencies, sum)
	}
	return nil
}

// groups are sums of files by what they belong to.
type groups[K comparable] map[K][]jar.Sum

func (g groups[K]) add(key K, sum jar.Sum) { g[key] = append(g[key], sum) }

func (g groups[K]) hashes() map[K]string {
	hashes := make(map[K]string, len(g))
	for key, sums := range g {
		var text strings.Builder
		for _, s := range sums {
			fmt.Fprintf(&text, "%d:%s %s\n", len(s.Name), s.Name, s.Content)
		}
		hashes[key] = short(text.String())
	}
	return hashes
}

// short returns a hash that is long enough to notice a change, because every process of a component gets it.
func short(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}
