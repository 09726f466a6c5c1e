package diag

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Rule is the documentation of a diagnostic rule. rules/README.md describes the format of its source.
type Rule struct {
	Name     string
	Title    string // a sentence without period: what the rule finds
	Severity Severity
	Fixable  bool   // `validate --fix` corrects the fault where only one correction is possible
	Text     string // Markdown without headings
	Bad      Example
	Fixed    Example
	Files    []ExampleFile // that both examples need
}

// Example is a topology that shows a fault, or the same one fixed.
type Example struct {
	YAML string   // the document, as topology.yaml
	Args []string // command-line arguments it is read with

	source string // as written in the documentation: YAML before its escapes are resolved
	info   string // the words after "yaml bad"
}

// ExampleFile is a file beside an example's topology.yaml.
type ExampleFile struct {
	Path string // relative, with slashes
	Text string
}

//go:embed rules
var ruleFiles embed.FS

// register parses the rules on first use. A run that finds no fault never needs them.
var register = sync.OnceValue(func() []Rule {
	rules, err := parseRules(ruleFiles, "rules")
	if err != nil {
		panic(fmt.Sprintf("diag: %v", err))
	}
	return rules
})

// Rules returns all rules, sorted by name. The caller may change the slice, but not what its elements point to.
func Rules() []Rule {
	return slices.Clone(register())
}

// LookupRule returns the rule of that name.
func LookupRule(name string) (Rule, bool) {
	rules := register()
	i, ok := slices.BinarySearchFunc(rules, name, func(r Rule, name string) int { return strings.Compare(r.Name, name) })
	if !ok {
		return Rule{}, false
	}
	return rules[i], true
}

// parseRules reads every rule in a folder. Its error joins the faults of all files.
func parseRules(fsys fs.FS, folder string) ([]Rule, error) {
	names, err := fs.Glob(fsys, path.Join(folder, "*.md"))
	if err != nil {
		return nil, err
	}
	var rules []Rule
	var faults []error
	for _, name := range names {
		base := strings.TrimSuffix(path.Base(name), ".md")
		if base == "README" {
			continue
		}
		text, err := fs.ReadFile(fsys, name)
		if err == nil {
			var rule Rule
			rule, err = parseRule(base, string(text))
			rules = append(rules, rule)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
		}
	}
	slices.SortFunc(rules, func(a, b Rule) int { return strings.Compare(a.Name, b.Name) })
	return rules, errors.Join(faults...)
}

var (
	ruleName  = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	fenceLine = regexp.MustCompile("^(```+)[ \t]*(.*)$")
	escape    = regexp.MustCompile(`\\(?:x[0-9a-fA-F]{2}|[^x]|x)`)
)

// parseRule parses the source of one rule. Its error names the line.
func parseRule(name, source string) (Rule, error) {
	rule := Rule{Name: name}
	if !ruleName.MatchString(name) {
		return rule, fmt.Errorf("rule name %q is not kebab-case", name)
	}
	lines := strings.Split(strings.ReplaceAll(source, "\r\n", "\n"), "\n")
	at, err := rule.parseFrontMatter(lines)
	if err != nil {
		return rule, err
	}
	var text []string
	for at < len(lines) {
		line := lines[at]
		if strings.HasPrefix(line, "#") {
			return rule, fmt.Errorf("line %d: a heading; the text of a rule stands under one", at+1)
		}
		fence := fenceLine.FindStringSubmatch(line)
		if fence == nil {
			text = append(text, line)
			at++
			continue
		}
		end := slices.IndexFunc(lines[at+1:], func(l string) bool {
			return strings.HasPrefix(l, fence[1]) && strings.Trim(l, "`") == ""
		})
		if end < 0 {
			return rule, fmt.Errorf("line %d: the fence is not closed", at+1)
		}
		body := lines[at+1 : at+1+end]
		taken, err := rule.addFence(fence[2], strings.Join(append(slices.Clone(body), ""), "\n"))
		if err != nil {
			return rule, fmt.Errorf("line %d: %w", at+1, err)
		}
		if !taken {
			text = append(text, lines[at:at+end+2]...)
		}
		at += end + 2
	}
	rule.Text = strings.TrimSpace(blankRuns.ReplaceAllString(strings.Join(text, "\n"), "\n\n"))
	switch {
	case rule.Text == "":
		return rule, errors.New("the text is missing")
	case rule.Bad.source == "":
		return rule, errors.New("the example \"yaml bad\" is missing")
	case rule.Fixed.source == "":
		return rule, errors.New("the example \"yaml fixed\" is missing")
	}
	return rule, nil
}

// blankRuns are the empty lines that remain where an example was.
var blankRuns = regexp.MustCompile(`\n{3,}`)

// parseFrontMatter returns the index of the line after it.
func (r *Rule) parseFrontMatter(lines []string) (int, error) {
	if lines[0] != "---" {
		return 0, errors.New("line 1: expected \"---\"")
	}
	for i := 1; i < len(lines); i++ {
		if lines[i] == "---" {
			switch {
			case r.Title == "":
				return 0, errors.New("the title is missing")
			case r.Severity == 0:
				return 0, errors.New("the severity is missing")
			}
			return i + 1, nil
		}
		key, value, ok := strings.Cut(lines[i], ": ")
		value = strings.TrimSpace(value)
		switch {
		case ok && key == "title" && r.Title == "" && value != "" && !strings.HasSuffix(value, "."):
			r.Title = value
		case ok && key == "severity" && r.Severity == 0 && slices.Contains([]string{"error", "warning", "note"}, value):
			r.Severity = map[string]Severity{"error": Error, "warning": Warning, "note": Note}[value]
		case ok && key == "fix" && value == "automatic" && !r.Fixable:
			r.Fixable = true
		default:
			return 0, fmt.Errorf("line %d: expected one \"title: ...\" without period, one \"severity: error|warning|note\" "+
				"and perhaps \"fix: automatic\"", i+1)
		}
	}
	return 0, errors.New("the front matter is not closed")
}

// addFence adds a fence to the rule if it is an example or a file, and reports whether it is.
func (r *Rule) addFence(info, body string) (taken bool, err error) {
	words := strings.Fields(info)
	if len(words) < 2 {
		return false, nil
	}
	info = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(info), words[0]))
	if value, ok := strings.CutPrefix(info, "file="); ok {
		name := value
		if strings.HasPrefix(value, `"`) {
			if name, err = strconv.Unquote(value); err != nil {
				return false, fmt.Errorf("the file name %s is not quoted as in Go", value)
			}
		} else if len(words) > 2 {
			return false, fmt.Errorf("unexpected words after the file name: %q", info)
		}
		if !filepath.IsLocal(name) || path.Clean(name) != name || strings.Contains(name, `\`) || name == "topology.yaml" {
			return false, fmt.Errorf("the file name %q is not that of another file inside the example's folder", name)
		}
		if slices.ContainsFunc(r.Files, func(f ExampleFile) bool { return f.Path == name }) {
			return false, fmt.Errorf("a second file %q", name)
		}
		r.Files = append(r.Files, ExampleFile{Path: name, Text: body})
		return true, nil
	}
	var to *Example
	switch {
	case words[0] == "yaml" && words[1] == "bad":
		to = &r.Bad
	case words[0] == "yaml" && words[1] == "fixed":
		to = &r.Fixed
	default:
		return false, fmt.Errorf("expected \"yaml bad\", \"yaml fixed\", \"WORD file=NAME\" or one word, found %q", strings.Join(words, " "))
	}
	if to.source != "" {
		return false, fmt.Errorf("a second example %q", words[1])
	}
	if strings.TrimSpace(body) == "" {
		return false, fmt.Errorf("the example %q is empty", words[1])
	}
	e := Example{YAML: body, source: body, info: strings.TrimSpace(strings.TrimPrefix(info, words[1]))}
	for rest := e.info; rest != ""; rest = strings.TrimSpace(rest) {
		if after, ok := strings.CutPrefix(rest, "args="); ok && e.Args == nil {
			quoted, err := strconv.QuotedPrefix(after)
			if err != nil {
				return false, errors.New("the value of args is not in double quotes")
			}
			value, err := strconv.Unquote(quoted)
			if err != nil {
				return false, fmt.Errorf("the value of args: %w", err)
			}
			if e.Args, err = splitWords(value); err != nil {
				return false, err
			}
			rest = after[len(quoted):]
			continue
		}
		word, after, _ := strings.Cut(rest, " ")
		if word != "escaped" || e.YAML != e.source {
			return false, fmt.Errorf("expected args=\"...\" or \"escaped\", found %q", rest)
		}
		if e.YAML, err = unescape(body); err != nil {
			return false, err
		}
		rest = after
	}
	*to = e
	return true, nil
}

// splitWords splits at spaces, except inside single quotes.
func splitWords(s string) ([]string, error) {
	words := []string{}
	var word strings.Builder
	started, quoted := false, false
	for _, r := range s {
		switch {
		case r == '\'':
			quoted, started = !quoted, true
		case r == ' ' && !quoted:
			if started {
				words = append(words, word.String())
				word.Reset()
			}
			started = false
		default:
			word.WriteRune(r)
			started = true
		}
	}
	if quoted {
		return nil, errors.New("a quote in args is not closed")
	}
	if started {
		words = append(words, word.String())
	}
	return words, nil
}

func unescape(body string) (string, error) {
	var unknown error
	text := escape.ReplaceAllStringFunc(body, func(e string) string {
		switch {
		case e == `\r`:
			return "\r"
		case e == `\t`:
			return "\t"
		case e == `\\`:
			return `\`
		case len(e) == 4:
			n, err := strconv.ParseUint(e[2:], 16, 8)
			if err == nil {
				return string([]byte{byte(n)})
			}
		}
		unknown = fmt.Errorf(`unknown escape %q: expected \xNN, \r, \t or \\`, e)
		return e
	})
	return text, unknown
}
