package jar

import (
	"archive/zip"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// Check returns all faults of the archive that it can find without reading content, sorted: names, collisions among the
// entries and with the base, files that cannot be opened, a base that is not a jar. It repeats the faults of [Collect],
// except for two resources whose names differ only in case.
func (a *Archive) Check() Faults {
	p, faults := a.plan()
	p.close()
	return faults
}

// plan is a checked archive with its base open.
type plan struct {
	base     *zip.ReadCloser // nil without a base
	kept     []*zip.File     // the base's entries that go into the jar, without the manifest, in their own order
	manifest *zip.File       // the base's, or nil
	entries  []Entry         // ours: the manifest first if we have one, then sorted by name; each name once
}

func (p *plan) close() {
	if p.base != nil {
		_ = p.base.Close() // it was only read
	}
}

func (a *Archive) plan() (*plan, Faults) {
	p := &plan{}
	var faults Faults
	if a.Base != "" {
		faults = append(faults, p.openBase(a.Base)...)
	}
	for _, e := range a.Entries {
		faults = append(faults, checkEntry(e)...)
	}
	baseNames := make([]string, 0, len(p.kept)+1)
	for _, f := range p.kept {
		baseNames = append(baseNames, f.Name)
	}
	if p.manifest != nil {
		baseNames = append(baseNames, p.manifest.Name)
	}
	entries, collisions := settle(a.Entries, &baseDirectory{path: a.Base, names: baseNames})
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

// openBase opens the base jar and sorts out its entries.
func (p *plan) openBase(path string) Faults {
	fault := func(kind Kind, name, message, hint string, err error) Fault {
		return Fault{Kind: kind, Path: path, Name: name, Message: message, Hint: hint, Err: err}
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Faults{fault(Missing, "", "the jar "+quote(path)+" does not exist", "", err)}
	case err != nil:
		return Faults{fault(Unreadable, "", "the jar "+quote(path)+" cannot be read: "+systemWords(err), "", err)}
	case !info.Mode().IsRegular():
		return Faults{fault(NotRegular, "", "the jar "+quote(path)+" is "+fileType(info.Mode())+", not a file", "", nil)}
	}
	base, err := zip.OpenReader(path)
	if errors.Is(err, zip.ErrInsecurePath) { // only with GODEBUG=zipinsecurepath=0; reported below, by name
		err = nil
	}
	if err != nil {
		if _, ok := errors.AsType[*fs.PathError](err); ok {
			return Faults{fault(Unreadable, "", "the jar "+quote(path)+" cannot be read: "+systemWords(err), "", err)}
		}
		return Faults{fault(BadBase, "", quote(path)+" is not a jar: "+strings.TrimPrefix(err.Error(), "zip: "), "", err)}
	}
	p.base = base
	var faults Faults
	for _, f := range base.File {
		switch {
		case unsafeBaseName(f.Name):
			faults = append(faults, fault(BadBase, f.Name, "the entry "+quote(f.Name)+" of "+quote(path)+" would be unpacked outside of its folder", "", nil))
		case f.Flags&1 != 0: // general purpose bit 0 (APPNOTE 4.4.4)
			faults = append(faults, fault(BadBase, f.Name, "the entry "+quote(f.Name)+" of "+quote(path)+" is encrypted, which Java cannot read", "", nil))
		case signature(f.Name):
			faults = append(faults, fault(SignatureDropped, f.Name, "the signature "+quote(f.Name)+" of "+quote(path)+
				" is left out, because it does not hold for the jar that is submitted", "", nil))
		case strings.EqualFold(f.Name, ManifestName) && p.manifest == nil:
			p.manifest = f
		default:
			if f.Name == "defaults.yaml" {
				// Utils.getConfigFileInputStream (storm-client 2.8.3): "Found multiple defaults.yaml resources. You're
				// probably bundling the Storm jars with your topology jar."
				faults = append(faults, fault(BundlesStorm, f.Name, quote(path)+" holds Storm itself (its \"defaults.yaml\"), with which no worker starts",
					"give storm-client the scope \"provided\" (Maven) or \"compileOnly\" (Gradle)", nil))
			}
			p.kept = append(p.kept, f)
		}
	}
	return faults
}

// unsafeBaseName reports whether an entry of that name would be unpacked outside its folder. Other strange names in a
// user's jar are the user's business.
func unsafeBaseName(name string) bool {
	return strings.HasPrefix(name, "/") || strings.Contains(name, "\x00") ||
		slices.Contains(strings.FieldsFunc(name, func(r rune) bool { return r == '/' || r == '\\' }), "..")
}

// baseDirectory lists the names in a base jar, for finding collisions.
type baseDirectory struct {
	path  string
	names []string
}

// settle sorts entries by name and finds collisions among them and with the base. If several entries are the same file
// in the same place, it keeps one of them. It does not report collisions within the base.
func settle(entries []Entry, base *baseDirectory) ([]Entry, Faults) {
	entries = slices.Clone(entries)
	slices.SortStableFunc(entries, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })

	type owner struct {
		entry  *Entry // nil: the base
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
			names[name[:i]] = owner{entry: by.entry, name: by.name, folder: true}
		}
	}
	words := func(o owner) string {
		if o.entry == nil {
			return quote(o.name) + " in " + quote(base.path)
		}
		return o.entry.source()
	}
	collide := func(kind Kind, e *Entry, o owner, message, hint string) {
		f := Fault{Kind: kind, Resource: e.Resource, Path: e.Path, Name: e.Name, Message: message, Hint: hint, Other: words(o)}
		if o.entry != nil {
			f.OtherResource = o.entry.Resource
		}
		faults = append(faults, f)
	}

	if base != nil {
		for _, name := range base.names {
			file, isFolder := strings.CutSuffix(name, "/")
			o := owner{name: name, folder: isFolder}
			claimFolders(file, o)
			if held, ok := names[file]; !ok || held.folder {
				names[file] = o
			}
			if !isFolder {
				lower[strings.ToLower(name)] = o
			}
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

// samePath reports whether two paths lead to the same file.
func samePath(a, b string) bool {
	if a == b {
		return true
	}
	realA, errA := realPath(a)
	realB, errB := realPath(b)
	return errA == nil && errB == nil && realA == realB
}
