package jar

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// badName says what is wrong with the name of an entry, or "".
func badName(name string) string {
	switch {
	case name == "":
		return "is empty"
	case len(name) > 0xFFFF: // a zip file counts a name's bytes in 16 bits
		return "is longer than 65535 bytes"
	case !utf8.ValidString(name):
		return "is not valid UTF-8"
	case strings.Contains(name, `\`):
		return "holds a backslash"
	case strings.ContainsFunc(name, func(r rune) bool { return r < 0x20 || r == 0x7F }):
		return "holds a control character"
	case strings.HasPrefix(name, "/"):
		return "begins with a slash"
	case strings.HasSuffix(name, "/"):
		return "ends with a slash"
	}
	for element := range strings.SplitSeq(name, "/") {
		switch element {
		case "":
			return "has an empty element"
		case ".", "..":
			return "has the element " + quote(element)
		}
	}
	return ""
}

// LeftOut says whether Collect passes over a file or folder of that name inside of a folder or among a glob's matches:
// the records of version control, editors' backup and lock files, Python's byte code cache, and what desktops leave
// behind. A resource that names such a file itself is taken.
//
// The names are .git, .hg, .svn, .bzr, __pycache__, .DS_Store, ._* (AppleDouble), Thumbs.db, desktop.ini, *~, #*#, .#*,
// .*.swp, .*.swo and .*.swx.
func LeftOut(name string) bool {
	switch name {
	case ".git", ".hg", ".svn", ".bzr", "__pycache__", ".DS_Store", "Thumbs.db", "desktop.ini":
		return true
	}
	switch {
	case strings.HasPrefix(name, "._"), strings.HasPrefix(name, ".#"), strings.HasSuffix(name, "~"):
		return true
	case len(name) > 1 && name[0] == '#' && name[len(name)-1] == '#':
		return true
	}
	return name[0] == '.' && slices.ContainsFunc([]string{".swp", ".swo", ".swx"}, func(s string) bool {
		return len(name) > len(s)+1 && strings.HasSuffix(name, s)
	})
}

// signature says whether a name is one that Java takes for part of a jar's signature (JAR File Specification, "Signed
// JAR File"), in any case.
func signature(name string) bool {
	name = strings.ToUpper(name)
	base, ok := strings.CutPrefix(name, "META-INF/")
	if !ok || strings.Contains(base, "/") {
		return false
	}
	return strings.HasPrefix(base, "SIG-") ||
		slices.ContainsFunc([]string{".SF", ".RSA", ".DSA", ".EC"}, func(s string) bool { return strings.HasSuffix(base, s) })
}
