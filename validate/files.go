package validate

import (
	"os"
	"path/filepath"

	"github.com/stormflux/stormflux/diag"
)

// defaultResources is the folder beside the topology that goes into the jar when `resources` is not written.
const defaultResources = "resources"

// resources resolves `resources` and `jar`.
func (c *checker) resources() {
	for _, r := range c.doc.Resources {
		if r.From == nil {
			continue
		}
		made := Resource{From: filepath.FromSlash(r.From.Text), Span: r.From.Span}
		if r.From.Span.File != nil {
			made.Dir = r.From.Span.File.Dir
		}
		if r.To != nil {
			made.To = r.To.Text
		}
		c.topology.Files = append(c.topology.Files, made)
	}
	if !c.doc.ResourcesGiven && c.doc.File != nil && !c.opts.SkipFiles {
		dir := c.doc.File.Dir
		if info, err := os.Stat(filepath.Join(dir, defaultResources)); err == nil && info.IsDir() {
			c.topology.Files = append(c.topology.Files, Resource{Dir: dir, From: defaultResources, Span: diag.Span{File: c.doc.File}})
		}
	}
	if j := c.doc.Jar; j != nil {
		c.topology.Jar = resolved(j.Span, j.Text)
	}
}

func (c *checker) files() {}
