package local

import (
	"encoding/binary"

	"github.com/stormflux/stormflux/internal/java"
)

// partialKeyPair returns the two targets, as indexes below n, for a key with these hashes of its values.
// See PartialKeyGrouping.RandomTwoTaskAssignmentCreator: the key's bytes seed a java.util.Random.
func partialKeyPair(hashes []int32, n int) (first, second int) {
	key := make([]byte, 0, 64)
	for _, h := range hashes {
		key = binary.BigEndian.AppendUint32(key, uint32(h))
	}
	random := java.NewRandom(int64(java.HashBytes(key)))
	first = int(random.Intn(int32(n)))
	second = int(random.Intn(int32(n)))
	if first == second {
		second = (second + 1) % n
	}
	return first, second
}
