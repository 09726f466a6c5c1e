package maven_test

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/maven"
	"github.com/stormflux/stormflux/internal/stormtest"
)

// The test binary is its own Maven: FAKE_MAVEN names the folder with what it is to do.
func TestMain(m *testing.M) {
	if dir := os.Getenv("FAKE_MAVEN"); dir != "" {
		os.Exit(fakeMaven(dir, os.Args[1:]))
	}
	os.Exit(m.Run())
}

// fakeMaven adds its arguments and its POM to the folder's file "calls". The file "fail" is what it prints before it
// fails; unless "-U" is given and there is a file "fail-not-again". The file "list" is its answer, a line for each file,
// in the order of the class path; "$" stands for the folder.
func fakeMaven(dir string, args []string) int {
	option := func(name string) string {
		for _, a := range args {
			if value, ok := strings.CutPrefix(a, name); ok {
				return value
			}
		}
		return ""
	}
	pom, err := os.ReadFile(args[slices.Index(args, "-f")+1])
	calls, openErr := os.OpenFile(filepath.Join(dir, "calls"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil || openErr != nil {
		fmt.Println(err, openErr)
		return 2
	}
	fmt.Fprintf(calls, "call -U=%v\n%s\n", slices.Contains(args, "-U"), pom)
	calls.Close()
	_, notAgain := os.Stat(filepath.Join(dir, "fail-not-again"))
	if text, err := os.ReadFile(filepath.Join(dir, "fail")); err == nil && (notAgain != nil || !slices.Contains(args, "-U")) {
		fmt.Print(string(text))
		return 1
	}
	text, err := os.ReadFile(filepath.Join(dir, "list"))
	if err != nil {
		fmt.Println(err)
		return 2
	}
	list := strings.ReplaceAll(string(text), "$", dir)
	var paths []string
	for line := range strings.Lines(list) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), " -- ")
		paths = append(paths, line[strings.Index(line, dir):])
	}
	lines := slices.Sorted(strings.Lines(list)) // Maven's list has no order
	err = errors.Join(os.WriteFile(option("-DoutputFile="), []byte("\nThe following files have been resolved:\n   "+strings.Join(lines, "   ")), 0o666),
		os.WriteFile(option("-Dmdep.outputFile="), []byte(strings.Join(paths, string(os.PathListSeparator))), 0o666))
	if err != nil {
		fmt.Println(err)
		return 2
	}
	return 0
}

type fake struct {
	t    *testing.T
	dir  string
	opts maven.Options
	now  time.Time
}

func newFake(t *testing.T) *fake {
	f := &fake{t: t, dir: t.TempDir(), now: time.Now()}
	t.Setenv("FAKE_MAVEN", f.dir)
	f.opts = maven.Options{Cache: filepath.Join(f.dir, "cache"), Program: os.Args[0], Now: func() time.Time { return f.now }}
	return f
}

func (f *fake) write(name, text string) {
	f.t.Helper()
	if err := os.WriteFile(filepath.Join(f.dir, name), []byte(text), 0o666); err != nil {
		f.t.Fatal(err)
	}
}

// calls returns how often Maven was called, and forgets it.
func (f *fake) calls() int {
	f.t.Helper()
	text, err := os.ReadFile(filepath.Join(f.dir, "calls"))
	if errors.Is(err, os.ErrNotExist) {
		return 0
	}
	if err == nil {
		err = os.Remove(filepath.Join(f.dir, "calls"))
	}
	if err != nil {
		f.t.Fatal(err)
	}
	return strings.Count(string(text), "call -U=")
}

func parse(t *testing.T, texts ...string) []maven.Coordinate {
	t.Helper()
	var list []maven.Coordinate
	for _, text := range texts {
		c, err := maven.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, c)
	}
	return list
}

// parts returns the names of the files of each coordinate.
func (f *fake) parts(texts ...string) (string, error) {
	f.t.Helper()
	r, err := maven.Resolve(f.t.Context(), parse(f.t, texts...), f.opts)
	if err != nil {
		return "", err
	}
	var parts []string
	for _, p := range r.Parts {
		var names []string
		for _, file := range p {
			names = append(names, filepath.Base(file.Path)+"="+file.Coordinate.String())
		}
		parts = append(parts, strings.Join(names, " "))
	}
	text := strings.Join(parts, "; ")
	if r.Stale != nil {
		text += "; stale: " + r.Stale.Error()
	}
	return text, nil
}

func (f *fake) want(want string, calls int, texts ...string) {
	f.t.Helper()
	got, err := f.parts(texts...)
	if err != nil || got != want {
		f.t.Errorf("got %q, %v; want %q", got, err, want)
	}
	if n := f.calls(); n != calls {
		f.t.Errorf("Maven was called %d times, want %d", n, calls)
	}
}

func TestResolve(t *testing.T) {
	f := newFake(t)
	for _, name := range []string{"z.jar", "b.jar", "a-linux.jar", "x.jar", "pom.pom", "log.jar"} {
		f.write(name, name)
	}
	f.write("list", "a:z:jar:1:compile:$/z.jar -- module a.z (auto)\nq:b:jar:2:runtime:$/b.jar\na:x:jar:linux:1:compile:$/a-linux.jar\n"+
		"a:x:jar:1:compile:$/x.jar\norg.slf4j:slf4j-api:jar:1:compile:$/log.jar\nq:given:jar:1:provided:$/pom.pom\n")
	all := []string{"org.apache.storm:storm-client:2.8.3", "a:z:1^e:x", "a:x:jar:linux:1"}
	want := "; z.jar=a:z:1 b.jar=q:b:2; a-linux.jar=a:x:jar:linux:1 x.jar=a:x:1"
	f.want(want, 1, all...)
	f.want(want, 0, all...)

	f.opts.Program = "no-such-program"
	f.want(want, 0, all...) // the cache needs no Maven
	_, err := f.parts("a:z:1")
	if missing := (*maven.MissingError)(nil); !errors.As(err, &missing) || !strings.Contains(err.Error(), `"no-such-program" is not on the PATH: install Maven`) {
		t.Errorf("error %v", err)
	}
	f.opts.Program = os.Args[0]
	f.opts.Offline = true
	if _, err := f.parts("a:z:1"); !errors.Is(err, maven.ErrNotCached) {
		t.Errorf("error %v", err)
	}
	f.opts.Offline = false
	if err := os.Remove(filepath.Join(f.dir, "b.jar")); err != nil {
		t.Fatal(err)
	}
	f.write("list", "a:z:jar:1:compile:$/z.jar\n")
	f.want("; z.jar=a:z:1; ", 1, all...) // a file is gone
	f.want("", 0, "org.apache.storm:storm-client:2.8.3")
}

// The POM has the coordinates, and excludes what every worker has.
func TestProject(t *testing.T) {
	f := newFake(t)
	f.write("list", "")
	f.write("fail", "")
	_, _ = f.parts("a.b:c:1^x:y", "a.b:c:test-jar:cl:1")
	text, err := os.ReadFile(filepath.Join(f.dir, "calls"))
	if err != nil {
		t.Fatal(err)
	}
	type artifact struct {
		Group      string     `xml:"groupId"`
		Artifact   string     `xml:"artifactId"`
		Version    string     `xml:"version"`
		Type       string     `xml:"type"`
		Classifier string     `xml:"classifier"`
		Exclusions []artifact `xml:"exclusions>exclusion"`
	}
	var pom struct {
		Dependencies []artifact `xml:"dependencies>dependency"`
	}
	_, body, _ := strings.Cut(string(text), "\n")
	if err := xml.Unmarshal([]byte(body), &pom); err != nil {
		t.Fatal(err)
	}
	d := pom.Dependencies
	has := func(d artifact, e artifact) bool {
		return slices.ContainsFunc(d.Exclusions, func(x artifact) bool { return x.Group == e.Group && x.Artifact == e.Artifact })
	}
	if len(d) != 2 || d[0].Group != "a.b" || d[0].Artifact != "c" || d[0].Version != "1" || d[0].Type != "jar" || d[1].Type != "test-jar" || d[1].Classifier != "cl" ||
		!has(d[0], artifact{Group: "x", Artifact: "y"}) || has(d[1], artifact{Group: "x", Artifact: "y"}) || !has(d[1], artifact{Group: "org.apache.storm", Artifact: "storm-client"}) {
		t.Errorf("dependencies %+v", d)
	}
}

// A snapshot is asked for again when a day has passed, or when its file has changed. Without an answer the old one stays.
func TestSnapshot(t *testing.T) {
	f := newFake(t)
	f.write("s.jar", "1")
	f.write("list", "a:s:jar:1-SNAPSHOT:compile:$/s.jar\n")
	const want = "s.jar=a:s:1-SNAPSHOT"
	f.want(want, 1, "a:s:1-SNAPSHOT")
	f.now = f.now.Add(23 * time.Hour)
	f.want(want, 0, "a:s:1-SNAPSHOT")
	f.write("s.jar", "installed again")
	f.want(want, 1, "a:s:1-SNAPSHOT")
	f.now = f.now.Add(25 * time.Hour)
	f.write("fail", "[ERROR] Could not transfer artifact a:s:jar:1-SNAPSHOT from/to r (http://r/): Connection refused -> [Help 1]\n")
	f.want(want+"; stale: Maven: Could not transfer artifact a:s:jar:1-SNAPSHOT from/to r (http://r/): Connection refused", 1, "a:s:1-SNAPSHOT")
	f.opts.Offline = true
	f.want(want+"; stale: "+maven.ErrNotCached.Error(), 0, "a:s:1-SNAPSHOT")
	f.opts.Offline = false
	f.write("fail", "[ERROR] Could not find artifact a:s:jar:1-SNAPSHOT in r (http://r/) -> [Help 1]\n")
	if _, err := f.parts("a:s:1-SNAPSHOT"); !errors.As(err, new(*maven.NotFoundError)) {
		t.Errorf("error %v", err)
	}
}

// A range of versions is asked for again too.
func TestRange(t *testing.T) {
	f := newFake(t)
	f.write("s.jar", "1")
	f.write("list", "a:s:jar:1.5:compile:$/s.jar\n")
	f.want("s.jar=a:s:1.5", 1, "a:s:[1,2)")
	f.want("s.jar=a:s:1.5", 0, "a:s:[1,2)")
	f.now = f.now.Add(25 * time.Hour)
	f.want("s.jar=a:s:1.5", 1, "a:s:[1,2)")
}

// What Maven 3.8.7 prints, and what remains of it.
func TestFailures(t *testing.T) {
	const project = "[ERROR] Failed to execute goal on project jars: Could not resolve dependencies for project stormflux:jars:pom:1: "
	const rest = " -> [Help 1]\n[ERROR] \n[ERROR] To see the full stack trace of the errors, re-run Maven with the -e switch.\n"
	for _, c := range []struct {
		output, want string
		kind         any
		calls        int
	}{
		{"\x1b[0m\x1b[0m" + project + "Could not find artifact a:b:jar:1 in central (https://repo.maven.apache.org/maven2)" + rest,
			"Maven: Could not find artifact a:b:jar:1 in central (https://repo.maven.apache.org/maven2)", new(*maven.NotFoundError), 1},
		{project + "a:b:jar:1 was not found in https://r during a previous attempt. This failure was cached" + rest,
			"Maven: a:b:jar:1 was not found in https://r during a previous attempt. This failure was cached", new(*maven.NotFoundError), 2},
		{"[ERROR] Plugin p:q:1 or one of its dependencies could not be resolved: Could not transfer artifact p:q:pom:1 from/to dead (http://x/): Connection refused" + rest,
			"Maven: Plugin p:q:1 or one of its dependencies could not be resolved: Could not transfer artifact p:q:pom:1 from/to dead (http://x/): Connection refused", new(*maven.UnreachableError), 1},
		{"[INFO] nothing\n[ERROR] 'dependencies.dependency.version' is wrong\n[ERROR] more", "resolving a:b:1: Maven: 'dependencies.dependency.version' is wrong", nil, 1},
		{"JAVA_HOME is not set\n", "resolving a:b:1: mvn failed without an error message: exit status 1", nil, 1},
	} {
		f := newFake(t)
		f.write("fail", c.output)
		_, err := f.parts("a:b:1")
		if err == nil || err.Error() != c.want || c.kind != nil && !errors.As(err, c.kind) {
			t.Errorf("got %v, want %s", err, c.want)
		}
		if n := f.calls(); n != c.calls {
			t.Errorf("%s: %d calls, want %d", c.want, n, c.calls)
		}
	}
	// What Maven remembers it tries again: the artifact may be there now.
	f := newFake(t)
	f.write("b.jar", "b")
	f.write("list", "a:b:jar:1:compile:$/b.jar\n")
	f.write("fail", project+"a:b:jar:1 was not found in https://r during a previous attempt."+rest)
	f.write("fail-not-again", "")
	f.want("b.jar=a:b:1", 2, "a:b:1")
}

func TestCanceled(t *testing.T) {
	f := newFake(t)
	ctx, cancel := context.WithCancel(t.Context())
	f.opts.Starting = func([]maven.Coordinate) { cancel() }
	if _, err := maven.Resolve(ctx, parse(t, "a:b:1"), f.opts); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// A damaged cache is no cache.
func TestDamagedCache(t *testing.T) {
	f := newFake(t)
	f.write("b.jar", "b")
	f.write("list", "a:b:jar:1:compile:$/b.jar\n")
	f.want("b.jar=a:b:1", 1, "a:b:1")
	kept, err := filepath.Glob(filepath.Join(f.dir, "cache", "*"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("kept %q, %v", kept, err)
	}
	for _, text := range []string{"", "{", `{"files": [{"coordinate": "x", "path": "y"}]}`} {
		if err := os.WriteFile(kept[0], []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		f.want("b.jar=a:b:1", 1, "a:b:1")
	}
}

// Real Maven finds a module of Storm with its dependencies, and none of what a worker has.
func TestMaven(t *testing.T) {
	stormtest.Require(t)
	opts := maven.Options{Cache: t.TempDir()}
	coordinates := parse(t, "org.apache.storm:storm-redis:"+stormtest.StormVersion, "org.apache.storm:storm-client:"+stormtest.StormVersion)
	r, err := maven.Resolve(t.Context(), coordinates, opts)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range r.Parts[0] {
		names = append(names, f.Coordinate.Artifact)
		if info, err := os.Stat(f.Path); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", f.Path, err)
		}
	}
	if len(names) == 0 || names[0] != "storm-redis" || !slices.Contains(names, "jedis") || slices.Contains(names, "slf4j-api") || slices.Contains(names, "storm-client") || len(r.Parts[1]) > 0 {
		t.Errorf("files of %q, and %v", names, r.Parts[1])
	}
	opts.Program = "no-such-program"
	if again, err := maven.Resolve(t.Context(), coordinates, opts); err != nil || !reflect.DeepEqual(again.Parts, r.Parts) {
		t.Errorf("from the cache: %v, %v", again, err)
	}
	opts.Program = ""
	_, err = maven.Resolve(t.Context(), parse(t, "org.apache.storm:storm-rediz:"+stormtest.StormVersion), opts)
	if outside := (*maven.NotFoundError)(nil); !errors.As(err, &outside) || outside.Artifact != "org.apache.storm:storm-rediz:jar:"+stormtest.StormVersion || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v", err)
	}
}
