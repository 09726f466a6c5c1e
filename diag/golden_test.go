package diag

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// golden compares got with a file, or writes the file if STORMFLUX_UPDATE=1.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if os.Getenv("STORMFLUX_UPDATE") == "1" {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("%v (STORMFLUX_UPDATE=1 writes it)", err)
	}
	if want := strings.ReplaceAll(string(want), "\r\n", "\n"); got != want {
		t.Errorf("%s differs (STORMFLUX_UPDATE=1 rewrites it)\n--- got\n%s\n--- want\n%s", name, got, want)
	}
}

// marked returns a file with the text without its marks, and the spans between each « and ».
func marked(name, text string) (*File, []Span) {
	f := &File{Name: name}
	var spans []Span
	var clean []byte
	for text != "" {
		switch {
		case strings.HasPrefix(text, "«"):
			spans = append(spans, Span{File: f, Start: len(clean)})
			text = text[len("«"):]
		case strings.HasPrefix(text, "»"):
			spans[len(spans)-1].End = len(clean)
			text = text[len("»"):]
		default:
			clean = append(clean, text[0])
			text = text[1:]
		}
	}
	f.Text = clean
	return f, spans
}
