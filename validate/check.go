package validate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/maven"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/schema"
)

// Options says what [Check] checks a document against. The zero value checks for [settings.DefaultVersion] and looks at
// the files.
type Options struct {
	// Storm is the version to compile for. The zero Version means the version in the document's environment, else
	// [settings.DefaultVersion].
	Storm settings.Version
	// Platform is where the Go programs must run; for a local run it is this machine. The zero Platform means the
	// document's platform.
	Platform Platform
	// Files is where Check looks for the topology's files; nil means the operating system.
	Files Files
	// Path is the PATH of this machine. Check looks there for the programs of commands, and a program that is not there is
	// a note, because workers may have it. "" means that Check does not look.
	Path string
	// RunsHere makes that note an error: the topology is about to run on this machine.
	RunsHere bool
	// Runs reports whether a component runs here; nil means that all do.
	Runs func(component string) bool
	// JVM answers what class files do not say about JVM objects; nil means that it is not asked.
	JVM JVM
	// Java is the version of Java that the workers have, such as 17; 0 means that it is not known.
	Java int
	// Artifacts are the files of the document's Maven coordinates, as [Coordinates] returns them. Nil means that they are not
	// known, and ArtifactsError, if set, why.
	Artifacts      *maven.Resolution
	ArtifactsError error
	// Dependencies are the files of the coordinates among its dependencies, as [DependencyCoordinates] returns them.
	Dependencies *maven.Resolution
	// SkipFiles leaves out everything that has to look at files.
	SkipFiles bool
	// Loaded is what [schema.Load] found. Check returns it with its own diagnostics, so that ignore comments and the
	// order apply to both. An Error in it means that there is no Topology. Check does not change the list.
	Loaded diag.List
}

// The rules about the document as a whole.
const (
	ruleStormVersion    = "storm-version"
	ruleUnknownPlatform = "unknown-platform"
)

// Result is what [Check] found out about a document.
type Result struct {
	// Index is what Check understood of the document, also when there are errors. It is never nil.
	Index *Index
	// Topology is the checked topology; nil when [schema.Load] or Check found an Error.
	Topology *Topology
	// Diagnostics is everything that is wrong, sorted, [Options.Loaded] included. Ignore comments have been applied.
	Diagnostics diag.List
}

// Check finds every fault of a document that [schema.Load] read, and resolves its names. A nil document gives no
// Topology.
//
// The error says that the context ended before Check did. There is no Result then.
func Check(ctx context.Context, doc *schema.Document, opts Options) (*Result, error) {
	c := &checker{ctx: ctx, doc: doc, opts: opts, index: newIndex(doc), files: opts.Files, list: append(diag.List(nil), opts.Loaded...)}
	if c.files == nil {
		c.files = disk{}
	}
	if doc == nil {
		c.list.Sort()
		return &Result{Index: c.index, Diagnostics: c.list}, nil
	}
	c.topology = &Topology{Source: doc}
	defer c.closeJars()
	c.unknownSource, c.unknownTarget = doc.Incomplete, doc.Incomplete
	for _, step := range []func(){
		c.stormVersion, c.topologyName, c.platform, c.python, c.setup, c.environmentHooks,
		c.declareBeans, c.topologyConfig, c.jars, c.components, c.jvmObjects, c.describe, c.subscriptions, c.hooks, c.build, c.graph,
		c.resources, c.namedFiles, c.compilable, c.tests,
		c.dropRepeated, c.ignores, c.dropFixes, c.hidePrivate, c.list.Sort,
	} {
		// When the context has ended, the answers about files are worth nothing.
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("checking %s: %w", doc.File.Name, err)
		}
		step()
	}
	result := &Result{Index: c.index, Diagnostics: c.list}
	if !c.list.HasErrors() {
		result.Topology = c.topology
	}
	return result, nil
}

// checker is the state of one Check.
type checker struct {
	ctx      context.Context // of the one call of Check
	files    Files
	doc      *schema.Document
	opts     Options
	list     diag.List
	topology *Topology

	index *Index
	all   []component // spouts, then bolts, in file order

	edges      []edge                  // the resolved subscriptions
	subscribed map[subscription]*Input // see earlier

	systemSource *component // see system
	sourceBeside bool       // it was reported that a topology source stands beside components

	jarSpans      []diag.Span              // of the values that the topology's jars come from
	resourceNames map[string]bool          // the files below resources/, with slashes
	programs      map[string]*programFault // what is wrong with a Go package or executable, by path; nil when nothing is
	// resourcesUnclear is set when some resources could not be found or read. Then there may be more names.
	resourcesUnclear bool

	missing map[string]string // what to do about a program that is not in Path, or ""; see program
	// shadowing are the files of the resources that take the place of a Python module, as reported.
	shadowing map[string]bool

	beans    map[*schema.Object]*Declaration // of Flux's `components`
	circular map[*schema.Object]bool         // those that need themselves
	made     []*component                    // the components that are JVM classes, and have a definition

	classPath     *classfile.Path // see classes
	classesOpened bool

	// unknownSource is set when the source of a subscription is not known. Then any stream may have a reader.
	unknownSource bool
	// unknownTarget is set when the target of a Flux stream is not known. Then it may be any bolt without inputs.
	unknownTarget bool

	similar similarity
}

// dropFixes removes the fixes that would change what is read elsewhere too.
func (c *checker) dropFixes() { c.list.WithoutFixesIn(c.doc.Shared) }

// hidePrivate removes the words of files outside the project.
func (c *checker) hidePrivate() { c.list = c.list.WithoutPrivate() }

// dropRepeated removes what Check reported at a place where Load found an error, or about a value whose reference has
// no value: it is the same fault.
func (c *checker) dropRepeated() {
	if !c.opts.Loaded.HasErrors() {
		return
	}
	loaded := make(map[diag.Span]bool)
	for _, d := range c.opts.Loaded {
		if d.Severity == diag.Error && !d.Span.IsZero() {
			loaded[d.Span] = true
		}
	}
	found := c.list[len(c.opts.Loaded):]
	found = slices.DeleteFunc(found, func(d *diag.Diagnostic) bool { return loaded[d.Span] || c.doc.IsUnresolved(d.Span) })
	c.list = c.list[:len(c.opts.Loaded)+len(found)]
}

func (c *checker) stormVersion() {
	c.topology.Storm = c.opts.Storm
	if !c.opts.Storm.IsZero() {
		return
	}
	c.topology.Storm = settings.DefaultVersion()
	if e := c.doc.Environment; e != nil && e.Storm != nil {
		v, err := settings.ParseVersion(e.Storm.Text)
		if err != nil {
			c.list.Errorf(ruleStormVersion, e.Storm.Span, "environment %q: %v", e.Name, err).
				WithHint("write the cluster's version, in quotes: \"2.8\"")
			return
		}
		c.topology.Storm = v
	}
}

// platform reads os/arch, with the names of the platforms that Go can build for.
func (c *checker) platform() {
	c.topology.Platform = c.opts.Platform
	if c.topology.Platform == (Platform{}) {
		c.topology.Platform = Platform{OS: "linux", Arch: "amd64"}
	}
	p := c.doc.Platform
	if p == nil {
		return
	}
	os, arch, found := strings.Cut(p.Text, "/")
	if !found || strings.Trim(p.Text, "abcdefghijklmnopqrstuvwxyz0123456789/") != "" || os == "" || arch == "" || strings.Contains(arch, "/") {
		return // the grammar has reported it
	}
	if !slices.Contains(platformOS, os) || !slices.Contains(platformArch, arch) {
		d := c.list.Errorf(ruleUnknownPlatform, p.Span, "%q is not a platform that Go builds for, expected os/arch", p.Text)
		if near, ok := c.similar.closest(p.Text, commonPlatforms()); ok {
			d.Suggest(p.Span, near)
		} else {
			d.WithHint("most clusters are \"linux/amd64\" or \"linux/arm64\"")
		}
		return
	}
	if c.opts.Platform == (Platform{}) {
		c.topology.Platform = Platform{OS: os, Arch: arch}
	}
}

var (
	platformOS   = []string{"aix", "darwin", "dragonfly", "freebsd", "illumos", "linux", "netbsd", "openbsd", "plan9", "solaris", "windows"}
	platformArch = []string{"386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le", "riscv64", "s390x"}
)

func commonPlatforms() []string {
	return []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64"}
}
