package clojure

import (
	"maps"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/classfile"
)

// className returns the symbol of a class and imports the class. If another class has the same simple name, the symbol
// is the full name.
func (e *emitter) className(class string) string {
	at := strings.LastIndexByte(class, '.')
	simple := class[at+1:]
	if class == "java.lang."+simple && importedByDefault[simple] || class == "java.math."+simple && importedByDefault[simple] {
		return simple
	}
	if importedByDefault[simple] || e.imports[simple] != "" && e.imports[simple] != class {
		return class
	}
	e.imports[simple] = class
	return simple
}

// classValue returns the form of a class as a value.
func (e *emitter) classValue(t classfile.Type) *form {
	if t.IsArray() {
		return call("Class/forName", atom(quote(t.ClassName())))
	}
	return atom(e.className(t.Name))
}

// importForms returns the imports as the ns form has them: a package with its classes, or a class without a package.
func (e *emitter) importForms() []*form {
	classes := map[string][]*form{}
	for _, simple := range slices.Sorted(maps.Keys(e.imports)) {
		pkg, _, _ := cutLast(e.imports[simple])
		classes[pkg] = append(classes[pkg], atom(simple))
	}
	var forms []*form
	for _, pkg := range slices.Sorted(maps.Keys(classes)) {
		if pkg == "" {
			forms = append(forms, classes[pkg]...)
			continue
		}
		forms = append(forms, vector(append([]*form{atom(pkg)}, classes[pkg]...)...))
	}
	return forms
}

// cutLast cuts a name at its last dot. Without a dot, all of it is behind.
func cutLast(name string) (before, after string, found bool) {
	at := strings.LastIndexByte(name, '.')
	if at < 0 {
		return "", name, false
	}
	return name[:at], name[at+1:], true
}

// writeImports writes the imports of the ns form.
func (e *emitter) writeImports(b *strings.Builder) {
	forms := e.importForms()
	if len(forms) == 0 {
		return
	}
	const indent = "           "
	b.WriteString("\n  (:import ")
	for i, f := range forms {
		if i > 0 {
			b.WriteString("\n" + indent)
		}
		l := &layout{col: len(indent)}
		l.form(f, 1)
		b.WriteString(l.b.String())
	}
	b.WriteString(")")
}

// importedByDefault are the classes that every namespace imports (RT.DEFAULT_IMPORTS of Clojure 1.5 to 1.12).
var importedByDefault = func() map[string]bool {
	all := map[string]bool{}
	for name := range strings.FieldsSeq(`
		Boolean Byte Character Class ClassLoader Compiler Double Enum Float InheritableThreadLocal Integer Long Math Number
		Object Package Process ProcessBuilder Runtime RuntimePermission SecurityManager Short StackTraceElement StrictMath
		String StringBuffer StringBuilder System Thread ThreadGroup ThreadLocal Throwable Void Appendable CharSequence
		Cloneable Comparable Iterable Readable Runnable Callable BigInteger BigDecimal ArithmeticException
		ArrayIndexOutOfBoundsException ArrayStoreException ClassCastException ClassNotFoundException
		CloneNotSupportedException EnumConstantNotPresentException Exception IllegalAccessException
		IllegalArgumentException IllegalMonitorStateException IllegalStateException IllegalThreadStateException
		IndexOutOfBoundsException InstantiationException InterruptedException NegativeArraySizeException
		NoSuchFieldException NoSuchMethodException NullPointerException NumberFormatException RuntimeException
		SecurityException StringIndexOutOfBoundsException TypeNotPresentException UnsupportedOperationException
		AbstractMethodError AssertionError ClassCircularityError ClassFormatError Error ExceptionInInitializerError
		IllegalAccessError IncompatibleClassChangeError InstantiationError InternalError LinkageError NoClassDefFoundError
		NoSuchFieldError NoSuchMethodError OutOfMemoryError StackOverflowError ThreadDeath UnknownError
		UnsatisfiedLinkError UnsupportedClassVersionError VerifyError VirtualMachineError Thread$UncaughtExceptionHandler
		Thread$State Deprecated Override SuppressWarnings`) {
		all[name] = true
	}
	return all
}()
