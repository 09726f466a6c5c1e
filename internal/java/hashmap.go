package java

import (
	"cmp"
	"slices"
)

// SortAsHashMap sorts entries into the order in which Java visits a java.util.HashMap with these string keys. Java's order
// within one bucket depends on the order of insertion, which is not known here; such keys are sorted by name.
func SortAsHashMap[E any](entries []E, key func(E) string) {
	buckets := hashMapBuckets(len(entries))
	slices.SortFunc(entries, func(a, b E) int {
		ka, kb := key(a), key(b)
		return cmp.Or(cmp.Compare(hashMapBucket(ka, buckets), hashMapBucket(kb, buckets)), CompareStrings(ka, kb))
	})
}

const hashMapLoadFactor = 0.75

// hashMapBuckets returns how many buckets a HashMap has after it has grown to n entries.
func hashMapBuckets(n int) int {
	buckets := 16
	for float64(buckets)*hashMapLoadFactor < float64(n) {
		buckets *= 2
	}
	return buckets
}

func hashMapBucket(key string, buckets int) int {
	h := uint32(HashString(key))
	return int((h ^ h>>16) & uint32(buckets-1))
}
