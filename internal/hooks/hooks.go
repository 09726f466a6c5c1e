// Package hooks runs the programs that a user wants before and after stormflux changes something on a cluster. It owns their
// moments, their environment variables and their end. Which commands a moment has is written in stormflux.yaml.
package hooks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"al.essio.dev/pkg/shellescape"
)

// A Moment is when a hook runs. It is a key of `hooks` in an environment.
type Moment string

// The moments. A submission is also an `apply` that changes something.
const (
	PreSubmit  Moment = "pre-submit"
	PostSubmit Moment = "post-submit"
	PreKill    Moment = "pre-kill"
	PostKill   Moment = "post-kill"
)

// Moments returns all moments.
func Moments() []Moment { return []Moment{PreSubmit, PostSubmit, PreKill, PostKill} }

// before reports whether the moment is before the change.
func (m Moment) before() bool { return strings.HasPrefix(string(m), "pre-") }

// A Subject is what a hook hears about the change, in its environment variables. The variable of an empty field is not set.
// It holds no secret.
type Subject struct {
	Command     string // of stormflux: "submit"
	Topology    string // its name
	ID          string // of the topology on the cluster; only after a submission
	Environment string // the name of the environment
	File        string // the absolute path of the topology's file
	Jar         string // the file that goes to the cluster; only before a submission
	Nimbus      string // host:port of the leader
	Version     string // of Storm on the cluster
}

// prefix begins the names of the variables.
const prefix = "STORMFLUX_"

// variables returns the variables of a hook, as NAME=VALUE, and all names.
func (s Subject) variables(m Moment) (set, names []string) {
	for _, v := range [][2]string{
		{"HOOK", string(m)}, {"COMMAND", s.Command}, {"TOPOLOGY", s.Topology}, {"TOPOLOGY_ID", s.ID}, {"ENVIRONMENT", s.Environment},
		{"FILE", s.File}, {"JAR", s.Jar}, {"NIMBUS", s.Nimbus}, {"STORM_VERSION", s.Version},
	} {
		if v[1] != "" {
			set = append(set, prefix+v[0]+"="+v[1])
		}
		names = append(names, prefix+v[0])
	}
	return set, names
}

// Hooks are the hooks of one environment. Nil has none.
type Hooks struct {
	Dir      string                // the folder of stormflux.yaml, where commands run
	Commands map[Moment][][]string // the words of each command
	Output   io.Writer             // gets what the commands print, and which of them starts
}

// An Error reports that a command failed.
type Error struct {
	Moment Moment
	Words  []string
	Err    error
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s hook %s: %v", e.Moment, shellescape.QuoteCommand(e.Words), e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// Find looks for the program of every command of some moments. It fails if one is missing, so that nobody finds that out
// after the change.
func (h *Hooks) Find(moments ...Moment) error {
	if h == nil {
		return nil
	}
	for _, m := range moments {
		for _, words := range h.Commands[m] {
			if _, err := h.program(words[0]); err != nil {
				return &Error{m, words, err}
			}
		}
	}
	return nil
}

// program returns the path of a program. A relative path starts from the folder; a name is looked up in PATH.
func (h *Hooks) program(name string) (string, error) {
	path := filepath.FromSlash(name)
	isName := filepath.Base(path) == path
	if !isName && !filepath.IsAbs(path) {
		dir, err := filepath.Abs(h.Dir)
		if err != nil {
			return "", err
		}
		path = filepath.Join(dir, path)
	}
	found, err := exec.LookPath(path)
	switch {
	case errors.Is(err, os.ErrPermission):
		return "", fmt.Errorf("%s is not executable", path)
	case errors.Is(err, exec.ErrNotFound) && isName:
		return "", errors.New("PATH has no such program")
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, os.ErrNotExist):
		return "", fmt.Errorf("there is no file %s", path)
	}
	return found, err
}

// Run runs the commands of a moment in order. Before the change, the first one that fails ends Run. After it, every command
// runs, and Run returns all failures. When the context ends, Run ends the command with everything that it started.
func (h *Hooks) Run(ctx context.Context, m Moment, s Subject) error {
	if h == nil {
		return nil
	}
	var failures []error
	for _, words := range h.Commands[m] {
		err := h.run(ctx, m, words, s)
		if err == nil {
			continue
		}
		failures = append(failures, &Error{m, words, err})
		if m.before() || ctx.Err() != nil {
			break
		}
	}
	return errors.Join(failures...)
}

// lingering is the time that a command has to end by itself after the end of the context.
const lingering = 2 * time.Second

func (h *Hooks) run(ctx context.Context, m Moment, words []string, s Subject) error {
	path, err := h.program(words[0])
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(h.Output, "%s: %s\n", m, shellescape.QuoteCommand(words)); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, path)
	cmd.Args, cmd.Dir, cmd.Env = words, h.Dir, environ(os.Environ(), m, s)
	cmd.Stdout, cmd.Stderr = h.Output, h.Output
	cmd.WaitDelay = lingering
	endTogether(cmd)
	err = cmd.Run()
	if cause := context.Cause(ctx); cause != nil {
		endRest(cmd)
		return cmp.Or(err, cause)
	}
	if errors.Is(err, exec.ErrWaitDelay) { // the command has succeeded, and left a process that may still print
		err = nil
	}
	return err
}

// environ returns the environment of a hook. A variable that the change does not have is not left from an outer hook.
func environ(own []string, m Moment, s Subject) []string {
	set, names := s.variables(m)
	kept := slices.DeleteFunc(slices.Clone(own), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return slices.Contains(names, name)
	})
	return append(kept, set...)
}
