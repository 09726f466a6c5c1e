package stormflux_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	rowName   = regexp.MustCompile(`<a id="([a-z0-9-]+)"></a>`)
	proofLink = regexp.MustCompile(`\[([^\]]+)\]\(([^)#]+)(#[^)]+)?\)`)
	noProof   = regexp.MustCompile(`\*\*(No|Not yet)[:.]\*\*`)
)

// Each line of docs/coming-from.md stands on something that exists: a test, a file, or a part of a page. Only what is not
// possible yet, or left to others for a reason, needs none.
func TestComingFrom(t *testing.T) {
	page, err := os.ReadFile("docs/coming-from.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(strings.TrimSpace(line), " |")
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| what you have |") {
			continue
		}
		m := rowName.FindStringSubmatch(cells[0])
		if m == nil || len(cells) != 4 {
			t.Errorf("this line has no name or not three columns: %s", line)
			continue
		}
		if seen[m[1]] {
			t.Errorf("two lines have the name %q", m[1])
		}
		seen[m[1]] = true
		answer, proofs := cells[1], proofLink.FindAllStringSubmatch(cells[2], -1)
		if len(proofs) == 0 && !noProof.MatchString(answer) {
			t.Errorf("%s: nothing proves it", m[1])
		}
		if _, reason, found := strings.Cut(answer, "**No:**"); found && len(strings.Fields(reason)) < 4 {
			t.Errorf("%s: the reason is missing", m[1])
		}
		for _, proof := range proofs {
			name, path := proof[1], filepath.Join("docs", proof[2])
			text, err := os.ReadFile(path)
			if err != nil {
				t.Errorf("%s: %v", m[1], err)
				continue
			}
			if strings.HasPrefix(name, "Test") && !strings.Contains(string(text), "\nfunc "+name+"(t *testing.T)") {
				t.Errorf("%s: %s has no %s", m[1], path, name)
			}
		}
	}
	if len(seen) < 130 {
		t.Errorf("found only %d lines", len(seen))
	}
}

// Links to a part of a page lead to a heading, or to a name in the page.
func TestAnchors(t *testing.T) {
	for _, doc := range linkedPages(t) {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\]\(([^)#: ]*)#([^)]+)\)`).FindAllStringSubmatch(string(text), -1) {
			target := doc
			if m[1] != "" {
				target = filepath.Join(filepath.Dir(doc), filepath.FromSlash(m[1]))
			}
			if filepath.Ext(target) == ".md" && !slices.Contains(anchors(t, target), m[2]) {
				t.Errorf("%s links to %s#%s, which has no such heading", doc, target, m[2])
			}
		}
	}
}

// anchors returns the names of the parts of a page, as GitHub makes them of its headings.
func anchors(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	inBlock := false
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "```") {
			inBlock = !inBlock
		}
		if m := rowName.FindStringSubmatch(line); m != nil {
			names = append(names, m[1])
		}
		heading := strings.TrimLeft(line, "#")
		if inBlock || len(heading) == len(line) || !strings.HasPrefix(heading, " ") {
			continue
		}
		slug := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(strings.TrimSpace(heading)), "")
		names = append(names, strings.ReplaceAll(slug, " ", "-"))
	}
	return names
}

// The glossary is in the order of the alphabet.
func TestGlossary(t *testing.T) {
	words := anchors(t, "docs/glossary.md")[1:]
	if !slices.IsSorted(words) || len(words) < 25 {
		t.Errorf("the words are %q", words)
	}
}

// linkedPages returns the pages whose links are tested.
func linkedPages(t *testing.T) []string {
	t.Helper()
	pages := []string{"README.md", "CONTRIBUTING.md", "CHANGELOG.md"}
	for _, pattern := range []string{"docs/*.md", "bench/*.md", "examples/README.md", "examples/*/README.md", "sdk/*/README.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	return pages
}
