package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/replace"
)

// A replacement that meets the topology of another command says what to do next.
func TestFailedWithOtherTopology(t *testing.T) {
	ch := &change{app: &app{cluster: " -e prod"}, name: "demo", flags: &changeFlags{}}
	err := ch.failed(t.Context(), &replace.Error{Outcome: replace.TakenByOther, Dir: "copies", Err: errors.New("demo-2 is there")})
	const want = `demo-2 is there
  nothing was put back, because another command or person submitted this
  a copy of the old topology is in copies
  "stormflux plan" compares a file with what is there, "stormflux restore demo -e prod" puts the copy in its place`
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}
