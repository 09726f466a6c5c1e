package validate

import (
	"errors"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/schema"
)

// The rules about JVM objects that class files decide.
const (
	ruleUnknownClass  = "unknown-class"
	ruleUnusableClass = "unusable-class"
	ruleClassVersion  = "class-version"
)

// jvm checks JVM objects against their class files. It says no only where Flux does (FluxBuilder, 2.8.3), and only when
// everything is known that Flux would look at.
type jvm struct {
	*checker
	path *classfile.Path
	bad  map[*schema.Object]bool // the objects that Flux cannot make, and those in `bolts` that are no bolts
}

// jvmObjects checks every JVM object of the document. A component with a faulty object is not described any more.
func (c *checker) jvmObjects() {
	if !c.hasObjects() {
		return
	}
	path := c.classes()
	if path == nil {
		return
	}
	j := &jvm{checker: c, path: path, bad: map[*schema.Object]bool{}}
	for _, bean := range c.doc.Beans {
		j.object(bean)
	}
	for i := range c.all {
		j.component(&c.all[i])
	}
	for _, in := range c.doc.Streams {
		j.grouping(in)
	}
	for _, hook := range c.doc.WorkerHooks {
		if class := j.object(hook); class != nil {
			j.isOfKind(hook, class, "a worker hook", classfile.WorkerHook)
		}
	}
	if source := c.doc.TopologySource; source != nil {
		if class := j.object(source); class != nil {
			j.getTopology(source, class)
		}
	}
	j.leaveOut()
}

// hasObjects reports whether the document has a JVM object, so that the jars have to be opened.
func (c *checker) hasObjects() bool {
	if len(c.doc.Beans)+len(c.doc.WorkerHooks) > 0 || c.doc.TopologySource != nil {
		return true
	}
	hasGrouping := func(in *schema.Input) bool { return in.Grouping != nil && in.Grouping.Object != nil }
	return slices.ContainsFunc(c.doc.Streams, hasGrouping) || slices.ContainsFunc(c.all, func(k component) bool {
		_, isClass := k.Implementation.(*Class)
		return isClass || slices.ContainsFunc(k.src.Inputs, hasGrouping)
	})
}

func (j *jvm) component(k *component) {
	for _, in := range k.src.Inputs {
		j.grouping(in)
	}
	runs, ok := k.Implementation.(*Class)
	if !ok {
		return
	}
	class := j.object(runs.Object)
	switch {
	case class == nil:
	case k.Kind == schema.Spout:
		j.isOfKind(runs.Object, class, "a spout", classfile.RichSpout)
	case !k.inFluxForm() || j.isTarget(k.ID):
		j.isOfKind(runs.Object, class, "a bolt", boltKinds...)
	case !j.mayBe(class, boltKinds): // Flux makes a bolt without streams, but never looks at what it is
		j.bad[runs.Object] = true
	}
}

// isTarget reports whether one of Flux's streams leads to the component.
func (j *jvm) isTarget(id string) bool {
	for _, in := range j.doc.Streams {
		if in.To != nil && in.To.Text == id {
			return true
		}
	}
	return false
}

func (j *jvm) grouping(in *schema.Input) {
	if in.Grouping == nil || in.Grouping.Object == nil {
		return
	}
	if class := j.object(in.Grouping.Object); class != nil {
		j.isOfKind(in.Grouping.Object, class, "a custom grouping", classfile.CustomGrouping)
	}
}

// leaveOut keeps the components that cannot be made away from what makes them.
func (j *jvm) leaveOut() {
	kept := j.made[:0]
	for _, k := range j.made {
		if j.needsBad(k.Implementation.(*Class).Object, map[*schema.Object]bool{}) {
			k.open = true
			continue
		}
		kept = append(kept, k)
	}
	j.made = kept
}

func (j *jvm) needsBad(o *schema.Object, seen map[*schema.Object]bool) bool {
	if j.bad[o] {
		return true
	}
	seen[o] = true
	for _, ref := range o.References() {
		if ref.Object != nil && !seen[ref.Object] && j.needsBad(ref.Object, seen) {
			return true
		}
	}
	return false
}

// object checks an object and returns its class; nil if that is not known for sure, or the object cannot be made.
func (j *jvm) object(o *schema.Object) *classfile.Class {
	if o.ClassName == nil || o.ClassName.Text == "" || j.doc.IsUnresolved(o.ClassName.Span) {
		return nil
	}
	class, err := j.path.Class(o.ClassName.Text)
	if err != nil {
		j.noClass(o, err)
		return nil
	}
	if !j.loads(o, class) {
		return nil
	}
	if o.Factory != nil && (o.ConstructorArgs == nil || len(o.ConstructorArgs.Items) == 0) {
		j.factory(o, class)
		return nil // the factory may return another class
	}
	if !j.constructor(o, class) {
		return nil
	}
	for _, p := range o.Properties {
		j.property(o, class, p)
	}
	for _, m := range o.ConfigMethods {
		j.configMethod(o, class, m)
	}
	return class
}

// fault reports an error that is in the way of making the object.
func (j *jvm) fault(o *schema.Object, rule string, span diag.Span, format string, args ...any) *diag.Diagnostic {
	j.bad[o] = true
	return j.list.Errorf(rule, span, format, args...)
}

// noClass reports a class that no jar has, or that Java cannot load. Without jars, nothing is known of the user's classes.
func (j *jvm) noClass(o *schema.Object, err error) {
	name, span := o.ClassName.Text, o.ClassName.Span
	switch {
	case errors.Is(err, classfile.ErrUnknown):
	case !errors.Is(err, classfile.ErrMissing):
		j.fault(o, ruleUnusableClass, span, "Java cannot load the class %q: %v", name, err)
	case j.inOtherPackage(name) != "":
		j.fault(o, ruleUnknownClass, span, "Storm %s has no class %q", j.topology.Storm, name).
			Suggest(span, diag.Suggestion{Word: name, Name: j.inOtherPackage(name)})
	case j.knowsJars():
		d := j.fault(o, ruleUnknownClass, span, "no jar has the class %q", name)
		if near, ok := j.nearClass(name); ok {
			near.Sure = false // another class would make another topology
			d.Suggest(span, near)
		} else if artifact := stormArtifact(name); artifact != "" {
			d.WithHint("it belongs to %s: add that to `jar`", artifact)
		} else {
			d.WithHint("build the jar again, or name the jar that has it in `jar` or --jar")
		}
	}
}

// inOtherPackage returns the name that a class of Storm has in this release, if it is another one: Storm 1.0 renamed the
// package backtype.storm.
func (j *jvm) inOtherPackage(name string) string {
	const old, since1 = "backtype.storm.", "org.apache.storm."
	from, to := old, since1
	if !j.topology.Storm.AtLeast(1, 0) {
		from, to = since1, old
	}
	rest, ok := strings.CutPrefix(name, from)
	if !ok {
		return ""
	}
	if _, err := j.path.Class(to + rest); err != nil {
		return ""
	}
	return to + rest
}

// knowsJars reports whether the jars on the workers are known: some are named, and no setting adds others.
func (j *jvm) knowsJars() bool {
	return len(j.topology.ClassPath()) > 0 && !slices.ContainsFunc(j.topology.Config, func(s Setting) bool {
		return s.Key == "topology.classpath" || s.Key == "topology.classpath.beginning"
	})
}

// nearClass returns the class that the writer of a name most likely meant.
func (j *jvm) nearClass(name string) (diag.Suggestion, bool) {
	names := j.path.Names()
	dotted := strings.ReplaceAll(name, "$", ".")
	var same []string // the same class of another package
	for _, candidate := range names {
		if strings.ReplaceAll(candidate, "$", ".") == dotted {
			return diag.Suggestion{Word: name, Name: candidate}, true
		}
		if shortClass(candidate) == shortClass(name) {
			same = append(same, candidate)
		}
	}
	if len(same) == 1 {
		return diag.Suggestion{Word: name, Name: same[0]}, true
	}
	return j.similar.closest(name, names)
}

// stormArtifact returns the artifact of Storm's own libraries that has the class, or "".
func stormArtifact(name string) string {
	for prefix, artifact := range map[string]string{
		"org.apache.storm.elasticsearch.": "storm-elasticsearch", "org.apache.storm.hbase.": "storm-hbase", "org.apache.storm.hdfs.": "storm-hdfs",
		"org.apache.storm.hive.": "storm-hive", "org.apache.storm.jdbc.": "storm-jdbc", "org.apache.storm.jms.": "storm-jms",
		"org.apache.storm.kafka.": "storm-kafka-client", "org.apache.storm.mongodb.": "storm-mongodb", "org.apache.storm.redis.": "storm-redis",
	} {
		if strings.HasPrefix(name, prefix) {
			return "org.apache.storm:" + artifact
		}
	}
	return ""
}

// loads checks whether Java can load the class and Flux can use it.
func (j *jvm) loads(o *schema.Object, class *classfile.Class) bool {
	span := o.ClassName.Span
	h := j.path.Hierarchy(class)
	if h.Loop {
		j.fault(o, ruleUnusableClass, span, "Java cannot load the class %q: it inherits from itself", class.Name)
		return false
	}
	for _, loaded := range h.Classes {
		if j.opts.Java > 0 && loaded.Java() > j.opts.Java {
			j.fault(o, ruleClassVersion, span, "%s is compiled for Java %d, but the workers have Java %d", shortClass(loaded.Name), loaded.Java(), j.opts.Java).
				WithHint("compile it for their Java (javac --release %d), or install a newer Java on the workers", j.opts.Java)
			return false
		}
	}
	for _, super := range h.Unknown {
		if _, err := j.path.Class(super); errors.Is(err, classfile.ErrMissing) && j.knowsJars() {
			d := j.list.Warnf(ruleUnknownClass, span, "%s inherits from %q, which no jar and no part of Storm %s has", shortClass(class.Name), super, j.topology.Storm)
			if !strings.HasPrefix(super, "backtype.storm.") || !j.topology.Storm.AtLeast(1, 0) {
				d.WithHint("name the jar that has it in `jar` or --jar; if the cluster's extlib folder has it, all is well")
				break
			}
			d.WithHint("it was built for Storm 0.10 or older: since 1.0 the package is org.apache.storm")
			if j.opts.RunsHere { // no folder of a cluster can have the old classes
				d.Severity, j.bad[o] = diag.Error, true
			}
			break
		}
	}
	// Flux does not look at access rights before it calls a constructor or method, and Java then refuses.
	if !class.Flags.Has(classfile.Public) && !strings.HasPrefix(class.Name, "org.apache.storm.flux.") {
		j.fault(o, ruleUnusableClass, span, "%s is not public, so Flux cannot use it", shortClass(class.Name)).
			WithHint("declare it as `public class`")
		return false
	}
	return true
}
