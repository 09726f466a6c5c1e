package classfile

// Flags are the access flags and properties of a class, field or method (JVMS 4.1, 4.5, 4.6). Some bits mean one thing
// for a method and another for a class or field.
type Flags uint16

// The flags.
const (
	Public       Flags = 0x0001
	Private      Flags = 0x0002
	Protected    Flags = 0x0004
	Static       Flags = 0x0008
	Final        Flags = 0x0010
	Super        Flags = 0x0020 // of a class; it has no meaning today
	Synchronized Flags = 0x0020 // of a method
	Volatile     Flags = 0x0040 // of a field
	Bridge       Flags = 0x0040 // of a method
	Transient    Flags = 0x0080 // of a field
	Varargs      Flags = 0x0080 // of a method
	Native       Flags = 0x0100
	Interface    Flags = 0x0200
	Abstract     Flags = 0x0400
	Strict       Flags = 0x0800
	Synthetic    Flags = 0x1000
	Annotation   Flags = 0x2000
	Enum         Flags = 0x4000
	Module       Flags = 0x8000
)

// Has reports whether all bits of want are set.
func (f Flags) Has(want Flags) bool { return f&want == want }
