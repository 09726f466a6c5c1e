package settings

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Version is a release of Storm. The zero Version stands for the one that is assumed when nothing else is said, see
// [DefaultVersion].
type Version struct {
	Major, Minor int
	Patch        int    // -1 when it was not given, as in "2.8"
	Vendor       string // what follows the numbers, with its separator: "-hdp", ".3.1.5.0-152", "-SNAPSHOT"
}

// DefaultVersion returns the Storm that a topology is compiled for where nothing names one.
func DefaultVersion() Version { return Version{Major: 2, Minor: 8, Patch: -1} }

// ParseVersion reads "2.8", "2.8.3" or a vendor's "1.2.1.3.1.5.0-152".
func ParseVersion(text string) (Version, error) {
	wrong := func() (Version, error) {
		return Version{}, fmt.Errorf("%q is not a version of Storm such as 2.8 or 2.8.3", text)
	}
	v := Version{Patch: -1}
	major, rest, found := strings.Cut(text, ".")
	var ok bool
	if v.Major, ok = versionNumber(major); !ok || !found {
		return wrong()
	}
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	if v.Minor, ok = versionNumber(rest[:digits]); !ok {
		return wrong()
	}
	rest = rest[digits:]
	if after, isPatch := strings.CutPrefix(rest, "."); isPatch {
		digits = len(after) - len(strings.TrimLeft(after, "0123456789"))
		if v.Patch, ok = versionNumber(after[:digits]); !ok {
			return wrong()
		}
		rest = after[digits:]
	}
	for i, r := range rest {
		if i == 0 && !strings.ContainsRune(".-_+", r) || len(rest) == 1 {
			return wrong()
		}
		if !strings.ContainsRune(".-_+", r) && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return wrong()
		}
	}
	v.Vendor = rest
	return v, nil
}

func versionNumber(digits string) (int, bool) {
	if digits == "" || len(digits) > 6 {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	return n, err == nil && n >= 0 && digits[0] != '+'
}

// IsZero reports whether no version was said.
func (v Version) IsZero() bool { return v == Version{} }

// Compare orders versions by their numbers, then by the vendor's part as text; a missing patch level counts as 0.
func (v Version) Compare(w Version) int {
	return cmp.Or(cmp.Compare(v.Major, w.Major), cmp.Compare(v.Minor, w.Minor),
		cmp.Compare(max(v.Patch, 0), max(w.Patch, 0)), cmp.Compare(v.Vendor, w.Vendor))
}

// IsBefore reports whether every release that v stands for comes before w. It is never sure of a vendor's release, which may
// have parts of later ones.
func (v Version) IsBefore(w Version) bool {
	if v.Patch < 0 {
		v.Patch = math.MaxInt
	}
	return v.Vendor == "" && v.Compare(w) < 0
}

// AtLeast reports whether v is the given release line or a later one; the vendor's part is not looked at.
func (v Version) AtLeast(major, minor int) bool {
	return v.Major > major || v.Major == major && v.Minor >= minor
}

// String returns the version as it was parsed.
func (v Version) String() string {
	if v.Patch < 0 {
		return fmt.Sprintf("%d.%d%s", v.Major, v.Minor, v.Vendor)
	}
	return fmt.Sprintf("%d.%d.%d%s", v.Major, v.Minor, v.Patch, v.Vendor)
}
