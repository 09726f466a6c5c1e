package validate_test

import (
	"testing"

	"github.com/stormflux/stormflux/validate"
)

func TestLanguage(t *testing.T) {
	for want, commands := range map[string][][]string{
		"Python": {{"python3", "split.py"}, {"/usr/bin/python3.11", "-u", "x"}, {"env", "A=b", "pypy"}, {"./split.py"}},
		"Node":   {{"node", "x.js"}, {"nodejs"}, {"./x.mjs"}},
		"Shell":  {{"/bin/sh", "-c", "exec x"}, {"run.sh"}},
		"Ruby":   {{"ruby2.7", "x.rb"}},
		"":       {{"./counter"}, {"env", "-i", "python3"}, {"env"}},
	} {
		for _, words := range commands {
			if got := (&validate.Command{Words: words}).Language(); got != want {
				t.Errorf("%q is in %q, want %q", words, got, want)
			}
		}
	}
}
