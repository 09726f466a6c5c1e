// Command parsenodes has bare yaml.v3 parse the file that its argument names into nodes, and does nothing else. It is
// what bench compares `stormflux validate` with: the least that a program using this library can do.
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
