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

// Format is how diagnostics are written. The empty Format is Text.
type Format string

const (
	Text   Format = "text"   // for people: file:line:col, the line with the fault marked, hints
	JSON   Format = "json"   // one document for programs, see [Write]
	SARIF  Format = "sarif"  // SARIF 2.1.0, which code scanners and editors read
	JUnit  Format = "junit"  // JUnit XML, which CI servers read as test results
	GitHub Format = "github" // workflow commands, which GitHub Actions shows beside the code
)

// Formats returns the names of all formats.
func Formats() []string {
	return []string{string(Text), string(JSON), string(SARIF), string(JUnit), string(GitHub)}
}

// Options say how diagnostics are written. The zero value writes text without colour.
type Options struct {
	Format Format

	// Color marks text with ANSI escape sequences. Whether the reader wants that (a terminal, NO_COLOR) is decided
	// by the caller.
	Color bool

	// Width is how many columns a line of the text format's excerpts may take; 0 is 120. The part of a longer line
	// around the fault is shown.
	Width int

	// Files are the names of all files that were checked, in the order to list them. A file without faults is a
	// passed test of the JUnit format, and known as checked to readers of JSON.
	Files []string

	// Strict counts a warning as a failure, in "valid" of JSON and in JUnit.
	Strict bool

	// Root is the folder that file names are made relative to in SARIF and GitHub output, whose readers know files
	// by their path in the repository. Empty leaves names as they are.
	Root string

	// Version is the version of stormflux that SARIF output names; may be empty.
	Version string
}

// Write writes the list to w in the format of the options, in the order of the list ([List.Sort] first). The error
// is that of w.
//
// Lines and columns count from 1, and ends are exclusive. Columns count Unicode code points in text, JUnit and JSON, and
// UTF-16 code units in SARIF (which says so in columnKind) and GitHub. The JSON document is
//
//	{
//	  "format_version": "1.1",   the minor part grows with new members, the major part with anything else
//	  "valid": false,            no errors, and with Strict no warnings
//	  "error_count": 1, "warning_count": 0, "note_count": 0,
//	  "column_unit": "unicodeCodePoints",
//	  "files": ["a.yaml"],       the checked files
//	  "diagnostics": [{
//	    "severity": "error",     or "warning", "note"
//	    "rule": "unknown-component",
//	    "message": "...",
//	    "hint": "...",           or ""
//	    "range": {               null: a fault of the invocation rather than of a text
//	      "file": "a.yaml",      the name as given, "-" for standard input
//	      "start": {"line": 14, "column": 15, "offset": 310},   offset: bytes from 0
//	      "end":   {"line": 14, "column": 22, "offset": 317}
//	    },
//	    "snippet": {             null when range is
//	      "text": "...",         the first line of the range, or the part of a very long line around it
//	      "start": 14, "end": 21 the range within text, in code points from 0
//	    },
//	    "related": [{"message": "...", "range": {...}}],
//	    "fixes": [{              each is a way to remove the fault
//	      "title": "write split",
//	      "automatic": true,     validate --fix applies it; a person chooses among the others
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

// path returns the file name relative to Root where that is possible, with slashes.
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

// uri returns the file name as a URI reference (RFC 3986): relative, or file: where it is absolute.
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
