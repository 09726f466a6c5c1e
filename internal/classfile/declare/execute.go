package declare

import "github.com/stormflux/stormflux/internal/classfile"

// execute interprets one instruction (JVMS 6.5). done says that the method returns result.
func (f *frame) execute() (done bool, result value, ex *thrown) {
	switch op := f.u1(); {
	case op <= 20:
		ex = f.constant(op)
	case op <= 45:
		f.load(op)
	case op <= 53:
		ex = f.arrayLoad()
	case op <= 78:
		f.store(op)
	case op <= 86:
		ex = f.arrayStore(op)
	case op <= 95:
		f.shuffle(op)
	case op <= 131:
		ex = f.arithmetic(op)
	case op == 132:
		f.increment(f.u1(), f.s1())
	case op <= 152:
		f.convert(op)
	case op <= 168, op >= 198 && op <= 201:
		f.branch(op)
	case op == 169:
		f.ret(f.u1())
	case op == 170 || op == 171:
		f.switches(op)
	case op <= 176:
		return true, f.pop(), nil
	case op == 177:
		return true, nil, nil
	case op <= 181:
		ex = f.fieldAccess(op)
	case op <= 186:
		ex = f.invoke(op)
	case op <= 189:
		ex = f.allocate(op)
	case op == 196:
		f.wide()
	default:
		ex = f.object(op)
	}
	return false, nil, ex
}

// constant pushes a constant.
func (f *frame) constant(op int) *thrown {
	switch {
	case op == 0: // nop
	case op == 1:
		f.push(nil)
	case op <= 8:
		f.push(int32(op - 3))
	case op <= 10:
		f.push(int64(op - 9))
	case op <= 13:
		f.push(float32(op - 11))
	case op <= 15:
		f.push(float64(op - 14))
	case op == 16:
		f.push(int32(f.s1()))
	case op == 17:
		f.push(int32(f.s2()))
	case op == 18:
		f.push(f.poolConstant(f.u1(), false))
	default:
		f.push(f.poolConstant(f.u2(), op == 20))
	}
	return nil
}

// poolConstant returns a constant of the pool, which takes two slots if it is wide.
func (f *frame) poolConstant(i int, wide bool) value {
	pool := f.class.file.Pool
	var v value
	var ok bool
	switch pool.Tag(i) {
	case classfile.TagInteger:
		v, ok = pool.Integer(i)
	case classfile.TagFloat:
		v, ok = pool.Float(i)
	case classfile.TagLong:
		v, ok = pool.Long(i)
	case classfile.TagDouble:
		v, ok = pool.Double(i)
	case classfile.TagString:
		if v, ok = pool.String(i); !ok {
			return unknown{why: "a string that is not valid Unicode"}
		}
	case classfile.TagClass:
		if name, isClass := pool.Class(i); isClass {
			v, ok = classRef(name), true
		}
	case classfile.TagDynamic:
		d, _ := pool.Dynamic(i)
		v, ok = unknownOf(d.Descriptor, "a dynamic constant"), true
	case classfile.TagMethodType, classfile.TagMethodHandle:
		v, ok = unknown{why: "a method handle"}, true
	}
	if !ok || isWide(v) != wide {
		f.m.malformed("a constant")
	}
	return v
}

func (f *frame) load(op int) {
	if op <= 25 {
		f.push(f.local(f.u1()))
		return
	}
	f.push(f.local((op - 26) % 4))
}

func (f *frame) store(op int) {
	if op <= 58 {
		f.setLocal(f.u1(), f.pop())
		return
	}
	f.setLocal((op-59)%4, f.pop())
}

// shuffle moves values on the stack. A long or double takes one place here, but two for these instructions.
func (f *frame) shuffle(op int) {
	switch op {
	case 87: // pop
		f.pop()
	case 88: // pop2
		if !isWide(f.pop()) {
			f.pop()
		}
	case 89: // dup
		v := f.pop()
		f.push(v)
		f.push(v)
	case 90: // dup_x1
		f.insert(f.popWords(1), f.popWords(1))
	case 91: // dup_x2
		f.insert(f.popWords(1), f.popWords(2))
	case 92: // dup2
		f.insert(f.popWords(2), nil)
	case 93: // dup2_x1
		f.insert(f.popWords(2), f.popWords(1))
	case 94: // dup2_x2
		f.insert(f.popWords(2), f.popWords(2))
	case 95: // swap
		a, b := f.pop(), f.pop()
		f.push(a)
		f.push(b)
	}
}

// popWords takes values of together n words, the lowest first.
func (f *frame) popWords(n int) []value {
	top := f.pop()
	if n == 1 || isWide(top) {
		return []value{top}
	}
	return []value{f.pop(), top}
}

// insert pushes values, what was below them, and the values again.
func (f *frame) insert(values, below []value) {
	for _, list := range [][]value{values, below, values} {
		for _, v := range list {
			f.push(v)
		}
	}
}

func (f *frame) increment(i, by int) {
	switch v := f.local(i).(type) {
	case int32:
		f.setLocal(i, v+int32(by))
	case unknown:
	default:
		f.m.malformed("iinc of something else than an int")
	}
}

// wide interprets an instruction with a long index.
func (f *frame) wide() {
	switch op := f.u1(); {
	case op == 132:
		f.increment(f.u2(), f.s2())
	case op == 169:
		f.ret(f.u2())
	case op >= 21 && op <= 25:
		f.push(f.local(f.u2()))
	case op >= 54 && op <= 58:
		f.setLocal(f.u2(), f.pop())
	default:
		f.m.malformed("an unknown instruction")
	}
}

// returnAddress is where a subroutine of old class files goes on.
type returnAddress int

func (f *frame) ret(i int) {
	to, ok := f.local(i).(returnAddress)
	if !ok {
		f.m.malformed("ret without an address")
	}
	f.next = int(to)
}

// branch interprets jumps.
func (f *frame) branch(op int) {
	switch {
	case op == 167: // goto
		f.jump(f.s2())
	case op == 200: // goto_w
		f.jump(f.s4())
	case op == 168: // jsr
		offset := f.s2()
		f.push(returnAddress(f.next))
		f.jump(offset)
	case op == 201: // jsr_w
		offset := f.s4()
		f.push(returnAddress(f.next))
		f.jump(offset)
	default:
		offset := f.s2()
		if f.condition(op) {
			f.jump(offset)
		}
	}
}

// condition returns whether a conditional jump is taken.
func (f *frame) condition(op int) bool {
	switch {
	case op >= 198: // ifnull, ifnonnull
		v := f.popReference()
		if u, ok := v.(unknown); ok {
			return f.m.decide(u.why)
		}
		return (v == nil) == (op == 198)
	case op >= 165: // if_acmp
		b, a := f.popReference(), f.popReference()
		return f.m.same(a, b) == (op == 165)
	}
	var b int32
	known, why := true, ""
	compare := op - 153
	if op >= 159 {
		b, known, why = popped[int32](f)
		compare = op - 159
	}
	a, aKnown, aWhy := popped[int32](f)
	if !known || !aKnown {
		return f.m.decide(why + aWhy)
	}
	return [...]bool{a == b, a != b, a < b, a >= b, a > b, a <= b}[compare]
}

// same returns whether two references are the same.
func (m *machine) same(a, b value) bool {
	if isUnknown(a) || isUnknown(b) {
		return m.decide(whyOf(a, b))
	}
	switch a := a.(type) {
	case string:
		if b, ok := b.(string); ok && a == b {
			return m.decide("the identity of equal strings")
		}
		return false
	case box:
		if b, ok := b.(box); ok && a == b {
			return m.decide("the identity of equal numbers")
		}
		return false
	case returnAddress:
		m.malformed("an address is compared")
	}
	return a == b
}

// switches interprets tableswitch and lookupswitch.
func (f *frame) switches(op int) {
	for f.next%4 != 0 {
		f.u1()
	}
	otherwise := f.s4()
	key, known, why := popped[int32](f)
	var keys, offsets []int
	if op == 170 {
		low, high := f.s4(), f.s4()
		if high < low || high-low > len(f.code.Bytes) {
			f.m.malformed("a switch")
		}
		for k := low; k <= high; k++ {
			keys, offsets = append(keys, k), append(offsets, f.s4())
		}
	} else {
		n := f.s4()
		if n < 0 || n > len(f.code.Bytes) {
			f.m.malformed("a switch")
		}
		for range n {
			keys, offsets = append(keys, f.s4()), append(offsets, f.s4())
		}
	}
	f.m.step(len(keys))
	if !known {
		f.jump(append(offsets, otherwise)[f.m.choose(len(offsets)+1, why)])
		return
	}
	for i, k := range keys {
		if k == int(key) {
			otherwise = offsets[i]
			break
		}
	}
	f.jump(otherwise)
}
