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

//go:embed settings.tsv
var tableText string

// A Setting is one of Storm's configuration keys.
type Setting struct {
	Key      string
	Constant string   // its name in Config.java; "" where that has none
	Checks   []string // in the order in which Storm applies them; see package validate
	Default  string   // JSON, of defaults.yaml; "" where that has none

	Component   bool    // a component may set it
	Daemon      bool    // only the cluster's daemons read it
	Deprecated  bool    //
	Overwritten bool    // Nimbus replaces or removes it
	Removed     Version // gone since; the zero Version when it is not

	nimbusOnly bool // on a component, only Nimbus reads it
}

type table struct {
	byKey    map[string]*Setting
	topology []string
}

// settingTable reads the table once.
var settingTable = sync.OnceValue(func() *table {
	t := &table{byKey: make(map[string]*Setting, 512)}
	for line := range strings.Lines(tableText) {
		if strings.HasPrefix(line, "#") {
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
	s := &Setting{Key: columns[0], Constant: columns[1], Default: columns[4]}
	if columns[2] != "" {
		s.Checks = strings.Fields(columns[2])
	}
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
		case "removed":
			v, err := ParseVersion(value)
			if err != nil {
				panic("settings: settings.tsv: " + err.Error())
			}
			s.Removed = v
		default:
			panic("settings: settings.tsv: unknown flag " + flag)
		}
	}
	return s
}

// Lookup returns Storm's setting of that key, or nil. The caller must not change it.
func Lookup(key string) *Setting { return settingTable().byKey[key] }

// Keys returns the configuration keys of Storm 2.8.3, sorted: those of topologies, clients and daemons.
func Keys() []string {
	var keys []string
	for key, s := range settingTable().byKey {
		if s.Removed.IsZero() {
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
	return s.Component && !s.nimbusOnly || s.Checks == nil && !strings.HasPrefix(s.Key, "topology.")
}

// ComponentDefaults returns the defaults, as JSON, that the configuration of every component begins with: those of all keys
// except the daemons' own, which Storm passes on too but which mean nothing to a component.
func ComponentDefaults() map[string]string {
	defaults := make(map[string]string, 128)
	for key, s := range settingTable().byKey {
		if s.Default != "" && !s.Daemon {
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
