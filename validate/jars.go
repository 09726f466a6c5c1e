package validate

import (
	"errors"
	"path/filepath"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/jar"
	"github.com/stormflux/stormflux/internal/maven"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/yaml"
)

// The rules about the user's jars.
const (
	ruleMissingJar  = "missing-jar"
	ruleUnusableJar = "unusable-jar"
	ruleJarConflict = "jar-conflict"
	ruleStormInJar  = "storm-in-jar"
	ruleSignedJar   = "signed-jar"

	ruleUnknownArtifact = "unknown-artifact"
	ruleUnresolvedJar   = "unresolved-jar"
	ruleOldDependencies = "dependencies-on-old-storm"
)

// Coordinates returns the Maven coordinates among the document's jars, in their order.
func Coordinates(doc *schema.Document) []maven.Coordinate {
	if doc == nil {
		return nil
	}
	return coordinates(doc.Jars)
}

// DependencyCoordinates returns the Maven coordinates among the document's dependencies, in their order.
func DependencyCoordinates(doc *schema.Document) []maven.Coordinate {
	if doc == nil {
		return nil
	}
	return coordinates(doc.Dependencies)
}

func coordinates(values []*yaml.Value) []maven.Coordinate {
	var list []maven.Coordinate
	for _, v := range values {
		if c, err := maven.Parse(v.Text); err == nil {
			list = append(list, c)
		}
	}
	return list
}

// jarFile is a file of an element of `jar` or `dependencies`.
type jarFile struct {
	path     string
	artifact string // see [Dependency]
	span     diag.Span
}

// jars resolves `jar` and `dependencies`.
func (c *checker) jars() {
	for _, f := range c.jarFiles(c.doc.Jars, c.opts.Artifacts) {
		c.topology.Jars = append(c.topology.Jars, f.path)
		c.jarSpans = append(c.jarSpans, f.span)
	}
	if len(c.doc.Dependencies) > 0 && !c.topology.Storm.AtLeast(1, 1) {
		c.list.Errorf(ruleOldDependencies, c.spanOfJar(c.doc.Dependencies[0].Span), "Storm %s has no dependencies, they came with Storm 1.1", c.topology.Storm).
			WithHint("name the jars in `jar`")
		return
	}
	for _, f := range c.jarFiles(c.doc.Dependencies, c.opts.Dependencies) {
		c.topology.Dependencies = append(c.topology.Dependencies, Dependency{Path: f.path, Artifact: f.artifact})
		if f.artifact == "" {
			c.dependencyFile(f)
		}
	}
}

// jarFiles returns the files of paths and coordinates.
func (c *checker) jarFiles(values []*yaml.Value, resolved *maven.Resolution) []jarFile {
	var files []jarFile
	var coordinates []maven.Coordinate
	var spans []diag.Span
	for _, v := range values {
		if !maven.IsCoordinate(v.Text) {
			files = append(files, jarFile{path: resolvedPath(v), span: v.Span})
			continue
		}
		span := c.spanOfJar(v.Span)
		coordinate, err := maven.Parse(v.Text)
		if err != nil {
			c.list.Errorf(ruleUnknownArtifact, span, "%v", err)
			continue
		}
		if coordinate.OfStorm() {
			c.list.Warnf(ruleStormInJar, span, "%q is left out, because every worker has it already", v.Text).
				WithHint("remove it: a jar for the cluster has no Storm in it")
		}
		if resolved != nil {
			for _, f := range resolved.Parts[len(coordinates)] {
				files = append(files, jarFile{path: f.Path, artifact: f.Shared(), span: v.Span})
			}
		}
		coordinates, spans = append(coordinates, coordinate), append(spans, span)
	}
	if len(coordinates) > 0 && resolved == nil {
		c.resourcesUnclear, c.topology.JarsMissing = true, true
		c.unresolved(coordinates, spans)
	}
	return files
}

func resolvedPath(v *yaml.Value) string { return resolved(v.Span, v.Text) }

// dependencyFile checks that a dependency is there. Its content is not looked at: the file goes to the cluster as it is.
func (c *checker) dependencyFile(f jarFile) {
	if c.opts.SkipFiles {
		return
	}
	span, option := c.spanOfJar(f.span), ""
	if f.span.IsZero() {
		option = "--jars: "
	}
	info, err := c.files.Stat(f.path)
	switch {
	case err != nil:
		d := c.list.Errorf(ruleMissingJar, span, "%sthe dependency %q does not exist", option, f.path)
		if near, ok := c.nearFile(f.path); ok {
			d.WithHint("did you mean %q?", near)
		}
	case !info.Mode().IsRegular():
		c.list.Errorf(ruleMissingJar, span, "%sthe dependency %q is not a file", option, f.path)
	}
}

// unresolved reports why the files of coordinates are not known.
func (c *checker) unresolved(coordinates []maven.Coordinate, spans []diag.Span) {
	var none *maven.NotFoundError
	switch {
	case c.opts.ArtifactsError == nil:
	case errors.As(c.opts.ArtifactsError, &none):
		span := spans[0]
		for i, k := range coordinates {
			if k.Names(none.Artifact) {
				span = spans[i]
			}
		}
		c.list.Errorf(ruleUnknownArtifact, span, "%v", none).
			WithHint("correct the coordinate; other repositories than Maven Central stand in the file settings.xml of Maven")
	default:
		c.list.Notef(ruleUnresolvedJar, spans[0], "the jars of Maven coordinates are not here, so nothing in them is checked: %v", c.opts.ArtifactsError)
	}
}

// spanOfJar returns the place of a jar: of one from --jar, the start of the document.
func (c *checker) spanOfJar(span diag.Span) diag.Span {
	if span.IsZero() {
		return c.start()
	}
	return span
}

// classes returns the class path of the user's jars. It returns nil if files are not looked at, or a jar is
// not known or cannot be read.
func (c *checker) classes() *classfile.Path {
	if !c.classesOpened && !c.opts.SkipFiles && !c.topology.JarsMissing {
		c.classPath, _ = c.files.Classes(c.topology.Storm, c.topology.ClassPath()) // userJars reports what is wrong with a jar
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

// howToBuild says how to make a jar that is missing. Maven writes jars into the folder target/ beside its pom.xml.
func (c *checker) howToBuild(path string) string {
	folder := filepath.Dir(path)
	if filepath.Base(folder) == "target" {
		if _, err := c.files.Stat(filepath.Join(filepath.Dir(folder), "pom.xml")); err == nil {
			return "build it first, with `mvn -q package` in the folder of its pom.xml"
		}
	}
	return "build it first"
}

func (c *checker) jarFault(f jar.Fault) {
	span := c.jarSpans[f.Jar-1]
	fromOption := span.IsZero()
	if span = c.spanOfJar(span); fromOption {
		f.Message = "--jar: " + f.Message
	}
	var d *diag.Diagnostic
	switch f.Kind {
	case jar.Missing, jar.Unreadable, jar.NotRegular:
		c.resourcesUnclear = true
		d = c.list.Errorf(ruleMissingJar, span, "%s", f.Message)
		if near, ok := c.nearFile(f.Path); ok && f.Kind == jar.Missing && !strings.ContainsAny(f.Path, "*?") {
			d.WithHint("did you mean %q?", near)
		} else if strings.ContainsAny(f.Path, "*?") && f.Kind == jar.Missing {
			d.WithHint("name each jar: stormflux does not expand patterns")
		} else if strings.Contains(f.Path, ":") && f.Kind == jar.Missing {
			d.WithHint("a path to a file, or a Maven coordinate: group:artifact:version")
		} else if f.Kind == jar.Missing && fromOption {
			d.WithHint("%s; its path is relative to the working directory", c.howToBuild(f.Path))
		} else if f.Kind == jar.Missing {
			d.WithHint("%s; its path is relative to the file that names it", c.howToBuild(f.Path))
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
