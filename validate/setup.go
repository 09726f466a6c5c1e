package validate

import "github.com/stormflux/stormflux/diag"

// setupName is what messages call the command of `setup`.
const setupName = "the setup"

// setup reads the document's `setup`.
func (c *checker) setup() {
	if c.doc.Setup != nil {
		c.topology.Setup = c.command(setupName, c.doc.Setup)
	}
}

// setupFiles checks the program and the script of the setup.
func (c *checker) setupFiles() {
	words := c.topology.Setup
	if len(words) == 0 {
		return
	}
	place := func(word int) diag.Span { return spanOfWord(c.doc.Setup, words, word) }
	c.script(setupName, words, place)
	c.program(setupName, "", words[0], nil, place(0))
}
