package diag

import (
	"strings"
	"testing"
)

// TestPrivate checks that no format shows the words of a private file.
func TestPrivate(t *testing.T) {
	secret := NewFile("/etc/secret.yaml", "/etc", []byte("key: hunter2\n"))
	secret.Private = true
	open := NewFile("t.yaml", "", []byte("name: t\n"))
	var l List
	at := Span{secret, 5, 12}
	d := l.Errorf("unknown-key", at, "unknown key %q", "hunter2").WithHint("known: hunter2").WithRelated(Span{open, 0, 4}, "not %q", "hunter2")
	d.Fixes = []Fix{{Title: "write hunter3", Automatic: true, Edits: []Edit{{Span: at, Text: "hunter3"}}}}
	l.Warnf("duplicate-id", Span{open, 0, 4}, "twice").WithRelated(at, "%q is here", "hunter2")
	l.Notef("no-such-rule", at, "hunter2")
	for _, format := range Formats() {
		var b strings.Builder
		if err := Write(&b, l.WithoutPrivate(), Options{Format: Format(format)}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "hunter") {
			t.Errorf("%s:\n%s", format, b.String())
		}
		if !strings.Contains(b.String(), "a key is not known") && !strings.Contains(b.String(), "secret.yaml") {
			t.Errorf("%s does not name the fault:\n%s", format, b.String())
		}
	}
	if l[0].Message != `unknown key "hunter2"` || len(l[0].Fixes) != 1 {
		t.Error("the list itself changed")
	}
}
