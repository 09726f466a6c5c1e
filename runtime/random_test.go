package jvmruntime_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	random "github.com/stormflux/stormflux/internal/stormtest/overloads"
	"github.com/stormflux/stormflux/internal/topology"
)

// beyondFlux says why the adapter may build what Flux does not, by a part of Flux's exception. Reflection reports a wrong
// argument in several ways.
var beyondFlux = map[string]string{
	"argument type mismatch":               "Flux chose an overload that it cannot call, or elements of a list need a conversion",
	"java.lang.IllegalArgumentException\n": "Flux chose an overload that it cannot call, or elements of a list need a conversion",
	"java.lang.ClassCastException@":        "Flux chose an overload that it cannot call, or elements of a list need a conversion",
	"array element type mismatch":          "elements of a list need a conversion",
	"Index 0 out of bounds for length 0":   "the list for an array is empty",
	"cannot access a member":               "Flux chose a constructor that is not public",
	"No enum constant":                     "Flux chose the overload with the enum for another text",
	"Couldn't find a suitable":             "one character for a char",
	"Unable to find configuration":         "one character for a char",
	"NoSuchFieldException":                 "one character for a char",
	"Can not set":                          "a field takes what a setter takes",
	"InvocationTargetException":            "Flux chose the bridge method of a generic class",
	"NullPointerException":                 "Flux chose a factory that is not static",
}

// The adapter builds what Flux builds, for random classes and definitions.
func buildRandom(t *testing.T, j *judge, g *random.Generator) {
	const count = 10_000
	definitions := make([]*topology.Definition, count)
	for i := range definitions {
		definitions[i] = g.Definition()
	}
	outcomes := map[string]int{}
	different := 0
	for i, v := range j.ask(t, definitions) {
		outcome := compare(v)
		outcomes[outcome]++
		if strings.HasPrefix(outcome, "different") {
			if different++; different <= 10 {
				t.Errorf("%s:\n%sadapter %s%s\nflux    %s%s", outcome, fluxFile(definitions[i]), v.Adapter, v.Refusal, v.Flux, v.FluxRefusal)
			}
		}
	}
	for _, outcome := range slices.Sorted(maps.Keys(outcomes)) {
		t.Logf("%5d %s", outcomes[outcome], outcome)
	}
	if outcomes["equal"] < count/5 || outcomes["overflow"] < count/100 || outcomes["both refuse"] < count/100 {
		t.Error("the definitions test too little")
	}
}

func compare(v verdict) string {
	switch {
	case v.FluxRefusal != "" && v.Refusal != "":
		return "both refuse"
	case v.FluxRefusal != "":
		for part, why := range beyondFlux {
			if strings.Contains(v.FluxRefusal+"\n", part) {
				return "only the adapter: " + why
			}
		}
		return "different: only the adapter builds it"
	case strings.Contains(v.Refusal, "is out of the range of"):
		return "overflow"
	case v.Refusal != "":
		return "different: only Flux builds it"
	case v.Adapter != v.Flux:
		return "different objects"
	}
	return "equal"
}
