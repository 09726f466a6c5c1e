package classfile

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/stormflux/stormflux/internal/settings"
)

// SummaryWriter makes the built-in summary.
type SummaryWriter struct {
	releases []settings.Version
	classes  map[string]*mergedClass
}

// NewSummaryWriter returns a writer for releases of Storm, the oldest first, at most 64.
func NewSummaryWriter(releases []settings.Version) *SummaryWriter {
	return &SummaryWriter{releases: releases, classes: map[string]*mergedClass{}}
}

// Add adds a class of a release, if users can name it or inherit from it. Of its methods, Add takes the constructors and
// what is public, of its fields what is public.
func (w *SummaryWriter) Add(release int, c *Class) {
	if isStorms(c.Name, w.releases[release]) && !isFlux(c.Name) && isNamed(c) && !strings.HasSuffix(c.SourceFile(), ".clj") {
		w.merge(c, 1<<release)
	}
}

// AddFlux adds a class of Flux to all releases of Storm since 1.0. Flux does not belong to a cluster, so one release of it
// stands for all.
func (w *SummaryWriter) AddFlux(c *Class) {
	var releases uint64
	for i, r := range w.releases {
		if r.AtLeast(1, 0) {
			releases |= 1 << i
		}
	}
	if isFlux(c.Name) && isNamed(c) {
		w.merge(c, releases)
	}
}

// AddJDK adds a class of the JDK, if it is one that topologies commonly use, or an abstract class that such a one may
// inherit from.
func (w *SummaryWriter) AddJDK(c *Class) {
	pkg := c.Name[:max(strings.LastIndexByte(c.Name, '.'), 0)]
	if slices.Contains(commonPackages(), pkg) && isNamed(c) && c.Flags&(Public|Abstract) != 0 {
		w.merge(c, ^uint64(0)>>(64-len(w.releases)))
	}
}

// commonPackages are the packages of the JDK from which topologies take the values of arguments.
func commonPackages() []string {
	return []string{
		"java.io", "java.lang", "java.lang.constant", "java.math", "java.net", "java.nio.charset", "java.nio.file", "java.text", "java.time", "java.time.format", "java.time.temporal",
		"java.util", "java.util.concurrent", "java.util.concurrent.atomic", "java.util.function", "java.util.regex",
	}
}

// isNamed reports whether the class has a name in a source file. Clojure makes classes of functions too.
func isNamed(c *Class) bool {
	return isNameable(c.Name) && !c.Flags.Has(Synthetic) && !strings.Contains(c.Name, "$fn__") && !strings.Contains(c.Name, "$reify__") &&
		!strings.HasSuffix(c.Name, "__init")
}

// WriteTo writes the summary. It is a header, which has its length before it, and blocks of about 48 KB of text; each of
// them is deflated by itself.
//
// The first line of the header is the releases. Each further line is a block: its offset behind the header, and its first
// class. Blocks have the classes in the order of their names. A class is the line "=name", and below it its heads and
// members. These lines have the releases that they are about (as a hexadecimal number with a bit for each; left out when
// these are all releases of the class), C, F or M, and flags, then
//
//	C: superclass and interfaces; a head comes before the members of its releases
//	F: name, descriptor and, if there is one, generic signature of a field
//	M: those of a method or constructor
func (w *SummaryWriter) WriteTo(out io.Writer) (int64, error) {
	var header strings.Builder
	for _, r := range w.releases {
		fmt.Fprintf(&header, "%s ", r)
	}
	header.WriteByte('\n')
	var names []string
	for name := range w.classes {
		names = append(names, name)
	}
	slices.Sort(names)

	var blocks, text bytes.Buffer
	first := ""
	flush := func() error {
		fmt.Fprintf(&header, "%d %s\n", blocks.Len(), first)
		err := deflate(&blocks, text.Bytes())
		text.Reset()
		return err
	}
	for _, name := range names {
		if text.Len() == 0 {
			first = name
		}
		fmt.Fprintf(&text, "=%s\n", name)
		w.classes[name].write(&text)
		if text.Len() > blockSize {
			if err := flush(); err != nil {
				return 0, err
			}
		}
	}
	if text.Len() > 0 {
		if err := flush(); err != nil {
			return 0, err
		}
	}
	var head bytes.Buffer
	if err := deflate(&head, []byte(header.String())); err != nil {
		return 0, err
	}
	size := binary.AppendUvarint(nil, uint64(head.Len()))
	n, err := out.Write(slices.Concat(size, head.Bytes(), blocks.Bytes()))
	return int64(n), err
}

// blockSize is how long the text of a block gets: one takes a fraction of a millisecond to inflate.
const blockSize = 48 << 10

func deflate(to io.Writer, text []byte) error {
	w, err := flate.NewWriter(to, flate.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	return w.Close()
}

// mergedClass is a class in all releases that have it.
type mergedClass struct {
	releases uint64
	lines    []mergedLine // heads, then members
}

// mergedLine is a line of the text, and the releases that have it.
type mergedLine struct {
	releases uint64
	text     string
}

func (w *SummaryWriter) merge(c *Class, releases uint64) {
	name := strings.ReplaceAll(c.Name, ".", "/")
	m := w.classes[name]
	if m == nil {
		m = &mergedClass{}
		w.classes[name] = m
	}
	m.releases |= releases
	at := 0
	for _, line := range summaryLines(c) {
		at = m.add(line, releases, at)
	}
}

// add adds a line behind the first after lines and returns the number of lines up to it. Every release keeps the order of
// its own lines, because Flux takes the last of several constructors.
func (m *mergedClass) add(text string, releases uint64, after int) int {
	for i := after; i < len(m.lines); i++ {
		if m.lines[i].text == text {
			m.lines[i].releases |= releases
			return i + 1
		}
	}
	m.lines = slices.Insert(m.lines, after, mergedLine{releases, text})
	return after + 1
}

func (m *mergedClass) write(b *bytes.Buffer) {
	for _, line := range m.lines {
		if line.releases != m.releases || strings.HasPrefix(line.text, "C") {
			b.WriteString(strconv.FormatUint(line.releases, 16))
		}
		b.WriteByte('\t')
		b.WriteString(line.text)
		b.WriteByte('\n')
	}
}

// summaryLines returns the lines of a class without their releases.
func summaryLines(c *Class) []string {
	slashed := func(name string) string { return strings.ReplaceAll(name, ".", "/") }
	head := fmt.Sprintf("C\t%x\t%s", uint16(c.Flags), slashed(c.Super))
	for _, i := range c.Interfaces {
		head += "\t" + slashed(i)
	}
	lines := []string{head}
	add := func(letter string, m *Member) {
		line := fmt.Sprintf("%s\t%x\t%s\t%s", letter, uint16(m.Flags), m.Name, m.Descriptor)
		if signature := m.Signature(); signature != "" {
			line += "\t" + signature
		}
		lines = append(lines, line)
	}
	for i := range c.Fields {
		if f := &c.Fields[i]; f.Flags.Has(Public) {
			add("F", &f.Member)
		}
	}
	for i := range c.Methods {
		if m := &c.Methods[i]; m.IsConstructor() || m.Flags.Has(Public) && m.Name != "<clinit>" {
			add("M", &m.Member)
		}
	}
	return lines
}
