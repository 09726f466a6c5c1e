package graph

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// In a picture of characters, every line leads from one box to the other, without joining another line on the way.
func TestTextLines(t *testing.T) {
	for seed := range uint64(60) {
		size := 2 + rand.New(rand.NewPCG(seed, 6)).IntN(30)
		t.Run(fmt.Sprintf("seed%d", seed), func(t *testing.T) {
			d := newTextDrawing(largest(seed, size))
			for i := range d.links {
				d.follow(t, i)
			}
			if t.Failed() {
				t.Logf("\n%s", d)
			}
		})
	}
}

// follow follows a link through the picture, in the direction of the flow.
func (d *textDrawing) follow(t *testing.T, i int) {
	t.Helper()
	route := d.layout.Edges[i]
	if len(route.Runs) == 0 {
		return
	}
	first, last, arrows := route.Runs[0], route.Runs[len(route.Runs)-1], ""
	row, column, rows, step := first.From-1, first.Across, 1, 0 // it goes `rows` down, or `step` to the side
	for {
		row, column = row+rows, column+step
		if row >= route.Label.Along && row < route.Label.End() {
			continue // the text of the label
		}
		switch c := d.shown(row, column); c {
		case "│", "─", "┼":
		case "╭", "╮": // from the side, on downwards
			rows, step = 1, 0
		case "╰":
			rows, step = 0, 1
		case "╯":
			rows, step = 0, -1
		case "▲", "▼", "┴":
			arrows += c
		default:
			t.Errorf("link %d meets %q in row %d, column %d", i, c, row, column)
			return
		}
		if end := last.To - 1; !route.Against && row == end || route.Against && row == end+1 {
			break
		}
	}
	if want := map[bool]string{false: "▼", true: "▲┴"}[route.Against]; arrows != want || column != last.Across {
		t.Errorf("link %d ends in column %d with %q, want column %d and %q", i, column, arrows, last.Across, want)
	}
}

// shown returns the character at a place.
func (d *textDrawing) shown(row, column int) string {
	c := d.at(row, column)
	if c.text != "" {
		return c.text
	}
	return lineCharacters[c.lines]
}

// A picture that is too wide becomes a list.
func TestTooWide(t *testing.T) {
	g := everything()
	width := widest(strings.Split(string(Draw(g, Text, 0)), "\n"), columns.StringWidth)
	if got := Draw(g, Text, width); !slices.Equal(got, Draw(g, Text, 0)) {
		t.Errorf("a picture of %d columns does not fit into %d:\n%s", width, width, got)
	}
	if got := string(Draw(g, Text, width-1)); !strings.Contains(got, "\nclicks ×2  spout · Python · 4 tasks\n") {
		t.Errorf("a picture of %d columns is to fit into %d:\n%s", width, width-1, got)
	}
}
