package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// root is the folder of the repository.
const root = "../.."

// readYAML reads a file of the repository into v, which must have every key of the file.
func readYAML(t *testing.T, name string, v any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// content is a file of a package.
type content struct{ Src, Dst, Packager string }

// UnmarshalYAML accepts a path alone, too.
func (c *content) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		c.Src = node.Value
		return nil
	}
	type plain content
	return node.Decode((*plain)(c))
}

type releaseConfig struct {
	Version     int
	ProjectName string `yaml:"project_name"`
	Before      struct{ Hooks []string }
	Builds      []struct {
		Main, Binary                      string
		Env, Flags, Ldflags, Goos, Goarch []string
		ModTimestamp                      string `yaml:"mod_timestamp"`
	}
	Archives []struct {
		NameTemplate    string `yaml:"name_template"`
		Formats         []string
		FormatOverrides []struct {
			Goos    string
			Formats []string
		} `yaml:"format_overrides"`
		Files []content
	}
	Checksum struct {
		NameTemplate string `yaml:"name_template"`
	}
	Nfpms []struct {
		PackageName                                        string `yaml:"package_name"`
		Maintainer, Homepage, Description, License, Bindir string
		Section                                            string
		Formats                                            []string
		Contents                                           []content
	}
	DockersV2 []struct {
		Images, Tags, Platforms []string
		Dockerfile              string
		ExtraFiles              []string `yaml:"extra_files"`
	} `yaml:"dockers_v2"`
	Changelog struct{ Disable bool }
	Release   struct{ Footer string }
}

// A release has what CI cross-compiles, and every file that its packages name exists or is made by the hook before it.
func TestRelease(t *testing.T) {
	var release releaseConfig
	readYAML(t, ".goreleaser.yaml", &release)
	ci, err := os.ReadFile(filepath.Join(root, ".ci/run"))
	if err != nil {
		t.Fatal(err)
	}
	var platforms []string
	build := release.Builds[0]
	for _, system := range build.Goos {
		for _, processor := range build.Goarch {
			platforms = append(platforms, system+"/"+processor)
		}
	}
	if list := strings.Join(platforms, " "); !strings.Contains(string(ci), "for platform in "+list+";") {
		t.Errorf("a release is for %s; .ci/run compiles for others", list)
	}
	if _, err := os.Stat(filepath.Join(root, build.Main, "main.go")); err != nil {
		t.Error(err)
	}
	if !slices.Contains(build.Env, "CGO_ENABLED=0") {
		t.Error("the binary may need a C library, but the image has none")
	}

	// TestAction installs an archive with this name.
	if name := release.Archives[0].NameTemplate; name != "stormflux_{{ .Os }}_{{ .Arch }}" {
		t.Errorf("the action does not find archives with the name %s", name)
	}
	if !slices.Equal(release.Before.Hooks, []string{"make package-files"}) {
		t.Fatalf("the hooks are %q", release.Before.Hooks)
	}
	made := packageFiles(t)
	files := slices.Concat(release.Archives[0].Files, release.Nfpms[0].Contents)
	for _, name := range release.DockersV2[0].ExtraFiles {
		files = append(files, content{Src: name})
	}
	for _, file := range files {
		dir := root
		if strings.HasPrefix(file.Src, "bin/") {
			dir = made
		}
		found, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(file.Src)))
		if err != nil || len(found) == 0 {
			t.Errorf("there is no %s %v", file.Src, err)
		}
	}
}

// packageFiles runs what "make package-files" runs with the binary of this test, and returns the folder in which bin/ is.
func packageFiles(t *testing.T) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("make and gzip are not here")
	}
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	_, rule, ok := strings.Cut(string(makefile), "\npackage-files: build\n")
	rule, _, _ = strings.Cut(rule, "\n\n")
	if !ok {
		t.Fatal("the Makefile has no package-files")
	}
	binary, err := exec.LookPath("stormflux")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(binary, filepath.Join(dir, "bin", "stormflux")); err != nil {
		t.Fatal(err)
	}
	output(t, dir, "sh", "-e", "-c", strings.ReplaceAll(rule, "$$", "$"))
	return dir
}

// The action installs an archive with the name that a release gives it, refuses one that differs from its checksum, and
// reports the faults of a topology as annotations.
func TestAction(t *testing.T) {
	for _, tool := range []string{"bash", "curl", "tar"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("the test makes a release for the systems with tar.gz")
	}
	type input struct{ Description, Default string }
	var action struct {
		Name, Description string
		Branding          struct{ Icon, Color string }
		Inputs            map[string]input
		Runs              struct {
			Using string
			Steps []struct {
				Name, Shell, Run string
				Env              map[string]string
			}
		}
	}
	readYAML(t, "action.yml", &action)
	if action.Runs.Using != "composite" || len(action.Runs.Steps) != 2 {
		t.Fatalf("the action has other steps: %+v", action.Runs)
	}
	expression := regexp.MustCompile(`\$\{\{ *([a-z.]+) *\}\}`)
	// environment returns the environment of a step with the given inputs, as the runner makes it.
	environment := func(step int, values map[string]string) []string {
		env := os.Environ()
		for name, value := range action.Runs.Steps[step].Env {
			env = append(env, name+"="+expression.ReplaceAllStringFunc(value, func(e string) string {
				context := expression.FindStringSubmatch(e)[1]
				if name, ok := strings.CutPrefix(context, "inputs."); ok {
					declared, ok := action.Inputs[name]
					if !ok {
						t.Errorf("the action has no input %q", name)
					}
					if value, ok := values[name]; ok {
						return value
					}
					return declared.Default
				}
				value, ok := values[context]
				if !ok {
					t.Errorf("the runner knows no %q", context)
				}
				return value
			}))
		}
		return env
	}

	dir := t.TempDir()
	runner := map[string]string{"runner.temp": filepath.Join(dir, "temp"), "runner.os": "Linux", "runner.arch": "X64"}
	if runtime.GOOS == "darwin" {
		runner["runner.os"] = "macOS"
	}
	archive := fmt.Sprintf("stormflux_%s_amd64.tar.gz", runtime.GOOS)
	makeRelease(t, filepath.Join(dir, "releases", "latest", "download"), archive)
	repository, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	paths := filepath.Join(dir, "paths")
	install := func() (string, error) {
		cmd := exec.CommandContext(t.Context(), "bash", "-e", "-c", action.Runs.Steps[0].Run)
		cmd.Dir = dir
		cmd.Env = append(environment(0, runner), "RELEASES=file://"+filepath.Join(dir, "releases"), "GITHUB_PATH="+paths, "GITHUB_ACTION_PATH="+repository)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := install(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	installed, err := os.ReadFile(paths)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(strings.TrimSpace(string(installed)), "stormflux")); err != nil {
		t.Error(err)
	}

	topologies := filepath.Join(dir, "my topologies")
	if err := os.Mkdir(topologies, 0o777); err != nil {
		t.Fatal(err)
	}
	check := func(topology string, values map[string]string) (string, int) {
		if err := os.WriteFile(filepath.Join(topologies, "t.yaml"), []byte(topology), 0o666); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "bash", "-e", "-c", action.Runs.Steps[1].Run)
		cmd.Dir = dir
		cmd.Env = append(environment(1, values), "PATH="+strings.TrimSpace(string(installed))+":"+os.Getenv("PATH"))
		out, _ := cmd.CombinedOutput()
		return string(out), cmd.ProcessState.ExitCode()
	}
	const topology = "name: t\nspouts:\n  words: {command: [echo], outputs: [word]}\n"
	if out, code := check(topology, map[string]string{"files": "my topologies\n"}); code != exitFine {
		t.Errorf("exit code %d: %s", code, out)
	}
	if out, code := check(topology, map[string]string{"files": "my topologies/t.yaml", "arguments": "--strict\n--storm-version\ntwo"}); code != exitUsage {
		t.Errorf("the arguments do not arrive: exit code %d: %s", code, out)
	}
	if out, code := check(topology+"botls: {}\n", nil); code != exitFindings || !strings.Contains(out, "::error file=my topologies/t.yaml,line=4,") {
		t.Errorf("exit code %d: %s", code, out)
	}

	if err := os.WriteFile(filepath.Join(dir, "releases", "latest", "download", archive), []byte("something else"), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := install(); err == nil || !strings.Contains(out, "the checksum of "+archive) {
		t.Errorf("another file was installed: %v\n%s", err, out)
	}
}

// makeRelease writes an archive with the binary of this test, and its checksum, as goreleaser does.
func makeRelease(t *testing.T, dir, archive string) {
	t.Helper()
	binary, err := exec.LookPath("stormflux")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	packed, _ := gzip.NewWriterLevel(&b, gzip.NoCompression)
	w := tar.NewWriter(packed)
	if err := w.WriteHeader(&tar.Header{Name: "stormflux", Mode: 0o755, Size: int64(len(text))}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := packed.Close(); err != nil {
		t.Fatal(err)
	}
	sums := fmt.Sprintf("%064d  stormflux_plan9_amd64.tar.gz\n%x  %s\n", 0, sha256.Sum256(b.Bytes()), archive)
	for name, text := range map[string][]byte{archive: b.Bytes(), "checksums.txt": []byte(sums)} {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// The hooks find faults, and format, without the names of files.
func TestPreCommitHooks(t *testing.T) {
	var hooks []struct {
		ID, Name, Description, Entry, Language string
		PassFilenames                          bool `yaml:"pass_filenames"`
	}
	readYAML(t, ".pre-commit-hooks.yaml", &hooks)
	entries := map[string]string{}
	for _, h := range hooks {
		if h.PassFilenames || h.Language != "golang" {
			t.Errorf("hook %s: %+v", h.ID, h)
		}
		entries[h.ID] = h.Entry
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "t.yaml")
	hook := func(id, topology string) int {
		words := strings.Fields(entries[id])
		if len(words) == 0 {
			t.Fatalf("there is no hook %s", id)
		}
		if err := os.WriteFile(file, []byte(topology), 0o666); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), words[0], words[1:]...)
		cmd.Dir = dir
		_ = cmd.Run()
		return cmd.ProcessState.ExitCode()
	}
	const topology = "name: t\nspouts:\n  words: {command: [echo], outputs: [word]}\n"
	if code := hook("stormflux-validate", topology); code != exitFine {
		t.Errorf("validate of a good topology exits with %d", code)
	}
	if code := hook("stormflux-validate", topology+"botls: {}\n"); code != exitFindings {
		t.Errorf("validate of a bad topology exits with %d", code)
	}
	if code := hook("stormflux-fmt", strings.ReplaceAll(topology, "  words", "      words")); code != exitFine {
		t.Errorf("fmt exits with %d", code)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != topology {
		t.Errorf("fmt leaves %q %v", text, err)
	}
}
