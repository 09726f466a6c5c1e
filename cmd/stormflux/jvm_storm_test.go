//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/jar"
	"github.com/stormflux/stormflux/internal/stormtest"
)

// jvmCase is a topology in testdata/jvm.
type jvmCase struct {
	libraries []stormtest.JarSet // what its jar needs beside the classes in testdata/jvm/java
	set       func(t *testing.T) []string
	// missing returns what the topology has not done yet, or "". lines are those of the files in the folder "out", by the
	// names of the files without their numbers.
	missing func(t *testing.T, lines map[string][]string) string
}

var jvmCases = map[string]jvmCase{
	"flux": {
		libraries: []stormtest.JarSet{stormtest.FluxJars},
		missing: func(_ *testing.T, lines map[string][]string) string {
			for _, word := range []string{"nathan", "mike", "jackson", "golda", "bertels"} { // TestWordSpout's
				if !slices.Contains(lines["sink"], "String "+word+" Integer 2") {
					return "no second " + word
				}
			}
			return ""
		},
	},
	"window": {missing: func(t *testing.T, lines map[string][]string) string {
		// Windows of up to six numbers, every three numbers: 1-3, 1-6, 4-9, 7-12.
		return exactly(lines["sink"], "Integer 6", "Integer 21", "Integer 39", "Integer 57")
	}},
	"grouping": {missing: groupedByLength},
	"redis": {
		libraries: []stormtest.JarSet{stormtest.RedisLibraryJars},
		set: func(t *testing.T) []string {
			port := stormtest.Redis(t)
			t.Setenv("REDIS_PORT", strconv.Itoa(port))
			return []string{"redis=" + strconv.Itoa(port)}
		},
		missing: func(t *testing.T, lines map[string][]string) string {
			if n := askRedis(t, "HLEN numbers"); n != ":200" {
				return n + " of 200 numbers in Redis"
			}
			return killedOnce(t, lines["sink"])
		},
	},
	"kafka": {
		libraries: []stormtest.JarSet{stormtest.KafkaLibraryJars},
		set: func(t *testing.T) []string {
			address := stormtest.Kafka(t)
			stormtest.Produce(t, address, "words", "one", "two", "three")
			return []string{"kafka=" + address}
		},
		missing: func(_ *testing.T, lines map[string][]string) string {
			return exactly(lines["sink"], "String words Integer 0 Long 0 null String one",
				"String words Integer 0 Long 1 null String two", "String words Integer 0 Long 2 null String three")
		},
	},
	"mixed": {missing: func(_ *testing.T, lines map[string][]string) string {
		var want []string
		for n := 1; n <= 10; n++ {
			want = append(want, fmt.Sprintf("%d n%d", 2*n, n))
		}
		return exactly(lines["sink"], want...)
	}},
}

// exactly returns what differs between the lines and the wanted ones. A tuple that failed may be there twice.
func exactly(lines []string, want ...string) string {
	for _, w := range want {
		if !slices.Contains(lines, w) {
			return fmt.Sprintf("%q is missing in %q", w, lines)
		}
	}
	for _, l := range lines {
		if !slices.Contains(want, l) {
			return fmt.Sprintf("%q is too much", l)
		}
	}
	return ""
}

// groupedByLength checks the files of three tasks: a custom grouping chooses the task by the length of the text, and the
// global grouping takes the first. Values keep their classes.
func groupedByLength(_ *testing.T, lines map[string][]string) string {
	want := map[string][]string{"sink-0": {}, "sink-1": {}, "sink-2": {}}
	for n := 1; n <= 12; n++ {
		text := fmt.Sprintf("n%d", n)
		task := fmt.Sprintf("sink-%d", (len(text)+1)%3)
		want[task] = append(want[task], fmt.Sprintf("Integer %d, String %s", n, text))
	}
	want["sink-0"] = append(want["sink-0"], "Long 1, String n1", "Long 2, String n2", "Long 3, String n3",
		"byte[] [1], String n1", "byte[] [2], String n2")
	for task, list := range want {
		if missing := exactly(lines[task], list...); missing != "" {
			return task + ": " + missing
		}
	}
	return ""
}

// killedOnce kills the process of the bolt with state when it has counted a while, and then wants the next process to
// continue: without state its first sum would be the first number.
func killedOnce(t *testing.T, lines []string) string {
	smallest := map[string]int{}
	var order []string
	for _, l := range lines {
		words := strings.Fields(l) // Long SUM Long PID
		sum, err := strconv.Atoi(words[1])
		if err != nil {
			t.Fatal(err)
		}
		if _, known := smallest[words[3]]; !known {
			order = append(order, words[3])
			smallest[words[3]] = sum
		}
		smallest[words[3]] = min(smallest[words[3]], sum)
	}
	switch {
	case len(lines) < 100:
		return fmt.Sprintf("%d sums", len(lines))
	case len(order) == 1 && !committed(t):
		return "no committed state"
	case len(order) == 1:
		pid, err := strconv.Atoi(order[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
			t.Fatal(err)
		}
		return "no second process"
	case smallest[order[0]] != 1:
		t.Fatalf("the first process begins with %d", smallest[order[0]])
	case smallest[order[1]] <= 1:
		t.Fatalf("the second process begins with %d: the state is lost", smallest[order[1]])
	}
	return ""
}

// committed reports whether a checkpoint of the bolt "total" has committed its state: storm-redis keeps it in the hash
// COMPONENT-TASK.
func committed(t *testing.T) bool {
	for task := range 20 {
		if askRedis(t, fmt.Sprintf("EXISTS total-%d", task)) == ":1" {
			return true
		}
	}
	return false
}

// askRedis returns the first line of an answer.
func askRedis(t *testing.T, command string) string {
	t.Helper()
	conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", os.Getenv("REDIS_PORT")))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "%s\r\n", command)
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(answer)
}

// TestJVMComponentsOnStorm submits topologies with JVM components to a real Storm.
func TestJVMComponentsOnStorm(t *testing.T) {
	stormtest.Long(t)
	cluster := storm.Cluster(t)
	for name, c := range jvmCases {
		t.Run(name, func(t *testing.T) {
			out := t.TempDir()
			args := c.args(t, name, out)
			done := func() bool { return c.missing(t, linesOf(t, out)) == "" }
			defer func() {
				if t.Failed() {
					t.Logf("missing: %s", c.missing(t, linesOf(t, out)))
				}
			}()
			onStorm(t, cluster, "jvm-"+name, ".", "", done, args...)
			if name == "window" { // a Supervisor may kill a worker before its hooks have ended
				awaitFile(t.Context(), t, filepath.Join(out, "started"))
			}
		})
	}
}

// TestJVMComponentsRunHere runs the same topologies on this machine: they do the same as on Storm.
func TestJVMComponentsRunHere(t *testing.T) {
	stormtest.Require(t)
	binary := buildStormflux(t)
	for name, c := range jvmCases {
		t.Run(name, func(t *testing.T) {
			if name == "kafka" {
				stormtest.Long(t) // a broker, and a consumer that needs a while to join its group
			}
			out := t.TempDir()
			ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, binary, append([]string{"run"}, c.args(t, name, out)...)...)
			var printed bytes.Buffer
			cmd.Stdout, cmd.Stderr = &printed, &printed
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			for missing := "at the start"; missing != ""; missing = c.missing(t, linesOf(t, out)) {
				select {
				case err := <-ended:
					t.Fatalf("the run ended too early (%v), missing: %s\n%s", err, missing, &printed)
				case <-time.After(200 * time.Millisecond):
				}
			}
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			err := <-ended
			if died := name == "redis"; (err != nil) != died {
				t.Errorf("the run ended with %v\n%s", err, &printed)
			}
			if name == "window" {
				awaitFile(ctx, t, filepath.Join(out, "started"))
				awaitFile(ctx, t, filepath.Join(out, "ended"))
			}
		})
	}
}

// args returns the file and the flags of a case.
func (c jvmCase) args(t *testing.T, name, out string) []string {
	t.Helper()
	args := []string{filepath.Join("testdata", "jvm", name+".yaml"), "--set", "out=" + out, "--jar", relative(t, caseJar(t, c.libraries))}
	for _, library := range c.libraries {
		dir, err := stormtest.Jars(t.Context(), library)
		if err != nil {
			t.Fatal(err)
		}
		jars, err := filepath.Glob(filepath.Join(dir, "*.jar"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range jars {
			if base := filepath.Base(path); !strings.HasPrefix(base, "slf4j-") && !strings.HasPrefix(base, "flux-core") && !strings.HasPrefix(base, "snakeyaml") {
				args = append(args, "--jar", path)
			}
		}
	}
	if c.set != nil {
		for _, s := range c.set(t) {
			args = append(args, "--set", s)
		}
	}
	return args
}

// relative returns a path from the working directory, as most people write it.
func relative(t *testing.T, path string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if path, err = filepath.Rel(dir, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// caseJar compiles the classes in testdata/jvm/java against the libraries, and returns their jar. Sources that need a
// library which is not among them are left out.
func caseJar(t *testing.T, libraries []stormtest.JarSet) string {
	t.Helper()
	sources := os.DirFS(filepath.Join("testdata", "jvm", "java"))
	if !slices.Contains(libraries, stormtest.RedisLibraryJars) {
		sources = without{sources, "StoreNumber.java"}
	}
	classpath, err := stormtest.Classpath(t.Context(), append([]stormtest.JarSet{stormtest.WorkerJars}, libraries...)...)
	if err != nil {
		t.Fatal(err)
	}
	classes, err := stormtest.CompileJava(t.Context(), "jvm-cases", sources, ".", classpath)
	if err != nil {
		t.Fatal(err)
	}
	return writeJar(t, classes)
}

func linesOf(t *testing.T, out string) map[string][]string {
	t.Helper()
	lines := map[string][]string{}
	for name, text := range contents(t, out) {
		task := strings.TrimSuffix(name, ".txt")
		component, _, _ := strings.Cut(task, "-")
		for line := range strings.Lines(text) {
			if whole, ok := strings.CutSuffix(line, "\n"); ok {
				lines[task] = append(lines[task], whole)
				lines[component] = append(lines[component], whole)
			}
		}
	}
	return lines
}

// without is a folder that lacks a file.
type without struct {
	fs.FS
	name string
}

// ReadDir implements [fs.ReadDirFS].
func (w without) ReadDir(dir string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(w.FS, dir)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return e.Name() == w.name }), err
}

// writeJar makes a jar of a folder of classes.
func writeJar(t *testing.T, classes string) string {
	t.Helper()
	archive := &jar.Archive{}
	err := filepath.WalkDir(classes, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(classes, path)
		archive.Entries = append(archive.Entries, jar.Entry{Name: filepath.ToSlash(name), Path: path})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "cases.jar")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := archive.Write(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	return path
}

// awaitFile waits until a file exists.
func awaitFile(ctx context.Context, t *testing.T, path string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		if _, err := os.Stat(path); err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("there is no %s", path)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
