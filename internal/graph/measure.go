package graph

import (
	"github.com/mattn/go-runewidth"
)

// widths are the widths of characters in thousandths of the size of a font. The fonts of viewers differ. These are the
// widths of DejaVu Sans, which is one of the widest, so the text fits with every font.
var widths = func() map[rune]int {
	all := map[rune]int{}
	for _, class := range []struct {
		width      int
		characters string
	}{
		{290, "ijlI'"}, {330, " .,:;|J·"}, {400, "ftr()[]/\\-!"}, {470, "\""}, {540, "csz?_"},
		{600, "kvxyaeT*LFP"}, {650, "bdghnopqu0123456789$EKSYAVXBZ"}, {750, "CRUHNDG#"}, {800, "OQw+=<>~^×&→"}, {1000, "mMW@%…"},
	} {
		for _, r := range class.characters {
			all[r] = class.width
		}
	}
	return all
}()

// textWidth returns how wide a text is at most, in pixels, in a font of a size.
func textWidth(text string, size int) int {
	sum := 0
	for _, r := range text {
		width, ok := widths[r]
		switch {
		case ok:
		case columns.RuneWidth(r) == 2:
			width = 1050
		default:
			width = 700
		}
		sum += width
	}
	return (sum*size + 999) / 1000
}

// boldWidth is textWidth for a bold font.
func boldWidth(text string, size int) int { return textWidth(text, size) * 112 / 100 }

// columns counts the columns of a terminal, on every machine in the same way.
var columns = &runewidth.Condition{StrictEmojiNeutral: true}

// short cuts a text after a number of columns.
func short(text string, limit int) string {
	if columns.StringWidth(text) <= limit {
		return text
	}
	return columns.Truncate(text, limit, "…")
}

// shortAll cuts several texts.
func shortAll(lines []string, limit int) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = short(line, limit)
	}
	return out
}

// widest returns the largest width of some texts.
func widest(lines []string, width func(string) int) int {
	most := 0
	for _, line := range lines {
		most = max(most, width(line))
	}
	return most
}
