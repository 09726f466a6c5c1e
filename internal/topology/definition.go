package topology

// Definition says how a worker makes a JVM object: a spout, a bolt, a custom grouping or a worker hook. Storm's own
// [JavaObject] can only call a constructor with arguments of boxed types, and knows no setters.
type Definition struct {
	// Component is the id of the component that needs the object, for messages. It is "" for a worker hook.
	Component string
	// Objects are made in this order, each once, so the references of one definition share them. The last one is the object
	// that is wanted; the others are what it refers to.
	Objects []*Object
}

// Root returns the object that is wanted.
func (d *Definition) Root() *Object { return d.Objects[len(d.Objects)-1] }

// WithoutPlaces returns a copy without the ids of its objects and the places in a file, which are for messages.
func (d *Definition) WithoutPlaces() *Definition {
	bare := &Definition{Component: d.Component}
	for _, o := range d.Objects {
		object := *o
		object.ID, object.Place, object.Steps = "", "", nil
		for _, s := range o.Steps {
			step := *s
			step.Place = ""
			object.Steps = append(object.Steps, &step)
		}
		bare.Objects = append(bare.Objects, &object)
	}
	return bare
}

// Object is one JVM object of a [Definition].
type Object struct {
	Class   string // with "$" before the name of an inner class
	ID      string // in the file's `components`, for messages; may be ""
	Place   string // FILE:LINE, for messages; may be ""
	Factory string // a static method that makes the object; "" for a constructor
	Args    []any  // of the constructor or factory; see [Argument]
	Steps   []*Step
}

// Step changes an object after its construction. Either Property or Method is set.
type Step struct {
	Property string // its setter, or the public field if there is no setter
	Method   string
	Args     []any // the value of a property, or the arguments of a method; see [Argument]
	Place    string
}

// Argument is a value for making a JVM object: nil, bool, int64, *big.Int, float64, string, [Date], [Bytes], []any,
// [Map] or [Ref]. An integer becomes an Integer, a Long or a BigInteger, the first that can hold it.
type Argument = any

// Map is a map that keeps the order of its entries. Keys and values are Arguments.
type Map []MapEntry

// MapEntry is an entry of a [Map].
type MapEntry struct{ Key, Value any }

// Ref is the index of an earlier object of the same [Definition].
type Ref int

// Bytes is a byte[], in a string.
type Bytes string

// Date is a java.util.Date: milliseconds since 1970-01-01 UTC.
type Date int64
