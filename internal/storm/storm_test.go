package storm_test

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// TestIDLEqualsStorm compares storm.thrift with the metadata of Storm's own classes: the id, name, requiredness and
// type of every field, the values of enums, and the arguments, results and exceptions of calls. It compares all that
// storm.thrift declares, in both directions. It ignores what storm.thrift leaves out.
func TestIDLEqualsStorm(t *testing.T) {
	stormtest.Require(t)
	text, err := os.ReadFile("storm.thrift")
	if err != nil {
		t.Fatal(err)
	}
	ours, names := readIDL(t, string(text))
	if len(names) < 100 || len(ours) < 450 {
		t.Fatalf("only %d names and %d lines were read", len(names), len(ours))
	}
	classpath, err := stormtest.Classpath(t.Context(), stormtest.WorkerJars)
	if err != nil {
		t.Fatal(err)
	}
	java := exec.CommandContext(t.Context(), "java", append([]string{"-cp", classpath, "testdata/FieldsOf.java"}, names...)...)
	java.Stderr = os.Stderr
	out, err := java.Output()
	if err != nil {
		t.Fatal(err)
	}
	theirs := strings.Split(strings.TrimSpace(string(out)), "\n")
	for _, line := range theirs {
		if !slices.Contains(ours, line) {
			t.Errorf("Storm has %q, storm.thrift has not", line)
		}
	}
	for _, line := range ours {
		if !slices.Contains(theirs, line) {
			t.Errorf("storm.thrift has %q, Storm has not", line)
		}
	}
}

var (
	idlBlock = regexp.MustCompile(`^(struct|union|exception|enum|service) (\w+) \{(\})?$`)
	idlField = regexp.MustCompile(`^(\d+): (required |optional )?(.+) (\w+)( = .*)?$`)
	idlValue = regexp.MustCompile(`^(\w+)(?: = (\d+))?$`)
	idlCall  = regexp.MustCompile(`^(\S+|\w+<.*>) (\w+)\((.*?)\)(?: throws \((.*)\))?$`)
)

// readIDL reads a Thrift file with one declaration per line. It returns the lines that FieldsOf.java prints for it, and
// the names that FieldsOf.java needs.
func readIDL(t *testing.T, text string) (lines, names []string) {
	kind, name, next := "", "", 0
	fields := func(of, list string, requirement string) {
		for _, field := range splitFields(list) {
			m := idlField.FindStringSubmatch(field)
			if m == nil {
				t.Fatalf("%s: cannot read %q", of, field)
			}
			if given := strings.TrimSpace(m[2]); given != "" {
				requirement = given
			}
			lines = append(lines, fmt.Sprintf("%s %s %s %s %s", of, m[1], requirement, m[4], strings.ReplaceAll(m[3], " ", "")))
		}
	}
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "//")
		line = strings.TrimSpace(line)
		switch m := idlBlock.FindStringSubmatch(line); {
		case line == "" || strings.HasPrefix(line, "namespace "):
		case m != nil:
			if kind, name, next = m[1], m[2], 0; kind != "service" {
				names = append(names, name)
			}
			if m[3] != "" {
				lines = append(lines, name+" empty")
				kind = ""
			}
		case line == "}":
			kind = ""
		case kind == "union":
			fields(name, line, "optional") // as in Thrift's compiler
		case kind == "struct", kind == "exception":
			fields(name, line, "default")
		case kind == "enum":
			m := idlValue.FindStringSubmatch(line)
			if m == nil {
				t.Fatalf("%s: cannot read %q", name, line)
			}
			if m[2] != "" {
				fmt.Sscan(m[2], &next)
			}
			lines = append(lines, fmt.Sprintf("%s %s %d", name, m[1], next))
			next++
		case kind == "service":
			m := idlCall.FindStringSubmatch(line)
			if m == nil {
				t.Fatalf("%s: cannot read %q", name, line)
			}
			call := name + "." + m[2]
			names = append(names, call)
			lines = append(lines, call)
			if m[3] == "" {
				lines = append(lines, call+"() empty")
			}
			fields(call+"()", m[3], "default")
			if m[1] != "void" {
				lines = append(lines, fmt.Sprintf("%s= 0 default success %s", call, m[1]))
			}
			if m[1] == "void" && m[4] == "" {
				lines = append(lines, call+"= empty")
			}
			fields(call+"=", m[4], "default")
		default:
			t.Fatalf("cannot read %q", line)
		}
	}
	return lines, names
}

// splitFields splits a list of fields at the commas before their numbers.
func splitFields(list string) []string {
	if list == "" {
		return nil
	}
	fields := regexp.MustCompile(`, (\d+:)`).Split(list, -1)
	numbers := regexp.MustCompile(`, (\d+:)`).FindAllStringSubmatch(list, -1)
	for i, n := range numbers {
		fields[i+1] = n[1] + fields[i+1]
	}
	return fields
}
