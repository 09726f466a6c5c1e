package settings_test

import (
	"testing"

	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/stormtest"
)

func TestParseVersion(t *testing.T) {
	for _, test := range []struct {
		text string
		want settings.Version
	}{
		{"2.8", settings.Version{Major: 2, Minor: 8, Patch: -1}},
		{"2.8.3", settings.Version{Major: 2, Minor: 8, Patch: 3}},
		{"2.10", settings.Version{Major: 2, Minor: 10, Patch: -1}},
		{"1.2.3-hdp", settings.Version{Major: 1, Minor: 2, Patch: 3, Vendor: "-hdp"}},
		{"1.2.1.3.1.5.0-152", settings.Version{Major: 1, Minor: 2, Patch: 1, Vendor: ".3.1.5.0-152"}},
		{"2.9.0-SNAPSHOT", settings.Version{Major: 2, Minor: 9, Patch: 0, Vendor: "-SNAPSHOT"}},
		{"2.8-x", settings.Version{Major: 2, Minor: 8, Patch: -1, Vendor: "-x"}},
	} {
		got, err := settings.ParseVersion(test.text)
		if err != nil || got != test.want || got.String() != test.text {
			t.Errorf("%s: %+v %q %v", test.text, got, got.String(), err)
		}
	}
	for _, text := range []string{"", "2", "2.", ".8", "v2.8", "2.x", "2.8.", "2.8.x", "2.8-", "2.8.3 ", "+2.8", "2.-8", "2.8.3/x", "9999999.1", "two"} {
		if v, err := settings.ParseVersion(text); err == nil {
			t.Errorf("%q is read as %+v", text, v)
		}
	}
}

func TestVersionOrder(t *testing.T) {
	ordered := []string{"1.2.3", "2.0", "2.5.9", "2.6", "2.6.0-x", "2.8.2", "2.8.3", "2.10"}
	for i, a := range ordered {
		for j, b := range ordered {
			v, errA := settings.ParseVersion(a)
			w, errB := settings.ParseVersion(b)
			if errA != nil || errB != nil {
				t.Fatal(errA, errB)
			}
			if got := v.Compare(w); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("%s compared with %s: %d", a, b, got)
			}
		}
		v, err := settings.ParseVersion(a)
		if err != nil || v.AtLeast(2, 6) != (i >= 3) {
			t.Errorf("%s at least 2.6: %v (%v)", a, v.AtLeast(2, 6), err)
		}
	}
	if !(settings.Version{}).IsZero() || settings.DefaultVersion().IsZero() {
		t.Error("only the zero Version is zero")
	}
}

// The release of the defaults is the one that tests run, and its settings are known.
func TestReferenceVersion(t *testing.T) {
	reference := settings.ReferenceVersion()
	if reference.String() != stormtest.StormVersion {
		t.Errorf("the reference is %s, tests run %s", reference, stormtest.StormVersion)
	}
	oldest, newest := settings.Releases()
	if oldest.Compare(reference) > 0 || newest.Compare(reference) < 0 {
		t.Errorf("%s is not between %s and %s", reference, oldest, newest)
	}
}
