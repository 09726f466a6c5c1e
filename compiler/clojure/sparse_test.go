//go:build unix

package clojure

import (
	"math/big"
	"os/exec"
	"strings"
	"testing"
)

// A person's shell reads an option, and streamparse 2.0.2 puts it into a command for a second shell. What comes out of
// both is the key, "=" and a text for Clojure's read-string without another "=".
func TestSparseOptionPassesTwoShells(t *testing.T) {
	for _, c := range []struct {
		key   string
		value any
		want  string // "" for a flag
	}{
		{"topology.workers", int64(3), ""},
		{"topology.acker.executors", int64(0), ""},
		{"topology.acker.executors", nil, "topology.acker.executors=nil"},
		{"topology.debug", true, "topology.debug=true"},
		{"app.text", "plain", `app.text="plain"`},
		{"app.text", "it's \"so\" \\ $HOME `id` * ! # ; & | < > ( ) { } [ ] ~ ?", `app.text="it's \"so\" \\ $HOME ` + "`id`" + ` * ! # ; & | < > ( ) { } [ ] ~ ?"`},
		{"app.text", "a=b\n日😀", `app.text="a\u003db\n\u65e5\ud83d\ude00"`},
		{"app.text", strings.Repeat("x", longestString+1), `app.text="` + strings.Repeat("x", longestString+1) + `"`},
		{"app.big", new(big.Int).Lsh(big.NewInt(1), 70), "app.big=1180591620717411303424"},
		{"app key é", []any{"a b", map[string]any{"k=v": 1.0, "x": nil}}, `app key é=["a b" {"k\u003dv" 1.0, "x" nil}]`},
	} {
		option := sparseOption(c.key, c.value)
		text, isOption := strings.CutPrefix(option, "-o ")
		if isOption != (c.want != "") {
			t.Errorf("%s is given by %q", c.key, option)
			continue
		}
		if isOption {
			if got := throughShell(t, throughShell(t, text)); got != c.want {
				t.Errorf("%s\ngives %s\nwant  %s", option, got, c.want)
			}
		}
	}
}

// throughShell returns the word that a shell reads from a text.
func throughShell(t *testing.T, text string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "sh", "-c", "printf %s "+text).Output()
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return string(out)
}
