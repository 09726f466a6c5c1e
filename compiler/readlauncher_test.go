package compiler

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/stormflux/stormflux/validate"
)

// What a launcher starts can be read from its text, whatever the words are.
func TestReadLauncher(t *testing.T) {
	odd := []string{"", "a b", "it's", `"x"`, "$HOME", "a\nb", `\`, "é", "*", "-x", "${x}", "`x`", "~", "#", "=", "a=b", "!"}
	for seed := range uint64(500) {
		g := rand.New(rand.NewPCG(seed, 1))
		word := func() string { return odd[g.IntN(len(odd))] }
		want := &Start{Words: []string{"run" + word()}}
		for range g.IntN(4) {
			want.Words = append(want.Words, word())
		}
		l := launcher{component: "x", words: want.Words}
		for i := range g.IntN(3) {
			want.Env = append(want.Env, validate.EnvVar{Name: fmt.Sprintf("V%d", i), Value: word(), Append: g.IntN(3) == 0})
		}
		l.env = want.Env
		if g.IntN(2) == 0 {
			want.Program, l.program = true, true
		}
		if g.IntN(2) == 0 {
			want.Setup, l.setup = ".stormflux/setup.sh", ".stormflux/setup.sh"
		}
		switch g.IntN(3) {
		case 0:
			l.pythonPath = []string{".stormflux/python"}
		case 1:
			l.pythonPath, want.Packages = []string{".stormflux/python", ".stormflux/python-packages"}, true
		}
		if got, ok := ReadLauncher(l.script()); !ok || !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d: %v, got\n%+v\nwant\n%+v\nfrom\n%s", seed, ok, got, want, l.script())
		}
		setup := append([]string{"sh"}, want.Words...)
		if got, ok := ReadSetup(setupScript(setup, want.Program, ".stormflux/setup")); !ok || !reflect.DeepEqual(got, setup) {
			t.Fatalf("seed %d: setup %q, want %q", seed, got, setup)
		}
	}
}

// Scripts of others are not launchers.
func TestReadLauncherRefuses(t *testing.T) {
	for _, text := range []string{"", "echo hello", "x=$(date)\nexec a b", "exec \"$1\"", "for i in a; do b; done\nexec a", "exec 'a", "[ -f a ] && exec b"} {
		if got, ok := ReadLauncher(text); ok {
			t.Errorf("%q: %+v", text, got)
		}
	}
}
