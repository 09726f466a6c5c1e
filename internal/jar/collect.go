package jar

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// MaxEntries is how many files and folders Collect looks at. It is a limit for trees of links that multiply: thirty
// folders, each with two links to the next, are a billion folders.
const MaxEntries = 1 << 17

// Resource is an element of a topology's `resources`.
type Resource struct {
	// Dir is the folder that From is relative to; "" is the working directory.
	Dir string
	// From is a folder, a file or a glob. A folder stands for its content. A glob has the syntax of doublestar ("**"
	// for any folders). Its matches keep their paths below the part without wildcards; a folder is added with its
	// content. If a file has exactly this name, it wins over the glob.
	From string
	// To is the target folder below resources/, with slashes; "" is resources/ itself.
	To string
}

// Collect finds the files of resources without reading their content. It checks that each file can be opened, and
// returns all faults, sorted. It always returns the entries that it found, sorted by name. If there is no error, each
// name is there once.
//
// Collect leaves out the files that [LeftOut] names. It follows a symbolic link inside a folder if the target is in the
// same folder, and stores the target. From itself may be a link that stays in Dir (or, if From begins with "../", in
// the folder that this names). If two resources put the same file in the same place, this is one entry. Two different
// files in the same place are a fault.
//
// The error is that of the context, if it ends before everything was found.
func Collect(ctx context.Context, resources []Resource) ([]Entry, Faults, error) {
	c := &collector{ctx: ctx}
	for i, r := range resources {
		c.number = i + 1
		c.resource(r)
		if c.full {
			break
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	entries, faults := settle(c.entries, nil)
	faults = append(c.faults, faults...)
	faults.sort()
	return entries, faults, nil
}

type collector struct {
	ctx     context.Context // of the one call of Collect
	number  int             // of the current resource
	entries []Entry
	faults  Faults
	seen    int // files and folders
	full    bool
}

func (c *collector) fault(kind Kind, path, name, message, hint string, err error) {
	c.faults = append(c.faults, Fault{Kind: kind, Resource: c.number, Path: path, Name: name, Message: message, Hint: hint, Err: err})
}

func (c *collector) resource(r Resource) {
	target, ok := c.target(r.To)
	if !ok {
		return
	}
	if r.From == "" {
		c.fault(Missing, "", "", "the path of the resource is empty", "", nil)
		return
	}
	if absolute(r.From) {
		c.fault(AbsolutePath, r.From, "", "the path "+quote(r.From)+" is absolute",
			"write it relative to the file that names it, so that it works on every machine", nil)
		return
	}
	from := filepath.Clean(filepath.FromSlash(r.From))
	file := filepath.Join(r.Dir, from)
	_, err := os.Lstat(file)
	switch {
	case err == nil:
		c.literal(r.Dir, from, file, target)
	case strings.ContainsAny(r.From, "*?[{"):
		c.glob(r.Dir, r.From, target)
	case errors.Is(err, fs.ErrNotExist):
		c.fault(Missing, file, "", quote(file)+" does not exist", "", err)
	default:
		c.fault(Unreadable, file, "", quote(file)+" cannot be read: "+systemWords(err), "", err)
	}
}

// target returns the prefix for the entry names of a resource.
func (c *collector) target(to string) (string, bool) {
	if to == "" {
		return Root, true
	}
	if absolute(to) {
		c.fault(AbsolutePath, "", "", "the target "+quote(to)+" is absolute", "write a folder below resources/, such as \"lib\"", nil)
		return "", false
	}
	clean := path.Clean(to) // "a/", "./a" and "a/../b" are allowed
	if clean == "." {
		return Root, true
	}
	if clean == ".." || strings.HasPrefix(clean, "../") {
		c.fault(BadTarget, "", "", "the target "+quote(to)+" lies outside of resources/", "write a folder below resources/, such as \"lib\"", nil)
		return "", false
	}
	if bad := badName(clean); bad != "" {
		c.fault(BadName, "", Root+clean, "the target "+quote(to)+" "+bad, "", nil)
		return "", false
	}
	return Root + clean + "/", true
}

// literal adds a resource that names a file or folder.
func (c *collector) literal(dir, from, file, target string) {
	real, ok := c.inside(dir, from, file)
	if !ok {
		return
	}
	info, err := os.Stat(real)
	switch {
	case err != nil:
		c.fault(Unreadable, file, "", quote(file)+" cannot be read: "+systemWords(err), "", err)
	case info.IsDir():
		c.folder(file, tree{root: real, shown: file}, []string{real}, target)
	default:
		folder, base := filepath.Split(real)
		c.file(file, info, target+filepath.Base(file), filepath.Clean(folder), base)
	}
}

// inside resolves the links on the way to a resource and checks that they do not lead out of dir, or out of the folder
// that the leading ".." elements of from name.
func (c *collector) inside(dir, from, file string) (real string, ok bool) {
	root := filepath.Join(dir, upward(from))
	real, err := realPath(file)
	if err != nil {
		c.brokenLink(file, "", err)
		return "", false
	}
	realRoot, err := realPath(root)
	if err != nil {
		c.fault(Unreadable, root, "", quote(root)+" cannot be read: "+systemWords(err), "", err)
		return "", false
	}
	if !within(realRoot, real) {
		c.fault(LinkLeaves, file, "", quote(file)+" is reached by a symbolic link that leads out of "+quote(root)+", to "+quote(real),
			"name the place itself, or copy it", nil)
		return "", false
	}
	return real, true
}

// tree is the folder that links must not leave.
type tree struct {
	root  string // resolved
	shown string // as the user knows it
}

// folder adds the content of a folder. above has the resolved paths of the folder and of those through which it was
// reached. prefix is its name in the jar, with a slash at the end.
func (c *collector) folder(dir string, t tree, above []string, prefix string) {
	c.each(dir, func(e fs.DirEntry, file string) {
		c.member(e, file, t, above, prefix+e.Name())
	})
}

// each calls visit for the members of a folder that are not left out.
func (c *collector) each(dir string, visit func(e fs.DirEntry, file string)) {
	members, err := os.ReadDir(dir) // sorted by the bytes of the names
	if err != nil {
		c.fault(Unreadable, dir, "", "the folder "+quote(dir)+" cannot be read: "+systemWords(err), "", err)
	}
	for _, e := range members {
		if c.full || c.ctx.Err() != nil {
			return
		}
		if LeftOut(e.Name()) {
			continue
		}
		if c.seen == MaxEntries {
			c.full = true
			c.fault(TooMany, dir, "", "the resources hold more than "+strconv.Itoa(MaxEntries)+" files and folders", "", nil)
			return
		}
		c.seen++
		visit(e, filepath.Join(dir, e.Name()))
	}
}

// member adds a file, folder or link in a folder.
func (c *collector) member(e fs.DirEntry, file string, t tree, above []string, name string) {
	if bad := badName(name); bad != "" {
		c.fault(BadName, file, name, "the name of "+quote(file)+" "+bad, "rename it: not every system could unpack it", nil)
		return
	}
	if e.Type()&fs.ModeSymlink == 0 {
		if e.IsDir() {
			c.folder(file, t, append(slices.Clip(above), filepath.Join(above[len(above)-1], e.Name())), name+"/")
			return
		}
		info, err := e.Info()
		if err != nil {
			c.fault(Unreadable, file, name, quote(file)+" cannot be read: "+systemWords(err), "", err)
			return
		}
		c.fileIn(t, file, filepath.Join(above[len(above)-1], e.Name()), info, name)
		return
	}
	real, err := realPath(file)
	if err != nil {
		c.brokenLink(file, name, err)
		return
	}
	if !within(t.root, real) {
		c.fault(LinkLeaves, file, name, quote(file)+" is a symbolic link that leads out of "+quote(t.shown)+", to "+quote(real),
			"copy the file, or name it as a resource of its own with `to`", nil)
		return
	}
	info, err := os.Stat(real)
	if err != nil {
		c.fault(Unreadable, file, name, quote(file)+" cannot be read: "+systemWords(err), "", err)
		return
	}
	if !info.IsDir() {
		c.fileIn(t, file, real, info, name)
		return
	}
	if slices.Contains(above, real) {
		c.fault(LinkCycle, file, name, quote(file)+" is a symbolic link to a folder that it is in: "+quote(real), "remove the link", nil)
		return
	}
	// From here on use the resolved path. A path through many links is slow to follow, and the system refuses it after
	// forty.
	c.folder(real, t, append(slices.Clip(above), real), name+"/")
}

// fileIn adds a file of a tree. real is its path without links.
func (c *collector) fileIn(t tree, file, real string, info fs.FileInfo, name string) {
	inside, err := filepath.Rel(t.root, real)
	if err != nil {
		panic("jar: " + err.Error()) // both are absolute
	}
	c.file(file, info, name, t.root, inside)
}

// file adds a file that info describes. It must stay in the folder.
func (c *collector) file(file string, info fs.FileInfo, name, folder, inside string) {
	if bad := badName(name); bad != "" { // a resource that names the file itself
		c.fault(BadName, file, name, "the name of "+quote(file)+" "+bad, "rename it: not every system could unpack it", nil)
		return
	}
	if !info.Mode().IsRegular() {
		c.fault(NotRegular, file, name, quote(file)+" is "+fileType(info.Mode())+", not a file", "", nil)
		return
	}
	if err := openable(file); err != nil {
		c.fault(Unreadable, file, name, quote(file)+" cannot be read: "+systemWords(err), "", err)
		return
	}
	c.entries = append(c.entries, Entry{Name: name, Path: file, Executable: executable(info.Mode()), Size: info.Size(), Resource: c.number,
		folder: folder, inside: inside})
}

// glob adds the matches of a pattern.
//
// doublestar only matches names here: its own walk neither leaves files out nor reports links that lead out.
func (c *collector) glob(dir, pattern, target string) {
	if !doublestar.ValidatePattern(pattern) {
		c.fault(BadGlob, pattern, "", quote(pattern)+" is not a valid glob", "", nil)
		return
	}
	// The part before the first wildcard is a plain path, and may have "..".
	base, rest := doublestar.SplitPattern(path.Clean(pattern))
	from := filepath.Clean(filepath.FromSlash(base))
	folder := filepath.Join(dir, from)
	info, err := os.Stat(folder)
	if err != nil || !info.IsDir() {
		c.fault(NoMatch, folder, "", quote(pattern)+" matches nothing: there is no folder "+quote(folder), "", err)
		return
	}
	real, ok := c.inside(dir, from, folder)
	if !ok {
		return
	}
	g := &globber{collector: c, pattern: rest, lead: plainLead(rest), target: target, tree: tree{root: real, shown: folder}}
	g.walk(folder, "", []string{real})
	if !g.matched {
		c.fault(NoMatch, filepath.Join(dir, filepath.FromSlash(pattern)), "", quote(pattern)+" matches no file", "", nil)
	}
}

type globber struct {
	*collector
	pattern string
	lead    []string // the pattern's elements that match exactly one element of a path each
	target  string
	tree    tree
	matched bool
}

// walk looks for matches in a folder whose path below the glob's base is rel, with a slash at the end, or "".
func (g *globber) walk(dir, rel string, above []string) {
	g.each(dir, func(e fs.DirEntry, file string) {
		name := rel + e.Name()
		if doublestar.MatchUnvalidated(g.pattern, name) {
			g.matched = true
			g.member(e, file, g.tree, above, g.target+name)
			return
		}
		if !g.mayHold(name) {
			return
		}
		switch {
		case e.IsDir():
			g.walk(file, name+"/", append(slices.Clip(above), filepath.Join(above[len(above)-1], e.Name())))
		case e.Type()&fs.ModeSymlink != 0:
			// Links that lead out matter only if they match.
			real, err := realPath(file)
			if err != nil || !within(g.tree.root, real) || slices.Contains(above, real) {
				return
			}
			if info, err := os.Stat(real); err == nil && info.IsDir() {
				g.walk(real, name+"/", append(slices.Clip(above), real))
			}
		}
	})
}

// mayHold reports whether members of a folder could match, so "*.py" does not walk a whole disk.
func (g *globber) mayHold(folder string) bool {
	elements := strings.Split(folder, "/")
	if len(elements) >= len(g.lead) && len(g.lead) == strings.Count(g.pattern, "/")+1 {
		return false // deeper than the pattern
	}
	for i, element := range elements {
		if i == len(g.lead) {
			break
		}
		if !doublestar.MatchUnvalidated(g.lead[i], element) {
			return false
		}
	}
	return true
}

// plainLead returns the elements of the pattern before the first one that can match several elements: "**", or braces,
// which may contain a slash.
func plainLead(pattern string) []string {
	elements := strings.Split(pattern, "/")
	for i, e := range elements {
		if e == "**" || strings.ContainsAny(e, `{\[`) {
			return elements[:i]
		}
	}
	return elements
}

// brokenLink reports why a link could not be resolved.
func (c *collector) brokenLink(file, name string, err error) {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.fault(BrokenLink, file, name, quote(file)+" is a symbolic link to something that does not exist", "", err)
	case errors.Is(err, fs.ErrPermission):
		c.fault(Unreadable, file, name, quote(file)+" cannot be read: "+systemWords(err), "", err)
	default: // filepath.EvalSymlinks has no error of its own for "too many links"
		c.fault(LinkCycle, file, name, quote(file)+" is a symbolic link that leads to itself", "remove the link", err)
	}
}

// upward returns the ".." elements at the beginning of a clean path.
func upward(path string) string {
	const up = ".." + string(filepath.Separator)
	n := 0
	for strings.HasPrefix(path[n:], up) {
		n += len(up)
	}
	if path[n:] == ".." {
		n += len("..")
	}
	return path[:n]
}

// realPath returns the absolute path without links.
func realPath(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(path)
}

// within reports whether path is root or below it. Both are absolute and resolved.
func within(root, path string) bool {
	rel, err := filepath.Rel(root, path)
	return err == nil && filepath.IsLocal(rel)
}

// absolute reports whether a path is absolute on this system or any other, because a topology file is for all of them.
func absolute(path string) bool {
	return filepath.IsAbs(path) || filepath.VolumeName(path) != "" || strings.HasPrefix(path, "/") || strings.HasPrefix(path, `\`) ||
		len(path) >= 3 && path[1] == ':' && (path[2] == '\\' || path[2] == '/') && (path[0]|0x20 >= 'a' && path[0]|0x20 <= 'z')
}

// executable returns the execute bit of the owner, because no common umask removes it.
func executable(mode fs.FileMode) bool { return mode&0o100 != 0 }

// openable checks that a regular file can be read.
func openable(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return f.Close()
}

func fileType(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "neither a file nor a folder"
}

// systemReason returns a system error without the path, because the message already has it.
func systemReason(err error) error {
	if system, ok := errors.AsType[*fs.PathError](err); ok {
		return system.Err
	}
	return err
}

func systemWords(err error) string { return systemReason(err).Error() }
