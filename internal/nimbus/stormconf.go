package nimbus

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// StormConfOptions describe where to look for storm.yaml and how to read it. Only Decode is required.
type StormConfOptions struct {
	// Decode reads a YAML document whose root is a mapping, by the rules of YAML 1.1 (SnakeYAML). For an empty document
	// it returns nil.
	Decode func([]byte) (map[string]any, error)

	// File replaces storm.yaml, as `storm --config` does, and must exist.
	File string

	// Options are the -c options; they override storm.yaml key by key.
	Options map[string]any

	// Getenv, UserHomeDir and LookPath replace the functions of os and os/exec if they are not nil.
	Getenv      func(string) string
	UserHomeDir func() (string, error)
	LookPath    func(string) (string, error)
}

// StormConf is the configuration of this machine's client for the cluster. It does not include Storm's defaults:
// [ConfigOf] has those that matter here.
type StormConf struct {
	Values      map[string]any
	File        string            // the storm.yaml that was read; empty if there is none
	Lacking     string            // if a variable names a folder without a storm.yaml: what is wrong with it
	Environment map[string]string // from storm_env.ini, for hooks and started programs
}

// LoadStormConf finds and reads the storm.yaml that `storm` would read. The -c options then replace values key by key,
// without merging deeper (Utils.readStormConfig and bin/storm.py of Storm 2.8.3):
//
//   - ~/.storm/storm.yaml if it exists,
//   - else storm.yaml in $STORM_CONF_DIR if that is set,
//   - else conf/storm.yaml of the Storm installation: $STORM_HOME (storm.py does not need it, because it knows its own
//     place), or the installation of the `storm` on the PATH.
//
// It is not an error if none of them exists: options alone may describe the cluster. storm_env.ini is read from
// $STORM_CONF_DIR, else from conf of the installation.
func LoadStormConf(o StormConfOptions) (*StormConf, error) {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.UserHomeDir == nil {
		o.UserHomeDir = os.UserHomeDir
	}
	if o.LookPath == nil {
		o.LookPath = exec.LookPath
	}
	conf := &StormConf{Values: map[string]any{}}
	clusterDir := o.clusterConfDir()
	if clusterDir != "" {
		var err error
		if conf.Environment, err = readStormEnv(filepath.Join(clusterDir, "storm_env.ini")); err != nil {
			return nil, err
		}
	}
	text, file, err := o.readStormYAML(clusterDir)
	if err != nil {
		return nil, err
	}
	if file != "" {
		values, err := o.Decode(text)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", file, err)
		}
		conf.File = file
		maps.Copy(conf.Values, values)
	} else {
		conf.Lacking = o.lacking()
	}
	maps.Copy(conf.Values, o.Options)
	return conf, nil
}

// clusterConfDir returns the folder that configures `storm` for all users, or "".
func (o *StormConfOptions) clusterConfDir() string {
	if dir := o.Getenv("STORM_CONF_DIR"); dir != "" {
		return dir
	}
	if home := o.Getenv("STORM_HOME"); home != "" {
		return filepath.Join(home, "conf")
	}
	command, err := o.LookPath("storm")
	if err != nil {
		return ""
	}
	if command, err = filepath.EvalSymlinks(command); err != nil {
		return ""
	}
	return filepath.Join(filepath.Dir(filepath.Dir(command)), "conf")
}

// lacking says which variable names a folder that has no storm.yaml. It returns "" if no variable names one. `storm` says nothing
// then, and uses Storm's defaults (findAndReadConfigFile in 2.8.3).
func (o *StormConfOptions) lacking() string {
	name, file := "STORM_CONF_DIR", "storm.yaml"
	dir := o.Getenv(name)
	if dir == "" {
		name, file = "STORM_HOME", "conf/storm.yaml"
		dir = o.Getenv(name)
	}
	if dir == "" {
		return ""
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return fmt.Sprintf("%s names %s, which does not exist", name, filepath.ToSlash(dir))
	}
	return fmt.Sprintf("%s names %s, which has no %s", name, filepath.ToSlash(dir), file)
}

func (o *StormConfOptions) readStormYAML(clusterDir string) (text []byte, file string, err error) {
	if o.File != "" {
		text, err := os.ReadFile(o.File)
		if err != nil {
			return nil, "", fmt.Errorf("reading %s: %w", o.File, bareCause(err))
		}
		return text, o.File, nil
	}
	var files []string
	if home, err := o.UserHomeDir(); err == nil {
		files = append(files, filepath.Join(home, ".storm", "storm.yaml"))
	}
	if clusterDir != "" {
		files = append(files, filepath.Join(clusterDir, "storm.yaml"))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		switch {
		case err == nil:
			return text, file, nil
		case errors.Is(err, fs.ErrNotExist):
		default: // `storm` would read this file, so no other file may replace it
			return nil, "", fmt.Errorf("reading %s: %w", file, bareCause(err))
		}
	}
	return nil, "", nil
}

// bareCause returns the error without the path, because the caller has already named it.
func bareCause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// readStormEnv reads the [environment] section of an ini file of Python's configparser. It understands names and values
// on one line. A missing file counts as empty.
func readStormEnv(file string) (map[string]string, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, bareCause(err))
	}
	defer f.Close()
	environment := map[string]string{}
	section := ""
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
		case line[0] == '[' && line[len(line)-1] == ']':
			section = line[1 : len(line)-1]
		case section != "environment":
		default:
			i := strings.IndexAny(line, "=:")
			if i <= 0 {
				return nil, fmt.Errorf("reading %s: line %d: want NAME=VALUE", file, n)
			}
			environment[strings.TrimSpace(line[:i])] = strings.TrimSpace(line[i+1:])
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	return environment, nil
}
