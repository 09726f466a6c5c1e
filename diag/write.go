package diag

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"path"
	"path/filepath"
	"strings"
)

// Format is a format of the output. The empty Format is Text.
type Format string

const (
	Text   Format = "text"   // for people: file:line:col, the line with a mark under the fault, hints
	JSON   Format = "json"   // one document for programs; see [Write]
	SARIF  Format = "sarif"  // SARIF 2.1.0, for code scanners and editors
	JUnit  Format = "junit"  // JUnit XML, for CI servers, which show it as test results
	GitHub Format = "github" // workflow commands, for GitHub Actions, which shows them beside the code
)

// Formats returns the names of all formats.
func Formats() []string {
	return []string{string(Text), string(JSON), string(SARIF), string(JUnit), string(GitHub)}
}

// Options are the options of [Write]. The zero value writes text without colour.
type Options struct {
	Format Format

	// Color adds ANSI escape sequences to text. The caller decides whether the reader wants that (a terminal,
	// NO_COLOR).
	Color bool

	// Width is how many columns an excerpt of the text format may take; 0 means 120. Of a longer line the excerpt shows
	// the part around the fault.
	Width int

	// Files are the names of all checked files, in the order of the output. JUnit shows a file without faults as a
	// passed test, and JSON lists it.
	Files []string

	// Failures are why some files could not be checked, a sentence each. Every format but Text has them: Text is for
	// people, who read them elsewhere.
	Failures []string

	// Strict counts a warning as a failure, in "valid" of JSON and in JUnit.
	Strict bool

	// Root is the folder from which SARIF and GitHub output names files: their readers know files by the path in the
	// repository. If it is empty, names stay as they are.
	Root string

	// Version is the version of stormflux for SARIF output. It may be empty.
	Version string
}

// Write writes the list to w in the format of the options, in the order of the list. Call [List.Sort] before. The error
// is that of w. Of more than 1000 diagnostics, Write leaves out notes first, then warnings, and writes how many it left out.
//
// Lines and columns count from 1, and ends are exclusive. Columns count Unicode code points in text, JUnit and JSON,
// and UTF-16 code units in SARIF (which says so in columnKind) and GitHub. The JSON document is
//
//	{
//	  "format_version": "1.3",   new members change the minor part, anything else the major part
//	  "valid": false,            no errors, no failures, and with Strict no warnings
//	  "error_count": 1, "warning_count": 0, "note_count": 0,
//	  "omitted_count": 0,        diagnostics that the counts hold and the list below does not
//	  "column_unit": "unicodeCodePoints",
//	  "files": ["a.yaml"],       the checked files
//	  "failures": ["..."],       why files could not be checked
//	  "diagnostics": [{
//	    "severity": "error",     or "warning", "note"
//	    "rule": "unknown-component",
//	    "message": "...",
//	    "hint": "...",           or ""
//	    "range": {               null: the fault is in the command line, not in a text
//	      "file": "a.yaml",      the name as given, "-" for standard input
//	      "start": {"line": 14, "column": 15, "offset": 310},   offset: bytes from 0
//	      "end":   {"line": 14, "column": 22, "offset": 317}
//	    },
//	    "snippet": {             null if the range is, and for a file outside the project
//	      "text": "...",         the first line of the range, or the part of a very long line around the range
//	      "start": 14, "end": 21 the range within text, in code points from 0
//	    },
//	    "related": [{"message": "...", "range": {...}}],
//	    "fixes": [{              each one removes the fault
//	      "title": "write split",
//	      "automatic": true,     validate --fix applies it; a person can choose one of the others
//	      "edits": [{"range": {...}, "text": "split"}]   replace each range by its text
//	    }]
//	  }]
//	}
func Write(w io.Writer, l List, opts Options) error {
	b := bufio.NewWriter(w)
	switch opts.Format {
	case Text, "":
		writeText(b, l, opts)
	case JSON:
		writeJSON(b, l, opts)
	case SARIF:
		writeSARIF(b, l, opts, LookupRule)
	case JUnit:
		writeJUnit(b, l, opts)
	case GitHub:
		writeGitHub(b, l, opts)
	default:
		panic(fmt.Sprintf("diag: invalid format %q", opts.Format))
	}
	return b.Flush()
}

// fails reports whether a diagnostic fails the run.
func (o Options) fails(d *Diagnostic) bool {
	return d.Severity == Error || d.Severity == Warning && o.Strict
}

// path returns the file name with slashes, relative to Root if that is possible.
func (o Options) path(name string) string {
	if o.Root != "" && name != "-" {
		if abs, err := filepath.Abs(name); err == nil {
			if rel, err := filepath.Rel(o.Root, abs); err == nil {
				name = rel
			}
		}
	}
	return path.Clean(filepath.ToSlash(name))
}

// uri returns the file name as a URI reference (RFC 3986): a relative one, or file: for an absolute name.
func (o Options) uri(name string) (uri string, relative bool) {
	p := o.path(name)
	if volume := filepath.VolumeName(filepath.FromSlash(p)); volume != "" && !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	if strings.HasPrefix(p, "/") {
		return (&url.URL{Scheme: "file", Path: p}).String(), false
	}
	return (&url.URL{Path: p}).String(), true
}
