package schema

import (
	"fmt"
	"slices"
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

const (
	// maxAlike is how many unset variables of a run are reported.
	maxAlike = 1000
	// maxFaults is how many faults of the references in one scalar are reported.
	maxFaults = 20
	// maxDefaults is how deep defaults may be nested in defaults.
	maxDefaults = 20
)

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

// replace replaces the references in one string. Without quotes, the result gets the type that YAML gives to its text, as
// if the value were written there. In quotes and in block scalars it stays a string.
func (vars *variables) replace(s *yaml.File, v *yaml.Value) {
	parts, faults := splitReferences(v.Text, vars.isFiltered)
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
		if f.value == nil && isFlow(f.text) {
			f = r.collection(f, parts[0].ref)
		}
		r.assign(f)
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

// replacement replaces the references in one string.
type replacement struct {
	vars *variables
	s    *yaml.File
	v    *yaml.Value
	from *[]string
	span diag.Span
	deep int // nested defaults
	// noted is how many references there were so far, see note.
	noted int
}

// add records where a value came from.
func (r *replacement) add(from string) {
	if len(*r.from) < 8 && !slices.Contains(*r.from, from) {
		*r.from = append(*r.from, from)
	}
}

// find returns the value of a reference, or nil after a diagnostic.
func (r *replacement) find(ref *reference) *found {
	r.note(ref)
	f, failed := r.vars.find(r.s, r.v, ref)
	switch {
	case failed:
		return nil
	case f == nil && ref.op == '-':
		if r.deep++; r.deep > maxDefaults {
			r.vars.l.diags.Errorf(ruleReference, referenceSpan(r.s, r.v, ref), "defaults are nested more than %d levels deep, which is the limit", maxDefaults)
			return nil
		}
		defer func() { r.deep-- }()
		parts, faults := splitReferences(ref.arg, r.vars.isFiltered)
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

// text joins parts and the values of their references.
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
			d := r.vars.l.diags.Errorf(ruleReferenceKind, referenceSpan(r.s, r.v, p.ref), "variable %q is %s, which cannot be part of a text",
				p.ref.name, f.value.Kind)
			d.WithHint("write the reference alone and without quotes").WithRelated(f.value.Span, "%q is set here", p.ref.name)
			continue
		}
		if !r.vars.grow(len(text), r, p.ref) {
			return "", false
		}
		b.WriteString(text)
	}
	return b.String(), ok
}

// grow counts the bytes that replace references. It reports once that they are more than a file may hold.
func (vars *variables) grow(n int, r *replacement, ref *reference) bool {
	before := vars.replaced
	if vars.replaced += n; vars.replaced <= yaml.MaxFileSize {
		return true
	}
	if before <= yaml.MaxFileSize {
		vars.l.diags.Errorf(yaml.RuleSize, referenceSpan(r.s, r.v, ref), "the values of all references together are larger than %d MB, which is the limit", yaml.MaxFileSize>>20).
			WithHint("variables that hold variables multiply")
	}
	return false
}

// assign gives the value of a reference to a string that is only this reference.
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

// isFlow reports whether a text looks like a list or map in one line, as in `[a, b]`.
func isFlow(text string) bool {
	text = strings.TrimSpace(text)
	return len(text) > 1 && (text[0] == '[' && text[len(text)-1] == ']' || text[0] == '{' && text[len(text)-1] == '}')
}

// collection reads the text of a value as a list or map, as YAML does where Flux puts the text into the document. It is
// parsed on its own, so that it cannot reach beyond its place. A text that is no valid YAML stays text.
func (r *replacement) collection(f *found, ref *reference) *found {
	if !r.vars.grow(len(f.text), r, ref) {
		return f
	}
	value := yaml.ParseCollection(f.text, r.v.Span)
	if value == nil {
		r.vars.l.diags.Warnf(ruleListAsText, referenceSpan(r.s, r.v, ref), "the value of %q looks like a list or map, but it is not valid YAML, so it is text here", ref.name).
			WithHint("correct the value, or put the reference in quotes if text is meant")
		return f
	}
	r.s.Odd = true // an element may have an oddity
	return &found{value: value, from: f.from, span: f.span}
}

// element returns an element of a list. A text with commas is a list too, with or without brackets.
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
			return fault("variable %q has only %d elements, so %q does not exist", ref.name, len(list), fmt.Sprintf("%s[%d]", ref.name, ref.index))
		}
		return &found{text: list[ref.index], from: f.from, span: f.span}
	}
	if f.value.Kind != yaml.Sequence {
		return fault("variable %q is %s, expected a list", ref.name, f.value.Kind)
	}
	if ref.index >= len(f.value.Items) {
		return fault("variable %q has only %d elements, so %q does not exist", ref.name, len(f.value.Items), fmt.Sprintf("%s[%d]", ref.name, ref.index))
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
	if r.vars.unreadEnvironment && !ref.env {
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
		diags.Errorf(ruleUnset, span, "%q reads the process environment, which needs --env-filter", "${ENV-"+ref.name+"}").
			WithHint("use --env-filter, or write ${env:%s}, which always works", ref.name)
	case ref.env:
		diags.Errorf(ruleUnset, span, "environment variable %q is not set", ref.name).WithHint("%s", r.vars.hint(ref))
	default:
		diags.Errorf(ruleUnset, span, "variable %q is not set", ref.name).WithHint("%s", r.vars.hint(ref))
	}
}

// note records where the document refers to a variable.
func (r *replacement) note(ref *reference) {
	// The search for the place of a reference begins at the start of its text: very many in one text would cost too much.
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
