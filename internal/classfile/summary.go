package classfile

import (
	"bytes"
	"compress/flate"
	_ "embed" // the summary
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/stormflux/stormflux/internal/settings"
)

//go:generate go run ./summarize -o summary.bin

//go:embed summary.bin
var embedded []byte

// summary is the API of Storm's releases, and of the part of the JDK that topologies use: public and protected classes
// with their constructors, public methods and public fields.
//
// [SummaryWriter.WriteTo] has the format. A class is looked up by the first names of the blocks, so only the blocks of
// the classes that somebody asks for are inflated.
type summary struct {
	releases []settings.Version
	blocks   []block
	data     []byte // the blocks
	inflated map[int]string
}

// block is a run of classes.
type block struct {
	first  string // the name of its first class
	offset int    // in the data; it ends where the next one begins
}

// openSummary reads the header.
func openSummary(data []byte) (*summary, error) {
	size, n := binary.Uvarint(data)
	if n <= 0 || size > uint64(len(data)-n) {
		return nil, errSummary
	}
	header, err := inflated(data[n : n+int(size)])
	if err != nil {
		return nil, err
	}
	s := &summary{data: data[n+int(size):], inflated: map[int]string{}}
	for i, line := range strings.Split(strings.TrimSuffix(header, "\n"), "\n") {
		words := strings.Fields(line)
		if i == 0 {
			for _, word := range words {
				v, err := settings.ParseVersion(word)
				if err != nil {
					return nil, err
				}
				s.releases = append(s.releases, v)
			}
			continue
		}
		offset, err := strconv.Atoi(words[0])
		if err != nil || len(words) != 2 || offset > len(s.data) {
			return nil, errSummary
		}
		s.blocks = append(s.blocks, block{first: words[1], offset: offset})
	}
	return s, nil
}

var errSummary = errors.New("a malformed summary of classes")

func inflated(data []byte) (string, error) {
	var b strings.Builder
	if _, err := io.Copy(&b, flate.NewReader(bytes.NewReader(data))); err != nil {
		return "", fmt.Errorf("%w: %w", errSummary, err)
	}
	return b.String(), nil
}

// text returns the text of a block.
func (s *summary) text(i int) string {
	if text, ok := s.inflated[i]; ok {
		return text
	}
	end := len(s.data)
	if i+1 < len(s.blocks) {
		end = s.blocks[i+1].offset
	}
	text, err := inflated(s.data[s.blocks[i].offset:end])
	if err != nil {
		panic(err) // the data is part of the program
	}
	s.inflated[i] = text
	return text
}

// release returns the index of the summarised release that is nearest to a version. sure is false when the version may
// have classes and members that this release does not have.
func (s *summary) release(v settings.Version) (nearest int, sure bool) {
	for i, r := range s.releases {
		switch {
		case r.Major == v.Major && r.Minor == v.Minor:
			nearest = i
			if v.Patch >= 0 && r.Patch >= v.Patch {
				return nearest, v.Vendor == ""
			}
			sure = v.Patch < 0 && v.Vendor == ""
		case !v.AtLeast(r.Major, r.Minor): // a later release line
			return nearest, sure
		default:
			nearest = i
		}
	}
	return nearest, sure
}

// class returns a class of a release; nil when the release has none of that name.
func (s *summary) class(name string, release int) *Class {
	name = strings.ReplaceAll(name, ".", "/")
	i := sort.Search(len(s.blocks), func(i int) bool { return s.blocks[i].first > name }) - 1
	if i < 0 {
		return nil
	}
	text := s.text(i)
	head := "=" + name + "\n"
	if !strings.HasPrefix(text, head) {
		at := strings.Index(text, "\n"+head)
		if at < 0 {
			return nil
		}
		text = text[at+1:]
	}
	text = text[len(head):]
	if end := strings.Index(text, "\n="); end >= 0 {
		text = text[:end]
	}
	return parseSummarised(name, strings.TrimSuffix(text, "\n"), release)
}

// parseSummarised reads the lines of a class. Each begins with the releases that it is about, as the bits of a
// hexadecimal number; a member of all the releases that have the class begins with nothing.
func parseSummarised(name, text string, release int) *Class {
	var c *Class
	for line := range strings.SplitSeq(text, "\n") {
		words := strings.Split(line, "\t")
		if words[0] != "" && !hasRelease(words[0], release) {
			continue
		}
		flags, err := strconv.ParseUint(words[2], 16, 16)
		if err != nil {
			panic(err) // the data is part of the program
		}
		if words[1] == "C" {
			c = &Class{Name: dotted(name), Flags: Flags(flags), Super: dotted(words[3])}
			for _, i := range words[4:] {
				c.Interfaces = append(c.Interfaces, dotted(i))
			}
			continue
		}
		if c == nil {
			return nil
		}
		m := Member{Flags: Flags(flags), Name: words[3], Descriptor: words[4]}
		if len(words) > 5 {
			m.signature = words[5]
		}
		if words[1] == "F" {
			c.Fields = append(c.Fields, Field{m})
		} else {
			c.Methods = append(c.Methods, Method{m})
		}
	}
	return c
}

func hasRelease(set string, release int) bool {
	releases, err := strconv.ParseUint(set, 16, 64)
	if err != nil {
		panic(err) // the data is part of the program
	}
	return releases>>release&1 != 0
}

func dotted(name string) string { return strings.ReplaceAll(name, "/", ".") }

// names yields the names of the classes of a release.
func (s *summary) names(release int, yield func(string) bool) {
	for i := range s.blocks {
		name := ""
		for line := range strings.SplitSeq(s.text(i), "\n") {
			if strings.HasPrefix(line, "=") {
				name = line[1:]
				continue
			}
			set, rest, _ := strings.Cut(line, "\t")
			if strings.HasPrefix(rest, "C\t") && hasRelease(set, release) && !yield(dotted(name)) {
				return
			}
		}
	}
}

// isStorms reports whether a class of this name belongs to what is summarised of a release. What Thrift generated, and what
// Storm renamed of other projects, does not: no object of it is in a topology.
func isStorms(name string, release settings.Version) bool {
	own, other := []string{"org.apache.storm."}, []string{"org.apache.storm.generated.", "org.apache.storm.shade.", "org.apache.storm.thrift."}
	if !release.AtLeast(1, 0) {
		own, other = []string{"backtype.storm.", "storm.trident."}, []string{"backtype.storm.generated."}
	}
	hasPrefix := func(prefix string) bool { return strings.HasPrefix(name, prefix) }
	return slices.ContainsFunc(own, hasPrefix) && !slices.ContainsFunc(other, hasPrefix)
}

func isFlux(name string) bool { return strings.HasPrefix(name, "org.apache.storm.flux.") }
