package console

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/stormflux/stormflux/diag"
)

// A Table lays out rows in columns. Text stands left and numbers stand right.
type Table struct {
	headings []string
	rows     []table.Row
}

// Quantity is the text of a number with its unit, such as "1.5 ms". In a table it stands right, as a number does.
type Quantity string

// NewTable returns a table without rows.
func NewTable(headings ...string) *Table { return &Table{headings: headings} }

// Row adds a row: a cell for each heading. The texts may come from anywhere: no cell controls the terminal.
func (t *Table) Row(cells ...any) {
	if len(cells) != len(t.headings) {
		panic(fmt.Sprintf("a row of %d cells in a table of %d columns", len(cells), len(t.headings)))
	}
	row := slices.Clone(table.Row(cells))
	for i, cell := range row {
		if s, ok := cell.(string); ok {
			row[i] = diag.PrintableLines(s)
		}
	}
	t.rows = append(t.rows, row)
}

// Len returns the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// String returns the table as lines that end with a line end.
func (t *Table) String() string {
	w := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Format.Header = text.FormatDefault
	w.SetStyle(style)
	w.SuppressTrailingSpaces()
	header := table.Row{}
	var columns []table.ColumnConfig
	for i, h := range t.headings {
		header = append(header, h)
		align := text.AlignLeft
		if t.numeric(i) {
			align = text.AlignRight
		}
		columns = append(columns, table.ColumnConfig{Number: i + 1, Align: align, AlignHeader: align})
	}
	w.AppendHeader(header)
	w.SetColumnConfigs(columns)
	w.AppendRows(t.rows)
	return w.Render() + "\n"
}

// Fit is String for an output of some columns: a table that is too wide becomes several, which all begin with its first
// column. A width of 0 is no limit.
func (t *Table) Fit(width int) string {
	whole := t.String()
	if width == 0 || t.width() <= width {
		return whole
	}
	var b strings.Builder
	part := t.columns([]int{0})
	for last, shown := 1, []int{0}; last <= len(t.headings); last++ {
		if last < len(t.headings) {
			wider := t.columns(append(slices.Clone(shown), last))
			if len(shown) == 1 || wider.width() <= width {
				part, shown = wider, append(shown, last)
				continue
			}
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(part.String())
		if last < len(t.headings) {
			shown = []int{0, last}
			part = t.columns(shown)
		}
	}
	return b.String()
}

// columns returns a table of some columns.
func (t *Table) columns(of []int) *Table {
	part := &Table{}
	for _, i := range of {
		part.headings = append(part.headings, t.headings[i])
	}
	for _, row := range t.rows {
		var cells table.Row
		for _, i := range of {
			cells = append(cells, row[i])
		}
		part.rows = append(part.rows, cells)
	}
	return part
}

// width returns the columns that the widest line takes.
func (t *Table) width() int {
	widest := 0
	for line := range strings.Lines(t.String()) {
		widest = max(widest, text.StringWidthWithoutEscSequences(strings.TrimRight(line, "\n")))
	}
	return widest
}

// numeric reports whether a column holds numbers: it has rows, and no cell is text.
func (t *Table) numeric(column int) bool {
	for _, row := range t.rows {
		if _, ok := row[column].(Quantity); ok {
			continue
		}
		switch reflect.ValueOf(row[column]).Kind() {
		case reflect.Int, reflect.Int32, reflect.Int64:
		default:
			return false
		}
	}
	return len(t.rows) > 0
}
