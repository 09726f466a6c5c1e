package local

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/stormflux/stormflux/internal/java"
)

// partialKeyFields reads the field names out of a serialised PartialKeyGrouping. Storm's IDL has no partial key grouping:
// a topology holds this Java object in serialised form. The engine understands only this class, in the form of Storm 2.
func partialKeyFields(serialized []byte) ([]string, error) {
	grouping, err := java.Deserialize(serialized)
	if err != nil || grouping.Class.Name != "org.apache.storm.grouping.PartialKeyGrouping" {
		return nil, errors.New("it is not Storm's PartialKeyGrouping, and no other Java class can be run here")
	}
	tuple, _ := grouping.Field("fields").(*java.Object) // org.apache.storm.tuple.Fields
	if tuple == nil {
		return nil, errors.New("the PartialKeyGrouping has no fields")
	}
	list, _ := tuple.Field("fields").(*java.Object)
	elements, ok := list.List()
	if !ok {
		return nil, errors.New("the PartialKeyGrouping has no list of fields")
	}
	var fields []string
	for _, e := range elements {
		name, ok := e.(string)
		if !ok {
			return nil, fmt.Errorf("the PartialKeyGrouping's list of fields holds a %T", e)
		}
		fields = append(fields, name)
	}
	return fields, nil
}

// partialKeyPair returns the two targets, as indexes below n, that a key may go to, from the hashes of its values.
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
