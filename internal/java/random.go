package java

// Random is java.util.Random, whose algorithm is part of its specification.
type Random struct{ state uint64 }

const (
	randomMultiplier = 0x5deece66d
	randomMask       = 1<<48 - 1
)

// NewRandom returns what new Random(seed) returns.
func NewRandom(seed int64) *Random {
	return &Random{(uint64(seed) ^ randomMultiplier) & randomMask}
}

func (r *Random) next31() int32 {
	r.state = (r.state*randomMultiplier + 0xb) & randomMask
	return int32(r.state >> (48 - 31))
}

// Intn is nextInt(n): a number from 0 to n-1. It panics when n is not positive.
func (r *Random) Intn(n int32) int32 {
	if n <= 0 {
		panic("java: the bound of a random number must be positive")
	}
	bits := r.next31()
	if n&(n-1) == 0 {
		return int32(int64(n) * int64(bits) >> 31)
	}
	for {
		value := bits % n
		if bits-value+(n-1) >= 0 { // an overflow means that bits is in the last, incomplete range
			return value
		}
		bits = r.next31()
	}
}
