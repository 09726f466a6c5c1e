package schema

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

const (
	ruleUnset         = "unset-variable"
	ruleReference     = "malformed-reference"
	ruleVariableCycle = "variable-cycle"
	ruleReferenceKind = "reference-kind"
	ruleListAsText    = "list-as-text"
)

// reference is one ${...} in a scalar's text.
type reference struct {
	start, end int // in the text, with the braces
	name       string
	env        bool   // ${env:NAME} or ${ENV-NAME}
	flux       bool   // ${ENV-NAME}, which --env-filter allows
	index      int    // of ${list[0]}, or -1
	op         byte   // '-' of ${name:-default}, '?' of ${name:?message}, or 0
	arg        string // the default or the message
}

// part is a piece of a scalar's text: literal text or a reference.
type part struct {
	text string
	ref  *reference
}

// referenceFault is why a text is no reference, at an offset of the text.
type referenceFault struct {
	start, end    int
	message, hint string
}

const (
	// maxAlike is how many unset variables of a run are reported.
	maxAlike = 1000
	// maxFaults is how many faults of the references in one scalar are told.
	maxFaults = 20
	// maxDefaults is how deep defaults may stand in defaults.
	maxDefaults = 20
)

const literalHint = `write "$${" where a literal "${" is meant`

// splitReferences splits a scalar's text at its references. `$${` is a literal `${`.
func splitReferences(text string) (parts []part, faults []referenceFault) {
	var pending strings.Builder
	literal := func(s string) { pending.WriteString(s) }
	flush := func() {
		if pending.Len() > 0 {
			parts = append(parts, part{text: pending.String()})
			pending.Reset()
		}
	}
	at := 0
	pairs := yaml.FindReferences(text)
	for {
		i := strings.Index(text[at:], "${")
		if i < 0 || len(faults) >= maxFaults {
			literal(text[at:])
			flush()
			return parts, faults
		}
		i += at
		if i > at && text[i-1] == '$' {
			literal(text[at : i-1])
			literal("${")
			at = i + 2
			continue
		}
		literal(text[at:i])
		for len(pairs) > 0 && pairs[0].Start < i {
			pairs = pairs[1:]
		}
		end := -1
		if len(pairs) > 0 && pairs[0].Start == i {
			end = pairs[0].End - i
		}
		if end < 0 {
			faults = append(faults, referenceFault{i, i + 2, `reference "${" is not closed, expected "}"`, literalHint})
			literal("${")
			at = i + 2
			continue
		}
		ref, fault := parseReference(text[i+2 : i+end-1])
		if fault != "" {
			faults = append(faults, referenceFault{i, i + end, fmt.Sprintf("%q is no reference: %s", text[i:i+end], fault), literalHint})
			literal(text[i : i+end])
		} else {
			ref.start, ref.end = i, i+end
			flush()
			parts = append(parts, part{ref: ref})
		}
		at = i + end
	}
}

// referenceEnd returns the length of the reference that text begins with, or -1.
func referenceEnd(text string) int {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// parseReference reads what stands between the braces.
func parseReference(text string) (ref *reference, fault string) {
	ref = &reference{index: -1}
	rest := text
	switch {
	case strings.HasPrefix(rest, "env:") && !strings.HasPrefix(rest, "env:-") && !strings.HasPrefix(rest, "env:?"):
		ref.env, rest = true, rest[len("env:"):]
	case strings.HasPrefix(rest, "ENV-"):
		ref.env, ref.flux, rest = true, true, rest[len("ENV-"):]
	}
	n := 0
	for n < len(rest) && isNameByte(rest[n]) {
		n++
	}
	if ref.name, rest = rest[:n], rest[n:]; ref.name == "" {
		return nil, "a name is missing"
	}
	if strings.HasPrefix(rest, "[") {
		digits, behind, closed := strings.Cut(rest[1:], "]")
		index, err := strconv.Atoi(digits)
		if !closed || err != nil || index < 0 {
			return nil, "expected a whole number in brackets behind the name"
		}
		ref.index, rest = index, behind
	}
	switch {
	case rest == "":
	case strings.HasPrefix(rest, ":-"):
		ref.op, ref.arg = '-', rest[2:]
	case strings.HasPrefix(rest, ":?"):
		ref.op, ref.arg = '?', rest[2:]
	default:
		return nil, `expected a name, "name[0]", "name:-default" or "name:?message"`
	}
	return ref, ""
}

// isNameByte reports whether c may stand in a variable's name: what property files use for names.
func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-' || c == '/' || c >= 0x80
}

// variables are the names that references take their values from, in the order of the language: --set, the chosen
// environment, --filter.
type variables struct {
	l          *loader
	set        map[string]string
	env        *yaml.Value          // the environment's variables
	envFile    *yaml.File           // of the environment's file
	pending    map[*yaml.Value]bool // strings of the environment's file whose references are not replaced yet
	state      map[string]int8      // of the environment's variables
	path       []string             // the environment's variables that are being replaced, outermost first
	filters    []filter
	unresolved []diag.Span // of values with a reference that could not be replaced
	unset      int         // references without a value
	replaced   int         // bytes that took the place of references inside of text
	shared     bool        // a list or map took the place of a reference
	blind      bool        // the environment could not be read: what is not set may be set there
	names      []string    // all names, for suggestions; made when first needed
}

const (
	variableOpen = int8(iota + 1)
	variableDone
	variableFailed
)

// filter is a properties file.
type filter struct {
	path   string
	values map[string]string
	names  []string
}

// found is the value of a variable: typed, or a text.
type found struct {
	value *yaml.Value
	text  string
	from  string
	span  diag.Span
}

// asText returns the value as it stands inside other text; ok is false for a list or map.
func (f *found) asText() (text string, ok bool) {
	switch {
	case f.value == nil:
		return f.text, true
	case f.value.Kind == yaml.Null:
		return "", true
	}
	return f.value.Text, f.value.IsScalar()
}

// find looks a reference's name up. A nil result with failed set was reported already.
func (vars *variables) find(s *yaml.File, v *yaml.Value, ref *reference) (f *found, failed bool) {
	if ref.env {
		lookup := vars.l.opts.LookupEnv
		if lookup == nil {
			lookup = os.LookupEnv
		}
		if ref.flux && !vars.l.opts.EnvFilter {
			return nil, false
		}
		if text, ok := lookup(ref.name); ok {
			return &found{text: text, from: "environment variable " + ref.name}, false
		}
		return nil, false
	}
	if text, ok := vars.set[ref.name]; ok {
		return &found{text: text, from: "--set " + ref.name}, false
	}
	if key, val := vars.env.Lookup(ref.name); val != nil {
		switch vars.state[ref.name] {
		case variableFailed:
			return nil, true
		case variableOpen:
			path := append(slices.Clone(vars.path[slices.Index(vars.path, ref.name):]), ref.name)
			d := vars.l.diags.Errorf(ruleVariableCycle, referenceSpan(s, v, ref),
				"variable %q stands for itself: %s", ref.name, strings.Join(path, " -> "))
			if len(path) > 2 {
				d.WithRelated(key.Span, "%q is set here", ref.name)
			}
			for _, name := range path {
				vars.state[name] = variableFailed
			}
			return nil, true
		case 0:
			if !vars.resolve(ref.name, val) {
				return nil, true
			}
		}
		return &found{value: val, from: fmt.Sprintf("environment %q", vars.l.opts.Environment), span: val.Span}, false
	}
	for i := len(vars.filters) - 1; i >= 0; i-- {
		if text, ok := vars.filters[i].values[ref.name]; ok {
			return &found{text: text, from: "--filter " + vars.filters[i].path}, false
		}
	}
	return nil, false
}

// resolve replaces the references in the value of an environment's variable, once.
func (vars *variables) resolve(name string, val *yaml.Value) bool {
	if vars.state[name] != 0 {
		return vars.state[name] == variableDone
	}
	vars.state[name] = variableOpen
	vars.path = append(vars.path, name)
	vars.replaceInside(val)
	vars.path = vars.path[:len(vars.path)-1]
	if vars.state[name] == variableFailed {
		return false
	}
	vars.state[name] = variableDone
	return true
}

// replaceInside replaces the references in a value of the environment's file.
func (vars *variables) replaceInside(v *yaml.Value) {
	if vars.pending[v] {
		delete(vars.pending, v)
		vars.replace(vars.envFile, v)
	}
	for _, item := range v.Items {
		vars.replaceInside(item)
	}
	for _, e := range v.Entries {
		vars.replaceInside(e.Key)
		vars.replaceInside(e.Value)
	}
}

// substitute replaces the references in all strings of a file.
func (vars *variables) substitute(s *yaml.File) {
	for _, v := range s.References {
		vars.replace(s, v)
	}
	s.CheckKeys(&vars.l.diags)
}

// replace replaces the references in one string. What stands there plainly is typed as YAML types it, as it would be
// had the value been written there; in quotes and in block scalars it stays a string.
func (vars *variables) replace(s *yaml.File, v *yaml.Value) {
	parts, faults := splitReferences(v.Text)
	for _, f := range faults {
		vars.l.diags.Errorf(ruleReference, spanInText(s, v, f.start, f.end), "%s", f.message).Hint = f.hint
	}
	if len(faults) > 0 {
		vars.unresolved = append(vars.unresolved, v.Span)
		return
	}
	references := false
	for _, p := range parts {
		references = references || p.ref != nil
	}
	if !references {
		if text := joinParts(parts); text != v.Text {
			v.Text = text
		}
		return
	}
	was := *v
	plain := v.Plain
	var from []string
	r := &replacement{vars: vars, s: s, v: v, from: &from}
	if len(parts) == 1 && plain {
		f := r.find(parts[0].ref)
		if f == nil {
			vars.unresolved = append(vars.unresolved, v.Span)
			return
		}
		r.assign(f)
		if first, last := strings.TrimSpace(f.text)+" ", " "+strings.TrimSpace(f.text); f.value == nil &&
			(first[0] == '[' && last[len(last)-1] == ']' || first[0] == '{' && last[len(last)-1] == '}') {
			span := spanInText(s, &was, parts[0].ref.start, parts[0].ref.end)
			vars.l.diags.Warnf(ruleListAsText, span, "the value of %q looks like a list or map, but is text here", parts[0].ref.name).
				WithHint("set it in an environment, which knows lists; or put the reference in quotes if text is meant")
		}
	} else {
		text, ok := r.text(parts)
		if !ok {
			vars.unresolved = append(vars.unresolved, v.Span)
			return
		}
		v.Text = text
		if plain {
			s.Retype(v, text)
		}
	}
	v.Origin = &yaml.Origin{From: strings.Join(from, ", "), Span: r.span, Was: &was}
}

func joinParts(parts []part) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.text)
	}
	return b.String()
}

// replacement is the replacing of the references in one string.
type replacement struct {
	vars *variables
	s    *yaml.File
	v    *yaml.Value
	from *[]string
	span diag.Span
	deep int // of defaults in defaults
	// noted is how many references there were so far, see note.
	noted int
}

// add notes where a value came from.
func (r *replacement) add(from string) {
	if len(*r.from) < 8 && !slices.Contains(*r.from, from) {
		*r.from = append(*r.from, from)
	}
}

// find returns the value of a reference, or nil when a diagnostic says why there is none.
func (r *replacement) find(ref *reference) *found {
	r.note(ref)
	f, failed := r.vars.find(r.s, r.v, ref)
	switch {
	case failed:
		return nil
	case f == nil && ref.op == '-':
		if r.deep++; r.deep > maxDefaults {
			r.vars.l.diags.Errorf(ruleReference, referenceSpan(r.s, r.v, ref), "defaults stand in each other more than %d deep, the most that is allowed", maxDefaults)
			return nil
		}
		defer func() { r.deep-- }()
		parts, faults := splitReferences(ref.arg)
		if len(faults) > 0 {
			r.vars.l.diags.Errorf(ruleReference, referenceSpan(r.s, r.v, ref), "%s", faults[0].message).Hint = faults[0].hint
			return nil
		}
		if len(parts) == 1 && parts[0].ref != nil {
			inner := *parts[0].ref
			inner.start, inner.end = ref.start, ref.end
			return r.find(&inner)
		}
		for i, p := range parts {
			if p.ref != nil {
				inner := *p.ref
				inner.start, inner.end = ref.start, ref.end
				parts[i].ref = &inner
			}
		}
		text, ok := r.text(parts)
		if !ok {
			return nil
		}
		r.add("default of " + ref.name)
		return &found{text: text, from: "default of " + ref.name}
	case f == nil:
		r.unset(ref)
		return nil
	}
	r.add(f.from)
	if r.span.IsZero() {
		r.span = f.span
	}
	if ref.index >= 0 {
		return r.element(f, ref)
	}
	return f
}

// text joins parts with the values of the references.
func (r *replacement) text(parts []part) (text string, ok bool) {
	var b strings.Builder
	ok = true
	faults := 0
	for _, p := range parts {
		if p.ref == nil {
			b.WriteString(p.text)
			continue
		}
		f := r.find(p.ref)
		if f == nil {
			if ok, faults = false, faults+1; faults >= maxFaults {
				break
			}
			continue
		}
		text, scalar := f.asText()
		if !scalar {
			ok = false
			d := r.vars.l.diags.Errorf(ruleReferenceKind, referenceSpan(r.s, r.v, p.ref), "variable %q is %s, which cannot stand inside text",
				p.ref.name, f.value.Kind)
			d.WithHint("let the reference stand alone and without quotes").WithRelated(f.value.Span, "%q is set here", p.ref.name)
			continue
		}
		if !r.vars.grow(len(text), r, p.ref) {
			return "", false
		}
		b.WriteString(text)
	}
	return b.String(), ok
}

// grow counts what references are replaced with. It reports, once, that this is more than any file may hold.
func (vars *variables) grow(n int, r *replacement, ref *reference) bool {
	before := vars.replaced
	if vars.replaced += n; vars.replaced <= yaml.MaxFileSize {
		return true
	}
	if before <= yaml.MaxFileSize {
		vars.l.diags.Errorf(yaml.RuleSize, referenceSpan(r.s, r.v, ref), "the values of all references together have more than %d MB, the most that is read", yaml.MaxFileSize>>20).
			WithHint("variables that hold variables multiply")
	}
	return false
}

// assign gives the string that was nothing but one reference the value.
func (r *replacement) assign(f *found) {
	v := r.v
	if f.value == nil {
		v.Text = f.text
		if text, quoted := yaml.Unquote(f.text); quoted {
			v.Text = text
			return
		}
		r.s.Retype(v, f.text)
		return
	}
	span := v.Span
	*v = *f.value
	v.Span = span
	if !v.IsScalar() {
		r.vars.shared = true
		r.vars.l.seen.shared = append(r.vars.l.seen.shared, f.value.Span)
	}
	r.s.Odd = r.s.Odd || v.Oddity != 0
}

// element returns an element of a list, of which a text is one when it is separated by commas, in brackets or not.
func (r *replacement) element(f *found, ref *reference) *found {
	fault := func(format string, args ...any) *found {
		d := r.vars.l.diags.Errorf(ruleReferenceKind, referenceSpan(r.s, r.v, ref), format, args...)
		if !f.span.IsZero() {
			d.WithRelated(f.span, "%q is set here", ref.name)
		}
		return nil
	}
	if f.value == nil || f.value.Kind == yaml.String {
		text, _ := f.asText()
		list := splitList(text)
		if ref.index >= len(list) {
			return fault("variable %q has %d elements, so there is no %q", ref.name, len(list), fmt.Sprintf("%s[%d]", ref.name, ref.index))
		}
		return &found{text: list[ref.index], from: f.from, span: f.span}
	}
	if f.value.Kind != yaml.Sequence {
		return fault("variable %q is %s, expected a list to take an element of", ref.name, f.value.Kind)
	}
	if ref.index >= len(f.value.Items) {
		return fault("variable %q has %d elements, so there is no %q", ref.name, len(f.value.Items), fmt.Sprintf("%s[%d]", ref.name, ref.index))
	}
	return &found{value: f.value.Items[ref.index], from: f.from, span: f.span}
}

func splitList(text string) []string {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
		text = text[1 : len(text)-1]
	}
	if strings.TrimSpace(text) == "" {
		return nil
	}
	list := strings.Split(text, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
		if bare, quoted := yaml.Unquote(list[i]); quoted {
			list[i] = bare
		}
	}
	return list
}

func (r *replacement) unset(ref *reference) {
	if r.vars.blind && !ref.env {
		return
	}
	if r.vars.unset++; r.vars.unset > maxAlike {
		return
	}
	span := referenceSpan(r.s, r.v, ref)
	diags := &r.vars.l.diags
	switch {
	case ref.op == '?':
		message := ref.arg
		if message == "" {
			message = "it must be set"
		}
		diags.Errorf(ruleUnset, span, "variable %q is not set: %s", ref.name, message).WithHint("%s", r.vars.hint(ref))
	case ref.flux && !r.vars.l.opts.EnvFilter:
		diags.Errorf(ruleUnset, span, "%q reads the process environment, which is only done with --env-filter", "${ENV-"+ref.name+"}").
			WithHint("give --env-filter, or write ${env:%s}, which is always read", ref.name)
	case ref.env:
		diags.Errorf(ruleUnset, span, "environment variable %q is not set", ref.name).WithHint("%s", r.vars.hint(ref))
	default:
		diags.Errorf(ruleUnset, span, "variable %q is not set", ref.name).WithHint("%s", r.vars.hint(ref))
	}
}

// all returns the names of the variables that have a value, the first of --set, then of the environment and of the
// properties files.
func (vars *variables) all() []string {
	if vars.names != nil {
		return vars.names
	}
	vars.names = slices.Sorted(maps.Keys(vars.set))
	for _, e := range vars.env.Members() {
		vars.names = append(vars.names, e.Key.Text)
	}
	for _, f := range vars.filters {
		vars.names = append(vars.names, f.names...)
	}
	return vars.names
}

// note remembers where a variable is referred to.
func (r *replacement) note(ref *reference) {
	// The place of a reference is searched for from the start of its text, so very many in one text would cost too much.
	const most = 1000
	if r.noted++; r.noted > most {
		return
	}
	vars := r.vars
	use := VariableReference{Name: ref.name, Environment: ref.env, Span: referenceSpan(r.s, r.v, ref)}
	if _, set := vars.set[ref.name]; !set && !ref.env {
		if key, _ := vars.env.Lookup(ref.name); key != nil {
			use.Declaration = key.Span
		}
	}
	vars.l.seen.variables = append(vars.l.seen.variables, use)
}

// hint says how to set a variable, or which one was probably meant.
func (vars *variables) hint(ref *reference) string {
	if ref.env {
		return fmt.Sprintf("export %s, or write ${env:%s:-default}", ref.name, ref.name)
	}
	if best, ok := diag.Suggest(ref.name, vars.all()); ok {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return fmt.Sprintf("give --set %s=VALUE, set it in an environment or a --filter file, or write ${%s:-default}", ref.name, ref.name)
}

// referenceSpan returns the place of a reference in the file.
func referenceSpan(s *yaml.File, v *yaml.Value, ref *reference) diag.Span {
	return spanInText(s, v, ref.start, ref.end)
}

// spanInText returns the place of a part of a scalar's text that begins with "${". Escapes and folded lines can make
// the text as written longer than the text that is meant; but the references in both are in the same order.
func spanInText(s *yaml.File, v *yaml.Value, start, end int) diag.Span {
	text := v.Text
	if v.Origin != nil && v.Origin.Was != nil {
		text = v.Origin.Was.Text
	}
	if start > len(text) {
		return v.Span
	}
	raw := v.Span.Text()
	at := 0
	for skip := strings.Count(text[:start], "${"); ; skip-- {
		i := strings.Index(raw[at:], "${")
		if i < 0 {
			return v.Span
		}
		if at += i; skip == 0 {
			break
		}
		at += 2
	}
	length := end - start
	if end-start > 2 {
		if length = referenceEnd(raw[at:]); length < 0 {
			return v.Span
		}
	}
	return diag.Span{File: s.File, Start: v.Span.Start + at, End: v.Span.Start + at + length}
}
