package jvmruntime_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/settings"
	jvmruntime "github.com/stormflux/stormflux/runtime"
)

func classes(t *testing.T, storm settings.Version) map[string]string {
	t.Helper()
	list, err := jvmruntime.Classes(storm)
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]string{}
	for _, class := range list {
		byName[strings.TrimSuffix(strings.TrimPrefix(class.Name, "stormflux/runtime/"), ".class")] = string(class.Data)
	}
	return byName
}

// Storm's packages had other names before 1.0, and some interfaces did not exist.
func TestClassesOfOldReleases(t *testing.T) {
	newest, newer, older := classes(t, settings.Version{}), classes(t, settings.Version{Major: 1}), classes(t, settings.Version{Minor: 10})
	oldest := classes(t, settings.Version{Minor: 9, Patch: 3})
	if len(newest) < 4 || len(older) != len(newest) || len(oldest) != len(newest) {
		t.Fatalf("the releases have %d, %d and %d classes", len(newest), len(older), len(oldest))
	}
	for name, class := range newest {
		if newer[name] != class {
			t.Errorf("%s differs for Storm 1.0", name)
		}
		if !strings.Contains(class, "stormflux/runtime/"+name) {
			t.Errorf("%s does not contain its own name", name)
		}
		for _, storm := range []string{"org/apache/storm", "org.apache.storm"} {
			if strings.Contains(older[name], storm) || strings.Contains(oldest[name], storm) {
				t.Errorf("%s still contains %s for Storm before 1.0", name, storm)
			}
		}
	}
	const load, credentials = "backtype.storm.grouping.LoadAwareCustomStreamGrouping", "backtype.storm.ICredentialsListener"
	for name, c := range map[string]struct {
		gone     string
		from, to map[string]string
	}{"Grouping": {load, newest, older}, "Bolt": {credentials, older, oldest}, "Spout": {credentials, older, oldest}} {
		before, after := parse(t, c.from[name]).Interfaces, parse(t, c.to[name]).Interfaces
		want := slices.DeleteFunc(before, func(i string) bool { return i == strings.Replace(c.gone, "backtype", "org.apache", 1) || i == c.gone })
		for i := range want {
			want[i] = strings.Replace(want[i], "org.apache.", "backtype.", 1)
		}
		if len(want) != 1 || !slices.Equal(after, want) {
			t.Errorf("%s implements %q in the older release, want %q", name, after, want)
		}
	}
}

func parse(t *testing.T, data string) *classfile.Class {
	t.Helper()
	class, err := classfile.Parse([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return class
}
