package compiler

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

// fileNames hands out the names of the files in a folder, no two alike where a file system does not tell upper from lower
// case. The zero value is an empty folder.
type fileNames struct{ taken map[string]bool }

// take returns a name for an id: its [fileName], or that with a number behind it.
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

// longestFileName is the length up to which an id's name is kept. File systems stop at 255 bytes, some at 143.
const longestFileName = 100

// fileName makes an id a file name that every file system and archive takes: other characters than letters, digits, "-",
// "_", and "." become %XX of their UTF-8 bytes, and of a long name the beginning stays, with a hash of the id behind it.
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
