package topology

// Code is what a component runs: a [*Process], a [*Definition], a [*JavaObject] or [SerializedJava].
type Code interface{ code() }

// Process is a process that speaks Storm's multilang protocol. It starts in the resources folder of the unpacked jar.
//
// Storm's ShellComponent holds two words and no environment. If a component needs more, the two words start a launcher,
// and the launcher does the rest.
type Process struct {
	// Words are the program and its arguments. Storm passes them on as they are: no shell, no splitting.
	Words []string
}

// JavaObject is a JVM class with the arguments of its constructor. Storm looks for a constructor whose parameters have
// exactly the boxed types of the arguments (Utils.getSetComponentObject). If it finds none, it only logs that.
type JavaObject struct {
	Class string
	// Args are int32, int64, float64, bool, string and []byte values: Integer, Long, Double, Boolean, String, ByteBuffer.
	Args []any
}

// SerializedJava is an object in the format of java.io.ObjectOutputStream. Its content is opaque to the model.
type SerializedJava []byte

func (*Process) code()       {}
func (*Definition) code()    {}
func (*JavaObject) code()    {}
func (SerializedJava) code() {}
