package classfile

// boxes are the classes of primitive values.
var boxes = map[string]string{
	"boolean": "java.lang.Boolean", "byte": "java.lang.Byte", "char": "java.lang.Character", "double": "java.lang.Double",
	"float": "java.lang.Float", "int": "java.lang.Integer", "long": "java.lang.Long", "short": "java.lang.Short",
}

// BoxOf returns the class of the values of a primitive type: "java.lang.Integer" for "int". It is "" for another type.
func BoxOf(primitive string) string { return boxes[primitive] }

// PrimitiveOf returns the primitive type whose values have a class, or "".
func PrimitiveOf(class string) string {
	for primitive, box := range boxes {
		if box == class {
			return primitive
		}
	}
	return ""
}
