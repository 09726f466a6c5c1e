package main

import (
	"context"
	_ "embed"
	"os"
	"path/filepath"

	"github.com/stormflux/stormflux/sdk/node"
)

//go:embed pass.js
var passScript []byte

// measureNode feeds bolts in JavaScript that emit what they get: of our SDK, and of Storm's own adapter.
func measureNode(ctx context.Context, l *lab) error {
	dir := filepath.Join(l.dir, "node")
	if err := os.CopyFS(dir, node.Files()); err != nil {
		return err
	}
	adapter, err := stormAdapter(ctx, "storm.js")
	if err != nil {
		return err
	}
	for name, text := range map[string][]byte{"storm.js": adapter, "pass.js": passScript} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	var bolts []*passBolt
	for _, name := range []string{"stormflux", "storm.js"} {
		bolts = append(bolts, &passBolt{name: name, args: []string{"node", filepath.Join(dir, "pass.js"), name}})
	}
	return l.comparePass(ctx, bolts)
}
