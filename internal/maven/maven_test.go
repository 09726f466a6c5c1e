package maven

import (
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]Coordinate{
		"a.b:c:1":                   {Group: "a.b", Artifact: "c", Version: "1"},
		"a.b:c:jar:1":               {Group: "a.b", Artifact: "c", Version: "1"},
		"a:b:test-jar:1.0-SNAPSHOT": {Group: "a", Artifact: "b", Extension: "test-jar", Version: "1.0-SNAPSHOT"},
		"a:b:jar:linux-x86_64:1+2":  {Group: "a", Artifact: "b", Classifier: "linux-x86_64", Version: "1+2"},
		"a:b:[1.0,2.0)":             {Group: "a", Artifact: "b", Version: "[1.0,2.0)"},
		"a:b:1^x.y:z^q:*":           {Group: "a", Artifact: "b", Version: "1", Exclusions: []Exclusion{{"x.y", "z"}, {"q", "*"}}},
	} {
		got, err := Parse(text)
		if err != nil || !slices.Equal(got.Exclusions, want.Exclusions) || got.name() != want.name() || got.Extension != want.Extension {
			t.Errorf("%s: %+v, %v; want %+v", text, got, err, want)
		}
		if again, err := Parse(got.String()); err != nil || again.String() != got.String() {
			t.Errorf("%s: String gives %s, which is read as %s (%v)", text, got, again, err)
		}
	}
	for _, text := range []string{"", "a", "a:b", "a:b:", ":b:1", "a::1", "a:b:c:d:e:f", "./a:b:c", "a:b:1/x", `C:\a:b:c`, "a b:c:1", "${g}:a:1", "a:b:<c>", "lib/a.jar", `C:\x.jar`} {
		if IsCoordinate(text) {
			t.Errorf("%q counts as a coordinate", text)
		}
		if c, err := Parse(text); err == nil {
			t.Errorf("%q is read as %v", text, c)
		}
	}
	for _, text := range []string{"a:b:1^", "a:b:1^x", "a:b:1^x:", "a:b:1^x:y:z", "a:b:1^x:<y>"} {
		if c, err := Parse(text); err == nil || !strings.Contains(err.Error(), "expected ^group:artifact") {
			t.Errorf("%q is read as %v, %v", text, c, err)
		}
	}
}

func TestParseLine(t *testing.T) {
	for line, want := range map[string]string{
		"   a.b:c:jar:1:compile:/m2/c-1.jar\n":                            "a.b:c:1 /m2/c-1.jar",
		"   a.b:c:jar:1:runtime:C:\\m2\\c-1.jar -- module a.b (auto)\r\n": `a.b:c:1 C:\m2\c-1.jar`,
		"   a:b:jar:linux:1:compile:/m2/b-1-linux.jar":                    "a:b:jar:linux:1 /m2/b-1-linux.jar",
		"The following files have been resolved:":                         "",
		"   none":                          "",
		"   a:b:jar:1:provided:/m2/x":      "",
		"   a:b:jar:1:compile":             "",
		"a:b:c:d:e:f:g:h:compile:/m2/file": "",
	} {
		got := ""
		if f, ok := parseLine(line); ok {
			got = f.Coordinate.String() + " " + f.Path
		}
		if got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}
