package declare

import "math"

// number is a type on which the JVM calculates.
type number interface {
	int32 | int64 | float32 | float64
}

// arithmetic calculates (opcodes iadd to lxor).
func (f *frame) arithmetic(op int) *thrown {
	if op >= 120 {
		f.bits(op)
		return nil
	}
	if op >= 116 {
		f.negate()
		return nil
	}
	switch (op - 96) % 4 {
	case 0:
		return calculate(f, op, func(a, b int32) (int32, bool) { return integers(a, b, op) })
	case 1:
		return calculate(f, op, func(a, b int64) (int64, bool) { return integers(a, b, op) })
	case 2:
		return calculate(f, op, func(a, b float32) (float32, bool) { return floats(a, b, op), true })
	}
	return calculate(f, op, func(a, b float64) (float64, bool) { return floats(a, b, op), true })
}

// calculate applies an operation to the two values on the stack. ok is false for a division by zero.
func calculate[T number](f *frame, op int, apply func(a, b T) (result T, ok bool)) *thrown {
	b, bKnown, bWhy := popped[T](f)
	a, aKnown, aWhy := popped[T](f)
	if !aKnown || !bKnown {
		f.push(unknown{wide: isWide(a), why: aWhy + bWhy})
		if op >= 108 && !bKnown {
			return f.m.mayThrow("a division by " + bWhy)
		}
		return nil
	}
	result, ok := apply(a, b)
	if !ok {
		return f.m.throw("java.lang.ArithmeticException", "/ by zero")
	}
	f.push(result)
	return nil
}

func integers[T int32 | int64](a, b T, op int) (T, bool) {
	switch (op - 96) / 4 {
	case 0:
		return a + b, true
	case 1:
		return a - b, true
	case 2:
		return a * b, true
	}
	switch {
	case b == 0:
		return 0, false
	case b == -1: // Go's quotient of the smallest number is the smallest number, as Java's
		if op < 112 {
			return -a, true
		}
		return 0, true
	case op < 112:
		return a / b, true
	}
	return a % b, true
}

func floats[T float32 | float64](a, b T, op int) T {
	switch (op - 96) / 4 {
	case 0:
		return a + b
	case 1:
		return a - b
	case 2:
		return a * b
	case 3:
		return a / b
	}
	return T(math.Mod(float64(a), float64(b)))
}

func (f *frame) negate() {
	switch v := f.pop().(type) {
	case int32:
		f.push(-v)
	case int64:
		f.push(-v)
	case float32:
		f.push(-v)
	case float64:
		f.push(-v)
	case unknown:
		f.push(v)
	default:
		f.m.malformed("a value has the wrong type")
	}
}

// bits interprets shifts, and, or, xor.
func (f *frame) bits(op int) {
	long := op%2 == 1
	if op <= 125 {
		n, nKnown, nWhy := popped[int32](f)
		if long {
			a, known, why := popped[int64](f)
			f.pushKnown(shift64(a, uint(n)&63, op), known && nKnown, why+nWhy)
			return
		}
		a, known, why := popped[int32](f)
		f.pushKnown(shift32(a, uint(n)&31, op), known && nKnown, why+nWhy)
		return
	}
	if long {
		b, bKnown, bWhy := popped[int64](f)
		a, aKnown, aWhy := popped[int64](f)
		f.pushKnown(logic(a, b, op), aKnown && bKnown, aWhy+bWhy)
		return
	}
	b, bKnown, bWhy := popped[int32](f)
	a, aKnown, aWhy := popped[int32](f)
	f.pushKnown(logic(a, b, op), aKnown && bKnown, aWhy+bWhy)
}

// pushKnown pushes a value, or an unknown one of the same size.
func (f *frame) pushKnown(v value, known bool, why string) {
	if !known {
		v = unknown{wide: isWide(v), why: why}
	}
	f.push(v)
}

func shift32(a int32, n uint, op int) int32 {
	switch op {
	case 120:
		return a << n
	case 122:
		return a >> n
	}
	return int32(uint32(a) >> n)
}

func shift64(a int64, n uint, op int) int64 {
	switch op {
	case 121:
		return a << n
	case 123:
		return a >> n
	}
	return int64(uint64(a) >> n)
}

func logic[T int32 | int64](a, b T, op int) T {
	switch {
	case op < 128:
		return a & b
	case op < 130:
		return a | b
	}
	return a ^ b
}

// conversions are the types that i2l to i2s make: the first letters of their names.
const conversions = "lfdifdildilfbcs"

// convert converts numbers, and compares longs and floats.
func (f *frame) convert(op int) {
	if op >= 148 {
		f.compare(op)
		return
	}
	to := conversions[op-133]
	switch v := f.pop().(type) {
	case unknown:
		v.wide = to == 'l' || to == 'd'
		f.push(v)
	case int32:
		f.push(converted(to, int64(v), float32(v), float64(v)))
	case int64:
		f.push(converted(to, v, float32(v), float64(v)))
	case float32:
		f.push(convertedFloat(to, float64(v)))
	case float64:
		f.push(convertedFloat(to, v))
	default:
		f.m.malformed("a value has the wrong type")
	}
}

func converted(to byte, l int64, f float32, d float64) value {
	switch to {
	case 'l':
		return l
	case 'f':
		return f
	case 'd':
		return d
	case 'b':
		return int32(int8(l))
	case 'c':
		return int32(uint16(l))
	case 's':
		return int32(int16(l))
	}
	return int32(l)
}

func convertedFloat(to byte, f float64) value {
	switch to {
	case 'i':
		return int32(saturate(f, math.MinInt32, math.MaxInt32))
	case 'l':
		return saturate(f, math.MinInt64, math.MaxInt64)
	}
	return converted(to, 0, float32(f), f)
}

// saturate converts to an integer as d2i and d2l do.
func saturate(f float64, least, most int64) int64 {
	switch {
	case f != f:
		return 0
	case f >= float64(most):
		return most
	case f <= float64(least):
		return least
	}
	return int64(f)
}

func (f *frame) compare(op int) {
	switch op {
	case 148:
		compared[int64](f, 0)
	case 149:
		compared[float32](f, -1)
	case 150:
		compared[float32](f, 1)
	case 151:
		compared[float64](f, -1)
	case 152:
		compared[float64](f, 1)
	}
}

// compared pushes -1, 0 or 1; unordered is the result for NaN.
func compared[T int64 | float32 | float64](f *frame, unordered int32) {
	b, bKnown, bWhy := popped[T](f)
	a, aKnown, aWhy := popped[T](f)
	result := unordered
	switch {
	case a < b:
		result = -1
	case a > b:
		result = 1
	case a == b:
		result = 0
	}
	f.pushKnown(result, aKnown && bKnown, aWhy+bWhy)
}
