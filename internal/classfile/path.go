package classfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/stormflux/stormflux/internal/jarfile"
	"github.com/stormflux/stormflux/internal/settings"
)

// Options describes a class path. The zero value is an empty one.
type Options struct {
	// Storm is the release that the topology is for. The zero Version means [settings.DefaultVersion].
	Storm settings.Version
	// Jars are the paths of the topology's jars, in the order in which Java searches them.
	Jars []string
	// Platform are the paths of jars that Java searches before the others, such as the storm-client of the cluster.
	Platform []string
}

// Path is a class path. Java searches the JDK first, then Storm, then the jars in their order. Several goroutines may use
// it.
type Path struct {
	storm   settings.Version
	release int  // of the summary
	sure    bool // Storm has no other classes and members than the summary says

	mu       sync.Mutex
	api      *summary
	platform int // how many of the archives Java searches before Storm's own
	archives []*jarfile.File
	loaded   map[string]*loaded
	names    []string // see Names
}

// loaded is what became of a class.
type loaded struct {
	class *Class
	err   error
}

// Open opens a class path. The caller must close it. Jars are not read as a whole, so they must not change meanwhile.
func Open(opts Options) (*Path, error) {
	p := &Path{storm: opts.Storm, loaded: map[string]*loaded{}}
	if p.storm.IsZero() {
		p.storm = settings.DefaultVersion()
	}
	var err error
	if p.api, err = openSummary(embedded); err != nil {
		panic(err) // it is part of the program
	}
	p.release, p.sure = p.api.release(p.storm)
	p.platform = len(opts.Platform)
	for _, path := range slices.Concat(opts.Platform, opts.Jars) {
		a, err := jarfile.Open(path)
		if err != nil {
			_ = p.Close()
			return nil, err
		}
		p.archives = append(p.archives, a)
	}
	return p, nil
}

// Close closes the jars.
func (p *Path) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	for _, a := range p.archives {
		errs = append(errs, a.Close())
	}
	p.archives = nil
	return errors.Join(errs...)
}

// Why [Path.Class] returns no class, next to a class file that cannot be read.
var (
	// ErrMissing says that neither the jars nor Storm nor Java have the class.
	ErrMissing = errors.New("there is no such class")
	// ErrUnknown says that the class is not in the jars, but that Java or the cluster may have it.
	ErrUnknown = errors.New("the class is not known here")
)

// Class returns the class of a binary name: "a.B$C" for a class C in a class B. The error is [ErrMissing], [ErrUnknown],
// or says why Java could not load the class that is there. An answer is kept, so asking again costs nothing.
func (p *Path) Class(name string) (*Class, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l := p.loaded[name]; l != nil {
		return l.class, l.err
	}
	l := &loaded{}
	l.class, l.err = p.load(name)
	p.loaded[name] = l
	return l.class, l.err
}

func (p *Path) load(name string) (*Class, error) {
	if strings.HasPrefix(name, "[") { // Class.forName knows arrays by such names
		return nil, ErrUnknown
	}
	if strings.Contains(name, "/") {
		return nil, ErrMissing
	}
	// Flux is no part of a cluster: the topology's jar has it, and may have another release.
	for _, step := range []func() (*Class, error){
		func() (*Class, error) { return inArchives(p.archives[:p.platform], name) },
		func() (*Class, error) { return p.summarised(name, !isFlux(name)) },
		func() (*Class, error) { return inArchives(p.archives[p.platform:], name) },
		func() (*Class, error) { return p.summarised(name, isFlux(name)) },
	} {
		if c, err := step(); c != nil || err != nil {
			return c, err
		}
	}
	if p.mayBeElsewhere(name) {
		return nil, ErrUnknown
	}
	return nil, ErrMissing
}

// inArchives returns the class in the first jar that has it; nil without an error when none has it.
func inArchives(archives []*jarfile.File, name string) (*Class, error) {
	entry := strings.ReplaceAll(name, ".", "/") + ".class"
	for _, a := range archives {
		data, ok, err := a.Read(entry)
		if err != nil {
			return nil, err
		}
		if ok {
			return parseEntry(data, name, entry, a.Path())
		}
	}
	return nil, nil
}

// summarised returns the class of the summary; nil when it has none or is not wanted.
func (p *Path) summarised(name string, wanted bool) (*Class, error) {
	if !wanted {
		return nil, nil
	}
	c := p.api.class(name, p.release)
	if c != nil {
		c.open = !p.sure || isFlux(name)
		if isJava(name) {
			c.open = !isSettled(name)
		}
	}
	return c, nil
}

// parseEntry reads the class file of an entry. Java refuses a class whose name is not that of its file.
func parseEntry(data []byte, name, entry, jar string) (*Class, error) {
	c, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("reading %s in the jar %s: %w", entry, jar, err)
	}
	if c.Name != name {
		return nil, fmt.Errorf("reading %s in the jar %s: it is the class %q", entry, jar, c.Name)
	}
	c.Jar = jar
	return c, nil
}

// isSettled reports whether a class of the JDK has the same public methods and fields in every Java since 8. To another
// one, a Java that is newer than the summary can have added some.
func isSettled(name string) bool {
	switch name {
	case object, "java.lang.AutoCloseable", "java.lang.Cloneable", "java.lang.Comparable", "java.lang.Enum", "java.lang.Exception", "java.lang.Iterable",
		"java.lang.Runnable", "java.lang.RuntimeException", "java.lang.Throwable", "java.io.Closeable", "java.io.Serializable", "java.util.concurrent.Callable":
		return true
	}
	return false
}

// elsewhere are the beginnings of names of classes that are on a worker and not in the summary: of the JDK, of the
// libraries beside Storm (the folders lib and lib-worker of the releases), and those that Thrift made or Storm renamed.
var elsewhere = []string{
	"java.", "javax.", "jdk.", "sun.", "com.sun.", "netscape.javascript.", "org.ietf.jgss.", "org.w3c.dom.", "org.xml.sax.", "org.omg.",
	"com.codahale.metrics.", "com.esotericsoftware.", "com.lmax.disruptor.", "clojure.", "jakarta.", "org.apache.log4j.",
	"org.apache.logging.", "org.objectweb.asm.", "org.objenesis.", "org.slf4j.",
	"backtype.storm.generated.", "org.apache.storm.generated.", "org.apache.storm.shade.", "org.apache.storm.thrift.",
}

func isElsewhere(name string) bool {
	return slices.ContainsFunc(elsewhere, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

func isJava(name string) bool {
	return strings.HasPrefix(name, "java.") || strings.HasPrefix(name, "javax.")
}

// mayBeElsewhere reports whether a class that is neither in a jar nor in the summary may be on the class path all the
// same.
func (p *Path) mayBeElsewhere(name string) bool {
	switch {
	case isElsewhere(name):
		return true
	case isStorms(name, p.storm):
		return !p.sure || strings.Contains(name, "$") // the summary has no classes that Clojure made, and none without a name
	}
	// Storm before 1.0 has its libraries in its jar, renamed or not.
	return !p.storm.AtLeast(1, 0) && strings.HasPrefix(name, "org.apache.")
}

// Read returns the content of an entry of the first jar that has one of that name; false when none has.
func (p *Path) Read(name string) (content []byte, ok bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range p.archives {
		if content, ok, err := a.Read(name); ok || err != nil {
			return content, ok, err
		}
	}
	return nil, false, nil
}

// Names returns the names of all classes in the jars and of Storm's own, sorted, for suggestions. Anonymous and local
// classes are left out. Do not change the slice.
func (p *Path) Names() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.names != nil {
		return p.names
	}
	p.names = []string{}
	for _, a := range p.archives {
		for e := range a.Entries() {
			name, isClass := strings.CutSuffix(e.Name(), ".class")
			if isClass && isNameable(name) {
				p.names = append(p.names, strings.ReplaceAll(name, "/", "."))
			}
		}
	}
	p.api.names(p.release, func(name string) bool {
		if !isJava(name) {
			p.names = append(p.names, name)
		}
		return true
	})
	slices.Sort(p.names)
	p.names = slices.Compact(p.names)
	return p.names
}

// isNameable reports whether a class file is that of a class with a name in the source: "a/B$C", not "a/B$1".
func isNameable(name string) bool {
	for i := range len(name) - 1 {
		if name[i] == '$' && '0' <= name[i+1] && name[i+1] <= '9' {
			return false
		}
	}
	return !strings.HasPrefix(name, "META-INF/") && !strings.HasSuffix(name, "-info") // module-info, package-info
}
