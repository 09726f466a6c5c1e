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
	// maxFaults is how many faults of the references in one scalar are told.
	maxFaults = 20
	// maxDefaults is how deep defaults may stand in defaults.
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
