package console

import (
	"strings"
	"testing"
)

func TestColorDiff(t *testing.T) {
	const diff = "--- a\n+++ a\n@@ -1,3 +1,2 @@\n same\n--- old\n-+\n+++ new\n@@ -9,1 +8,1 @@\n-x\n+y\n\\ No newline at end of file\n--- b\n+++ b\n"
	want := strings.NewReplacer("<b>", "\x1b[1m", "<c>", "\x1b[36m", "<r>", "\x1b[31m", "<g>", "\x1b[32m", "<>", "\x1b[0m").Replace(
		"<b>--- a<>\n<b>+++ a<>\n<c>@@ -1,3 +1,2 @@<>\n same\n<r>--- old<>\n<r>-+<>\n<g>+++ new<>\n<c>@@ -9,1 +8,1 @@<>\n<r>-x<>\n<g>+y<>\n" +
			"<b>\\ No newline at end of file<>\n<b>--- b<>\n<b>+++ b<>\n")
	if got := string(ColorDiff([]byte(diff))); got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}
