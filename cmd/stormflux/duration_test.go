package main

import (
	"testing"
	"time"
)

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{"0": 0, "2": 2 * time.Second, "2s": 2 * time.Second, "1m30s": 90 * time.Second, "500ms": 500 * time.Millisecond} {
		var d durationFlag
		if err := d.Set(text); err != nil || time.Duration(d) != want {
			t.Errorf("%s: %v, %v", text, time.Duration(d), err)
		}
	}
	for _, text := range []string{"", "-1", "-2s", "soon", "1.5"} {
		if err := new(durationFlag).Set(text); err == nil {
			t.Errorf("%q is a duration", text)
		}
	}
	var grace graceFlag
	if err := grace.Set("500ms"); err == nil {
		t.Error("Storm waits for half a second")
	}
}

// A flag means the same in every command.
func TestFlagsAgree(t *testing.T) {
	root := new(app).rootCommand()
	for _, cmd := range root.Commands() {
		for name, shorthand := range map[string]string{"environment": "e", "output": "o", "format": ""} {
			if f := cmd.Flags().Lookup(name); f != nil && f.Shorthand != shorthand {
				t.Errorf("%s: --%s has the short form %q, want %q", cmd.Name(), name, f.Shorthand, shorthand)
			}
			if f := cmd.Flags().ShorthandLookup(shorthand); shorthand != "" && f != nil && f.Name != name {
				t.Errorf("%s: -%s is --%s, want --%s", cmd.Name(), shorthand, f.Name, name)
			}
		}
		if f := cmd.Flags().Lookup("wait"); f != nil && f.Value.Type() != "bool" {
			t.Errorf("%s: --wait is no switch", cmd.Name())
		}
		for _, name := range []string{"for", "timeout", "grace", "idle"} {
			if f := cmd.Flags().Lookup(name); f != nil && f.Value.Set("2") != nil {
				t.Errorf("%s: --%s does not take a number of seconds", cmd.Name(), name)
			}
		}
	}
}
