package diag

import (
	"testing"
)

func TestReplace(t *testing.T) {
	for _, c := range []struct{ text, old, to, want string }{
		{"from: «spliter»", "spliter", "split", "from: split"},
		{"from: «\"spliter\"»", "spliter", "split", "from: \"split\""},
		{"from: «'spliter'» # why", "spliter", "split", "from: 'split' # why"},
		{"from: «'it''s'»", "it's", "its'", "from: 'its'''"},
		{"from: «\"x\"»", "x", `a"\b`, `from: "a\"\\b"`},
		{"«paralelism»: 2", "paralelism", "parallelism", "parallelism: 2"},
		{"{«\"a\"»:1}", "a", "b", "{\"b\":1}"},
		{"# stormflux:ignore «unread-steam»", "unread-steam", "unread-stream", "# stormflux:ignore unread-stream"},
		// A plain scalar that would be something else gets quotes.
		{"from: «nO1»", "nO1", "no", "from: \"no\""},
		{"from: «nul»", "nul", "null", "from: \"null\""},
		{"from: «x»", "x", "10", "from: \"10\""},
		{"from: «x»", "x", "1e3", "from: \"1e3\""},
		{"from: «x»", "x", "a: b", "from: \"a: b\""},
		{"from: «x»", "x", "a #b", "from: \"a #b\""},
		{"from: «x»", "x", "*a", "from: \"*a\""},
		{"from: «x»", "x", "", "from: \"\""},
		{"from: «x»", "x", "größe", "from: größe"},
		{"from: «x»", "x", "topology.max.spout.pending", "from: topology.max.spout.pending"},
		// No edit of the span would be right: the word does not stand there.
		{"from: «${x}»", "spliter", "split", ""},
		{"from: «${x}»", "${x}", "split", ""},
		{"from: «a-${x}»", "a-b", "split", ""},
		{"from: «\"$${x}\"»", "${x}", "split", ""},
		{"from: «words»", "default", "split", ""},
		{"from: «a\n  b»", "a b", "split", ""},
		{"from: «|\n  b»", "b", "split", ""},
		{"from: «\"\\x41\"»", "A", "split", ""},
		{"from: «\"a\\\"»", `a\`, "split", ""},
		{"from: «|»", "|", "split", ""},
		{"from: «*a»", "*a", "split", ""},
		{"from: «[a]»", "[a]", "split", ""},
		{"from: «\"»", "\"", "split", ""},
		{"from: «»", "", "split", ""},
		{"from: «x»", "x", "a\nb", ""},
		{"from: «x»", "x", "a\x00b", ""},
		{"from: «x»", "x", "${y}", ""},
	} {
		f, at := marked("a.yaml", c.text)
		d := (&Diagnostic{}).Replace(at[0], c.old, c.to, true)
		if got := applied(f, d); got != c.want {
			t.Errorf("%s to %q: got %q, want %q", c.text, c.to, got, c.want)
		}
	}
	if d := (&Diagnostic{}).Replace(Span{}, "", "x", true); len(d.Fixes) > 0 {
		t.Error("a fix without a place")
	}
}

func TestQuoteAndUnquote(t *testing.T) {
	quote := func(text string) func(*Diagnostic, Span) {
		return func(d *Diagnostic, s Span) { d.Quote(s, text, true) }
	}
	unquote := func(old, text string) func(*Diagnostic, Span) {
		return func(d *Diagnostic, s Span) { d.Unquote(s, old, text, true) }
	}
	for _, c := range []struct {
		text, want string
		fix        func(*Diagnostic, Span)
	}{
		{"a: «no»", "a: \"no\"", quote("no")},
		{"a: «010»", "a: \"010\"", quote("010")},
		{"a: «\"no\"»", "", quote("no")},
		{"a: «${no}»", "", quote("no")},
		{"a: «\"4\"»", "a: 4", unquote("4", "4")},
		{"a: «'4'» # four", "a: 4 # four", unquote("4", "4")},
		{"a: «010»", "a: 8", unquote("010", "8")},
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
	d := (&Diagnostic{}).Suggest(at[0], Suggestion{"spliter", "split", true})
	if d.Hint != `did you mean "split"?` || len(d.Fixes) != 1 || d.Fixes[0].Title != "write split" || applied(f, d) != "from: split" {
		t.Errorf("got %+v", d)
	}
	d = (&Diagnostic{}).Suggest(at[0], Suggestion{"spliter", "spliter-of-words", false})
	if _, automatic := d.AutomaticFix(); automatic || len(d.Fixes) != 1 {
		t.Errorf("got %+v", d)
	}
	d = (&Diagnostic{}).Suggest(Span{}, Suggestion{"spliter", "split", true})
	if d.Hint == "" || len(d.Fixes) != 0 {
		t.Errorf("got %+v", d)
	}
}

func TestWithoutFixesIn(t *testing.T) {
	_, at := marked("a.yaml", "x: &a [«from», «other»]\ny: *a\nz: «third»")
	_, elsewhere := marked("b.yaml", "x: &a [«from», «other»]\ny: *a\nz: «third»")
	var l List
	for _, s := range append(at, elsewhere...) {
		l.Errorf("r", s, "m").Suggest(s, Suggestion{s.Text(), "near", true})
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
