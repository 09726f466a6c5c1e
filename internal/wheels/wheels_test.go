package wheels

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// writeWheel writes a wheel with the given files.
func writeWheel(t *testing.T, dir, name, tag string, files map[string]string) string {
	t.Helper()
	info := name + "-1.0.dist-info/"
	all := map[string]string{
		info + "METADATA": "Metadata-Version: 2.1\nName: " + name + "\nVersion: 1.0\n",
		info + "WHEEL":    "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: " + tag + "\n",
	}
	for file, text := range files {
		all[file] = text
	}
	record := info + "RECORD,,\n"
	for file := range all {
		record += file + ",,\n"
	}
	all[info+"RECORD"] = record
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for file, text := range all {
		f, err := w.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(f, text)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name+"-1.0-"+tag+".whl")
	write(t, path, b.String())
	return path
}

// writeSources writes a source distribution that fails the test when anything runs it.
func writeSources(t *testing.T, dir, name string) {
	t.Helper()
	var b bytes.Buffer
	zipped := gzip.NewWriter(&b)
	w := tar.NewWriter(zipped)
	for file, text := range map[string]string{
		"PKG-INFO": "Metadata-Version: 1.0\nName: " + name + "\nVersion: 1.0\n", "setup.py": "open('/dev/stderr', 'w').write('RAN setup.py')\n",
	} {
		if err := w.WriteHeader(&tar.Header{Name: name + "-1.0/" + file, Size: int64(len(text)), Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(w, text)
	}
	if err := errors.Join(w.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, name+"-1.0.tar.gz"), b.String())
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// house has a folder of wheels, and options that use only it. The working directory is a folder for requirements files.
func house(t *testing.T) Options {
	t.Helper()
	if err := exec.CommandContext(t.Context(), "python3", "-m", "pip", "--version").Run(); err != nil {
		t.Skipf("no python3 with pip: %v", err)
	}
	t.Setenv("STORMFLUX_CACHE", t.TempDir())
	t.Setenv("PIP_CONFIG_FILE", os.DevNull)
	t.Chdir(t.TempDir())
	dir := t.TempDir()
	writeWheel(t, dir, "tiny", "py3-none-any", map[string]string{
		"tiny/__init__.py": "name = 'tiny'\n", "tiny-1.0.data/purelib/more.py": "name = 'more'\n", "tiny-1.0.data/scripts/tiny": "#!python\n",
	})
	writeWheel(t, dir, "compiled", "cp311-cp311-manylinux_2_17_x86_64", map[string]string{"compiled.so": "x"})
	writeWheel(t, dir, "compiled", "cp311-cp311-manylinux_2_17_aarch64", map[string]string{"compiled.so": "arm"})
	writeWheel(t, dir, "windows_only", "cp39-cp39-win_amd64", map[string]string{"windows_only.pyd": "x"})
	writeSources(t, dir, "source_only")
	return Options{
		Requirements: "requirements.txt", Interpreter: "python3.11", NoIndex: true, FindLinks: []string{dir},
		Platforms: Platforms("linux", "amd64"), System: "linux/amd64",
	}
}

func names(files []File) []string {
	var all []string
	for _, f := range files {
		all = append(all, f.Name)
	}
	return all
}

func text(t *testing.T, files []File, name string) string {
	t.Helper()
	i := slices.IndexFunc(files, func(f File) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("no %s in %q", name, names(files))
	}
	b, err := os.ReadFile(files[i].Path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The wheels of the workers' platform are unpacked. The second time, neither pip nor the wheels are needed.
func TestGet(t *testing.T) {
	opts := house(t)
	write(t, "requirements.txt", "# packages\ntiny\n-r more.txt\n")
	write(t, "more.txt", "compiled==1.0\n")
	asked := 0
	opts.Starting = func() { asked++ }
	files, err := Get(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"compiled-1.0.dist-info/METADATA", "compiled-1.0.dist-info/RECORD", "compiled-1.0.dist-info/WHEEL", "compiled.so", "more.py",
		"tiny-1.0.dist-info/METADATA", "tiny-1.0.dist-info/RECORD", "tiny-1.0.dist-info/WHEEL", "tiny/__init__.py",
	}
	if got := names(files); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := text(t, files, "compiled.so"); got != "x" {
		t.Errorf("got the compiled module %q", got)
	}
	if again, err := Get(t.Context(), opts); err != nil || !slices.Equal(again, files) || asked != 1 {
		t.Errorf("the second time: %v, pip was asked %d times", err, asked)
	}
	opts.Platforms, opts.System = Platforms("linux", "arm64"), "linux/arm64"
	if files, err = Get(t.Context(), opts); err != nil || text(t, files, "compiled.so") != "arm" || asked != 2 {
		t.Errorf("for another platform: %v, pip was asked %d times", err, asked)
	}
	write(t, "more.txt", "tiny\n")
	if files, err = Get(t.Context(), opts); err != nil || slices.Contains(names(files), "compiled.so") || asked != 3 {
		t.Errorf("after a change of an included file: %v %q, pip was asked %d times", err, names(files), asked)
	}
}

// The interpreter of this machine imports what it gets.
func TestGetForThisMachine(t *testing.T) {
	opts := house(t)
	opts.Native, opts.Interpreter = true, "python3"
	write(t, "requirements.txt", "tiny\n")
	files, err := Get(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Dir(filepath.Dir(files[slices.Index(names(files), "tiny/__init__.py")].Path))
	cmd := exec.CommandContext(t.Context(), "python3", "-c", "import tiny, more; print(tiny.name, more.name)")
	cmd.Env = append(os.Environ(), "PYTHONPATH="+folder)
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "tiny more\n" {
		t.Errorf("%v: %s", err, out)
	}
}

// Of what has no wheel for the workers, the error says why, and where it is required. Nothing of a failure stays.
func TestNoWheel(t *testing.T) {
	opts := house(t)
	for requirements, want := range map[string]string{
		"tiny\nwindows-only": `requirements.txt:2: no wheel of "windows-only" fits Python 3.11 on linux/amd64; its wheels are for cp39-cp39-win_amd64`,
		"Source.Only>=1": `requirements.txt:1: no wheel of "Source.Only>=1" fits Python 3.11 on linux/amd64: there are only sources (source_only-1.0.tar.gz); ` +
			`build a wheel (pip wheel) and name its folder in "find-links", or install the package with "setup" or in a "venv"`,
		"# none\n\nnothing":     `requirements.txt:3: no wheel of "nothing" in the folders of "find-links"`,
		"tiny==2.0":             `requirements.txt:1: no version of the package matches "tiny==2.0"; versions with a wheel that fits Python 3.11 on linux/amd64: 1.0`,
		"tiny\n  bad line here": `requirements.txt:2: Invalid requirement: 'bad line here'`,
		"tiny==1.0 --hash=sha256:" + strings.Repeat("0", 64):                      "THESE PACKAGES DO NOT MATCH THE HASHES",
		"compiled; python_version < '3'\nnothing; python_version < '3'\nnothing2": `requirements.txt:3: `,
	} {
		write(t, "requirements.txt", requirements)
		files, err := Get(t.Context(), opts)
		var wrong *Error
		if !errors.As(err, &wrong) || len(wrong.Messages) != 1 || !strings.Contains(wrong.Messages[0], want) {
			t.Errorf("%q: got %q, %v\nwant %s", requirements, names(files), err, want)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(os.Getenv("STORMFLUX_CACHE"), "python", "*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// What is missing on this machine is no fault of the file.
func TestWorldFails(t *testing.T) {
	opts := house(t)
	write(t, "requirements.txt", "tiny\n")
	wrong := (*Error)(nil)
	opts.Requirements = "nosuch.txt"
	if _, err := Get(t.Context(), opts); err == nil || errors.As(err, &wrong) {
		t.Errorf("no file: %v", err)
	}
	opts.Requirements, opts.NoIndex, opts.FindLinks, opts.IndexURL = "requirements.txt", false, nil, "http://127.0.0.1:1/simple"
	if _, err := Get(t.Context(), opts); err == nil || errors.As(err, &wrong) || !strings.Contains(err.Error(), "pip cannot reach the package index: ") {
		t.Errorf("no network: %v", err)
	}
	opts.Interpreter, opts.Native = "python3.99", true
	if _, err := Get(t.Context(), opts); err == nil || errors.As(err, &wrong) || !strings.Contains(err.Error(), "getting Python packages needs Python: ") {
		t.Errorf("no interpreter: %v", err)
	}
	without := filepath.Join(t.TempDir(), "python3.11")
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Fatal(err)
	}
	write(t, without, "#!/bin/sh\n[ \"$1\" = -m ] && { echo \"$0: No module named pip\" >&2; exit 1; }\nexec "+python+" \"$@\"\n")
	if err := os.Chmod(without, 0o755); err != nil {
		t.Fatal(err)
	}
	opts.Interpreter = without
	if _, err := Get(t.Context(), opts); err == nil || errors.As(err, &wrong) || !strings.Contains(err.Error(), "needs pip, which "+without+" does not have") {
		t.Errorf("no pip: %v", err)
	}
}

func TestRequirements(t *testing.T) {
	const text = "\ufeffplain\n" +
		"  pinned == 1.0, != 1.1 ; python_version < '4'  # why\n" +
		"extra[a,b]>=1#not-a-comment\n" +
		"hashed==1 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n" +
		"-r other.txt\n--constraint=\"limits.txt\"\n-c\n--index-url http://x/\n--no-binary :all:\n\n# comment\n" +
		"-e ./here\ngit+https://example.com/x.git\n./local\nhttps://example.com/x-1.0-py3-none-any.whl\nhttps://example.com/x.tar.gz\n" +
		"direct @ https://example.com/x-1.0-py3-none-any.whl\nsources @ git+https://example.com/x.git\n" +
		"two words\nbad==\n==1\n${NAME}\nold (>=1.0)\nlast"
	want := []string{
		`1 "plain"`, `2 "pinned == 1.0, != 1.1 ; python_version < '4'"`, `3 "extra[a,b]>=1#not-a-comment"`, `4 "hashed==1"`,
		`7 "-r other.txt" file other.txt`, `8 "--constraint=\"limits.txt\"" file limits.txt`,
		`14 "-e ./here" names sources, which would have to be built`, `15 "git+https://example.com/x.git" names sources, which would have to be built`,
		`16 "./local" names sources, which would have to be built`, `18 "https://example.com/x.tar.gz" names sources, which would have to be built`,
		`19 "direct @ https://example.com/x-1.0-py3-none-any.whl"`, `20 "sources @ git+https://example.com/x.git" names sources, which would have to be built`,
		`21 "two words" is not a requirement of pip`, `22 "bad==" is not a requirement of pip`, `23 "==1" is not a requirement of pip`,
		`25 "old (>=1.0)"`, `26 "last"`,
	}
	var got []string
	for _, r := range Requirements(text) {
		line := fmt.Sprintf("%d %q", r.Line, text[r.Start:r.End])
		if r.File != "" {
			line += " file " + r.File
		}
		if r.Fault != "" {
			line += " " + string(r.Fault)
		}
		got = append(got, line)
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("at %d: got\n%s\nwant\n%s", i, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// The real index has a compiled wheel for another processor than this machine's.
func TestRealIndex(t *testing.T) {
	if os.Getenv("STORMFLUX_REQUIRE_STORM") != "1" {
		t.Skip("STORMFLUX_REQUIRE_STORM is not set")
	}
	opts := house(t)
	os.Unsetenv("PIP_CONFIG_FILE") // it may name a mirror
	opts.NoIndex, opts.FindLinks = false, nil
	opts.Platforms, opts.System = Platforms("linux", "arm64"), "linux/arm64"
	write(t, "requirements.txt", "MarkupSafe==2.1.5\n")
	files, err := Get(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	if got := names(files); !slices.Contains(got, "markupsafe/_speedups.cpython-311-aarch64-linux-gnu.so") {
		t.Errorf("got %q", got)
	}
}
