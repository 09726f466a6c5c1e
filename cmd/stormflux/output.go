package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/stormflux/stormflux/diag"
)

// print writes text for people to standard output. It may hold words of others: see [printTo].
func (a *app) print(text string) error {
	_, err := io.WriteString(a.stdout, diag.PrintableLines(text))
	return err
}

// printTo writes text for people. It may hold names of files, and words of a cluster or of a component, which must not
// control the terminal. Only diagnostics, views and files for programs are written in other ways.
func printTo(w io.Writer, format string, args ...any) {
	_, _ = io.WriteString(w, diag.PrintableLines(fmt.Sprintf(format, args...)))
}

// printJSON writes v to standard output, indented.
func (a *app) printJSON(v any) error { return a.printJSONWith(v, "  ") }

// printJSONLine writes v to standard output on one line.
func (a *app) printJSONLine(v any) error { return a.printJSONWith(v, "") }

func (a *app) printJSONWith(v any, indent string) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(a.stdout, diag.PrintableJSON(b.String()))
	return err
}
