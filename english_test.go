package stormflux_test

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// plainWords lists phrases that read as a translation, and what to write instead.
var plainWords = map[string]string{
	"for ever":              "forever",
	"mended":                "fixed",
	"a blank":               "a space",
	"is told":               "is reported",
	"are told":              "are reported",
	"told of":               "reported",
	"tells of":              "reports, or documents",
	"tells whether":         "reports whether",
	"without a word":        "without a message",
	"unless said otherwise": "by default",
}

// The text that people read, in documents, comments and messages, is plain English.
func TestPlainEnglish(t *testing.T) {
	phrases := slices.Sorted(maps.Keys(plainWords))
	// A phrase may continue on the next line of a comment.
	banned := regexp.MustCompile(`(?i)\b(` + strings.ReplaceAll(strings.Join(phrases, "|"), " ", `[\s/#;*]+`) + `)\b`)
	space := regexp.MustCompile(`[\s/#;*]+`)
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		slashed := filepath.ToSlash(path)
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != ".":
			return filepath.SkipDir
		case d.IsDir(), path == "english_test.go":
			return nil
		case !slices.Contains([]string{".go", ".md", ".yaml", ".json", ".py", ".js", ".ts", ".clj", ".txtar"}, filepath.Ext(path)):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, at := range banned.FindAllIndex(text, -1) {
			phrase := strings.ToLower(space.ReplaceAllString(string(text[at[0]:at[1]]), " "))
			t.Errorf("%s:%d: %q is not plain English: write %q", slashed, 1+bytes.Count(text[:at[0]], []byte("\n")), phrase, plainWords[phrase])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
