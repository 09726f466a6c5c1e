package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// spread summarises several runs in a table.
type spread struct{ median, min, max float64 }

// spreadOf returns the spread of values. There must be at least one.
func spreadOf(values []float64) spread {
	v := slices.Sorted(slices.Values(values))
	n := len(v)
	return spread{median: (v[(n-1)/2] + v[n/2]) / 2, min: v[0], max: v[n-1]}
}

// text shows a spread as "median (min–max)".
func (s spread) text(show func(float64) string) string {
	return fmt.Sprintf("%s (%s–%s)", show(s.median), show(s.min), show(s.max))
}

// quantity returns one number of a sample.
type quantity func(sample) float64

func wall(s sample) float64 { return s.wall.Seconds() }
func cpu(s sample) float64  { return s.cpu.Seconds() }
func peak(s sample) float64 { return float64(s.peak) }

func values(p *process, q quantity) []float64 {
	var v []float64
	for _, s := range p.samples {
		v = append(v, q(s))
	}
	return v
}

// pairs returns the ratios a/b of neighbouring runs of a and b.
func pairs(a, b *process, q quantity) []float64 {
	var v []float64
	for i := range min(len(a.samples), len(b.samples)) {
		v = append(v, q(a.samples[i])/q(b.samples[i]))
	}
	return v
}

func seconds(s float64) string {
	switch d := time.Duration(s * float64(time.Second)); {
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%.1f ms", s*1e3)
	case d < time.Second:
		return fmt.Sprintf("%.0f ms", s*1e3)
	default:
		return fmt.Sprintf("%.2f s", s)
	}
}

func megabytes(b float64) string {
	if b == 0 {
		return "unknown"
	}
	return fmt.Sprintf("%.1f MB", b/1e6)
}

func times(r float64) string {
	if r >= 20 {
		return fmt.Sprintf("%.0f", r)
	}
	return fmt.Sprintf("%.2f", r)
}

// table writes a Markdown table whose source is readable too.
func table(out io.Writer, rows [][]string) {
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], len([]rune(cell)))
		}
	}
	line := func(row []string, pad string) {
		var b strings.Builder
		for i, cell := range row {
			b.WriteString("|" + pad + cell + strings.Repeat(cmp.Or(pad, "-"), width[i]-len([]rune(cell))) + pad)
		}
		fmt.Fprintln(out, b.String()+"|")
	}
	fmt.Fprintln(out)
	line(rows[0], " ")
	rule := make([]string, len(width))
	for i := range rule {
		rule[i] = strings.Repeat("-", width[i]+2)
	}
	fmt.Fprintln(out, "|"+strings.Join(rule, "|")+"|")
	for _, row := range rows[1:] {
		line(row, " ")
	}
}

// show prints the time and memory of the processes.
func (l *lab) show(processes ...*process) {
	rows := [][]string{{"", "wall time", "CPU time", "peak memory"}}
	for _, p := range processes {
		rows = append(rows, []string{p.name, spreadOf(values(p, wall)).text(seconds), spreadOf(values(p, cpu)).text(seconds),
			spreadOf(values(p, peak)).text(megabytes)})
	}
	table(l.out, rows)
}

// target is a condition for the median.
type target struct {
	what    string
	values  []float64
	atMost  float64 // 0: no bound
	atLeast float64
	show    func(float64) string // nil: times
	info    bool                 // for information only, not judged
}

// judge prints targets and whether they were met.
func (l *lab) judge(targets ...target) {
	rows := [][]string{{"", "target", "median (min–max)", ""}}
	for _, t := range targets {
		s, show, bound, verdict := spreadOf(t.values), t.show, "", "ok"
		if show == nil {
			show = times
		}
		holds := func(v float64) bool { return v >= t.atLeast }
		if t.atMost != 0 {
			bound, holds = "at most "+show(t.atMost), func(v float64) bool { return v <= t.atMost }
		} else if t.atLeast != 0 {
			bound = "at least " + show(t.atLeast)
		}
		if t.info || bound == "" {
			bound, verdict = "", ""
		} else {
			if !holds(s.median) {
				l.missed++
				verdict = "MISSED"
			}
			// The number of runs that agree shows whether the median means anything on this machine.
			held := 0
			for _, v := range t.values {
				if holds(v) {
					held++
				}
			}
			verdict += fmt.Sprintf(" (held in %d of %d)", held, len(t.values))
		}
		rows = append(rows, []string{t.what, bound, s.text(show), verdict})
	}
	table(l.out, rows)
}
