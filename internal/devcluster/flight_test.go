//go:build unix

package devcluster

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// The script calls jcmd of the JDK that runs the workers, names the files as Storm does, and reports failures.
func TestFlightScript(t *testing.T) {
	home := Home{Dir: t.TempDir()}
	if err := home.Write(nil); err != nil {
		t.Fatal(err)
	}
	jdk, folder := t.TempDir(), t.TempDir()
	if err := os.Mkdir(filepath.Join(jdk, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(jdk, "bin", "jcmd"), []byte("#!/bin/sh\necho \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	flight := func(javaHome string, args ...string) (string, bool) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), filepath.Join(home.Dir, "bin", "flight.bash"), args...)
		cmd.Env = append(os.Environ(), "JAVA_HOME="+javaHome)
		out, err := cmd.CombinedOutput()
		return string(out), err == nil
	}
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"77", "jmap", folder}, `^77 GC.heap_dump ` + folder + `/recording-77-\d{14}\.bin\n$`},
		{[]string{"77", "start"}, `^77 JFR.start name=stormflux settings=profile\n$`},
		{[]string{"77", "dump", folder}, `^77 JFR.stop name=stormflux filename=` + folder + `/recording-77-\d{14}\.jfr\n$`},
		{[]string{"77", "stop", folder}, `^77 JFR.stop name=stormflux filename=` + folder + `/recording-77-\d{14}\.jfr\n$`},
		{[]string{"77", "jstack", folder}, `^$`},
	} {
		if out, ok := flight(jdk, c.args...); !ok || !regexp.MustCompile(c.says).MatchString(out) {
			t.Errorf("%q says %q", c.args, out)
		}
	}
	files, err := filepath.Glob(filepath.Join(folder, "jstack-77-*.txt"))
	if err != nil || len(files) != 1 {
		t.Fatalf("jstack leaves %v (%v)", files, err)
	}
	if text, err := os.ReadFile(files[0]); err != nil || string(text) != "77 Thread.print\n" {
		t.Errorf("%s has %q (%v)", files[0], text, err)
	}
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", filepath.Dir(noJcmd(t)))
	if out, ok := flight("", "77", "jstack", folder); ok || out == "" {
		t.Errorf("nothing says that there is no jcmd: %q", out)
	}
	if out, ok := flight(jdk, "77", "fly", folder); ok || out != "no such action: fly\n" {
		t.Errorf("an unknown action: %q", out)
	}
	if files, err := os.ReadDir(folder); err != nil || len(files) > 0 {
		t.Errorf("without jcmd, there are %v (%v)", files, err)
	}
}

// noJcmd makes a folder with the programs that the script needs, but without jcmd.
func noJcmd(t *testing.T) (program string) {
	dir := t.TempDir()
	for _, name := range []string{"date", "rm"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		program = filepath.Join(dir, name)
		if err := os.Symlink(path, program); err != nil {
			t.Fatal(err)
		}
	}
	return program
}
