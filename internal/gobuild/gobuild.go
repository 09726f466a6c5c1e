// Package gobuild builds the Go programs that components run on the workers. It also inspects packages and executables
// without building or running them.
//
// It owns the call of the go command and parses its messages. It does not know what a component is, nor where in the
// jar a program goes.
package gobuild

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
)

// ErrNoGo is the error if there is no go command.
var ErrNoGo = errors.New("the go command was not found: install Go (https://go.dev/dl) or name a built executable instead of a package")

// Platform is an operating system and an architecture in Go's words.
type Platform struct{ OS, Arch string }

// String returns os/arch.
func (p Platform) String() string { return p.OS + "/" + p.Arch }

// Options describe what to build.
type Options struct {
	// Dir is the folder of a main package, in any module: the go command runs in that module.
	Dir string
	// Output is the path of the executable. Its folder must exist. An old file is replaced at once, and only by a
	// complete program. No ".exe" is added.
	Output string
	// OS and Arch are the platform to build for; empty means the platform of this program.
	OS, Arch string
}

func (o Options) platform() Platform {
	p := Platform{o.OS, o.Arch}
	if p.OS == "" {
		p.OS = runtime.GOOS
	}
	if p.Arch == "" {
		p.Arch = runtime.GOARCH
	}
	return p
}

// Message is a message of the go command about a place in a file.
type Message struct {
	File         string // absolute
	Line, Column int    // from 1, the column in bytes; Column is 0 when it is not known
	Text         string // may have further lines
}

// Place returns the message's place as file:line:column, or as file:line without a column. file is the name to show.
func (m Message) Place(file string) string {
	if m.Column == 0 {
		return fmt.Sprintf("%s:%d", file, m.Line)
	}
	return fmt.Sprintf("%s:%d:%d", file, m.Line, m.Column)
}

// Error reports that a package cannot be built.
type Error struct {
	Dir      string
	Platform Platform
	// Messages are the messages about a place, in the go command's order. A file in another folder than Dir belongs to
	// a package that Dir imports.
	Messages []Message
	// Output is the whole output of the go command. Names of go.mod and the like are absolute.
	Output string
	Err    error // *exec.ExitError, or ErrNotExecutable for a package that is not main
}

// Error returns the first message.
func (e *Error) Error() string {
	text := ""
	switch {
	case len(e.Messages) > 0:
		m := e.Messages[0]
		text = m.Place(m.File) + ": " + m.Text
	default:
		for line := range strings.Lines(e.Output) {
			line = strings.TrimSpace(line)
			if line != "" && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "go: downloading ") {
				text = line
				break
			}
		}
	}
	if text == "" {
		text = "the go command failed: " + e.Err.Error()
	}
	return fmt.Sprintf("building %s for %s: %s", e.Dir, e.Platform, text)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Build builds one package. The error is an [*Error] if the package is at fault, [ErrNoGo] if there is no go command,
// the cause of the context if it is done, and otherwise an error that names the file that could not be written.
//
// The program depends only on the sources, the Go release and variables such as GOFLAGS and GOAMD64. It does not depend
// on the folder, the time or the state of version control: CGO_ENABLED=0, -trimpath, -buildvcs=false, and neither
// symbols nor build id. It keeps its build information (go version -m).
func Build(ctx context.Context, o Options) error {
	return BuildAll(ctx, []Options{o})[0]
}

// BuildAll builds several packages. Element i of the result is the error of builds[i], or nil. One call of the go
// command builds all packages of one module for one platform, which is much faster than one call for each.
func BuildAll(ctx context.Context, builds []Options) []error {
	errs := make([]error, len(builds))
	if len(builds) == 0 {
		return errs
	}
	goCommand, err := exec.LookPath("go")
	if err != nil {
		for i := range errs {
			errs[i] = ErrNoGo
		}
		return errs
	}
	for _, batch := range batches(builds) {
		if len(batch) > 1 && together(ctx, goCommand, builds, batch) {
			continue
		}
		// Build them one by one: if one package does not load, the go command builds none of them. And so each message
		// belongs to a known package. Go's cache keeps what was compiled before.
		for _, i := range batch {
			if _, err := os.Stat(builds[i].Dir); err != nil {
				errs[i] = fmt.Errorf("building %s: %w", builds[i].Dir, reason(err))
				continue
			}
			errs[i] = alone(ctx, goCommand, builds[i])
		}
	}
	return errs
}

// batches divides builds into groups that one call of the go command can build, by index, in order. With several
// packages the go command names each program after its folder, and does not report when two get the same name.
func batches(builds []Options) [][]int {
	type key struct {
		platform     Platform
		module, into string
	}
	var keys []key
	var result [][]int
	names := make([]map[string]bool, 0, len(builds))
next:
	for i, o := range builds {
		dir, err := filepath.Abs(o.Dir)
		root, ok := moduleRoot(dir)
		// The program of a module's root folder, or of a folder like "v2", gets another name.
		if err != nil || !ok || root == dir || versionFolder.MatchString(filepath.Base(dir)) {
			keys, result, names = append(keys, key{}), append(result, []int{i}), append(names, nil)
			continue
		}
		k := key{o.platform(), root, filepath.Dir(o.Output)}
		for b := range result {
			if keys[b] == k && !names[b][filepath.Base(dir)] {
				result[b] = append(result[b], i)
				names[b][filepath.Base(dir)] = true
				continue next
			}
		}
		keys, result, names = append(keys, k), append(result, []int{i}), append(names, map[string]bool{filepath.Base(dir): true})
	}
	return result
}

var versionFolder = regexp.MustCompile(`^v[0-9]+$`)

// together builds a batch with one call. It reports whether all programs were built and put in place.
func together(ctx context.Context, goCommand string, builds []Options, batch []int) bool {
	first := builds[batch[0]]
	temp, err := os.MkdirTemp(filepath.Dir(first.Output), ".stormflux-build-")
	if err != nil {
		return false
	}
	defer os.RemoveAll(temp)
	temp, err = filepath.Abs(temp)
	if err != nil {
		return false
	}
	dir, err := filepath.Abs(first.Dir)
	if err != nil {
		return false
	}
	root, _ := moduleRoot(dir)
	var packages []string
	for _, i := range batch {
		dir, err := filepath.Abs(builds[i].Dir)
		if err != nil {
			return false
		}
		rel, err := filepath.Rel(root, dir)
		if err != nil {
			return false
		}
		packages = append(packages, "./"+filepath.ToSlash(rel))
	}
	if _, err := run(ctx, goCommand, root, first.platform(), temp+string(filepath.Separator), packages); err != nil {
		return false
	}
	for n, i := range batch {
		name := filepath.Base(filepath.FromSlash(packages[n]))
		if first.platform().OS == "windows" {
			name += ".exe"
		}
		if err := os.Rename(filepath.Join(temp, name), builds[i].Output); err != nil {
			return false
		}
	}
	return true
}

// alone builds one package.
func alone(ctx context.Context, goCommand string, o Options) error {
	temp, err := os.MkdirTemp(filepath.Dir(o.Output), ".stormflux-build-")
	if err != nil {
		return fmt.Errorf("writing %s: %w", o.Output, reason(err))
	}
	defer os.RemoveAll(temp)
	program, err := filepath.Abs(filepath.Join(temp, "program"))
	if err != nil {
		return fmt.Errorf("writing %s: %w", o.Output, err)
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return fmt.Errorf("building %s: %w", o.Dir, err)
	}
	output, err := run(ctx, goCommand, dir, o.platform(), program, []string{"."})
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		if _, ok := errors.AsType[*exec.ExitError](err); !ok {
			return fmt.Errorf("building %s: %w", o.Dir, err)
		}
		output = withAbsolute(dir, output)
		return &Error{Dir: o.Dir, Platform: o.platform(), Output: output, Messages: messages(dir, output), Err: err}
	}
	if !linked(program) {
		return &Error{Dir: o.Dir, Platform: o.platform(), Output: "the package is not a main package: it cannot become a program", Err: ErrNotExecutable}
	}
	if err := os.Rename(program, o.Output); err != nil {
		return fmt.Errorf("writing %s: %w", o.Output, reason(err))
	}
	return nil
}

// linked reports whether the go command wrote a program. For a package that is not main, it writes an archive and
// succeeds.
func linked(path string) bool {
	const archive = "!<arch>\n" // ar(5)
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	head := make([]byte, len(archive))
	_, err = io.ReadFull(file, head)
	return err == nil && string(head) != archive
}

// run calls go build and returns its output.
func run(ctx context.Context, goCommand, dir string, p Platform, output string, packages []string) (string, error) {
	args := append([]string{"build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", output, "--"}, packages...)
	work, err := workFolder()
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work)
	cmd := exec.CommandContext(ctx, goCommand, args...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0", "GOOS="+p.OS, "GOARCH="+p.Arch, "GOTMPDIR="+work)
	stopWhole(cmd)
	// Linux interrupts the go command when the thread that started it ends, see endWithUs.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.WaitDelay = 5 * time.Second // for the go command to remove its temporary folder
	said, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		killRest(cmd)
	}
	return string(said), err
}

// workFolder makes a folder for the temporary files of a go command, in the place that a go command would take. A go command
// that is killed leaves its files behind.
func workFolder() (string, error) {
	work, err := os.MkdirTemp(os.Getenv("GOTMPDIR"), "stormflux-go-")
	if err != nil {
		return "", fmt.Errorf("making a temporary folder for the go command: %w", err)
	}
	return filepath.Abs(work)
}

var placed = regexp.MustCompile(`^(.+\.(?:go|s|mod|work)):(\d+)(?::(\d+))?: (.*)$`)

// moduleFile finds the files of modules that the go command names relative to its working directory.
var moduleFile = regexp.MustCompile(`(?m)(^go: |[\s"])((?:\.\./)+(?:[^\s:"]*/)?go\.(?:mod|sum|work))\b|(^go: )(go\.mod)\b`)

// withAbsolute returns the output of a go command that ran in dir, with absolute names of the files of modules.
func withAbsolute(dir, output string) string {
	return moduleFile.ReplaceAllStringFunc(output, func(found string) string {
		m := moduleFile.FindStringSubmatch(found)
		return m[1] + m[3] + filepath.Join(dir, filepath.FromSlash(m[2]+m[4]))
	})
}

// messages parses the output of a go command that ran in dir.
func messages(dir, output string) []Message {
	var found []Message
	open := false // the last line had a place: an indented line continues it
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\r\n")
		if m := placed.FindStringSubmatch(line); m != nil && !strings.HasPrefix(line, "\t") {
			file := filepath.FromSlash(m[1])
			if !filepath.IsAbs(file) {
				file = filepath.Join(dir, file)
			}
			row, err := strconv.Atoi(m[2])
			if err != nil {
				continue
			}
			column, _ := strconv.Atoi(m[3]) // 0 if it is absent
			found = append(found, Message{File: file, Line: row, Column: column, Text: m[4]})
			open = true
			continue
		}
		if open && strings.HasPrefix(line, "\t") {
			last := &found[len(found)-1]
			last.Text += "\n" + strings.TrimSpace(line)
			continue
		}
		open = false
	}
	return slices.Clip(found)
}

// Module returns the folder and the path of the Go module that a folder is in; false if it is in none.
func Module(dir string) (root, path string, ok bool) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", "", false
	}
	if root, ok = moduleRoot(abs); !ok {
		return "", "", false
	}
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", "", false
	}
	path = modfile.ModulePath(text)
	return root, path, path != ""
}

// moduleRoot returns the nearest folder with a go.mod file, from dir upward. dir is absolute.
func moduleRoot(dir string) (string, bool) {
	for {
		if info, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil && !info.IsDir() {
			return dir, true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", false
		}
		dir = parent
	}
}

// reason drops the path from a system error, because the message names the path that the user knows.
func reason(err error) error {
	if path, ok := errors.AsType[*os.PathError](err); ok {
		return path.Err
	}
	if link, ok := errors.AsType[*os.LinkError](err); ok {
		return link.Err
	}
	return err
}
