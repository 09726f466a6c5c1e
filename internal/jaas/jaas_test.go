package jaas

import (
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	text := `/* two
lines */
StormServer { a.B required user_bob="x"; };
StormClient {
   // the last module that has an option wins
   a.First Required useKeyTab=true keyTab="${user.home}${/}bob.keytab" principal='bob@EXAMPLE.COM' path=/etc/x;
   a.Second optional username="it's \"quoted\" \\ \101\t" kept="${{self}}"
      other="${open";
};
Empty { };`
	property := func(name string) (string, bool) {
		value, ok := map[string]string{"user.home": "/home/bob", "/": "/"}[name]
		return value, ok
	}
	got, err := Parse(text, property)
	want := Config{
		"StormServer": {{Class: "a.B", Flag: "required", Options: map[string]string{"user_bob": "x"}}},
		"StormClient": {
			{Class: "a.First", Flag: "required", Options: map[string]string{
				"useKeyTab": "true", "keyTab": "/home/bob/bob.keytab", "principal": "bob@EXAMPLE.COM", "path": "/etc/x",
			}},
			{Class: "a.Second", Flag: "optional", Options: map[string]string{"username": "it's \"quoted\" \\ A\t", "kept": "${{self}}", "other": "${open"}},
		},
		"Empty": nil,
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if value, ok := got.Option("StormClient", "username"); !ok || !strings.HasPrefix(value, "it's") {
		t.Errorf("username is %q, %v", value, ok)
	}
	if _, ok := got.Option("StormClient", "none"); ok {
		t.Error("there is an option that is not written")
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		"A":                                `line 1: want "{", not the end of the file`,
		"A {":                              "line 1: want the class of a login module, not the end of the file",
		"A {\n a.B must; };":               `line 2: want required, requisite, sufficient or optional, not "must"`,
		"A { a.B required x; };":           `line 1: want "=", not ";"`,
		"A { a.B required x=; };":          `line 1: want the value of "x", not ";"`,
		"A { a.B required x=\"s\nt\"; };":  `line 1: want the value of "x", not a text without its closing quote`,
		"A { a.B required x=\"s":           `line 1: want the value of "x", not a text without its closing quote`,
		"A { a.B required x=\"s\"; }":      `line 1: want ";", not the end of the file`,
		"A { a.B required x=\"${no}\"; };": `line 1: there is no system property "no" here`,
		"A { };\nA { };":                   `line 2: there are two sections "A"`,
		"\"secret\" {":                     "line 1: want the name of a section, not a text in quotes",
	} {
		if _, err := Parse(text, nil); err == nil || err.Error() != want {
			t.Errorf("%q: %v\nwant %s", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("StormClient { a.B required x=\"\\101${user.home}\"; };")
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = Parse(text, nil) // it must end
	})
}
