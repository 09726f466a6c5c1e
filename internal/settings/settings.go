// Package settings holds facts about Storm: its configuration keys with their types, their defaults and who reads them, the
// rules for names, its versions, the classes that Kryo must know, and how to read a -c option.
//
// It answers questions and reports no faults: package validate knows which answer is a fault, and where.
package settings

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

//go:generate go run ./gen -o settings.tsv

//go:embed settings.tsv
var tableText string

// A Setting is one of Storm's configuration keys.
type Setting struct {
	Key      string
	Constant string // its name in Config.java; "" where no release has it there
	OfConfig bool   // Config.java of Storm 2.8.3 has it
	Default  string // JSON, of defaults.yaml; "" where that has none

	Component   bool    // a component may set it
	Daemon      bool    // only the cluster's daemons read it
	Deprecated  bool    //
	Overwritten bool    // Nimbus replaces or removes it
	Since       Version // added in; the zero Version for 0.9.3 and before
	Removed     Version // gone since; the zero Version when it is not

	nimbusOnly bool     // on a component, only Nimbus reads it
	checks     []checks // from the first release on
}

// checks are those of a setting since a release.
type checks struct {
	since Version
	names []string
}

type table struct {
	byKey          map[string]*Setting
	topology       []string
	oldest, newest Version // the releases that the table describes
}

// settingTable reads the table once.
var settingTable = sync.OnceValue(func() *table {
	t := &table{byKey: make(map[string]*Setting, 512)}
	for line := range strings.Lines(tableText) {
		if strings.HasPrefix(line, "#") {
			if span, ok := strings.CutPrefix(line, "# releases: "); ok {
				oldest, newest, _ := strings.Cut(strings.TrimSpace(span), " to ")
				t.oldest, t.newest = tableVersion(oldest), tableVersion(newest)
			}
			continue
		}
		s := parseRow(strings.TrimSuffix(line, "\n"))
		t.byKey[s.Key] = s
		if strings.HasPrefix(s.Key, "topology.") {
			t.topology = append(t.topology, s.Key)
		}
	}
	return t
})

func parseRow(row string) *Setting {
	columns := strings.Split(row, "\t")
	for i, text := range columns {
		if text == "-" {
			columns[i] = ""
		}
	}
	constant, other := strings.CutPrefix(columns[1], "~")
	s := &Setting{Key: columns[0], Constant: constant, OfConfig: constant != "" && !other, Default: columns[4]}
	for flag := range strings.SplitSeq(columns[3], ",") {
		name, value, _ := strings.Cut(flag, "=")
		switch name {
		case "":
		case "component":
			s.Component, s.nimbusOnly = true, value == "nimbus"
		case "daemon":
			s.Daemon = true
		case "deprecated":
			s.Deprecated = true
		case "overwritten":
			s.Overwritten = true
		case "since":
			s.Since = tableVersion(value)
		case "removed":
			s.Removed = tableVersion(value)
		default:
			panic("settings: settings.tsv: unknown flag " + flag)
		}
	}
	since := s.Since
	for i, section := range strings.Split(columns[2], ";") {
		if i > 0 {
			var version string
			version, section, _ = strings.Cut(section, ":")
			since = tableVersion(version)
		}
		s.checks = append(s.checks, checks{since, strings.Fields(section)})
	}
	return s
}

func tableVersion(text string) Version {
	v, err := ParseVersion(text)
	if err != nil {
		panic("settings: settings.tsv: " + err.Error())
	}
	return v
}

// Lookup returns Storm's setting of that key, or nil. The caller must not change it.
func Lookup(key string) *Setting { return settingTable().byKey[key] }

// Releases returns the first and the last release of Storm whose settings are known.
func Releases() (oldest, newest Version) { return settingTable().oldest, settingTable().newest }

// ReferenceVersion returns the release that the project is tested with.
func ReferenceVersion() Version { return Version{Major: 2, Minor: 8, Patch: 3} }

// In reports whether a release has the setting.
func (s *Setting) In(v Version) bool {
	return v.Compare(s.Since) >= 0 && (s.Removed.IsZero() || v.Compare(s.Removed) < 0)
}

// Checks returns the checks that a release makes of the setting's value, in its order; see package validate. There are none
// when the release does not have the setting.
func (s *Setting) Checks(v Version) []string {
	var names []string
	for _, c := range s.checks {
		if v.Compare(c.since) >= 0 {
			names = c.names
		}
	}
	if !s.In(v) {
		return nil
	}
	return names
}

// Keys returns the configuration keys of Storm 2.8.3, sorted: those of topologies, clients and daemons.
func Keys() []string {
	var keys []string
	for key, s := range settingTable().byKey {
		if s.In(ReferenceVersion()) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// TopologyKeys returns the keys that begin with "topology.", those that Storm removed included, in the table's order. The
// caller must not change them.
func TopologyKeys() []string { return settingTable().topology }

// KeptOnComponent reports whether a component finds its own value of the setting in its configuration. Storm removes every
// other key of Config.class before the component sees it (Executor.normalizedComponentConf); what is no key of that class
// is passed on like the application's own.
func (s *Setting) KeptOnComponent() bool {
	return s.Component && !s.nimbusOnly || !s.OfConfig && !strings.HasPrefix(s.Key, "topology.")
}

// ComponentDefaults returns the defaults, as JSON, that the configuration of every component begins with: those of all keys
// of Storm 2.8.3 except the daemons' own, which Storm passes on too but which mean nothing to a component.
func ComponentDefaults() map[string]string {
	defaults := make(map[string]string, 128)
	for key, s := range settingTable().byKey {
		if s.Default != "" && !s.Daemon && s.In(ReferenceVersion()) {
			defaults[key] = s.Default
		}
	}
	return defaults
}

// Default returns the default of a key. It panics when Storm has none, or one of another type.
func Default[T any](key string) T {
	s := Lookup(key)
	if s == nil || s.Default == "" {
		panic("settings: " + key + " has no default")
	}
	var value T
	if err := json.Unmarshal([]byte(s.Default), &value); err != nil {
		panic(fmt.Sprintf("settings: the default of %s is not what it is taken for: %v", key, err))
	}
	return value
}
