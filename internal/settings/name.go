package settings

import (
	"fmt"
	"strings"
	"unicode"
)

// MaxTopologyName is the length of the longest topology name in bytes. The blob that holds a topology's code is the file
// data_<name>-<counter>-<epoch seconds>-stormcode.ser, and file systems allow 255 bytes.
const MaxTopologyName = 220

// A NameFault is why Nimbus does not take a topology's name.
type NameFault struct {
	// Char is the first character that may not stand in a name; 0 when the name is empty or too long.
	Char rune
	// Unexplained reports that Nimbus answers with nothing but "Internal error".
	Unexplained bool
}

// CheckTopologyName returns what Nimbus has against a topology's name, or nil. Storm documents ^[^/.:\\]+$ and checks that
// first (Utils.TOPOLOGY_NAME_REGEX), but Nimbus then uses the topology's id as a blob key, for which ClientBlobStore wants
// ^[\w \t._-]+$ with Unicode's \w.
func CheckTopologyName(name string) *NameFault {
	if name == "" {
		return &NameFault{}
	}
	for _, r := range name {
		if r == unicode.ReplacementChar || !isWordRune(r) && r != ' ' && r != '-' {
			return &NameFault{Char: r, Unexplained: !strings.ContainsRune(`/.:\`, r)}
		}
	}
	if len(name) > MaxTopologyName {
		return &NameFault{Unexplained: true}
	}
	return nil
}

// LegalTopologyName returns the name with "-" in place of what may not stand in it.
func LegalTopologyName(name string) string {
	return strings.Map(func(r rune) rune {
		if f := CheckTopologyName(string(r)); f != nil {
			return '-'
		}
		return r
	}, name)
}

// Error describes the fault for a name that no file holds; validate has its own words.
func (f *NameFault) Error() string {
	if f.Char != 0 {
		return fmt.Sprintf("%q may not stand in a topology's name; use letters, digits, spaces, \"_\" and \"-\"", f.Char)
	}
	return fmt.Sprintf("a topology's name has from 1 to %d bytes", MaxTopologyName)
}

// IsReserved reports whether Storm keeps the id of a component or stream for itself (Utils.isSystemId).
func IsReserved(id string) bool { return strings.HasPrefix(id, "__") }

// IsBlobKey reports whether a blob may have the key (ClientBlobStore.isValidKey).
func IsBlobKey(key string) bool {
	return key != "" && key != "." && key != ".." && !strings.ContainsFunc(key, func(r rune) bool {
		return !isWordRune(r) && !strings.ContainsRune(" \t.-", r)
	})
}

// isWordRune is \w of Java's regular expressions with UNICODE_CHARACTER_CLASS (java.util.regex.Pattern): Alphabetic,
// Mn, Me, Mc, Nd, Pc and Join_Control.
func isWordRune(r rune) bool {
	if r < 0x80 {
		return r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	return unicode.In(r, unicode.L, unicode.Nl, unicode.Other_Alphabetic, unicode.M, unicode.Nd, unicode.Pc,
		unicode.Join_Control)
}
