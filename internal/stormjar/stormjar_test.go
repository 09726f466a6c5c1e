package stormjar_test

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stormflux/stormflux/internal/stormjar"
)

// about is the README that stormflux puts beside its launchers.
const about = "This folder was written by stormflux: *.sh start the components of the topology.\n"

func writeJar(t *testing.T, files map[string]string) string {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range files {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "topology.jar")
	if err := os.WriteFile(path, out.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// Only what compiling generates is left out. The user's files stay, also those beside it, and in a folder with the same name.
func TestWriteWithout(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		kept  []string
	}{
		"launchers, and an SDK of the user": {
			map[string]string{
				"app/Main.class": "", "stormflux/runtime/Adapter.class": "", "resources/words.py": "",
				"resources/.stormflux/README": about, "resources/.stormflux/split.sh": "", "resources/.stormflux/kept.sh": "",
				"resources/.stormflux/bin/count": "", "resources/.stormflux/python/stormflux/spout.py": "",
				"resources/.stormflux/python-packages/six.py": "", "resources/.stormflux/notes.txt": "",
				"resources/stormflux/start.js": "", "resources/stormflux/README.md": "", "resources/stormflux/run.sh": "",
				"resources/stormflux/bin/tool": "",
			},
			[]string{
				"app/Main.class", "resources/.stormflux/kept.sh", "resources/.stormflux/notes.txt", "resources/stormflux/README.md",
				"resources/stormflux/bin/tool", "resources/stormflux/run.sh", "resources/stormflux/start.js", "resources/words.py",
			},
		},
		"a Leiningen project with an SDK": {
			map[string]string{"resources/stormflux/README": about, "resources/stormflux/split.sh": "", "resources/stormflux/start.js": ""},
			[]string{"resources/stormflux/start.js"},
		},
		"a README of the user": {
			map[string]string{"resources/stormflux/README": "Our scripts.", "resources/stormflux/split.sh": ""},
			[]string{"resources/stormflux/README", "resources/stormflux/split.sh"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			drop := func(path string) bool { return path != ".stormflux/kept.sh" }
			if err := stormjar.WriteWithout(writeJar(t, test.files), drop, &out); err != nil {
				t.Fatal(err)
			}
			r, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range r.File {
				got = append(got, f.Name)
			}
			if slices.Sort(got); !slices.Equal(got, test.kept) {
				t.Errorf("got %q, want %q", got, test.kept)
			}
		})
	}
}
