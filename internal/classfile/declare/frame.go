package declare

import (
	"slices"

	"github.com/stormflux/stormflux/internal/classfile"
)

// code is the body of a method.
type code struct{ classfile.Code }

// code returns the body of a method; nil if it has none.
func (w *world) code(method *classfile.Method) *code {
	if c, ok := w.codes[method]; ok {
		return c
	}
	var made *code
	if body, ok := method.Code(); ok {
		made = &code{body}
	}
	w.codes[method] = made
	return made
}

// frame is a call of a method of the class path.
type frame struct {
	m      *machine
	class  *class
	method *classfile.Method
	code   *code
	parent *frame
	locals []value
	stack  []value
	// at is the offset of the current instruction, next that of the one after it.
	at, next int
	guarded  bool // a caller has a handler for exceptions here
}

// isGuarded reports whether some code could catch an exception of the current instruction.
func (f *frame) isGuarded() bool {
	return f.guarded || slices.ContainsFunc(f.code.Handlers, f.covered)
}

func (f *frame) covered(h classfile.Handler) bool { return h.Start <= f.at && f.at < h.End }

// run interprets the method.
func (f *frame) run() (value, *thrown) {
	for {
		f.m.step(1)
		f.at = f.next
		done, result, ex := f.execute()
		f.m.frame = f
		if ex != nil && !f.catch(ex) {
			return nil, ex
		}
		if done {
			return result, nil
		}
	}
}

// catch goes on at the handler of an exception, and reports whether there is one.
func (f *frame) catch(ex *thrown) bool {
	for _, h := range f.code.Handlers {
		if !f.covered(h) {
			continue
		}
		if h.Catch != 0 {
			name, ok := f.class.file.Pool.Class(h.Catch)
			if !ok {
				f.m.malformed("an exception handler")
			}
			if name != "java.lang.Throwable" && !f.m.isInstance(ex.exception, name) {
				continue
			}
		}
		f.stack = append(f.stack[:0], ex.exception)
		f.next = h.Target
		return true
	}
	return false
}

// u1 reads the next byte of the instruction.
func (f *frame) u1() int {
	if f.next < 0 || f.next >= len(f.code.Bytes) {
		f.m.malformed("code has no end")
	}
	f.next++
	return int(f.code.Bytes[f.next-1])
}

func (f *frame) s1() int { return int(int8(f.u1())) }
func (f *frame) u2() int { return f.u1()<<8 | f.u1() }
func (f *frame) s2() int { return int(int16(f.u2())) }
func (f *frame) s4() int { return int(int32(uint32(f.u2())<<16 | uint32(f.u2()))) }

func (f *frame) push(v value) {
	if len(f.stack) > f.code.MaxStack {
		f.m.malformed("the stack overflows")
	}
	f.stack = append(f.stack, v)
}

func (f *frame) pop() value {
	if len(f.stack) == 0 {
		f.m.malformed("the stack is empty")
	}
	v := f.stack[len(f.stack)-1]
	f.stack = f.stack[:len(f.stack)-1]
	return v
}

// popped takes a value of a Go type; known is false if the value is unknown.
func popped[T any](f *frame) (v T, known bool, why string) {
	switch p := f.pop().(type) {
	case T:
		return p, true, ""
	case unknown:
		return v, false, p.why
	}
	f.m.malformed("a value has the wrong type")
	return v, false, ""
}

// popReference takes a reference, null or unknown.
func (f *frame) popReference() value {
	v := f.pop()
	switch v.(type) {
	case int32, int64, float32, float64:
		f.m.malformed("a number is used as an object")
	}
	return v
}

// popArgs takes the arguments of a call.
func (f *frame) popArgs(n int) []value {
	if n > len(f.stack) {
		f.m.malformed("the stack is empty")
	}
	args := slices.Clone(f.stack[len(f.stack)-n:])
	f.stack = f.stack[:len(f.stack)-n]
	return args
}

func (f *frame) local(i int) value {
	if i >= len(f.locals) {
		f.m.malformed("there is no such variable")
	}
	return f.locals[i]
}

func (f *frame) setLocal(i int, v value) {
	if i >= len(f.locals) {
		f.m.malformed("there is no such variable")
	}
	f.locals[i] = v
}

// jump goes on at an offset from the current instruction.
func (f *frame) jump(offset int) { f.next = f.at + offset }
