package maven

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// plugin is the part of Maven that answers. Its version is fixed, so the form of the answer is too.
const plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:"

// MissingError says that Maven is not installed.
type MissingError struct {
	Program string
	Err     error
}

// Error says what to install.
func (e *MissingError) Error() string {
	return fmt.Sprintf("Maven is needed to find the jars of coordinates, but %q is not on the PATH: install Maven 3.6 or later, or name jar files", e.Program)
}

// Unwrap returns Err.
func (e *MissingError) Unwrap() error { return e.Err }

// NotFoundError says that no repository has an artifact.
type NotFoundError struct {
	Artifact string // as Maven names it
	Said     string // Maven's own sentence
}

// Error returns Maven's sentence.
func (e *NotFoundError) Error() string { return "Maven: " + e.Said }

// UnreachableError says that a repository did not answer.
type UnreachableError struct{ Said string }

// Error returns Maven's sentence.
func (e *UnreachableError) Error() string { return "Maven: " + e.Said }

// ask calls Maven. refresh makes it look for newer snapshots.
func (o Options) ask(ctx context.Context, coordinates []Coordinate, refresh bool) ([]File, error) {
	program := o.Program
	if program == "" {
		program = "mvn"
	}
	path, err := exec.LookPath(program)
	if err != nil {
		return nil, &MissingError{Program: program, Err: err}
	}
	dir, err := os.MkdirTemp("", "stormflux-maven-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for Maven: %w", err)
	}
	defer os.RemoveAll(dir)
	pom := filepath.Join(dir, "pom.xml")
	if err := os.WriteFile(pom, o.project(coordinates), 0o666); err != nil {
		return nil, fmt.Errorf("writing a POM: %w", err)
	}
	if o.Starting != nil {
		o.Starting(coordinates)
	}
	list, order := filepath.Join(dir, "list"), filepath.Join(dir, "order")
	args := []string{"-B", "-q", "-Dstyle.color=never", "-f", pom, plugin + "list", plugin + "build-classpath",
		"-DincludeScope=runtime", "-DoutputAbsoluteArtifactFilename=true", "-DoutputFile=" + list, "-Dmdep.outputFile=" + order}
	args = append(args, o.Args...)
	if refresh {
		args = append(args, "-U")
	}
	said, err := run(ctx, path, dir, args)
	if err != nil && !refresh && strings.Contains(said, "during a previous attempt") {
		// Maven remembers for a day that it found nothing. The user asks now.
		said, err = run(ctx, path, dir, append(args, "-U"))
	}
	if err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("resolving %s: %w", names(coordinates), context.Cause(ctx))
		}
		return nil, failure(coordinates, said, err)
	}
	return o.readAnswer(list, order)
}

// run runs Maven and returns what it prints.
func run(ctx context.Context, program, dir string, args []string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// project returns a POM that depends on the coordinates.
func (o Options) project(coordinates []Coordinate) []byte {
	type exclusion struct {
		Group    string `xml:"groupId"`
		Artifact string `xml:"artifactId"`
	}
	type dependency struct {
		Group      string      `xml:"groupId"`
		Artifact   string      `xml:"artifactId"`
		Version    string      `xml:"version"`
		Type       string      `xml:"type"`
		Classifier string      `xml:"classifier,omitempty"`
		Exclusions []exclusion `xml:"exclusions>exclusion"`
	}
	type repository struct {
		ID        string `xml:"id"`
		URL       string `xml:"url"`
		Releases  bool   `xml:"releases>enabled"`
		Snapshots bool   `xml:"snapshots>enabled"`
	}
	type pom struct {
		XMLName      xml.Name     `xml:"project"`
		Model        string       `xml:"modelVersion"`
		Group        string       `xml:"groupId"`
		Artifact     string       `xml:"artifactId"`
		Version      string       `xml:"version"`
		Packaging    string       `xml:"packaging"`
		Repositories []repository `xml:"repositories>repository"`
		Dependencies []dependency `xml:"dependencies>dependency"`
	}
	p := pom{Model: "4.0.0", Group: "stormflux", Artifact: "jars", Version: "1", Packaging: "pom"}
	for _, id := range o.Without {
		p.Repositories = append(p.Repositories, repository{ID: id, URL: "https://disabled.invalid"})
	}
	for _, c := range coordinates {
		d := dependency{Group: c.Group, Artifact: c.Artifact, Version: c.Version, Type: c.extension(), Classifier: c.Classifier}
		exclusions := c.Exclusions
		if !o.WithStorm {
			exclusions = slices.Concat(ofStorm, exclusions)
		}
		for _, e := range exclusions {
			d.Exclusions = append(d.Exclusions, exclusion(e))
		}
		p.Dependencies = append(p.Dependencies, d)
	}
	text, err := xml.MarshalIndent(p, "", "  ")
	if err != nil {
		panic(err) // only texts
	}
	return text
}

// readAnswer reads the list of artifacts with their files, and the class path for the order.
func (o Options) readAnswer(list, order string) ([]File, error) {
	text, err := os.ReadFile(list)
	if err != nil {
		return nil, fmt.Errorf("reading what Maven answered: %w", err)
	}
	classPath, err := os.ReadFile(order)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading what Maven answered: %w", err)
	}
	position := map[string]int{}
	for i, path := range filepath.SplitList(strings.TrimSpace(string(classPath))) {
		position[path] = i
	}
	var files []File
	for line := range strings.Lines(string(text)) {
		f, ok := parseLine(line)
		if _, onClassPath := position[f.Path]; ok && onClassPath && !o.leavesOut(f.Coordinate) {
			files = append(files, f)
		}
	}
	slices.SortStableFunc(files, func(a, b File) int { return position[a.Path] - position[b.Path] })
	return files, nil
}

// parseLine reads "group:artifact:type[:classifier]:version:scope:path", which may end with " -- module NAME".
func parseLine(line string) (File, bool) {
	line, _, _ = strings.Cut(strings.TrimSpace(line), " -- module ")
	words := strings.Split(line, ":")
	scope := slices.IndexFunc(words, func(w string) bool { return w == "compile" || w == "runtime" })
	if scope != 4 && scope != 5 {
		return File{}, false
	}
	c := Coordinate{Group: words[0], Artifact: words[1], Extension: words[2], Version: words[scope-1]}
	if scope == 5 {
		c.Classifier = words[3]
	}
	if c.Extension == "jar" {
		c.Extension = ""
	}
	return File{Coordinate: c, Path: strings.Join(words[scope+1:], ":")}, scope+1 < len(words)
}

var (
	errorLine   = regexp.MustCompile(`(?m)^(?:\x1b\[[0-9;]*m)*\[ERROR\] (.*)$`)
	notFound    = regexp.MustCompile(`(?:Could not find artifact|Failure to find) ([^ ,]+)|([^ ]+) was not found in`)
	unreachable = regexp.MustCompile(`Could not transfer|in offline mode|Unknown host|Connection refused|timed out`)
)

// failure makes an error of what Maven printed: of its one long line the part that says what is wrong.
func failure(coordinates []Coordinate, output string, err error) error {
	said := ""
	if m := errorLine.FindStringSubmatch(output); m != nil {
		said = m[1]
	}
	said, _, _ = strings.Cut(said, " -> [Help")
	for _, prefix := range []string{"Could not resolve dependencies for project stormflux:jars:pom:1: ", "Failed to execute goal on project jars: "} {
		if _, rest, ok := strings.Cut(said, prefix); ok {
			said = rest
			break
		}
	}
	said = strings.TrimSpace(said)
	artifact := notFound.FindStringSubmatch(said)
	switch {
	case said == "":
		return fmt.Errorf("resolving %s: mvn failed without an error message: %w", names(coordinates), err)
	case unreachable.MatchString(said):
		return &UnreachableError{Said: said}
	case artifact != nil:
		return &NotFoundError{Artifact: artifact[1] + artifact[2], Said: said}
	}
	return fmt.Errorf("resolving %s: Maven: %s", names(coordinates), said)
}
