package jar

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

const (
	// maxJarEntries is how many entries one jar may have.
	maxJarEntries = 1 << 20
	// maxRead is how large a file may be that we have to unpack: a manifest, or a list of services.
	maxRead = 8 << 20
	// maxNamed is how many entries of one jar a message of one kind names.
	maxNamed = 3
)

// merged is what becomes of the user's jars: the first is the base, and the others add what the ones before lack.
type merged struct {
	jars     []*openJar
	kept     []*jarEntry // in the order of the jars and of their entries
	manifest *jarEntry   // nil when the base has none and no jar needs one
	owners   map[string]*jarEntry
	faults   Faults
}

// openJar is one of the user's jars.
type openJar struct {
	number       int // from 1
	path         string
	size         int64
	zip          *zip.ReadCloser
	manifest     *zip.File
	multiRelease bool

	// What was found in it, for one message each.
	signatures, hidden, repeated, differing []string
	storm                                   stormContent
	bad                                     []Fault // at most maxNamed
	moreBad                                 int
}

// jarEntry is an entry of a jar that goes into ours: as it is, or with other content.
type jarEntry struct {
	jar  *openJar
	file *zip.File
	data []byte // the content in place of the file's, if changed
	// more are the services files of later jars that join this one.
	more    []*jarEntry
	changed bool
	dropped bool
}

// openJars opens the jars and decides what of them goes into ours. mainClass is that of the manifest, or "".
func openJars(paths []string, mainClass string) *merged {
	m := &merged{owners: make(map[string]*jarEntry)}
	for i, path := range paths {
		j := &openJar{number: i + 1, path: path}
		m.jars = append(m.jars, j)
		m.open(j)
	}
	multiRelease := m.findManifests()
	for _, j := range m.jars {
		if j.zip != nil {
			m.add(j, multiRelease)
		}
	}
	m.kept = slices.DeleteFunc(m.kept, func(e *jarEntry) bool { return e.dropped })
	m.joinServices()
	m.makeManifest(multiRelease, mainClass)
	m.checkFolders()
	for _, j := range m.jars {
		m.summarise(j)
	}
	return m
}

func (m *merged) close() {
	for _, j := range m.jars {
		if j.zip != nil {
			_ = j.zip.Close() // it was only read
		}
	}
}

func (m *merged) fault(j *openJar, kind Kind, name, message, hint string, err error) {
	m.faults = append(m.faults, Fault{Kind: kind, Jar: j.number, Path: j.path, Name: name, Message: message, Hint: hint, Err: err})
}

// open opens a jar. After a fault its zip is nil.
func (m *merged) open(j *openJar) {
	info, err := os.Stat(j.path) // before it is opened: opening a named pipe waits for its writer
	switch {
	case errors.Is(err, fs.ErrNotExist):
		m.fault(j, Missing, "", "the jar "+quote(j.path)+" does not exist", "", err)
		return
	case err != nil:
		m.fault(j, Unreadable, "", "the jar "+quote(j.path)+" cannot be read: "+systemWords(err), "", err)
		return
	case !info.Mode().IsRegular():
		m.fault(j, NotRegular, "", "the jar "+quote(j.path)+" is "+fileType(info.Mode())+", not a file", "", nil)
		return
	}
	j.size = info.Size()
	base, err := zip.OpenReader(j.path)
	if errors.Is(err, zip.ErrInsecurePath) { // only with GODEBUG=zipinsecurepath=0; reported below, by name
		err = nil
	}
	if err != nil {
		if _, ok := errors.AsType[*fs.PathError](err); ok {
			m.fault(j, Unreadable, "", "the jar "+quote(j.path)+" cannot be read: "+systemWords(err), "", err)
			return
		}
		m.fault(j, BadJar, "", quote(j.path)+" is not a jar: "+strings.TrimPrefix(err.Error(), "zip: "), "", err)
		return
	}
	if len(base.File) > maxJarEntries {
		base.Close()
		m.fault(j, TooMany, "", fmt.Sprintf("the jar %s holds more than %d entries, which is the limit", quote(j.path), maxJarEntries), "", nil)
		return
	}
	j.zip = base
	for _, f := range base.File {
		if strings.EqualFold(f.Name, ManifestName) {
			j.manifest = f // the last one, which Java reads
		}
	}
}

// findManifests reports whether any jar is a multi-release jar. Of a single jar it need not know.
func (m *merged) findManifests() (multiRelease bool) {
	if len(m.jars) < 2 {
		return false
	}
	for _, j := range m.jars {
		if j.manifest == nil {
			continue
		}
		text, err := readSmall(j.manifest)
		if err != nil {
			m.unreadable(j, j.manifest, err)
			continue
		}
		j.multiRelease = isMultiRelease(text)
		multiRelease = multiRelease || j.multiRelease
	}
	return multiRelease
}

func (m *merged) unreadable(j *openJar, f *zip.File, err error) {
	m.fault(j, BadJar, f.Name, fmt.Sprintf("the entry %s of %s cannot be read: %s", quote(f.Name), quote(j.path), strings.TrimPrefix(err.Error(), "zip: ")), "", err)
}

var errTooLarge = fmt.Errorf("it is larger than %d MiB", maxRead>>20)

// readSmall unpacks an entry of limited size.
func readSmall(f *zip.File) ([]byte, error) {
	if f.UncompressedSize64 > maxRead {
		return nil, errTooLarge
	}
	in, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, maxRead+1))
	if err == nil && len(text) > maxRead {
		err = errTooLarge
	}
	return text, err
}

// add takes over the entries of a jar that the jars before it lack.
func (m *merged) add(j *openJar, multiRelease bool) {
	var packed uint64
	m.kept = slices.Grow(m.kept, len(j.zip.File))
	if len(m.owners) == 0 {
		m.owners = make(map[string]*jarEntry, len(j.zip.File)) // a fat jar has 60,000 entries
	}
	for _, f := range j.zip.File {
		packed += f.CompressedSize64
		switch {
		case m.badEntry(j, f):
		case packed > uint64(j.size):
			// Entries that share their bytes: a small file could become an endless one.
			m.fault(j, BadJar, f.Name, "the entries of "+quote(j.path)+" together are larger than the file", "", nil)
			return
		case signature(f.Name):
			j.signatures = append(j.signatures, f.Name)
		case strings.EqualFold(f.Name, ManifestName), strings.EqualFold(f.Name, indexName):
			// One manifest is written first. The index is of a jar with other content.
		case f.Name == "stormflux/topology.thrift", f.Name == "stormflux/submission.json":
			// The topology of a jar that stormflux compiled is another one than ours.
		case len(m.jars) > 1 && multiRelease && m.hiddenVersion(j, f.Name):
			j.hidden = append(j.hidden, f.Name)
		default:
			m.keep(j, f)
		}
	}
}

// badEntry reports an entry that cannot be copied.
func (m *merged) badEntry(j *openJar, f *zip.File) bool {
	message := wrongWith(f)
	if message == "" {
		return false
	}
	message = "the entry " + quote(f.Name) + " of " + quote(j.path) + " " + message
	if len(j.bad) < maxNamed {
		j.bad = append(j.bad, Fault{Kind: BadJar, Jar: j.number, Path: j.path, Name: f.Name, Message: message})
	} else {
		j.moreBad++
	}
	return true
}

// wrongWith returns why an entry cannot be copied, or "".
func wrongWith(f *zip.File) string {
	const encrypted, deflateRatio = 1, 1032 // general purpose bit 0 (APPNOTE 4.4.4); the most that deflate can do
	switch {
	case unsafeName(f.Name):
		return "would be unpacked outside of its folder"
	case f.Flags&encrypted != 0:
		return "is encrypted, which Java cannot read"
	case strings.HasSuffix(f.Name, "/"): // its sizes do not matter
	case f.Method == zip.Store && f.UncompressedSize64 != f.CompressedSize64,
		f.Method == zip.Deflate && f.UncompressedSize64/deflateRatio > f.CompressedSize64:
		return fmt.Sprintf("claims to hold %d bytes, but %d packed bytes cannot", f.UncompressedSize64, f.CompressedSize64)
	}
	return ""
}

// unsafeName reports whether an entry of that name would be unpacked outside its folder. Other strange names in a user's
// jar are the user's business.
func unsafeName(name string) bool {
	if strings.HasPrefix(name, "/") || strings.HasPrefix(name, `\`) || strings.Contains(name, "\x00") {
		return true
	}
	if !strings.Contains(name, "..") {
		return false
	}
	return slices.Contains(strings.FieldsFunc(name, func(r rune) bool { return r == '/' || r == '\\' }), "..")
}

// keep takes over an entry unless an earlier jar has one of its name. Of two entries in one jar, Java reads the last.
func (m *merged) keep(j *openJar, f *zip.File) {
	j.storm.count(f)
	held := m.owners[f.Name]
	e := &jarEntry{jar: j, file: f}
	folder := strings.HasSuffix(f.Name, "/")
	switch {
	case held == nil:
	case held.jar == j:
		if !folder && !sameContent(held.file, f) && !isPaperwork(f.Name) {
			j.repeated = append(j.repeated, f.Name)
		}
		held.dropped = true
	case folder:
		return
	case isService(f.Name):
		if n := len(held.more); n > 0 && held.more[n-1].jar == j {
			held.more = held.more[:n-1]
		}
		held.more = append(held.more, e)
		return
	default:
		if !sameContent(held.file, f) && !isPaperwork(f.Name) {
			if n := len(j.differing); n == 0 || j.differing[n-1] != f.Name {
				j.differing = append(j.differing, f.Name)
			}
		}
		return
	}
	m.owners[f.Name] = e
	m.kept = append(m.kept, e)
}

// sameContent compares what the directories say of two entries.
func sameContent(a, b *zip.File) bool {
	return a.CRC32 == b.CRC32 && a.UncompressedSize64 == b.UncompressedSize64
}

// isPaperwork reports whether no program depends on which file of that name it finds: licences, notes on the build, and
// the descriptions of modules, which a class path ignores.
func isPaperwork(name string) bool {
	base := path.Base(name)
	if base == "module-info.class" || strings.HasPrefix(name, "META-INF/maven/") {
		return true
	}
	upper := strings.ToUpper(base)
	inRoot := !strings.Contains(strings.TrimPrefix(name, "META-INF/"), "/")
	return inRoot && slices.ContainsFunc([]string{"LICENSE", "LICENCE", "NOTICE", "DEPENDENCIES", "README", "CHANGES", "COPYRIGHT",
		"AUTHORS", "CONTRIBUTORS", "ABOUT", "AL2.0", "LGPL2.1", "FASTDOUBLEPARSER-"}, func(p string) bool { return strings.HasPrefix(upper, p) })
}

// checkFolders finds a file of one jar below resources/ where another jar has a folder: a worker cannot unpack both.
func (m *merged) checkFolders() {
	for _, e := range m.kept {
		if !strings.HasPrefix(e.file.Name, Root) {
			continue
		}
		name := strings.TrimSuffix(e.file.Name, "/")
		for i := strings.LastIndexByte(name, '/'); i >= len(Root); i = strings.LastIndexByte(name[:i], '/') {
			if held := m.owners[name[:i]]; held != nil && held.jar != e.jar {
				m.fault(e.jar, Collision, e.file.Name, fmt.Sprintf("%s in %s lies in a folder that is a file in %s", quote(e.file.Name), quote(e.jar.path), quote(held.jar.path)), "", nil)
				break
			}
		}
	}
}

// summarise makes one fault of everything of a kind that was found in a jar.
func (m *merged) summarise(j *openJar) {
	if j.moreBad > 0 {
		j.bad[len(j.bad)-1].Hint = entries(j.moreBad) + " more cannot be copied"
	}
	m.faults = append(m.faults, j.bad...)
	if n := len(j.signatures); n > 0 {
		m.fault(j, SignatureDropped, j.signatures[0], fmt.Sprintf("the signature of %s is left out (%s), because it does not hold for the jar that is submitted",
			quote(j.path), named(j.signatures)), "", nil)
	}
	if n := len(j.differing); n > 0 {
		m.fault(j, DifferentContent, j.differing[0], fmt.Sprintf("%s of %s also %s in a jar before it, with other content: %s",
			entries(n), quote(j.path), stands(n), named(j.differing)), "the first jar wins; bring the jars to one version, or change their order", nil)
	}
	if n := len(j.repeated); n > 0 {
		m.fault(j, DifferentContent, j.repeated[0], fmt.Sprintf("%s in %s more than once, with other content: %s",
			entries(n)+" "+stands(n), quote(j.path), named(j.repeated)), "Java reads the last one, and so only that one is taken", nil)
	}
	if j.storm.complete {
		m.fault(j, HoldsStorm, j.storm.first, fmt.Sprintf("%s holds classes of Storm itself (%s, %s), which every worker has already",
			quote(j.path), entries(j.storm.entries), size(j.storm.bytes)), packedHint, nil)
	}
	if j.storm.defaults {
		// Utils.getConfigFileInputStream (storm-client 2.8.3): "Found multiple defaults.yaml resources. You're probably
		// bundling the Storm jars with your topology jar."
		m.fault(j, BundlesStorm, "defaults.yaml", quote(j.path)+" holds Storm itself (its \"defaults.yaml\"), with which no worker starts", packedHint, nil)
	}
}

const packedHint = "give storm-client the scope \"provided\" (Maven) or \"compileOnly\" (Gradle)"

func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

func stands(n int) string {
	if n == 1 {
		return "stands"
	}
	return "stand"
}

func size(n uint64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}

// named lists some names.
func named(names []string) string {
	var quoted []string
	for _, name := range names[:min(len(names), maxNamed)] {
		quoted = append(quoted, quote(name))
	}
	if more := len(names) - len(quoted); more > 0 {
		quoted = append(quoted, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(quoted, ", ")
}

// stormContent is what a jar holds of Storm's own client library.
type stormContent struct {
	entries  int
	bytes    uint64
	first    string
	complete bool // not only a class that somebody put into a package of Storm
	defaults bool
}

// stormPackages are packages of Storm's client library (storm-client 2.8.3, storm-core 0.9 to 1.2). Storm's other modules
// (kafka, redis, flux, ...) have packages of their own.
var stormPackages = []string{"assignments", "blobstore", "bolt", "callback", "cluster", "coordination", "daemon", "dependency", "drpc",
	"executor", "generated", "grouping", "hooks", "lambda", "messaging", "metric", "metrics2", "multilang", "nimbus", "pacemaker",
	"policy", "scheduler", "security", "serialization", "shade", "spout", "state", "stats", "streams", "task", "testing", "thrift",
	"topology", "transactional", "trident", "tuple", "utils", "validation", "windowing", "zookeeper"}

func (s *stormContent) count(f *zip.File) {
	if f.Name == "defaults.yaml" {
		s.defaults = true
		return
	}
	rest, ok := strings.CutPrefix(f.Name, "org/apache/storm/")
	if !ok {
		rest, ok = strings.CutPrefix(f.Name, "backtype/storm/")
	}
	if !ok || strings.HasSuffix(f.Name, "/") {
		return
	}
	if pkg, _, inPackage := strings.Cut(rest, "/"); inPackage && !slices.Contains(stormPackages, pkg) {
		return
	}
	if s.entries == 0 {
		s.first = f.Name
	}
	s.entries++
	s.bytes += f.CompressedSize64
	s.complete = s.complete || rest == "generated/StormTopology.class"
}
