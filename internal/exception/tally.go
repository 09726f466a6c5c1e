package exception

import "fmt"

// maxKinds is how many kinds of errors a Tally tells apart: messages may hold a number that always changes.
const maxKinds = 1000

// A Tally counts errors that look the same. The zero value is empty.
type Tally struct {
	kinds []Kind
	index map[kindKey]int
}

// A Kind is an error that happened Count times in a component.
type Kind struct {
	Component string
	Exception Exception
	Count     int
}

type kindKey struct {
	component string
	exception Exception
}

// Add counts an error, and returns its kind with the new count.
func (t *Tally) Add(component string, e Exception) Kind {
	key := kindKey{component, e}
	i, ok := t.index[key]
	if !ok {
		if len(t.kinds) == maxKinds {
			return Kind{component, e, 1}
		}
		if t.index == nil {
			t.index = map[kindKey]int{}
		}
		i = len(t.kinds)
		t.index[key] = i
		t.kinds = append(t.kinds, Kind{Component: component, Exception: e})
	}
	t.kinds[i].Count++
	return t.kinds[i]
}

// Count returns how often an exception was counted for a component.
func (t *Tally) Count(component string, e Exception) int {
	if i, ok := t.index[kindKey{component, e}]; ok {
		return t.kinds[i].Count
	}
	return 0
}

// Kinds returns the errors of a component in the order of their first occurrence.
func (t *Tally) Kinds(component string) (kinds []Kind) {
	for _, k := range t.kinds {
		if k.Component == component {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// String returns the exception, with its count if it happened more than once.
func (k Kind) String() string {
	if k.Count > 1 {
		return fmt.Sprintf("%s ×%d", k.Exception, k.Count)
	}
	return k.Exception.String()
}
