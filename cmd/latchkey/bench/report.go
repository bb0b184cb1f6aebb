package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// report is what the bench prints, and the aims that it has come past.
type report struct {
	out  io.Writer
	aims []aim
}

// aim is a figure that is aimed at.
type aim struct {
	what, want, got string
	met             bool
}

// judge notes an aim for the end.
func (r *report) judge(what, want, got string, met bool) {
	r.aims = append(r.aims, aim{what, want, got, met})
}

func (r *report) say(format string, args ...any) { fmt.Fprintf(r.out, format+"\n", args...) }

// table prints lines of cells between tabs, the first cell at the left and the others, mostly numbers, at the right.
func (r *report) table(head string, rows []string) {
	var lines [][]string
	var widths []int
	for _, line := range append([]string{head}, rows...) {
		cells := strings.Split(line, "\t")
		lines = append(lines, cells)
		for i, cell := range cells {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, cells := range lines {
		text := fmt.Sprintf("  %-*s", widths[0], cells[0])
		for i, cell := range cells[1:] {
			text += fmt.Sprintf("  %*s", widths[i+1], cell)
		}
		r.say("%s", strings.TrimRight(text, " "))
	}
}

// verdict prints the aims beside what was measured.
func (r *report) verdict() {
	if len(r.aims) == 0 {
		return
	}
	r.say("\nAims, for SQLite with synchronous=FULL; missing one is no failure")
	var rows []string
	for _, a := range r.aims {
		word := "met"
		if !a.met {
			word = "NOT MET"
		}
		rows = append(rows, a.what+"\t"+a.want+"\t"+a.got+"\t"+word)
	}
	r.table("\taim\tmeasured", rows)
}

// short is a duration with three digits or so.
func short(d time.Duration) string {
	switch {
	case d < 10*time.Microsecond:
		return fmt.Sprintf("%.1f µs", float64(d)/float64(time.Microsecond))
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
	default:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
}

// megabytes are decimal.
func megabytes(bytes int64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/1e6) }
