package validate

import (
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/jar"
)

// The rules about the user's jars.
const (
	ruleMissingJar  = "missing-jar"
	ruleUnusableJar = "unusable-jar"
	ruleJarConflict = "jar-conflict"
	ruleStormInJar  = "storm-in-jar"
	ruleSignedJar   = "signed-jar"
)

// jars resolves `jar`.
func (c *checker) jars() {
	for _, j := range c.doc.Jars {
		c.topology.Jars = append(c.topology.Jars, resolved(j.Span, j.Text))
	}
}

// classes returns the class path of the user's jars. It returns nil if files are not looked at, or a jar cannot be read.
func (c *checker) classes() *classfile.Path {
	if !c.classesOpened && !c.opts.SkipFiles {
		c.classPath, _ = c.files.Classes(c.topology.Storm, c.topology.Jars) // userJars reports what is wrong with a jar
	}
	c.classesOpened = true
	return c.classPath
}

func (c *checker) closeJars() {
	if c.classPath != nil {
		_ = c.classPath.Close() // the files were only read
	}
}

// userJars checks that the jars can be read and become one jar with the resources, and takes the names of their resources.
func (c *checker) userJars() {
	if len(c.topology.Jars) == 0 {
		return
	}
	names, faults := c.files.Jars(jar.Archive{Jars: c.topology.Jars, Entries: c.topology.ResourceEntries})
	for _, f := range faults {
		if f.Jar > 0 { // else collect reports it
			c.jarFault(f)
		}
	}
	for _, name := range names {
		if name, ok := strings.CutPrefix(name, jar.Root); ok {
			c.resourceNames[name] = true
		}
	}
}

func (c *checker) jarFault(f jar.Fault) {
	span := c.doc.Jars[f.Jar-1].Span
	fromOption := span.IsZero()
	if fromOption {
		span = c.start()
		f.Message = "--jar: " + f.Message
	}
	var d *diag.Diagnostic
	switch f.Kind {
	case jar.Missing, jar.Unreadable, jar.NotRegular:
		c.resourcesUnclear = true
		d = c.list.Errorf(ruleMissingJar, span, "%s", f.Message)
		if near, ok := c.nearFile(f.Path); ok && f.Kind == jar.Missing {
			d.WithHint("did you mean %q?", near)
		} else if f.Kind == jar.Missing && fromOption {
			d.WithHint("build it first; its path is relative to the working directory")
		} else if f.Kind == jar.Missing {
			d.WithHint("build it first; its path is relative to the file that names it")
		}
		return
	case jar.Collision:
		if f.Resource > 0 {
			d = c.list.Errorf(ruleResourceCollision, c.topology.Files[f.Resource-1].Span, "%s", f.Message).
				WithRelated(span, "the jar is named here")
			break
		}
		d = c.list.Errorf(ruleUnusableJar, span, "%s", f.Message)
	case jar.CaseCollision:
		d = c.list.Warnf(ruleResourceCollision, span, "%s", f.Message)
	case jar.DifferentContent:
		d = c.list.Warnf(ruleJarConflict, span, "%s", f.Message)
	case jar.HoldsStorm:
		d = c.list.Warnf(ruleStormInJar, span, "%s", f.Message)
	case jar.SignatureDropped:
		d = c.list.Notef(ruleSignedJar, span, "%s", f.Message)
	default:
		c.resourcesUnclear = true
		d = c.list.Errorf(ruleUnusableJar, span, "%s", f.Message)
	}
	if f.Hint != "" {
		d.WithHint("%s", f.Hint)
	}
}
