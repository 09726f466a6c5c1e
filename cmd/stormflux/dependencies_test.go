package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/nimbus/nimbustest"
)

func TestSplitComma(t *testing.T) {
	got := splitComma([]string{"a.jar, b.jar,", "g:a:[1,2),h:b:(,3]", ""})
	if want := []string{"a.jar", "b.jar", "g:a:[1,2)", "h:b:(,3]"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// "submit" uploads the dependencies of the file and of --jars, and the topology names their blobs.
func TestSubmitUploadsDependencies(t *testing.T) {
	server := nimbustest.New(t, nimbustest.Options{})
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"top/topology.yaml": "name: t\ndependencies: [of-file.jar]\nspouts: {s: {command: [cat, x], outputs: []}}\n",
		"top/of-file.jar":   "1", "option.jar": "22", "storm.yaml": "{}",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("STORM_CONF_DIR", ".")
	var out, errs bytes.Buffer
	args := []string{"submit", "top/topology.yaml", "--nimbus", server.Addr(), "--jars", "option.jar"}
	if code := run(t.Context(), args, strings.NewReader(""), &out, &errs); code != exitFine {
		t.Fatalf("exit code %d\n%s%s", code, out.String(), errs.String())
	}
	var found []string
	for _, b := range server.Blobs() {
		base, _, _ := strings.Cut(b.Key, "-of-file")
		found = append(found, base+" "+string(b.Bytes))
	}
	jars := server.Topology("t").Topology.DependencyJars
	if len(jars) != 2 || !strings.HasPrefix(jars[0], "dep-of-file-") || !strings.HasPrefix(jars[1], "dep-option-") || len(found) != 2 {
		t.Errorf("the topology has %q, the cluster %q", jars, found)
	}
	if code := run(t.Context(), append(args, "--jars", "none.jar"), strings.NewReader(""), &out, &errs); code != exitFindings ||
		!strings.Contains(out.String()+errs.String(), `--jars: the dependency "none.jar" does not exist`) {
		t.Errorf("exit code %d\n%s%s", code, out.String(), errs.String())
	}
}
