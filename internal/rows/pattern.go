// Package rows compares the rows that a component emitted with those that a test expects, and shows people the
// difference. A row is the list of values of a tuple.
//
// Values compare by their meaning in JSON: 1 equals 1.0, because some languages write one for the other, and 1 differs from
// "1". The package knows neither components nor files.
package rows

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Pattern is an expected value. The types below are patterns.
type Pattern interface {
	// matches reports whether a value is as expected. Numbers in it are json.Number.
	matches(value any) bool
	String() string
}

// Row is an expected row.
type Row []Pattern

// The patterns. A test writes most of them as the value that they stand for.
type (
	Any    struct{}                    // any value
	Scalar struct{ Value any }         // nil, bool, int64, *big.Int, float64 or string
	List   []Pattern                   // a list of as many values
	Object map[string]Pattern          // a map with these keys and no others
	Regexp struct{ *regexp.Regexp }    // a string that the expression matches somewhere
	Nearly struct{ Value, By float64 } // a number that is at most By away
)

func (Any) matches(any) bool { return true }

func (p Scalar) matches(value any) bool {
	switch want := p.Value.(type) {
	case int64, *big.Int, float64:
		number, ok := value.(json.Number)
		return ok && sameNumber(numberText(want), number.String())
	}
	return p.Value == value
}

func numberText(n any) string {
	if f, ok := n.(float64); ok {
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return fmt.Sprint(n)
}

// sameNumber compares whole numbers exactly, and others as JSON readers see them, as float64.
func sameNumber(a, b string) bool {
	x, xWhole := new(big.Int).SetString(a, 10)
	y, yWhole := new(big.Int).SetString(b, 10)
	if xWhole && yWhole {
		return x.Cmp(y) == 0
	}
	f, _ := strconv.ParseFloat(a, 64)
	g, _ := strconv.ParseFloat(b, 64)
	return f == g
}

func (p List) matches(value any) bool {
	list, ok := value.([]any)
	return ok && slices.EqualFunc(p, list, Pattern.matches)
}

func (p Object) matches(value any) bool {
	object, ok := value.(map[string]any)
	return ok && maps.EqualFunc(p, object, Pattern.matches)
}

func (p Regexp) matches(value any) bool {
	text, ok := value.(string)
	return ok && p.MatchString(text)
}

func (p Nearly) matches(value any) bool {
	number, ok := value.(json.Number)
	if !ok {
		return false
	}
	f, err := number.Float64()
	return err == nil && math.Abs(f-p.Value) <= p.By
}

func (Any) String() string      { return "$any" }
func (p Scalar) String() string { return format(p.Value) }
func (p Regexp) String() string { return "{$match: " + strconv.Quote(p.Regexp.String()) + "}" }
func (p Nearly) String() string { return fmt.Sprintf("{$near: %v, $by: %v}", p.Value, p.By) }

func (p List) String() string {
	parts := make([]string, len(p))
	for i, item := range p {
		parts[i] = item.String()
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func (p Object) String() string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(p)) {
		parts = append(parts, format(key)+": "+p[key].String())
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func (r Row) String() string { return List(r).String() }

func (r Row) matches(values []any) bool {
	return slices.EqualFunc(r, values, Pattern.matches)
}

// Decode reads the values of an emitted row, which is a JSON list. A text that is none becomes the only value.
func Decode(text string) []any {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var row []any
	if d.Decode(&row) != nil {
		return []any{text}
	}
	return row
}

// Format writes an emitted row as JSON, with spaces.
func Format(row []any) string { return format(row) }

func format(value any) string {
	switch v := value.(type) {
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = format(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, format(key)+": "+format(v[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case *big.Int:
		return v.String()
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return fmt.Sprint(value)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
