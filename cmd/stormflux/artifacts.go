package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/jvm"
	"github.com/stormflux/stormflux/internal/local"
	"github.com/stormflux/stormflux/internal/maven"
	"github.com/stormflux/stormflux/internal/stormclient"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// resolvedArtifacts are the answers of Maven that this process has, by coordinates.
type resolvedArtifacts map[string]resolvedArtifact

type resolvedArtifact struct {
	resolution *maven.Resolution
	err        error
}

// artifacts returns the files of Maven coordinates. It asks only once.
func (a *app) artifacts(ctx context.Context, coordinates []maven.Coordinate) (*maven.Resolution, error) {
	key := fmt.Sprint(coordinates)
	if known, ok := a.resolved[key]; ok {
		return known.resolution, known.err
	}
	resolution, err := maven.Resolve(ctx, coordinates, a.maven())
	if a.resolved == nil {
		a.resolved = resolvedArtifacts{}
	}
	if ctx.Err() == nil {
		a.resolved[key] = resolvedArtifact{resolution, err}
	}
	return resolution, err
}

// artifactFiles returns the paths of the files of Maven coordinates.
func (a *app) artifactFiles(ctx context.Context, texts []string) ([]string, error) {
	var coordinates []maven.Coordinate
	for _, text := range texts {
		if c, err := maven.Parse(text); err == nil {
			coordinates = append(coordinates, c)
		}
	}
	resolution, err := a.artifacts(ctx, coordinates)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, part := range resolution.Parts {
		for _, f := range part {
			paths = append(paths, f.Path)
		}
	}
	return paths, nil
}

// needed returns the error that ends a command when it cannot do without the jars. A coordinate that no repository has is
// a fault of the file, which the check reports.
func (f *topologyFlags) needed(err error) error {
	if none := (*maven.NotFoundError)(nil); err == nil || !f.needsJars || errors.As(err, &none) {
		return nil
	}
	return environmentError(err)
}

// resolveJars finds the files of the document's Maven coordinates, for the check.
func (a *app) resolveJars(ctx context.Context, f *topologyFlags, doc *schema.Document, check *validate.Options) error {
	for _, part := range []struct {
		coordinates []maven.Coordinate
		files       **maven.Resolution
	}{{validate.Coordinates(doc), &check.Artifacts}, {validate.DependencyCoordinates(doc), &check.Dependencies}} {
		if len(part.coordinates) == 0 {
			continue
		}
		files, err := a.artifacts(ctx, part.coordinates)
		if err := f.needed(err); err != nil {
			return err
		}
		if err != nil {
			check.ArtifactsError = err
			continue
		}
		if files.Stale != nil {
			printTo(a.stderr, "stormflux: the snapshots among the jars could not be refreshed: %v\n", files.Stale)
		}
		*part.files = files
	}
	return nil
}

// maven returns how to ask Maven, which takes seconds: so it says that it starts.
func (a *app) maven() maven.Options {
	return maven.Options{Starting: func(list []maven.Coordinate) {
		var names []string
		for _, c := range list {
			c.Exclusions = nil
			names = append(names, c.String())
		}
		printTo(a.stderr, "stormflux: asking Maven for %s; its answer is kept\n", strings.Join(names, ", "))
	}}
}

// storm returns where to look for Storm's client.
func (a *app) storm() stormclient.Options { return stormclient.Options{Maven: a.maven()} }

// jvm returns what the JVM components of a topology run in on this machine.
func (a *app) jvm(ctx context.Context, top *validate.Topology) (*local.JVM, error) {
	if !top.Storm.AtLeast(2, 0) {
		return nil, fmt.Errorf("this machine can run JVM components of Storm 2.0 and later, but the topology is for Storm %s: "+
			"submit it to a cluster, or write --storm-version 2.8 if its classes fit", top.Storm)
	}
	java, err := jvm.Find()
	if err != nil {
		return nil, fmt.Errorf("running JVM components: %w", err)
	}
	storm, err := stormclient.ClassPath(ctx, top.Storm, a.storm())
	if err != nil {
		return nil, fmt.Errorf("running JVM components: %w", err)
	}
	classPath := slices.Concat(top.ClassPath(), storm)
	for i, path := range classPath {
		if classPath[i], err = filepath.Abs(path); err != nil { // the JVM starts in the folder of the resources
			return nil, fmt.Errorf("running JVM components: %w", err)
		}
	}
	return &local.JVM{Java: java, ClassPath: classPath}, nil
}
