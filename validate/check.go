package validate

import (
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema"
)

// Options says what a document is checked against. The zero value checks for [DefaultVersion] and looks at the files.
type Options struct {
	// Storm is the version to compile for; the zero Version takes what the document's environment says, and
	// otherwise [DefaultVersion].
	Storm Version
	// Platform is what the Go programs have to run on, instead of the document's platform: that of this machine for a
	// local run. The zero Platform takes the document's.
	Platform Platform
	// SkipFiles leaves everything out that has to look at the disk.
	SkipFiles bool
	// Loaded is what [schema.Load] found. It becomes part of the list that Check returns, so that ignore comments
	// and the order apply to both, and an Error in it means no Topology. Check does not change it.
	Loaded diag.List
}

// The rules about the document as a whole.
const (
	ruleStormVersion    = "storm-version"
	ruleUnknownPlatform = "unknown-platform"
)

// Check finds every fault of a document that was read by [schema.Load], and resolves it. It returns a Topology only
// when neither Load nor Check found an Error. The list is sorted and ignore comments have been applied to it.
// A nil document gives no Topology.
func Check(doc *schema.Document, opts Options) (*Topology, diag.List) {
	c := &checker{doc: doc, opts: opts, list: append(diag.List(nil), opts.Loaded...)}
	if doc == nil {
		c.list.Sort()
		return nil, c.list
	}
	c.topology = &Topology{Source: doc}
	c.unresolved, c.lostTarget = doc.Incomplete, doc.Incomplete
	c.stormVersion()
	c.topologyName()
	c.platform()
	c.beans()
	c.topologyConfig()
	c.components()
	c.subscriptions()
	c.graph()
	c.resources()
	if !opts.SkipFiles {
		c.files()
	}
	c.dropRepeated()
	c.ignores()
	c.list.Sort()
	if c.list.HasErrors() {
		return nil, c.list
	}
	return c.topology, c.list
}

// checker is the state of one Check.
type checker struct {
	doc      *schema.Document
	opts     Options
	list     diag.List
	topology *Topology

	all  []component           // spouts, then bolts, in file order
	byID map[string]*component // every known id, also of components with faults

	brokenIDs map[string]bool // see broken

	edges      []edge                  // the resolved subscriptions
	subscribed map[subscription]*Input // see earlier

	resourceNames map[string]bool     // the files below resources/, with slashes
	programs      map[string]*goFault // what is wrong with a Go package or executable, by path; nil when nothing is
	// brokenResources says that there may be more of them: some could not be found or read.
	brokenResources bool

	beanByID map[string]*schema.Object
	// fluxConfig is what addComponentConfig of the shell wrappers set.
	fluxConfig map[*Component][]schema.Entry

	// unresolved is set when a subscription's source could not be told: what nobody reads is not known then.
	unresolved bool
	// lostTarget is set when a Flux stream's target could not be told: a bolt without input may be meant by it.
	lostTarget bool

	similar         similarity
	allIDs, boltIDs []string // for suggestions; made when the first is wanted
}

// dropRepeated removes what Check said about a place where Load had found an error already, or about a value whose
// reference has no value yet: it is the same fault.
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
	c.topology.Storm = DefaultVersion
	if e := c.doc.Environment; e != nil && e.Storm != nil {
		v, err := ParseVersion(e.Storm.Text)
		if err != nil {
			c.list.Errorf(ruleStormVersion, e.Storm.Span, "environment %q: %v", e.Name, err).
				WithHint("write the cluster's version, in quotes: \"2.8\"")
			return
		}
		c.topology.Storm = v
	}
}

// platform reads os/arch in Go's words, the ones that Go can build for.
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
		if s, ok := c.similar.suggest(p.Text, commonPlatforms()); ok {
			d.WithHint("did you mean %q?", s)
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
