package compiler

import (
	"strings"
	"testing"
)

func TestFileNames(t *testing.T) {
	long := strings.Repeat("x", 300)
	var names fileNames
	for _, c := range []struct{ id, want string }{
		{"split", "split"},
		{"Split", "Split-2"}, // one file to macOS and Windows
		{"SPLIT", "SPLIT-3"},
		{"split-3", "split-3-2"},
		{"a/b c.d", "a%2Fb%20c.d"},
		{"..", "%2E."},
		{"日", "%E6%97%A5"},
		{"100%", "100%25"},
		{long, long[:100] + "-0d4e2ca9e9cbced7"},
		{long + "y", long[:100] + "-..."},
		{strings.Repeat("日", 30), "%E6%97%A5%E6%97%A5..."},
	} {
		got := names.take(c.id)
		want, beginning := strings.CutSuffix(c.want, "...")
		if !beginning && got != want || !strings.HasPrefix(got, want) {
			t.Errorf("%q gives %q, want %q", c.id, got, c.want)
		}
		if len(got) > 120 {
			t.Errorf("%q gives a name of %d bytes", c.id, len(got))
		}
	}
	if n := len(names.taken); n != 11 {
		t.Errorf("%d names for 11 ids", n)
	}
}
