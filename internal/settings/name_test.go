package settings_test

import (
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/settings"
)

func TestCheckTopologyName(t *testing.T) {
	for _, name := range []string{"a", "word-count_2", strings.Repeat("n", 210), strings.Repeat("n", 220)} {
		if f := settings.CheckTopologyName(name, settings.DefaultVersion()); f != nil {
			t.Errorf("%.20q: %v", name, f)
		}
		if got := settings.LegalTopologyName(name); got != name {
			t.Errorf("%.20q becomes %q", name, got)
		}
	}
	for _, c := range []struct {
		name  string
		fault settings.NameFault
		legal string
	}{
		{"a.b", settings.NameFault{Char: '.'}, "a-b"},
		{"a b:c", settings.NameFault{Char: ':'}, "a-b-c"},
		{"a:b/c", settings.NameFault{Char: ':'}, "a-b-c"},
		{"a+b", settings.NameFault{Char: '+', Unexplained: true}, "a-b"},
		{"a\tb", settings.NameFault{Char: '\t', Unexplained: true}, "a-b"},
		{"a\xffb", settings.NameFault{Char: '\ufffd', Unexplained: true}, "a-b"},
		{"🌩", settings.NameFault{Char: '🌩', Unexplained: true}, "my-topology"},
		{"", settings.NameFault{}, ""},
		{strings.Repeat("n", 221), settings.NameFault{Unexplained: true}, strings.Repeat("n", 220)},
		{"word count", settings.NameFault{Char: ' ', Destroyed: true}, "word-count"},
		{"topo-Ⅷ", settings.NameFault{Char: 'Ⅷ', Destroyed: true}, "topo-VIII"},
		{"naïve é", settings.NameFault{Char: 'ï', Destroyed: true}, "naive-e"},
		{"straßen zähler", settings.NameFault{Char: 'ß', Destroyed: true}, "strassen-zahler"},
		{"日本", settings.NameFault{Char: '日', Destroyed: true}, "my-topology"},
		{"Łódź → x", settings.NameFault{Char: '→', Unexplained: true}, "Lodz-x"},
	} {
		f := settings.CheckTopologyName(c.name, settings.DefaultVersion())
		if f == nil || *f != c.fault {
			t.Errorf("%.20q: %+v", c.name, f)
		}
		if got := settings.LegalTopologyName(c.name); got != c.legal {
			t.Errorf("%.20q becomes %q", c.name, got)
		}
		for release, safe := range map[string]bool{"1.2.4": true, "2.0.0": false, "2.8.8": false} {
			v, err := settings.ParseVersion(release)
			if err != nil {
				t.Fatal(err)
			}
			if f := settings.CheckTopologyName(c.name, v); c.fault.Destroyed && (f == nil) != safe {
				t.Errorf("%q, Storm %s: %+v", c.name, release, f)
			}
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
