package wheels

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Error says that pip has no wheels for the requirements: they, or the options, are at fault.
type Error struct {
	// Messages are one sentence each, with file:line in front where the fault is in a file.
	Messages []string
}

// Error returns all messages, one on each line.
func (e *Error) Error() string {
	return "the Python packages cannot go into the jar:\n  " + strings.Join(e.Messages, "\n  ")
}

// interpreter is a Python on this machine.
type interpreter struct {
	program string
	Version string // 3.11
	Tag     string // cpython-311
	System  string // linux-x86_64
}

const aboutInterpreter = `import json, sys, sysconfig
print(json.dumps({"Version": "%d.%d" % sys.version_info[:2], "Tag": sys.implementation.cache_tag, "System": sysconfig.get_platform()}))`

// findPython returns the interpreter that runs pip. If it is not the one that the workers have, another one will do.
func findPython(ctx context.Context, opts Options) (*interpreter, error) {
	names := []string{opts.Interpreter}
	if !opts.Native {
		names = append(names, "python3", "python")
	}
	var failed error
	for _, name := range names {
		if name == "" {
			continue
		}
		out, err := exec.CommandContext(ctx, name, "-c", aboutInterpreter).Output()
		p := &interpreter{program: name}
		if err == nil {
			err = json.Unmarshal(out, p)
		}
		if err == nil {
			return p, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if failed == nil {
			failed = err
		}
	}
	return nil, fmt.Errorf("getting Python packages needs Python: %w", failed)
}

// download lets pip download wheels into a folder.
func download(ctx context.Context, python *interpreter, opts Options, files []listing, dir string) error {
	args := []string{"-m", "pip", "download", "-vv", "--no-input", "--disable-pip-version-check", "--no-color", "--progress-bar", "off",
		"--retries", "2", "--timeout", "20", "--only-binary=:all:", "--dest", dir, "--requirement", opts.Requirements}
	args = append(args, opts.indexArgs()...)
	args = append(args, opts.targetArgs(python)...)
	cmd := exec.CommandContext(ctx, python.program, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	text := strings.ReplaceAll(out.String(), "\r", "")
	if strings.Contains(text, "No module named pip") {
		return fmt.Errorf("getting Python packages needs pip, which %s does not have: try \"%s -m ensurepip\"", python.program, python.program)
	}
	return explain(text, err, python, opts, files)
}

func (o Options) indexArgs() []string {
	var args []string
	if o.NoIndex {
		args = append(args, "--no-index")
	}
	if o.IndexURL != "" {
		args = append(args, "--index-url", o.IndexURL)
	}
	for _, url := range o.ExtraIndexURLs {
		args = append(args, "--extra-index-url", url)
	}
	for _, place := range o.FindLinks {
		args = append(args, "--find-links", place)
	}
	return args
}

// targetArgs returns the words that say what the wheels must fit; none for the interpreter itself.
func (o Options) targetArgs(python *interpreter) []string {
	if o.Native {
		return nil
	}
	args := []string{"--implementation", "cp", "--python-version", o.version(python)}
	for _, tag := range o.Platforms {
		args = append(args, "--platform", tag)
	}
	return args
}

var versionOf = regexp.MustCompile(`(\d+\.\d+)$`)

// version returns the version of Python that the workers have: that in the name of the interpreter, else that of python.
func (o Options) version(python *interpreter) string {
	if m := versionOf.FindString(o.Interpreter); m != "" {
		return m
	}
	return python.Version
}

var (
	noMatch    = regexp.MustCompile(`(?m)^ERROR: No matching distribution found for (.+?)\s*$`)
	someExist  = regexp.MustCompile(`\(from versions: ([^)]*)\)`)
	otherThan  = regexp.MustCompile(`(?m)^ERROR: Ignored the following versions that require a different python version: (.+)$`)
	skipped    = regexp.MustCompile(`(?m)^\s*Skipping link: (.+?): (\S+/[^\s/]+)(?: \(from .*)?$`)
	tagsOf     = regexp.MustCompile(`^none of the wheel's tags \(([^)]*)\) are compatible`)
	errorLine  = regexp.MustCompile(`(?m)^ERROR: (.+)$`)
	fromLine   = regexp.MustCompile(`\(from line (\d+) of ([^)]+)\)`)
	projectOf  = regexp.MustCompile(`^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)`)
	unreached  = regexp.MustCompile(`(?m)(?:NewConnectionError|NameResolutionError|ConnectTimeoutError|ReadTimeoutError|SSLError|ProxyError|ProtocolError|ConnectionResetError)\(.*?["'](?:<[^>]*>: )?([^"']*)["']`)
	sourceFile = regexp.MustCompile(`^(.+)-\d[^-]*\.(?:tar\.gz|tar\.bz2|tgz|zip)$`)
)

// explain makes an error of what pip said.
func explain(text string, failed error, python *interpreter, opts Options, files []listing) error {
	if m := noMatch.FindStringSubmatch(text); m != nil {
		if why := unreached.FindStringSubmatch(text); why != nil {
			return fmt.Errorf("pip cannot reach the package index: %s", why[1])
		}
		return &Error{Messages: []string{missingWheel(text, m[1], python, opts, files)}}
	}
	var lines []string
	for _, m := range errorLine.FindAllStringSubmatch(text, -1) {
		lines = append(lines, m[1])
	}
	if strings.Contains(text, "DO NOT MATCH THE HASHES") || strings.Contains(text, "require-hashes mode") {
		lines = []string{afterError(text)}
	}
	if len(lines) == 0 {
		if why := unreached.FindStringSubmatch(text); why != nil {
			return fmt.Errorf("pip cannot reach the package index: %s", why[1])
		}
		var exit *exec.ExitError
		if !errors.As(failed, &exit) {
			return fmt.Errorf("running pip: %w", failed)
		}
		return fmt.Errorf("pip failed: %s", lastLines(text, 5))
	}
	for i, line := range lines {
		if m := fromLine.FindStringSubmatch(line); m != nil {
			lines[i] = m[2] + ":" + m[1] + ": " + strings.TrimSpace(strings.Replace(line, m[0], "", 1))
		} else {
			lines[i] = opts.Requirements + ": " + line
		}
	}
	return &Error{Messages: lines}
}

// missingWheel says why there is no wheel for a requirement.
func missingWheel(text, wanted string, python *interpreter, opts Options, files []listing) string {
	name := normal(projectOf.FindString(wanted))
	target := "Python " + opts.version(python)
	if opts.Native {
		target += " of this machine"
	} else {
		target += " on " + opts.System
	}
	sources, tags := "", []string(nil)
	for _, m := range skipped.FindAllStringSubmatch(text, -1) {
		file, _, _ := strings.Cut(path.Base(m[2]), "#")
		if source := sourceFile.FindStringSubmatch(file); source != nil && normal(source[1]) == name {
			sources = file
		}
		wheel, _, _ := strings.Cut(file, "-")
		if t := tagsOf.FindStringSubmatch(m[1]); t != nil && normal(wheel) == name && !slices.Contains(tags, t[1]) {
			tags = append(tags, t[1])
		}
	}
	place := placeOf(name, opts, files)
	const buildOne = "build a wheel (pip wheel) and name its folder in \"find-links\", or install the package with \"setup\" or in a \"venv\""
	const mostTags = 4
	switch versions := someExist.FindStringSubmatch(text); {
	case len(tags) > 0:
		if len(tags) > mostTags {
			tags = append(tags[:mostTags], "...")
		}
		return fmt.Sprintf("%s: no wheel of %q fits %s; its wheels are for %s", place, wanted, target, strings.Join(tags, ", "))
	case sources != "":
		return fmt.Sprintf("%s: no wheel of %q fits %s: there are only sources (%s); %s", place, wanted, target, sources, buildOne)
	case otherThan.MatchString(text):
		return fmt.Sprintf("%s: no wheel of %q fits %s; other versions need another Python: %s", place, wanted, target, otherThan.FindStringSubmatch(text)[1])
	case versions != nil && versions[1] != "" && versions[1] != "none":
		return fmt.Sprintf("%s: no version of the package matches %q; versions with a wheel that fits %s: %s", place, wanted, target, versions[1])
	case opts.NoIndex:
		return fmt.Sprintf("%s: no wheel of %q in the folders of \"find-links\"", place, wanted)
	}
	return fmt.Sprintf("%s: the package index has no package for %q", place, wanted)
}

// placeOf returns the file and line that ask for a package, or the requirements file if another package asks for it.
func placeOf(name string, opts Options, files []listing) string {
	for _, f := range files {
		for _, r := range f.all {
			if normal(r.Name) == name {
				return fmt.Sprintf("%s:%d", f.path, r.Line)
			}
		}
	}
	return opts.Requirements
}

// afterError returns the text from the first error line on, in one line.
func afterError(text string) string {
	if i := strings.Index(text, "ERROR: "); i >= 0 {
		text = text[i+len("ERROR: "):]
	}
	if i := strings.Index(text, "Traceback ("); i >= 0 {
		text = strings.TrimSpace(text[:i])
		text = strings.TrimSuffix(text, "Exception information:")
	}
	return strings.Join(strings.Fields(text), " ")
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n  ")
}
