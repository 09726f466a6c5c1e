// Package foreign has what the readers of other systems' files share. Each system has a package below it.
package foreign

import "fmt"

// Fault is what is wrong in a file of another system, or what stormflux does not understand in it.
type Fault struct {
	File    string
	Line    int // 0: the whole file
	Column  int
	Message string
}

// Error returns file:line:column: message.
func (f *Fault) Error() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s: %s", f.File, f.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Column, f.Message)
}
