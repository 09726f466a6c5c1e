package project

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestFind(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"top.yaml":               "spouts: {}\n",
		"sub/flux.yml":           "topologySource: {className: x}\n",
		"sub/crawler.flux":       "spouts: []\n",
		"sub/deeper/bolts.yaml":  "bolts: {}\n",
		"sub/other.yaml":         "kind: Deployment\n",
		"sub/stormflux.yaml":     "environments: {}\nspouts: {}\n",
		"sub/.hidden/t.yaml":     "spouts: {}\n",
		"sub/.hidden.yaml":       "spouts: {}\n",
		"sub/notes.txt":          "spouts:\n",
		"nothing/here/other.yml": "a: b\n",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	deeper, flux := filepath.Join("sub", "deeper", "bolts.yaml"), filepath.Join("sub", "flux.yml")
	crawler := filepath.Join("sub", "crawler.flux")
	for _, c := range []struct {
		paths []string
		want  []File
	}{
		{[]string{"top.yaml", "-", "sub"}, []File{{"top.yaml", false}, {"-", false}, {crawler, true}, {deeper, true}, {flux, true}}},
		{[]string{"."}, []File{{crawler, true}, {deeper, true}, {flux, true}, {"top.yaml", true}}},
		// What the user names is a topology, whatever is in it; and a file counts once.
		{[]string{"sub/other.yaml", "sub/stormflux.yaml", "./top.yaml", "top.yaml"},
			[]File{{"sub/other.yaml", false}, {"sub/stormflux.yaml", false}, {"./top.yaml", false}}},
		{[]string{"sub/deeper", "sub"}, []File{{deeper, true}, {crawler, true}, {flux, true}}},
		{[]string{filepath.Join("sub", ".hidden")}, []File{{filepath.Join("sub", ".hidden", "t.yaml"), true}}},
	} {
		files, errs := Find(c.paths)
		if !reflect.DeepEqual(files, c.want) || errs != nil {
			t.Errorf("%q: got %v and errors %v, want %v", c.paths, files, errs, c.want)
		}
	}

	files, errs := FindWithEnvironments([]string{"sub"})
	want := []File{{crawler, true}, {deeper, true}, {flux, true}, {filepath.Join("sub", "stormflux.yaml"), true}}
	if !reflect.DeepEqual(files, want) || errs != nil {
		t.Errorf("with environments: got %v and errors %v", files, errs)
	}

	files, errs = Find([]string{"nothing", "absent", "top.yaml"})
	var none *NoTopologyError
	if len(errs) != 2 || !errors.As(errs[0], &none) || none.Folder != "nothing" || !errors.Is(errs[1], fs.ErrNotExist) {
		t.Errorf("the errors are %v", errs)
	}
	if len(files) != 1 {
		t.Errorf("the files are %v", files)
	}
}
