package compiler

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

// fileNames chooses the names of the files in a folder. No two of them differ only in case, because some file systems
// ignore case. The zero value is an empty folder.
type fileNames struct{ taken map[string]bool }

// take returns a name for an id: its fileName, followed by a number if that name is taken.
func (f *fileNames) take(id string) string {
	if f.taken == nil {
		f.taken = map[string]bool{}
	}
	base := fileName(id)
	name := base
	for n := 2; f.taken[strings.ToLower(name)]; n++ {
		name = fmt.Sprintf("%s-%d", base, n)
	}
	f.taken[strings.ToLower(name)] = true
	return name
}

// longestFileName is the length from which on a name is shortened. File systems allow 255 bytes, some only 143.
const longestFileName = 100

// fileName makes a file name of an id that every file system and archive accepts. Letters, digits, "-", "_" and "."
// stay; the UTF-8 bytes of other characters become %XX. A long name is cut off, and a hash of the id follows.
func fileName(id string) string {
	var b strings.Builder
	for i := range len(id) {
		c := id[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.' && i > 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	if b.Len() <= longestFileName {
		return b.String()
	}
	return fmt.Sprintf("%s-%x", b.String()[:longestFileName], sha256.Sum256([]byte(id)))[:longestFileName+17]
}
