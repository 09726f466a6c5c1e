package validate

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/stormflux/stormflux/internal/gobuild"
	"github.com/stormflux/stormflux/schema"
)

// The rules about Go programs.
const (
	ruleMissingGoPackage = "missing-go-package"
	ruleNotMainPackage   = "not-main-package"
	ruleNotExecutable    = "not-an-executable"
)

// programFault is what is wrong with a Go program. It is reported for each component that names the program.
type programFault struct {
	rule, message, hint string
	platform            bool // the fault is the platform
}

// goFiles finds out whether a Go program is a package or an executable, and checks it without building it.
func (c *checker) goFiles(k *component, program *GoProgram) {
	path := program.Dir
	info, err := c.files.Stat(path)
	switch {
	case err != nil && errors.Is(err, os.ErrNotExist):
		d := c.list.Errorf(ruleMissingGoPackage, program.Span, "%s: no Go package or executable at %q", k.name(), path)
		if near, ok := c.nearFile(path); ok {
			d.WithHint("did you mean %q?", filepath.ToSlash(filepath.Join(filepath.Dir(k.src.Implementation.(*schema.GoProgram).Path.Text), near)))
		} else {
			d.WithHint("name the folder of a main package, relative to this file")
		}
		return
	case err != nil:
		c.list.Errorf(ruleMissingGoPackage, program.Span, "%s: %q cannot be read: %v", k.name(), path, pathless(err))
		return
	case !info.IsDir():
		program.Dir, program.Executable = "", path
	}
	fault, seen := c.programs[path]
	if !seen {
		if info.IsDir() {
			fault = c.goPackage(path, c.topology.Platform)
		} else {
			fault = c.executable(path, c.topology.Platform)
		}
		if c.programs == nil {
			c.programs = make(map[string]*programFault)
		}
		c.programs[path] = fault
	}
	if fault == nil {
		return
	}
	d := c.list.Errorf(fault.rule, program.Span, "%s: %s", k.name(), fault.message)
	if fault.hint != "" {
		d.WithHint("%s", fault.hint)
	}
	if fault.platform && c.doc.Platform != nil && c.opts.Platform == (Platform{}) {
		d.WithRelated(c.doc.Platform.Span, "the platform is set here")
	}
}

func pathless(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// goPackage checks that a folder holds a main package for the platform; nil when it does.
func (c *checker) goPackage(dir string, platform Platform) *programFault {
	err := c.files.GoPackage(c.ctx, dir, gobuild.Platform(platform))
	var problem *gobuild.InspectError
	switch {
	case err == nil || c.ctx.Err() != nil: // Check reports that the context ended
		return nil
	case !errors.As(err, &problem):
		panic("validate: GoPackage returned an error of another kind than Files allows: " + err.Error())
	}
	fault := &programFault{rule: ruleNotMainPackage, message: problem.Error()}
	switch problem.Problem {
	case gobuild.NotFound, gobuild.NotFolder, gobuild.Unreadable, gobuild.NoGoFiles:
		fault.rule, fault.hint = ruleMissingGoPackage, "name the folder of a main package"
	case gobuild.Excluded:
		fault.rule, fault.hint = ruleMissingGoPackage, "check the names of the files and their build constraints; cgo is not available"
	case gobuild.NotMain:
		fault.hint = "name the folder with func main"
	case gobuild.NoModule:
		fault.hint = "run `go mod init` in the folder with your sources"
	}
	return fault
}

// executable checks that a file is a program of the platform, from its header; nil when it is.
func (c *checker) executable(path string, platform Platform) *programFault {
	if filepath.Ext(path) == ".go" {
		return &programFault{rule: ruleNotMainPackage, message: quoted(path) + " is a Go source file",
			hint: "name its folder: " + filepath.ToSlash(filepath.Dir(path))}
	}
	program, err := c.files.Executable(path)
	switch {
	case errors.Is(err, gobuild.ErrNotExecutable):
		return &programFault{rule: ruleNotExecutable, message: quoted(path) + " is not an executable program",
			hint: "run a script with `command`: [python3, split.py]"}
	case err != nil:
		return &programFault{rule: ruleNotExecutable, message: err.Error()}
	case !program.RunsOn(gobuild.Platform(platform)):
		return &programFault{rule: ruleNotExecutable, platform: true,
			message: quoted(path) + " is built for " + made(program) + ", but the workers run on " + platform.String(),
			hint:    "build it for " + platform.String() + ", or name the folder of the package, and stormflux builds it"}
	}
	return nil
}

func made(program gobuild.Executable) string {
	names := make([]string, len(program.Platforms))
	for i, p := range program.Platforms {
		names[i] = p.String()
	}
	if len(names) == 0 {
		return "Unix"
	}
	return strings.Join(names, " and ")
}
