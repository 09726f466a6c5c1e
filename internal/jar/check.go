package jar

import (
	"archive/zip"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// Check returns all faults of the archive that it can find without unpacking the jars, sorted: names, collisions among
// the entries and with the jars, files that cannot be opened, jars that are none or are not fit for each other. It repeats
// the faults of [Collect], except for two resources whose names differ only in case.
func (a *Archive) Check() Faults {
	p, faults := a.plan()
	p.close()
	return faults
}

// Contents is like [Archive.Check], and returns the names below [Root] that the jars give to the archive, in no order.
func (a *Archive) Contents() ([]string, Faults) {
	if names, ok := a.plain(); ok {
		return names, (&Archive{Entries: a.Entries}).Check()
	}
	p, faults := a.plan()
	defer p.close()
	var names []string
	for _, e := range p.kept {
		if strings.HasPrefix(e.file.Name, Root) {
			names = append(names, e.file.Name)
		}
	}
	return names, faults
}

// plan is a checked archive with its jars open.
type plan struct {
	*merged
	entries []Entry // ours: the manifest first if we have one, then sorted by name; each name once
}

func (a *Archive) plan() (*plan, Faults) {
	p := &plan{merged: openJars(a.Jars, a.MainClass)}
	faults := p.faults
	for _, e := range a.Entries {
		faults = append(faults, checkEntry(e)...)
	}
	entries, collisions := settle(p.withoutSame(a.Entries), p.merged)
	for _, f := range collisions {
		if f.Kind == CaseCollision && f.Resource != 0 && f.OtherResource != 0 {
			continue // Collect reports it
		}
		faults = append(faults, f)
	}
	faults.sort()
	if i := slices.IndexFunc(entries, func(e Entry) bool { return e.Name == ManifestName }); i > 0 {
		manifest := entries[i]
		entries = slices.Insert(slices.Delete(entries, i, i+1), 0, manifest)
	}
	p.entries = entries
	return p, faults
}

// withoutSame leaves out the entries that a jar has too, with the same content.
func (m *merged) withoutSame(entries []Entry) []Entry {
	if len(m.kept) == 0 {
		return entries
	}
	var kept []Entry
	for _, e := range entries {
		if held := m.owners[e.Name]; held == nil || held.changed || !isContent(e, held.file) {
			kept = append(kept, e)
		}
	}
	return kept
}

// isContent reports whether an entry has the content that the directory of a jar describes. An entry that cannot be read
// has not.
func isContent(e Entry, f *zip.File) bool {
	if e.Path != "" {
		if info, err := os.Stat(e.Path); err != nil || !info.Mode().IsRegular() || uint64(info.Size()) != f.UncompressedSize64 {
			return false
		}
	}
	sum := crc32.NewIEEE()
	n := int64(0)
	err := read(e, func(r io.Reader) (_ int64, err error) {
		n, err = io.Copy(sum, r)
		return n, err
	})
	return err == nil && uint64(n) == f.UncompressedSize64 && sum.Sum32() == f.CRC32
}

// checkEntry checks an entry by itself.
func checkEntry(e Entry) Faults {
	fault := func(kind Kind, message string, err error) Faults {
		return Faults{{Kind: kind, Resource: e.Resource, Path: e.Path, Name: e.Name, Message: message, Err: err}}
	}
	if bad := badName(e.Name); bad != "" {
		return fault(BadName, "the name "+quote(e.Name)+" of "+e.source()+" "+bad, nil)
	}
	if e.Path == "" {
		return nil
	}
	info, err := os.Stat(e.Path) // before it is opened: opening a named pipe waits for its writer
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault(Missing, quote(e.Path)+" does not exist", err)
	case err != nil:
		return fault(Unreadable, quote(e.Path)+" cannot be read: "+systemWords(err), err)
	case !info.Mode().IsRegular():
		return fault(NotRegular, quote(e.Path)+" is "+fileType(info.Mode())+", not a file", nil)
	}
	if err := openable(e.Path); err != nil {
		return fault(Unreadable, quote(e.Path)+" cannot be read: "+systemWords(err), err)
	}
	return nil
}

// settle sorts entries by name and finds collisions among them and with the jars, which may be nil. If several entries are
// the same file in the same place, it keeps one of them. It does not report collisions within the jars.
func settle(entries []Entry, jars *merged) ([]Entry, Faults) {
	entries = slices.Clone(entries)
	slices.SortStableFunc(entries, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })

	type owner struct {
		entry  *Entry // nil: a jar has it
		jar    *openJar
		name   string
		folder bool // name is a folder, because there are files in it
	}
	var faults Faults
	names := make(map[string]owner, 2*len(entries))
	lower := make(map[string]owner, len(entries))
	claimFolders := func(name string, by owner) {
		for i := strings.LastIndexByte(name, '/'); i > 0; i = strings.LastIndexByte(name[:i], '/') {
			if _, ok := names[name[:i]]; ok {
				continue
			}
			names[name[:i]] = owner{entry: by.entry, jar: by.jar, name: by.name, folder: true}
		}
	}
	words := func(o owner) string {
		if o.entry == nil {
			return quote(o.name) + " in " + quote(o.jar.path)
		}
		return o.entry.source()
	}
	collide := func(kind Kind, e *Entry, o owner, message, hint string) {
		f := Fault{Kind: kind, Resource: e.Resource, Path: e.Path, Name: e.Name, Message: message, Hint: hint, Other: words(o)}
		if o.entry != nil {
			f.OtherResource = o.entry.Resource
		} else {
			f.Jar = o.jar.number
		}
		faults = append(faults, f)
	}

	inJar := func(j *openJar, name string) {
		file, isFolder := strings.CutSuffix(name, "/")
		o := owner{jar: j, name: name, folder: isFolder}
		claimFolders(file, o)
		if held, ok := names[file]; !ok || held.folder {
			names[file] = o
		}
		if !isFolder {
			lower[strings.ToLower(name)] = o
		}
	}
	if jars != nil {
		// Names that collide begin with the same element. A large jar has few entries that begin as ours do.
		tops := make(map[string]bool)
		for _, e := range entries {
			tops[top(e.Name)] = true
		}
		for _, e := range jars.kept {
			if tops[top(e.file.Name)] {
				inJar(e.jar, e.file.Name)
			}
		}
		if m := jars.manifest; m != nil {
			inJar(m.jar, ManifestName)
		}
	}
	kept := entries[:0]
	for i := range entries {
		e := entries[i]
		if n := len(kept); n > 0 && kept[n-1].Name == e.Name && e.Path != "" && samePath(kept[n-1].Path, e.Path) {
			continue
		}
		kept = append(kept, e)
	}
	// First all files, then their folders: "a" may come before or after "a/b".
	for i := range kept {
		e := &kept[i]
		if held, ok := names[e.Name]; ok {
			what := "would both be "
			if held.folder {
				what = "collide: the first would be a file, and the second lies in a folder of that name, "
			}
			collide(Collision, e, held, e.source()+" and "+words(held)+" "+what+quote(e.Name)+" in the jar",
				"place one of them elsewhere")
			continue
		}
		names[e.Name] = owner{entry: e, name: e.Name}
		folded := strings.ToLower(e.Name)
		if held, ok := lower[folded]; ok {
			if held.entry != nil && held.entry.Resource > e.Resource { // report the later resource
				e, held = held.entry, owner{entry: e, name: e.Name}
			}
			collide(CaseCollision, e, held, e.source()+" and "+words(held)+" have names in the jar that differ by case only: "+
				quote(e.Name)+" and "+quote(held.name), "they are one file on macOS and Windows")
			continue
		}
		lower[folded] = owner{entry: e, name: e.Name}
	}
	for i := range kept {
		e := &kept[i]
		for j := strings.LastIndexByte(e.Name, '/'); j > 0; j = strings.LastIndexByte(e.Name[:j], '/') {
			folder := e.Name[:j]
			if held, ok := names[folder]; ok && !held.folder {
				collide(Collision, e, held, e.source()+" and "+words(held)+" collide: the first lies in the folder "+quote(folder)+
					" in the jar, and the second would be a file of that name", "place one of them elsewhere")
				break
			}
		}
	}
	return kept, faults
}

// top returns the first element of a name, in lower case.
func top(name string) string {
	first, _, _ := strings.Cut(name, "/")
	return strings.ToLower(first)
}

// samePath reports whether two paths lead to the same file.
func samePath(a, b string) bool {
	if a == b {
		return true
	}
	realA, errA := realPath(a)
	realB, errB := realPath(b)
	return errA == nil && errB == nil && realA == realB
}
