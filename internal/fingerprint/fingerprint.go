// Package fingerprint is the memory of a submission: short hashes of the code that a topology was submitted with. They
// stand in the topology's configuration, so a later comparison knows which component's code changed.
//
// The same files give the same fingerprint on every machine. It has no names of files, and no values of the
// configuration. Package compiler makes fingerprints of programs.
package fingerprint

import (
	"encoding/json"
	"maps"
	"slices"
)

// Key is the key of the topology's configuration that holds a fingerprint.
const Key = "stormflux.fingerprint"

// SubmissionKey is the key of the mark that a replacement gives each of its submissions. The mark is random: it says whose
// submission a topology is.
const SubmissionKey = "stormflux.submission"

// format is the version of the fingerprint's form. A fingerprint of another form is unknown.
const format = 1

// A Part is a group of files that no single component owns.
type Part string

// The parts.
const (
	Resources      Part = "resources"       // files of resources/ that no component starts
	PythonPackages Part = "python-packages" // the packages of a requirements file
	PythonSDK      Part = "python-sdk"      // stormflux's SDK for Python
	Setup          Part = "setup"           // the commands of `setup`
	Classes        Part = "classes"         // everything in the user's jars outside of resources/
	Adapter        Part = "adapter"         // stormflux's classes, which make JVM objects on the workers
	Dependencies   Part = "dependencies"    // jars that workers get as blobs
)

// Fingerprint has hashes of what workers get. Equal hashes mean equal files. Every hash is hexadecimal text.
type Fingerprint struct {
	// Jar is the hash of all files together.
	Jar string
	// Programs has, for each component that starts files of the jar, the hash of these files.
	Programs map[string]string
	// Starts has, for each component with a start script, the hash of this script: program, arguments and environment.
	Starts map[string]string
	// Parts has the hashes of the other files.
	Parts map[Part]string
	// Keys are the keys of the configuration that the submission set, sorted.
	Keys []string
}

// stored is the form in the configuration.
type stored struct {
	Format   int               `json:"format"`
	Jar      string            `json:"jar"`
	Programs map[string]string `json:"programs,omitempty"`
	Starts   map[string]string `json:"starts,omitempty"`
	Parts    map[Part]string   `json:"parts,omitempty"`
	Keys     []string          `json:"keys,omitempty"`
}

// Value returns the fingerprint as a value of a configuration.
func (f *Fingerprint) Value() any {
	return map[string]any{
		"format": int64(format), "jar": f.Jar,
		"programs": values(f.Programs), "starts": values(f.Starts), "parts": values(f.Parts),
		"keys": list(f.Keys),
	}
}

func values[K ~string](hashes map[K]string) map[string]any {
	m := make(map[string]any, len(hashes))
	for key, hash := range hashes {
		m[string(key)] = hash
	}
	return m
}

func list(keys []string) []any {
	l := make([]any, len(keys))
	for i, key := range keys {
		l[i] = key
	}
	return l
}

// Of returns the fingerprint in a configuration. It returns nil if there is none that this release understands.
func Of(conf map[string]any) *Fingerprint {
	value, ok := conf[Key].(map[string]any)
	if !ok {
		return nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	var s stored
	if json.Unmarshal(text, &s) != nil || s.Format != format || s.Jar == "" {
		return nil
	}
	return &Fingerprint{Jar: s.Jar, Programs: s.Programs, Starts: s.Starts, Parts: s.Parts, Keys: s.Keys}
}

// WithKeys returns the fingerprint for a submission with a configuration.
func (f *Fingerprint) WithKeys(conf map[string]any) *Fingerprint {
	g := *f
	g.Keys = slices.Sorted(maps.Keys(conf))
	return &g
}
