package diag

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestFailures checks that what is for programs carries the files that could not be checked.
func TestFailures(t *testing.T) {
	opts := Options{Files: []string{"good.yaml"}, Failures: []string{"reading no\x1b.yaml: it does not exist"}}
	for format, want := range map[Format][]string{
		JSON:   {`"valid": false`, `reading no\u001b.yaml: it does not exist`},
		SARIF:  {`"executionSuccessful": false`, `"level": "error"`, `reading no\u001b.yaml: it does not exist`},
		JUnit:  {`errors="1"`, `<error message="reading no\x1b.yaml: it does not exist"`},
		GitHub: {`::error ::reading no\x1b.yaml: it does not exist`},
	} {
		opts.Format = format
		got := write(t, nil, opts)
		for _, text := range want {
			if !strings.Contains(got, text) {
				t.Errorf("%s has no %s:\n%s", format, text, got)
			}
		}
	}
	opts.Format = Text
	if got := write(t, nil, opts); got != "" {
		t.Errorf("text: %q", got)
	}
}

// TestJSONIsPrintable checks that JSON on a terminal cannot control it, and still means the same.
func TestJSONIsPrintable(t *testing.T) {
	const hostile = "a\u009b31m\u202eb\x7f\U000e0001é"
	file := NewFile("t\u009b.yaml", "", []byte("name: "+hostile+"\n"))
	var l List
	l.Errorf("some-error", Span{file, 6, 9}, "%s", hostile).WithHint("%s", hostile)
	for _, format := range []Format{JSON, SARIF} {
		got := write(t, l, Options{Format: format})
		if i := strings.IndexFunc(got, func(r rune) bool { return r != '\n' && !visible(r) }); i >= 0 {
			t.Errorf("%s: %+q", format, got[i:i+4])
		}
		if !strings.Contains(got, "é") {
			t.Errorf("%s escapes a letter", format)
		}
		if !json.Valid([]byte(got)) {
			t.Errorf("%s is not JSON", format)
		}
	}
	var doc struct{ Diagnostics []struct{ Message string } }
	if err := json.Unmarshal([]byte(write(t, l, Options{Format: JSON})), &doc); err != nil || doc.Diagnostics[0].Message != hostile {
		t.Errorf("%q, %v", doc.Diagnostics, err)
	}
}
