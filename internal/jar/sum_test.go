package jar

import (
	"archive/zip"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// zipAt writes a jar whose entries have a time.
func zipAt(t *testing.T, at time.Time, files ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "app.jar")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	z := zip.NewWriter(out)
	for i := 0; i < len(files); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: files[i], Modified: at, Method: zip.Deflate})
		if err == nil {
			_, err = w.Write([]byte(files[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// The sums of a jar that was built again are the same, although its bytes differ.
func TestSums(t *testing.T) {
	sums := func(at time.Time, built, class, script string) []Sum {
		t.Helper()
		path := filepath.Join(t.TempDir(), "split.py")
		if err := os.WriteFile(path, []byte(script), 0o644); err != nil {
			t.Fatal(err)
		}
		a := Archive{
			Jars: []string{zipAt(t, at, ManifestName, "Manifest-Version: 1.0\r\nBuilt-By: "+built+"\r\n\r\n",
				"META-INF/maven/g/a/pom.properties", "#"+at.String(), "app/Count.class", class, "resources/", "", "resources/a.txt", "a")},
			Entries: []Entry{{Name: "resources/split.py", Path: path}, {Name: "resources/b", Data: []byte("b"), Executable: built == "ann"}},
		}
		all, err := a.Sums(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	monday := time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
	first := sums(monday, "ann", "class", "1")
	if again := sums(monday.Add(time.Hour), "bob", "class", "1"); !slices.Equal(first, again) {
		t.Errorf("built again: %v, and %v before", again, first)
	}
	var names []string
	for _, s := range first {
		names = append(names, s.Name)
	}
	if want := []string{"app/Count.class", "resources/a.txt", "resources/b", "resources/split.py"}; !slices.Equal(names, want) {
		t.Errorf("names %q, want %q", names, want)
	}
	for i, other := range [][]Sum{sums(monday, "ann", "other", "1"), sums(monday, "ann", "class", "2")} {
		for n, s := range other {
			if changed := s.Content != first[n].Content; changed != (s.Name == []string{"app/Count.class", "resources/split.py"}[i]) {
				t.Errorf("case %d: %s changed: %v", i, s.Name, changed)
			}
		}
	}
}
