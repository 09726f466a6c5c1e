package diag

import (
	"testing"
)

func TestReplace(t *testing.T) {
	for _, c := range []struct{ text, to, want string }{
		{"from: «spliter»", "split", "from: split"},
		{"from: «\"spliter\"»", "split", "from: \"split\""},
		{"from: «'spliter'» # why", "split", "from: 'split' # why"},
		{"from: «'x'»", "it's", "from: 'it''s'"},
		{"from: «\"x\"»", `a"\b`, `from: "a\"\\b"`},
		{"«paralelism»: 2", "parallelism", "parallelism: 2"},
		{"{«\"a\"»:1}", "b", "{\"b\":1}"},
		// A plain scalar that would be something else gets quotes.
		{"from: «nO1»", "no", "from: \"no\""},
		{"from: «nul»", "null", "from: \"null\""},
		{"from: «x»", "10", "from: \"10\""},
		{"from: «x»", "1e3", "from: \"1e3\""},
		{"from: «x»", "a: b", "from: \"a: b\""},
		{"from: «x»", "a #b", "from: \"a #b\""},
		{"from: «x»", "*a", "from: \"*a\""},
		{"from: «x»", "", "from: \"\""},
		{"from: «x»", "größe", "from: größe"},
		{"from: «x»", "topology.max.spout.pending", "from: topology.max.spout.pending"},
		{"# stormflux:ignore «unread-steam»", "unread-stream", "# stormflux:ignore unread-stream"},
		// No edit of the span would be right.
		{"from: «${x}»", "split", ""},
		{"from: «a-${x}»", "split", ""},
		{"from: «\"$${x}\"»", "split", ""},
		{"from: «a\n  b»", "split", ""},
		{"from: «|\n  b»", "split", ""},
		{"from: «|»", "split", ""},
		{"from: «*a»", "split", ""},
		{"from: «[a]»", "split", ""},
		{"from: «»", "split", ""},
		{"from: «x»", "a\nb", ""},
		{"from: «x»", "a\x00b", ""},
		{"from: «x»", "${y}", ""},
	} {
		f, at := marked("a.yaml", c.text)
		d := (&Diagnostic{}).Replace(at[0], c.to, true)
		if got := applied(f, d); got != c.want {
			t.Errorf("%s to %q: got %q, want %q", c.text, c.to, got, c.want)
		}
	}
	if d := (&Diagnostic{}).Replace(Span{}, "x", true); len(d.Fixes) > 0 {
		t.Error("a fix without a place")
	}
}

func TestQuoteAndReplacePlain(t *testing.T) {
	for _, c := range []struct {
		text, want string
		fix        func(*Diagnostic, Span)
	}{
		{"a: «no»", "a: \"no\"", func(d *Diagnostic, s Span) { d.Quote(s, true) }},
		{"a: «010»", "a: \"010\"", func(d *Diagnostic, s Span) { d.Quote(s, true) }},
		{"a: «\"no\"»", "", func(d *Diagnostic, s Span) { d.Quote(s, true) }},
		{"a: «${no}»", "", func(d *Diagnostic, s Span) { d.Quote(s, true) }},
		{"a: «\"4\"»", "a: 4", func(d *Diagnostic, s Span) { d.ReplacePlain(s, "4", true) }},
		{"a: «'4'» # four", "a: 4 # four", func(d *Diagnostic, s Span) { d.ReplacePlain(s, "4", true) }},
		{"a: «010»", "a: 8", func(d *Diagnostic, s Span) { d.ReplacePlain(s, "8", true) }},
	} {
		f, at := marked("a.yaml", c.text)
		d := &Diagnostic{}
		c.fix(d, at[0])
		if got := applied(f, d); got != c.want {
			t.Errorf("%s: got %q, want %q", c.text, got, c.want)
		}
	}
}

// applied returns the file's text with the automatic fix applied, "" when there is none.
func applied(f *File, d *Diagnostic) string {
	fix, ok := d.AutomaticFix()
	if !ok {
		return ""
	}
	text := string(f.Text)
	for i := len(fix.Edits) - 1; i >= 0; i-- {
		e := fix.Edits[i]
		text = text[:e.Span.Start] + e.Text + text[e.Span.End:]
	}
	return text
}

func TestSuggestFixes(t *testing.T) {
	f, at := marked("a.yaml", "from: «spliter»")
	d := (&Diagnostic{}).Suggest(at[0], Suggestion{"split", true})
	if d.Hint != `did you mean "split"?` || len(d.Fixes) != 1 || d.Fixes[0].Title != "write split" || applied(f, d) != "from: split" {
		t.Errorf("got %+v", d)
	}
	d = (&Diagnostic{}).Suggest(at[0], Suggestion{"splitter-of-words", false})
	if _, automatic := d.AutomaticFix(); automatic || len(d.Fixes) != 1 {
		t.Errorf("got %+v", d)
	}
	d = (&Diagnostic{}).Suggest(Span{}, Suggestion{"split", true})
	if d.Hint == "" || len(d.Fixes) != 0 {
		t.Errorf("got %+v", d)
	}
}

func TestWithoutFixesIn(t *testing.T) {
	_, at := marked("a.yaml", "x: &a [«from», «other»]\ny: *a\nz: «third»")
	_, elsewhere := marked("b.yaml", "x: &a [«from», «other»]\ny: *a\nz: «third»")
	var l List
	for _, s := range append(at, elsewhere...) {
		l.Errorf("r", s, "m").Suggest(s, Suggestion{"near", true})
	}
	l.WithoutFixesIn([]Span{{File: at[0].File, Start: at[0].Start - 1, End: at[1].End + 1}})
	var kept []int
	for i, d := range l {
		if len(d.Fixes) > 0 {
			kept = append(kept, i)
		}
	}
	if len(kept) != 4 || kept[0] != 2 {
		t.Errorf("kept %v", kept)
	}
}
