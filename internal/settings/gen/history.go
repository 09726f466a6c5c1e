package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/java"
	"github.com/stormflux/stormflux/schema/yaml"

	"github.com/stormflux/stormflux/internal/settings"
)

// reference is the release whose defaults and annotations count for the keys that it has. Tests compare the table with its
// classes.
const reference = "v2.8.3"

// A history is what the releases say about the keys.
type history struct {
	releases []release
	keys     map[string]map[string]declared // by key, then by release
	defaults map[string]map[string]string   // by release, then by key, as JSON
	readers  reader
}

// span returns the first and the last release. The master branch, which comes after them, is none.
func (h *history) span() (oldest, newest settings.Version) {
	return h.releases[0].version, h.releases[len(h.releases)-2].version
}

// declared is a key in one release.
type declared struct {
	constant
	ofDaemons bool // DaemonConfig.java has it, whose annotations Nimbus does not apply to topologies
}

func readHistory(ctx context.Context, repo repository) (*history, error) {
	releases, err := repo.releases(ctx)
	if err != nil {
		return nil, err
	}
	h := &history{releases: releases, keys: make(map[string]map[string]declared), defaults: make(map[string]map[string]string),
		readers: reader{worker: make(map[string]bool), component: make(map[string]bool)}}
	for _, r := range releases {
		if err := h.read(ctx, repo, r); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func (h *history) read(ctx context.Context, repo repository, r release) error {
	files, err := repo.files(ctx, r.ref, func(p string) bool { return classFile.MatchString(p) || p == "conf/defaults.yaml" })
	if err != nil {
		return err
	}
	names := make(map[string]string)
	for _, p := range slices.Sorted(maps.Keys(files)) {
		if path.Base(p) == "defaults.yaml" {
			if h.defaults[r.ref], err = readDefaults(p, files[p]); err != nil {
				return fmt.Errorf("%s: %w", r.ref, err)
			}
			continue
		}
		list, err := constants(p, files[p])
		if err != nil {
			return fmt.Errorf("%s: %w", r.ref, err)
		}
		for _, c := range list {
			if h.keys[c.key] == nil {
				h.keys[c.key] = make(map[string]declared)
			}
			if _, given := h.keys[c.key][r.ref]; !given {
				h.keys[c.key][r.ref] = declared{c, path.Base(p) == "DaemonConfig.java"}
			}
			names[c.name] = c.key
		}
	}
	if r.version.Major < 2 || r.version.Patch > 0 && r.ref != reference {
		return nil // Storm 1 is written in Clojure; the readers are the same in all releases of a line
	}
	return h.readers.read(ctx, repo, r, names)
}

// readDefaults returns the values of defaults.yaml as JSON.
func readDefaults(name, text string) (map[string]string, error) {
	var list diag.List
	file := yaml.Read(diag.NewFile(name, "", []byte(text)), &list)
	if err := list.Err(); err != nil {
		return nil, err
	}
	values := make(map[string]string, len(file.Root.Entries))
	for _, e := range file.Root.Entries {
		data, err := java.AppendJSON(nil, e.Value.Go())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Key.Text, err)
		}
		if !json.Valid(data) {
			return nil, fmt.Errorf("%s: %s is not JSON", e.Key.Text, data)
		}
		values[e.Key.Text] = string(data)
	}
	return values, nil
}

// rows returns the table's rows.
func (h *history) rows() (string, error) {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(h.keys)), maps.Keys(otherKeys))
	slices.Sort(keys)
	var text strings.Builder
	for _, key := range slices.Compact(keys) {
		row, err := h.row(key)
		if err != nil {
			return "", err
		}
		for i, column := range row {
			if column == "" {
				row[i] = "-"
			}
		}
		text.WriteString(strings.Join(row, "\t") + "\n")
	}
	return text.String(), nil
}

// row returns the columns of a key.
func (h *history) row(key string) ([]string, error) {
	in := h.keys[key]
	if in == nil {
		return []string{key, "", "", "", ""}, nil
	}
	checks, first, last, err := h.checks(key)
	if err != nil {
		return nil, err
	}
	var flags []string
	flag := func(set bool, name string) {
		if set {
			flags = append(flags, name)
		}
	}
	flag(h.readers.component[key], "component")
	flag(nimbusReads[key] != "", "component=nimbus")
	removed := last+1 < len(h.releases)
	flag(!removed && !h.readers.worker[key] && !strings.HasPrefix(key, "topology."), "daemon")
	from, named := in[reference]
	if !named {
		from = in[h.releases[last].ref]
	}
	flag(!removed && from.deprecated(), "deprecated")
	flag(overwritten[key] != "", "overwritten")
	if first > 0 {
		flags = append(flags, "since="+h.releases[first].name())
	}
	if removed {
		flags = append(flags, "removed="+h.releases[last+1].name())
	}
	name := h.constantName(key)
	if name != "" && (!named || from.ofDaemons) {
		name = "~" + name
	}
	defaults := h.defaults[reference]
	if !named {
		defaults = h.defaults[h.releases[last].ref]
	}
	return []string{key, name, checks, strings.Join(flags, ","), defaults[key]}, nil
}

// constantName returns the name of the key's constant in the last Config.java that has it, or "".
func (h *history) constantName(key string) string {
	for _, r := range slices.Backward(h.releases) {
		if d, ok := h.keys[key][r.ref]; ok && !d.ofDaemons {
			return d.name
		}
	}
	return ""
}

// checks returns a key's checks from release to release, and the first and the last release that has the key.
func (h *history) checks(key string) (text string, first, last int, err error) {
	in := h.keys[key]
	first, last = len(h.releases), 0
	for i, r := range h.releases {
		if _, ok := in[r.ref]; ok {
			first, last = min(first, i), i
		}
	}
	var before string
	for i := first; i <= last; i++ {
		d := in[h.releases[i].ref] // no checks in a release that leaves the key out
		names, err := d.checks()
		if err != nil {
			return "", 0, 0, fmt.Errorf("%s: %w", h.releases[i].ref, err)
		}
		now := strings.Join(names, " ")
		if d.ofDaemons {
			now = ""
		}
		switch {
		case i == first:
			text = now
		case !sameChecks(before, now):
			text += ";" + h.releases[i].name() + ":" + now
		}
		before = now
	}
	return text, first, last, nil
}

// sameChecks reports whether both are the same checks in any order.
func sameChecks(a, b string) bool {
	return slices.Equal(slices.Sorted(slices.Values(strings.Fields(a))), slices.Sorted(slices.Values(strings.Fields(b))))
}

// name returns the release as the table writes it: 2.0 for 2.0.0.
func (r release) name() string {
	v := r.version
	if v.Patch == 0 {
		v.Patch = -1
	}
	return v.String()
}
