package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/settings"
)

// A repository is a Git directory with Storm's history.
type repository struct {
	dir string
}

// A release is one version of Storm in the repository.
type release struct {
	ref     string
	version settings.Version
}

func (r repository) git(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", r.dir}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("git %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}
	return out, nil
}

// releases returns the releases from 0.9.3 on in the order of their versions, and master as the last.
func (r repository) releases(ctx context.Context) ([]release, error) {
	out, err := r.git(ctx, "tag", "--list", "v*")
	if err != nil {
		return nil, err
	}
	first := settings.Version{Minor: 9, Patch: 3}
	var list []release
	for tag := range strings.Lines(string(out)) {
		tag = strings.TrimSpace(tag)
		v, err := settings.ParseVersion(tag[1:])
		if err == nil && v.Vendor == "" && v.Compare(first) >= 0 {
			list = append(list, release{tag, v})
		}
	}
	slices.SortFunc(list, func(a, b release) int { return a.version.Compare(b.version) })
	return append(list, release{"master", settings.Version{Major: 3, Patch: -1}}), nil
}

// files returns the text of every file of a release whose path matches.
func (r repository) files(ctx context.Context, ref string, match func(path string) bool) (map[string]string, error) {
	out, err := r.git(ctx, "ls-tree", "-r", "--name-only", "-z", ref)
	if err != nil {
		return nil, err
	}
	var paths []string
	for path := range strings.SplitSeq(string(out), "\x00") {
		if match(path) {
			paths = append(paths, path)
		}
	}
	var names strings.Builder
	for _, path := range paths {
		fmt.Fprintf(&names, "%s:%s\n", ref, path)
	}
	cmd := exec.CommandContext(ctx, "git", "-C", r.dir, "cat-file", "--batch=%(objectsize)")
	cmd.Stdin = strings.NewReader(names.String())
	out, err = cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", ref, err)
	}
	texts := make(map[string]string, len(paths))
	for _, path := range paths {
		header, rest, _ := bytes.Cut(out, []byte("\n"))
		var size int
		if _, err := fmt.Sscan(string(header), &size); err != nil || len(rest) < size+1 {
			return nil, fmt.Errorf("reading %s:%s: git answers %q", ref, path, header)
		}
		texts[path], out = string(rest[:size]), rest[size+1:]
	}
	return texts, nil
}
