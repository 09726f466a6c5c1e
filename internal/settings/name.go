package settings

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
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
	// Destroyed reports that Nimbus takes the name, and Supervisors then delete the topology's files again and again.
	Destroyed bool
}

// CheckTopologyName returns what the release of Storm has against a topology's name, or nil. Storm documents
// ^[^/.:\\]+$ and checks that first (Utils.TOPOLOGY_NAME_REGEX), but Nimbus then uses the topology's id as a blob key, for
// which ClientBlobStore wants ^[\w \t._-]+$ with Unicode's \w.
//
// A Supervisor keeps the topology in the folder supervisor/stormdist/ID, with the id encoded as in a URL
// (ConfigUtils.supervisorStormDistRoot, since 0.9.0). Up to 1.2.4 its cleanup decodes the names of the folders
// (SupervisorUtils.readDownloadedTopologyIds). Since 2.0.0, and still on the master branch after 2.8.8, it takes them as ids
// (AsyncLocalizer.forEachTopologyDistDir). So it deletes every folder whose name the encoding changed, every
// supervisor.localizer.cleanup.interval.ms (30 s).
func CheckTopologyName(name string, release Version) *NameFault {
	if name == "" {
		return &NameFault{}
	}
	destroyed := rune(0)
	for _, r := range name {
		switch {
		case r == unicode.ReplacementChar || !isWordRune(r) && r != ' ' && r != '-':
			return &NameFault{Char: r, Unexplained: !strings.ContainsRune(`/.:\`, r)}
		case destroyed == 0 && (r >= 0x80 || r == ' ') && release.AtLeast(2, 0):
			destroyed = r
		}
	}
	if destroyed != 0 {
		return &NameFault{Char: destroyed, Destroyed: true}
	}
	if len(name) > MaxTopologyName {
		return &NameFault{Unexplained: true}
	}
	return nil
}

// LegalTopologyName returns a name like the given one that every release of Storm takes: letters without their accents, and
// "-" in place of what has no such letter. A name of which nothing stays becomes "my-topology".
func LegalTopologyName(name string) string {
	if CheckTopologyName(name, DefaultVersion()) == nil || name == "" {
		return name
	}
	var b strings.Builder
	last := '-'
	for _, r := range norm.NFKD.String(plainLetters.Replace(name)) {
		switch {
		case unicode.Is(unicode.Mn, r): // the accent of the letter before it
			continue
		case CheckTopologyName(string(r), DefaultVersion()) != nil:
			if last == '-' {
				continue
			}
			r = '-'
		}
		b.WriteRune(r)
		last = r
	}
	if legal := strings.Trim(b.String(), "-"); legal != "" {
		return legal[:min(len(legal), MaxTopologyName)]
	}
	return "my-topology"
}

// plainLetters are the letters of European languages that Unicode does not decompose.
var plainLetters = strings.NewReplacer("ß", "ss", "æ", "ae", "Æ", "Ae", "œ", "oe", "Œ", "Oe", "ø", "o", "Ø", "O", "đ", "d", "Đ", "D",
	"ð", "d", "Ð", "D", "ł", "l", "Ł", "L", "þ", "th", "Þ", "Th", "ı", "i")

// Error describes the fault for a name that no file holds; validate has its own words.
func (f *NameFault) Error() string {
	if f.Char != 0 {
		return fmt.Sprintf("%q may not stand in a topology's name; use A-Z, a-z, 0-9, \"_\" and \"-\"", f.Char)
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
