package topology

// Grouping decides which tasks of a bolt get a tuple. It is one of the types below.
type Grouping interface {
	// Name returns the grouping's name in the language, such as "local-or-shuffle".
	Name() string
}

// The groupings without parameters.
type (
	Shuffle        struct{} // any task, evenly
	LocalOrShuffle struct{} // a task in the same worker if there is one, else like Shuffle
	All            struct{} // every task
	Global         struct{} // the task with the lowest id
	None           struct{} // any task; Storm promises nothing else
	Direct         struct{} // the task that the sender names
)

// Fields sends equal values of the named fields to the same task.
type Fields struct{ Names []string }

// PartialKey sends equal values of the named fields to one of two tasks: the less busy one of the two
// (org.apache.storm.grouping.PartialKeyGrouping).
type PartialKey struct{ Names []string }

// Custom is a JVM object that implements CustomStreamGrouping and is not a [PartialKey]. Object is not a [*Process].
type Custom struct{ Object Code }

func (Shuffle) Name() string        { return "shuffle" }
func (LocalOrShuffle) Name() string { return "local-or-shuffle" }
func (All) Name() string            { return "all" }
func (Global) Name() string         { return "global" }
func (None) Name() string           { return "none" }
func (Direct) Name() string         { return "direct" }
func (Fields) Name() string         { return "fields" }
func (PartialKey) Name() string     { return "partial-key" }
func (Custom) Name() string         { return "custom" }

// FieldNames returns the fields that a grouping groups by. For a grouping without fields it returns nil.
func FieldNames(g Grouping) []string {
	switch g := g.(type) {
	case Fields:
		return g.Names
	case PartialKey:
		return g.Names
	}
	return nil
}
