package compiler

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/gobuild"
	"github.com/stormflux/stormflux/internal/jar"
	jvmruntime "github.com/stormflux/stormflux/runtime"
	"github.com/stormflux/stormflux/validate"
)

// aboutLaunchers explains the folder of the launchers. A jar without other resources has it too: Storm makes a
// component's working folder only if the jar has a file below resources/ (STORM-90), and Nimbus needs a jar in any
// case.
const aboutLaunchers = writtenHere + "*.sh start the components of the topology, " +
	"bin/ holds their Go programs, python/ the Python SDK, " +
	"python-packages/ the required Python packages.\n"

// writtenHere is how aboutLaunchers begins, in every release.
const writtenHere = "This folder was written by stormflux: "

// LauncherReadme is the name of the file with which [IsLauncherFolder] knows an [Options.LauncherDir].
const LauncherReadme = "README"

// IsLauncherFolder reports whether the README of a folder below resources/ says that it is an [Options.LauncherDir].
func IsLauncherFolder(about []byte) bool { return strings.HasPrefix(string(about), writtenHere) }

// IsGenerated reports whether compiling writes a file, by its path below [Options.LauncherDir]. Other files there belong to the
// user: an SDK can be in a folder "stormflux" too.
func IsGenerated(name string) bool {
	top, _, below := strings.Cut(name, "/")
	if below {
		return top == programFolder || top == pythonFolder || top == packagesFolder
	}
	return name == LauncherReadme || strings.HasSuffix(name, ".sh")
}

// adapterFolder is the folder of the adapter's classes in the jar.
const adapterFolder = "stormflux/runtime/"

// Assembly is all files of a Program, with its Go programs built. Close removes the built programs.
type Assembly struct {
	Archive jar.Archive
	dir     string
}

// Assemble builds the program's Go components for a platform and collects everything for resources/ in the jar. The
// zero Platform means the platform of the workers; any other one is this machine.
func (p *Program) Assemble(ctx context.Context, platform validate.Platform) (*Assembly, error) {
	here := platform != (validate.Platform{})
	if !here {
		platform = p.Platform
	}
	entries := slices.Clone(p.ResourceEntries)
	if len(entries) == 0 || len(p.Launchers)+len(p.Builds) > 0 {
		entries = append(entries, jar.Entry{
			Name: jar.Root + p.launcherDir + "/" + LauncherReadme, Data: []byte(aboutLaunchers), Origin: "stormflux's note",
		})
	}
	for _, l := range p.Launchers {
		origin := fmt.Sprintf("the launcher of %q", l.Component)
		if l.Component == "" {
			origin = "the topology's setup"
		}
		entries = append(entries, jar.Entry{Name: jar.Root + l.Name, Data: []byte(l.Text), Executable: true, Origin: origin})
	}
	sdk, err := p.pythonSDK()
	if err != nil {
		return nil, err
	}
	packages, err := p.pythonPackages(ctx, here)
	if err != nil {
		return nil, err
	}
	entries = append(append(entries, sdk...), packages...)
	adapter, err := p.adapter()
	if err != nil {
		return nil, err
	}
	entries = append(entries, adapter...)
	dir, err := os.MkdirTemp("", "stormflux-build-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for built programs: %w", err)
	}
	a := &Assembly{dir: dir}
	var builds []gobuild.Options
	for i, b := range p.Builds {
		path := b.Executable
		if path == "" {
			path = filepath.Join(dir, fmt.Sprintf("program-%d", i))
			builds = append(builds, gobuild.Options{Dir: b.Package, Output: path, OS: platform.OS, Arch: platform.Arch})
		}
		entries = append(entries, jar.Entry{
			Name: jar.Root + b.Name, Path: path, Executable: true,
			Origin: fmt.Sprintf("the program %s", b.Package+b.Executable),
		})
	}
	if err := p.build(ctx, builds); err != nil {
		a.Close()
		return nil, err
	}
	a.Archive = jar.Archive{Jars: p.Jars, Entries: entries}
	if err := a.Archive.Check().Err(); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

// build builds Go programs. With a full cache this takes no time that a user notices, so only a slow build is reported.
func (p *Program) build(ctx context.Context, builds []gobuild.Options) error {
	if len(builds) == 0 {
		return nil
	}
	reported := make(chan struct{})
	slow := time.AfterFunc(time.Second, func() {
		defer close(reported)
		if p.building != nil {
			p.building(len(builds))
		}
	})
	err := buildErrors(gobuild.BuildAll(ctx, builds))
	if !slow.Stop() {
		<-reported
	}
	return err
}

// adapter returns the classes that make the JVM objects of the topology on the workers. It returns none if there are no
// such objects.
func (p *Program) adapter() ([]jar.Entry, error) {
	if len(p.Topology.Definitions()) == 0 {
		return nil, nil
	}
	return p.adapterClasses()
}

func (p *Program) adapterClasses() ([]jar.Entry, error) {
	classes, err := jvmruntime.Classes(p.Storm)
	if err != nil {
		return nil, err
	}
	entries := make([]jar.Entry, len(classes))
	for i, c := range classes {
		entries[i] = jar.Entry{Name: c.Name, Data: c.Data, Origin: "stormflux's adapter"}
	}
	return entries, nil
}

// BuildError says that Go programs do not build because of an error in their sources.
type BuildError struct {
	// Messages are those of the Go compiler, as file:line:column: text. The files are relative to the working directory.
	Messages []string
}

// Error returns all messages, one on each line.
func (e *BuildError) Error() string {
	return "the Go components do not build:\n  " + strings.Join(e.Messages, "\n  ")
}

// buildErrors combines the errors of several builds: into one BuildError if the sources are wrong, else into the first
// error with another cause.
func buildErrors(errs []error) error {
	wrong := &BuildError{}
	for _, err := range errs {
		var pkg *gobuild.Error
		switch {
		case err == nil:
		case !errors.As(err, &pkg):
			return err
		case len(pkg.Messages) == 0:
			wrong.Messages = append(wrong.Messages, shortPaths(strings.TrimSpace(pkg.Output)))
		default:
			for _, m := range pkg.Messages {
				wrong.Messages = append(wrong.Messages, m.Place(diag.ShortPath(m.File))+": "+m.Text)
			}
		}
	}
	if len(wrong.Messages) == 0 {
		return nil
	}
	return wrong
}

// shortPaths returns a text with the files of the working directory as messages show them.
func shortPaths(text string) string {
	wd, err := os.Getwd()
	if err != nil {
		return text
	}
	return strings.ReplaceAll(text, wd+string(filepath.Separator), "")
}

// WriteJar writes the jar that a client submits to w. The same program and files give the same bytes.
func (a *Assembly) WriteJar(ctx context.Context, w io.Writer) (jar.Summary, error) {
	return a.Archive.WriteSummary(ctx, w)
}

// Close removes the built programs.
func (a *Assembly) Close() error { return os.RemoveAll(a.dir) }
