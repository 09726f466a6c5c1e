package settings_test

import (
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/settings"
)

func TestCheckTopologyName(t *testing.T) {
	for _, name := range []string{"a", "word count", "topo-Ⅷ", "日本語", "naïve_1", strings.Repeat("n", 210), strings.Repeat("n", 220)} {
		if f := settings.CheckTopologyName(name); f != nil {
			t.Errorf("%.20q: %v", name, f)
		}
		if got := settings.LegalTopologyName(name); got != name {
			t.Errorf("%.20q becomes %q", name, got)
		}
	}
	for _, c := range []struct {
		name        string
		char        rune
		unexplained bool
		legal       string
	}{
		{"a.b", '.', false, "a-b"},
		{"a:b/c", ':', false, "a-b-c"},
		{"a+b", '+', true, "a-b"},
		{"a\tb", '\t', true, "a-b"},
		{"a\xffb", '\ufffd', true, "a-b"},
		{"🌩", '🌩', true, "-"},
		{"", 0, false, ""},
		{strings.Repeat("n", 221), 0, true, strings.Repeat("n", 221)},
	} {
		f := settings.CheckTopologyName(c.name)
		if f == nil || f.Char != c.char || f.Unexplained != c.unexplained {
			t.Errorf("%.20q: %+v", c.name, f)
		}
		if got := settings.LegalTopologyName(c.name); got != c.legal {
			t.Errorf("%.20q becomes %q", c.name, got)
		}
	}
}

func TestIsBlobKey(t *testing.T) {
	for key, want := range map[string]bool{"a.b_c-d e\t": true, "日本": true, "": false, ".": false, "..": false, "a/b": false, "a+b": false} {
		if got := settings.IsBlobKey(key); got != want {
			t.Errorf("%q is a blob key: %t", key, got)
		}
	}
}
