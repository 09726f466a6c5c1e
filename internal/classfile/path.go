package classfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

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

// Path is a class path: jars that are searched in their order. Several goroutines may use it.
type Path struct {
	storm settings.Version

	mu       sync.Mutex
	archives []*archive
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
	for _, path := range slices.Concat(opts.Platform, opts.Jars) {
		a, err := openArchive(path)
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
		errs = append(errs, a.close())
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
	entry := strings.ReplaceAll(name, ".", "/") + ".class"
	if !strings.Contains(name, "/") {
		for _, a := range p.archives {
			data, ok, err := a.read(entry)
			if err != nil {
				return nil, err
			}
			if ok {
				return parseEntry(data, name, entry, a.path)
			}
		}
	}
	if isElsewhere(name) {
		return nil, ErrUnknown
	}
	return nil, ErrMissing
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
	return c, nil
}

// elsewhere are the beginnings of names of classes that the JDK has, or the libraries beside Storm on a worker
// (the folders lib and lib-worker of the releases).
var elsewhere = []string{
	"java.", "javax.", "jdk.", "sun.", "com.sun.", "netscape.javascript.", "org.ietf.jgss.", "org.w3c.dom.", "org.xml.sax.", "org.omg.",
	"com.codahale.metrics.", "com.esotericsoftware.", "com.lmax.disruptor.", "clojure.", "jakarta.", "org.apache.log4j.",
	"org.apache.logging.", "org.objectweb.asm.", "org.objenesis.", "org.slf4j.",
}

// isElsewhere reports whether a class that is in no jar may be on the class path all the same.
func isElsewhere(name string) bool {
	return slices.ContainsFunc(elsewhere, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// Read returns the content of an entry of the first jar that has one of that name; false when none has.
func (p *Path) Read(name string) (content []byte, ok bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range p.archives {
		if content, ok, err := a.read(name); ok || err != nil {
			return content, ok, err
		}
	}
	return nil, false, nil
}

// Names returns the names of all classes in the jars, sorted, for suggestions. Anonymous and local classes are left out.
// Do not change the slice.
func (p *Path) Names() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.names != nil {
		return p.names
	}
	p.names = []string{}
	for _, a := range p.archives {
		for at := 0; at < len(a.directory); at = a.next(at) {
			name, isClass := strings.CutSuffix(string(a.name(at)), ".class")
			if isClass && isNameable(name) {
				p.names = append(p.names, strings.ReplaceAll(name, "/", "."))
			}
		}
	}
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
