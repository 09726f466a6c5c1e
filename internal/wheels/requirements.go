package wheels

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Requirement is a line of a requirements file that asks for a package or for another file. Lines with other options are
// left to pip.
type Requirement struct {
	Start, End int // bytes of the text: from the first character of the line to the last
	Line       int // from 1
	Name       string
	// File is set instead of Name if the line names another file of requirements (-r) or of constraints (-c).
	File string
	// Fault is why the line cannot become a wheel, or "".
	Fault Fault
}

// Fault is what is wrong with a requirement.
type Fault string

// The faults.
const (
	NotARequirement Fault = "is not a requirement of pip"
	NotAWheel       Fault = "names sources, which would have to be built"
)

var (
	requirement = regexp.MustCompile(`^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*` +
		`(?:@\s*(\S.*)|\(?\s*(?:(?:===|~=|==|!=|<=|>=|<|>)\s*[^\s,;()]+\s*,?\s*)*\)?)\s*(?:;.*)?$`)
	option    = regexp.MustCompile(`\s--?[A-Za-z]`)
	otherFile = regexp.MustCompile(`^(?:-r|--requirement|-c|--constraint)(?:\s*=\s*|\s+|$)(.*)$`)
	editable  = regexp.MustCompile(`^(?:-e|--editable)\b`)
	versioned = regexp.MustCompile(`^(?:git|hg|svn|bzr)\+`)
	separated = regexp.MustCompile(`[-_.]+`)
)

// normal returns the name of a package as PEP 503 compares it.
func normal(name string) string { return strings.ToLower(separated.ReplaceAllString(name, "-")) }

// Requirements reads the text of a requirements file.
func Requirements(text string) []Requirement {
	var all []Requirement
	at, number := 0, 0
	for at < len(text) {
		line, first := "", at
		number++
		start := number
		for { // a line that ends with a backslash goes on
			end := strings.IndexByte(text[at:], '\n')
			if end < 0 {
				end = len(text) - at
			}
			part := strings.TrimSuffix(text[at:at+end], "\r")
			at = min(at+end+1, len(text))
			if !strings.HasSuffix(part, `\`) || at == len(text) {
				line += part
				break
			}
			line += part[:len(part)-1] + " "
			number++
		}
		if r, ok := readRequirement(line); ok {
			indent := len(line) - len(strings.TrimLeft(line, " \t\ufeff"))
			r.Line, r.Start = start, first+indent
			r.End = r.Start + len(strings.TrimRight(firstLine(text[r.Start:]), " \t\r\\"))
			all = append(all, r)
		}
	}
	return all
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	if i := comment(line); i >= 0 {
		line = line[:i]
	}
	return line
}

// comment returns where the comment of a line begins, or -1. A "#" within a word does not begin one.
func comment(line string) int {
	for i := range len(line) {
		if line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return i
		}
	}
	return -1
}

func readRequirement(line string) (r Requirement, ok bool) {
	if i := comment(line); i >= 0 {
		line = line[:i]
	}
	line = strings.Trim(line, " \t\ufeff")
	if i := option.FindStringIndex(line); i != nil && !strings.HasPrefix(line, "-") {
		line = strings.TrimSpace(line[:i[0]]) // --hash, --config-settings
	}
	switch {
	case line == "" || strings.Contains(line, "${"):
		return r, false
	case otherFile.MatchString(line):
		r.File = strings.Trim(otherFile.FindStringSubmatch(line)[1], `"' `)
		return r, r.File != ""
	case editable.MatchString(line), versioned.MatchString(line):
		r.Fault = NotAWheel
		return r, true
	case strings.HasPrefix(line, "-"), isWheel(line) && !strings.Contains(line, "@"):
		return r, false
	case strings.Contains(line, "://"), strings.HasPrefix(line, "."), strings.HasPrefix(line, "/"):
		if m := requirement.FindStringSubmatch(line); m == nil {
			r.Fault = NotAWheel
			return r, true
		}
	}
	m := requirement.FindStringSubmatch(line)
	if m == nil {
		r.Fault = NotARequirement
		return r, true
	}
	r.Name = m[1]
	if from := strings.TrimSpace(strings.SplitN(m[2], " ;", 2)[0]); from != "" && !isWheel(from) {
		r.Fault = NotAWheel
	}
	return r, true
}

// isWheel reports whether a path or an address is that of a wheel.
func isWheel(from string) bool {
	from, _, _ = strings.Cut(from, "#")
	from, _, _ = strings.Cut(from, "?")
	return strings.HasSuffix(strings.TrimSpace(from), ".whl")
}

// A listing is a requirements file with its place.
type listing struct {
	path string
	text string
	all  []Requirement
}

// listings reads a requirements file and the files that it names, each once.
func listings(path string) ([]listing, error) {
	var all []listing
	seen := map[string]bool{}
	var read func(path string) error
	read = func(path string) error {
		if seen[path] {
			return nil
		}
		seen[path] = true
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		l := listing{path, string(text), Requirements(string(text))}
		all = append(all, l)
		for _, r := range l.all {
			if r.File == "" || strings.Contains(r.File, "://") {
				continue
			}
			other := r.File
			if !filepath.IsAbs(other) {
				other = filepath.Join(filepath.Dir(path), other)
			}
			if err := read(other); err != nil {
				return err
			}
		}
		return nil
	}
	return all, read(path)
}
