package validate

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/gobuild"
	"github.com/stormflux/stormflux/internal/jar"
	"github.com/stormflux/stormflux/internal/settings"
)

// Files answers what [Check] asks about the files that a topology names. The paths are the operating system's, relative
// to the working directory or absolute. An error that wraps the context's error ends the Check.
type Files interface {
	// Stat describes a file, as [os.Stat] does.
	Stat(path string) (fs.FileInfo, error)
	// Names returns the names in a folder, for suggestions: some of them when there are very many, and none when it
	// cannot be read.
	Names(folder string) []string
	// Read returns the content of a file, or an error if it is large.
	Read(path string) ([]byte, error)
	// Resources finds the files that go into the jar's resources, and everything that is wrong with them.
	Resources(ctx context.Context, resources []jar.Resource) ([]jar.Entry, jar.Faults, error)
	// Jars returns the names of what the user's jars give to the submitted jar, and what is wrong with them.
	Jars(archive jar.Archive) ([]string, jar.Faults)
	// Classes opens the user's jars for the classes in them.
	Classes(storm settings.Version, jars []string) (*classfile.Path, error)
	// GoPackage checks that a folder holds a main package for the platform. Of any other folder it returns a
	// [*gobuild.InspectError].
	GoPackage(ctx context.Context, folder string, platform gobuild.Platform) error
	// Executable reads the head of an executable file. Any other file gives [gobuild.ErrNotExecutable], wrapped.
	Executable(path string) (gobuild.Executable, error)
}

// disk is the operating system's files.
type disk struct{}

func (disk) Stat(path string) (fs.FileInfo, error) { return os.Stat(path) }

func (disk) Names(folder string) []string {
	const most = 1000
	f, err := os.Open(folder)
	if err != nil {
		return nil
	}
	defer f.Close()
	names, _ := f.Readdirnames(most)
	return names
}

func (disk) Read(path string) ([]byte, error) {
	const most = 1 << 20
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() || info.Size() > most {
		return nil, errors.New("not a file of a usual size")
	}
	return os.ReadFile(path)
}

func (disk) Resources(ctx context.Context, resources []jar.Resource) ([]jar.Entry, jar.Faults, error) {
	return jar.Collect(ctx, resources)
}

func (disk) Jars(archive jar.Archive) ([]string, jar.Faults) { return archive.Contents() }

func (disk) Classes(storm settings.Version, jars []string) (*classfile.Path, error) {
	return classfile.Open(classfile.Options{Storm: storm, Jars: jars})
}

func (disk) GoPackage(ctx context.Context, folder string, platform gobuild.Platform) error {
	_, err := gobuild.Inspect(ctx, folder, platform)
	return err
}

func (disk) Executable(path string) (gobuild.Executable, error) { return gobuild.ReadExecutable(path) }
