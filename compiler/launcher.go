package compiler

import (
	"fmt"
	"strings"

	"al.essio.dev/pkg/shellescape"

	"github.com/stormflux/stormflux/validate"
)

// launcher starts a component's process where Storm's ShellComponent cannot. ShellComponent holds two words; a launcher
// passes any number of words, sets environment variables, and restores the executable bit, which Storm loses when it
// unpacks the jar.
type launcher struct {
	component string
	env       []validate.EnvVar
	words     []string
	// pythonPath are folders below resources/ with Python modules.
	pythonPath []string
	// setup is the script of the topology's setup, below resources/, or "".
	setup string
	// program says that words[0] is a file of the resources folder, relative to that folder. Storm 2.8.3 unpacks it
	// without its executable bit (it writes a worker's resources with a plain FileOutputStream).
	program bool
}

// script returns the launcher's text, for /bin/sh. It needs only POSIX, and `mktemp -d` and `test -O`, which exist on
// every system that Storm runs on.
func (l launcher) script() string {
	var b strings.Builder
	b.WriteString("#!/bin/sh\n")
	fmt.Fprintf(&b, "# Written by stormflux: starts component %s.\n", strings.Map(printable, l.component))
	if l.setup != "" {
		// Standard input and output belong to the component.
		fmt.Fprintf(&b, "(. %s) </dev/null >&2 || exit\n", shellescape.Quote(relativeProgram(l.setup)))
	}
	for _, e := range l.env {
		value := shellescape.Quote(e.Value)
		if e.Append {
			value = fmt.Sprintf(`"${%s:+$%s:}"%s`, e.Name, e.Name, value)
		}
		fmt.Fprintf(&b, "%s=%s\nexport %s\n", e.Name, value, e.Name)
	}
	if len(l.pythonPath) > 0 {
		// A component may change its working directory, so the paths are absolute.
		folders := make([]string, len(l.pythonPath))
		for i, folder := range l.pythonPath {
			folders[i] = `"$PWD"/` + shellescape.Quote(folder)
		}
		fmt.Fprintf(&b, "PYTHONPATH=%s\"${PYTHONPATH:+:$PYTHONPATH}\"\nexport PYTHONPATH\n", strings.Join(folders, ":"))
	}
	quoted := quotedWords(l.words)
	if !l.program {
		fmt.Fprintf(&b, "exec %s\n", strings.Join(quoted, " "))
		return b.String()
	}
	fmt.Fprintf(&b, "program=%s\n", shellescape.Quote(relativeProgram(l.words[0])))
	b.WriteString(makeRunnable)
	quoted[0] = `"$program"`
	fmt.Fprintf(&b, "exec %s\n", strings.Join(quoted, " "))
	return b.String()
}

// makeRunnable gives $program its executable bit. If the worker's user may not change the unpacked jar
// (supervisor.run.worker.as.user), it runs a private copy instead. Programs with the same content share one copy, so
// restarts do not fill the disk. It does not trust a folder of that name that somebody else made.
const makeRunnable = `if [ ! -x "$program" ] && ! chmod u+x "$program" 2>/dev/null; then
	copies="${TMPDIR:-/tmp}/stormflux-$(id -u)-$(cksum <"$program" | tr ' ' -)"
	mkdir -m 700 "$copies" 2>/dev/null
	if [ ! -d "$copies" ] || [ -L "$copies" ] || [ ! -O "$copies" ]; then
		copies=$(mktemp -d) || exit 126
	fi
	copy="$copies/${program##*/}"
	if [ ! -x "$copy" ]; then
		cp "$program" "$copy.$$" && chmod 700 "$copy.$$" && mv -f "$copy.$$" "$copy" || exit 126
	fi
	program=$copy
fi
`

// relativeProgram changes a path in the resources folder so that exec does not search for it in PATH.
func relativeProgram(word string) string {
	if strings.Contains(word, "/") {
		return word
	}
	return "./" + word
}

func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return '?'
	}
	return r
}
