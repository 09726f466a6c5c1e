package jar

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// badName returns what is wrong with the name of an entry, or "".
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

// LeftOut reports whether Collect leaves out a file or folder of that name inside a folder or among the matches of a
// glob: the data of version control, backup and lock files of editors, Python's byte code cache, and files that
// desktops leave behind. If a resource names such a file itself, the file is not left out.
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

// signature reports whether Java takes a file of that name, in upper or lower case, for part of a jar's signature (JAR
// File Specification, "Signed JAR File").
func signature(name string) bool {
	const folder = "META-INF/"
	if len(name) < len(folder) || !strings.EqualFold(name[:len(folder)], folder) || strings.Contains(name[len(folder):], "/") {
		return false
	}
	base := strings.ToUpper(name[len(folder):])
	return strings.HasPrefix(base, "SIG-") ||
		slices.ContainsFunc([]string{".SF", ".RSA", ".DSA", ".EC"}, func(s string) bool { return strings.HasSuffix(base, s) })
}
