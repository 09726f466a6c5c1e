package console

import (
	"bytes"
	"fmt"
)

// ColorDiff returns a unified diff with colour.
func ColorDiff(diff []byte) []byte {
	var b bytes.Buffer
	before, after := 0, 0 // lines of the two files that are left in the current part
	for line := range bytes.Lines(diff) {
		color := ""
		switch {
		case before+after == 0 && bytes.HasPrefix(line, []byte("@@")):
			color = "\x1b[36m"
			var at int
			if n, _ := fmt.Sscanf(string(line), "@@ -%d,%d +%d,%d @@", &at, &before, &at, &after); n != 4 {
				before, after = 0, 0
			}
		case before+after == 0:
			color = "\x1b[1m" // the names of the files
		case line[0] == '-':
			color = "\x1b[31m"
			before--
		case line[0] == '+':
			color = "\x1b[32m"
			after--
		case line[0] == ' ':
			before--
			after--
		}
		text := bytes.TrimSuffix(line, []byte("\n"))
		if color == "" || len(text) == 0 {
			b.Write(line)
			continue
		}
		b.WriteString(color)
		b.Write(text)
		b.WriteString("\x1b[0m")
		b.Write(line[len(text):])
	}
	return b.Bytes()
}
