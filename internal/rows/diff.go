package rows

import (
	"fmt"
	"slices"
)

// A Difference says how emitted rows differ from expected ones.
type Difference struct {
	// Summary is one line about the first difference.
	Summary string
	// Row is the index of the expected row that the first difference is about, or -1.
	Row int
	// Lines are the rows of both: see [Line].
	Lines []Line
}

// A Line is a row in a [Difference].
type Line struct {
	Sign byte // ' ' for a row that is as expected, '-' for one that did not come, '+' for one that was not expected
	Text string
}

// mostAligned limits how many rows are aligned: the work grows with the square.
const mostAligned = 2000

// Compare compares the rows that came with the expected ones, and returns nil if they are as expected. fields are the names of
// the values, for the summary.
func Compare(want []Row, got [][]any, anyOrder bool, fields []string) *Difference {
	if anyOrder {
		return compareAnyOrder(want, got)
	}
	if len(want) == len(got) && slices.EqualFunc(want, got, Row.matches) {
		return nil
	}
	d := &Difference{Row: -1}
	i, j := 0, 0
	for _, same := range append(align(want, got), [2]int{len(want), len(got)}) {
		if d.Summary == "" && (i < same[0] || j < same[1]) {
			d.first(want, got, i, same[0], j, same[1], fields)
		}
		for ; i < same[0]; i++ {
			d.add('-', want[i].String())
		}
		for ; j < same[1]; j++ {
			d.add('+', Format(got[j]))
		}
		if i < len(want) && j < len(got) {
			d.add(' ', Format(got[j]))
		}
		i, j = same[0]+1, same[1]+1
	}
	return d
}

func (d *Difference) add(sign byte, text string) { d.Lines = append(d.Lines, Line{sign, text}) }

// first describes the first difference: the expected rows i to iEnd stand against those that came from j to jEnd.
func (d *Difference) first(want []Row, got [][]any, i, iEnd, j, jEnd int, fields []string) {
	switch {
	case len(want) == 0:
		d.Summary = fmt.Sprintf("%s came, but none is expected", plural(len(got), "row"))
	case i == iEnd && len(want) == i:
		d.Summary = fmt.Sprintf("%s came, but only %d expected: the first one too many is %s", plural(len(got), "row"), len(want), Format(got[j]))
	case i == iEnd:
		d.Row = i
		d.Summary = fmt.Sprintf("row %d is not expected there: %s", j+1, Format(got[j]))
	case j == jEnd:
		d.Row = i
		d.Summary = fmt.Sprintf("row %d is missing: %s", i+1, want[i])
	default:
		d.Row = i
		d.Summary = fmt.Sprintf("row %d differs", i+1)
		if detail := differs(want[i], got[j], fields); detail != "" {
			d.Summary += ": " + detail
		}
	}
}

// differs says what the first value is that differs between two rows.
func differs(want Row, got []any, fields []string) string {
	if len(want) != len(got) {
		return fmt.Sprintf("it has %s, and %d are expected", plural(len(got), "value"), len(want))
	}
	for k := range want {
		if want[k].matches(got[k]) {
			continue
		}
		name := fmt.Sprintf("value %d", k+1)
		if k < len(fields) {
			name = fmt.Sprintf("%q", fields[k])
		}
		return fmt.Sprintf("%s is %s, expected %s", name, format(got[k]), want[k])
	}
	return ""
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// align returns the pairs of indices of a longest common subsequence. It aligns very many rows by their indices.
func align(want []Row, got [][]any) (pairs [][2]int) {
	if len(want) > mostAligned || len(got) > mostAligned {
		for i := range min(len(want), len(got)) {
			if want[i].matches(got[i]) {
				pairs = append(pairs, [2]int{i, i})
			}
		}
		return pairs
	}
	// length[i][j] is the length for want[i:] and got[j:].
	length := make([][]uint16, len(want)+1)
	for i := range length {
		length[i] = make([]uint16, len(got)+1)
	}
	for i := len(want) - 1; i >= 0; i-- {
		for j := len(got) - 1; j >= 0; j-- {
			if want[i].matches(got[j]) {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(want) && j < len(got); {
		switch {
		case want[i].matches(got[j]):
			pairs = append(pairs, [2]int{i, j})
			i, j = i+1, j+1
		case length[i+1][j] >= length[i][j+1]:
			i++
		default:
			j++
		}
	}
	return pairs
}

// compareAnyOrder assigns a row that came to each expected one.
func compareAnyOrder(want []Row, got [][]any) *Difference {
	takenBy := make([]int, len(got))
	for j := range takenBy {
		takenBy[j] = -1
	}
	// assign finds a row for want[i], also by giving other expected rows other rows (Kuhn's algorithm): a pattern may fit
	// several rows.
	var assign func(i int, tried []bool) bool
	assign = func(i int, tried []bool) bool {
		for j := range got {
			if tried[j] || !want[i].matches(got[j]) {
				continue
			}
			tried[j] = true
			if takenBy[j] < 0 || assign(takenBy[j], tried) {
				takenBy[j] = i
				return true
			}
		}
		return false
	}
	var missing []int
	for i := range want {
		if !assign(i, make([]bool, len(got))) {
			missing = append(missing, i)
		}
	}
	if len(missing) == 0 && len(want) == len(got) {
		return nil
	}
	d := &Difference{Row: -1}
	for j, by := range takenBy {
		if by >= 0 {
			d.add(' ', Format(got[j]))
		}
	}
	for _, i := range missing {
		if d.Summary == "" {
			d.Row, d.Summary = i, fmt.Sprintf("%s is missing", want[i])
		}
		d.add('-', want[i].String())
	}
	for j, by := range takenBy {
		if by >= 0 {
			continue
		}
		if d.Summary == "" {
			d.Summary = fmt.Sprintf("%s is not expected", Format(got[j]))
		}
		d.add('+', Format(got[j]))
	}
	return d
}
