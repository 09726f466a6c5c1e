package topology

// Grouping says which tasks of a bolt get a tuple. It is one of the types below.
type Grouping interface {
	// Name returns the grouping's name in the language, such as "local-or-shuffle".
	Name() string
}

// The groupings that have no more to say than their name.
type (
	Shuffle        struct{} // any task, evenly
	LocalOrShuffle struct{} // a task in the same worker where there is one, else as Shuffle
	All            struct{} // every task
	Global         struct{} // the task with the lowest id
	None           struct{} // any task; Storm promises no more
	Direct         struct{} // the task that the sender names
)

// Fields sends equal values of the named fields to the same task.
type Fields struct{ Names []string }

// PartialKey sends equal values of the named fields to one of two tasks, the less busy one
// (org.apache.storm.grouping.PartialKeyGrouping).
type PartialKey struct{ Names []string }

// CustomObject is a JVM class that implements CustomStreamGrouping.
type CustomObject struct{ Object *JavaObject }

// CustomSerialized is a serialised object that implements CustomStreamGrouping, other than a [PartialKey].
type CustomSerialized struct{ Object SerializedJava }

func (Shuffle) Name() string          { return "shuffle" }
func (LocalOrShuffle) Name() string   { return "local-or-shuffle" }
func (All) Name() string              { return "all" }
func (Global) Name() string           { return "global" }
func (None) Name() string             { return "none" }
func (Direct) Name() string           { return "direct" }
func (Fields) Name() string           { return "fields" }
func (PartialKey) Name() string       { return "partial-key" }
func (CustomObject) Name() string     { return "custom" }
func (CustomSerialized) Name() string { return "custom" }

// FieldNames returns the fields that a grouping groups by; nil for a grouping without fields.
func FieldNames(g Grouping) []string {
	switch g := g.(type) {
	case Fields:
		return g.Names
	case PartialKey:
		return g.Names
	}
	return nil
}
