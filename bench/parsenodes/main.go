// Command parsenodes has bare yaml.v3 parse the file that its argument names into nodes, and does nothing else. bench
// compares `stormflux validate` with it: it is the minimum that a program with this library must do.
package main

import (
	"fmt"
	"os"

	"gopkg.in/yaml.v3"
)

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err == nil {
		var node yaml.Node
		err = yaml.Unmarshal(text, &node)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "parsenodes:", err)
		os.Exit(1)
	}
}
