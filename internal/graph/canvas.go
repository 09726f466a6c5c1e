package graph

import (
	"strings"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"github.com/stormflux/stormflux/internal/graph/layered"
)

// canvas is a grid of characters. Lines are kept by their directions, so they join and cross.
type canvas struct {
	cells [][]cell
}

type cell struct {
	text  string // one character; "" where only lines are, and behind a wide one
	lines direction
	wide  bool // the second half of a wide character
}

type direction uint8

const (
	up direction = 1 << iota
	down
	left
	right
)

// lineCharacters are the characters for lines in the directions up, down, left and right.
var lineCharacters = [16]string{
	0: " ", up: "│", down: "│", up | down: "│", left: "─", right: "─", left | right: "─",
	down | right: "╭", down | left: "╮", up | right: "╰", up | left: "╯",
	up | down | right: "├", up | down | left: "┤", left | right | down: "┬", left | right | up: "┴", up | down | left | right: "┼",
}

func newCanvas(rows, width int) canvas {
	c := canvas{cells: make([][]cell, rows)}
	for i := range c.cells {
		c.cells[i] = make([]cell, width)
	}
	return c
}

// at returns a cell, or one that nobody sees.
func (c *canvas) at(row, column int) *cell {
	if row < 0 || row >= len(c.cells) || column < 0 {
		return &cell{}
	}
	for column >= len(c.cells[row]) {
		c.cells[row] = append(c.cells[row], cell{})
	}
	return &c.cells[row][column]
}

func (c *canvas) set(row, column int, text string) { c.at(row, column).text = text }

// clear takes the lines out of a part of the canvas.
func (c *canvas) clear(r layered.Rect) {
	for row := r.Along; row < r.End(); row++ {
		for column := r.Across; column < r.Side(); column++ {
			c.set(row, column, " ")
		}
	}
}

// write writes a text that begins at a place.
func (c *canvas) write(row, column int, text string) {
	for characters := graphemes.FromString(text); characters.Next(); {
		c.set(row, column, characters.Value())
		for range columns.StringWidth(characters.Value()) - 1 {
			column++
			c.at(row, column).wide = true
		}
		column++
	}
}

// vertical draws a line from the middle of a row to the middle of another one below.
func (c *canvas) vertical(column, from, to int) {
	for row := from; row <= to; row++ {
		if row > from {
			c.at(row, column).lines |= up
		}
		if row < to {
			c.at(row, column).lines |= down
		}
	}
}

// horizontal draws a line between the middles of two columns.
func (c *canvas) horizontal(row, from, to int) {
	from, to = min(from, to), max(from, to)
	for column := from; column <= to; column++ {
		if column > from {
			c.at(row, column).lines |= left
		}
		if column < to {
			c.at(row, column).lines |= right
		}
	}
}

// String returns the rows without the spaces at their ends.
func (c *canvas) String() string {
	var b strings.Builder
	for _, row := range c.cells {
		var line strings.Builder
		for _, cell := range row {
			switch {
			case cell.wide:
			case cell.text != "":
				line.WriteString(cell.text)
			default:
				line.WriteString(lineCharacters[cell.lines])
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}
