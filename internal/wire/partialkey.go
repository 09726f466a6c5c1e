package wire

import (
	"bytes"

	"github.com/stormflux/stormflux/internal/java"
)

// serializePartialKey returns Java's serialised form of a new org.apache.storm.grouping.PartialKeyGrouping on the given
// fields. Thrift has no partial key grouping. Storm's own TopologyBuilder.serializePartialKey therefore puts this form
// into a topology as custom_serialized.
//
// Class names, fields and serialVersionUIDs are the same in all versions of Storm from 2.0.0 to 2.8.3.
func serializePartialKey(fields []string) []byte {
	const (
		class      = "org.apache.storm.grouping.PartialKeyGrouping"
		descriptor = "Lorg/apache/storm/grouping/PartialKeyGrouping"
		fieldsType = "Lorg/apache/storm/tuple/Fields;"
	)
	var names []any
	var index []java.Entry
	for i, f := range fields {
		names = append(names, f)
		index = append(index, java.Entry{Key: f, Value: java.NewInteger(int32(i))})
	}
	return java.Serialize(&java.Object{
		Class: &java.Class{Name: class, UID: 0xe8ca94eb892f55c0, Fields: []java.Field{
			{Name: "assignmentCreator", Type: descriptor + "$AssignmentCreator;"},
			{Name: "fields", Type: fieldsType},
			{Name: "outFields", Type: fieldsType},
			{Name: "targetSelector", Type: descriptor + "$TargetSelector;"},
			{Name: "targetTasks", Type: "Ljava/util/List;"},
		}},
		Fields: []any{
			&java.Object{Class: &java.Class{Name: class + "$RandomTwoTaskAssignmentCreator", UID: 0xe9d5ac079bbbd5fa}},
			&java.Object{
				Class: &java.Class{Name: "org.apache.storm.tuple.Fields", UID: 0xd11f2ce2c2edfb00, Fields: []java.Field{
					{Name: "fields", Type: "Ljava/util/List;"}, {Name: "index", Type: "Ljava/util/Map;"},
				}},
				Fields: []any{java.NewArrayList(names...), java.NewHashMap(index...)},
			},
			nil, // outFields
			&java.Object{
				Class: &java.Class{Name: class + "$BalancedTargetSelector", UID: 0x590faffd990c4335, Fields: []java.Field{
					{Name: "targetTaskStats", Type: "Ljava/util/Map;"},
				}},
				Fields: []any{java.NewHashMap()},
			},
			nil, // targetTasks
		},
	})
}

// deserializePartialKey returns the fields of a serialised PartialKeyGrouping. It reports false for everything that
// serializePartialKey would not write again byte for byte, so no information of another object gets lost.
func deserializePartialKey(data []byte) ([]string, bool) {
	grouping, err := java.Deserialize(data)
	if err != nil {
		return nil, false
	}
	tupleFields, _ := grouping.Field("fields").(*java.Object) // org.apache.storm.tuple.Fields
	if tupleFields == nil {
		return nil, false
	}
	list, _ := tupleFields.Field("fields").(*java.Object)
	elements, ok := list.List()
	if !ok {
		return nil, false
	}
	fields := make([]string, len(elements))
	for i, e := range elements {
		if fields[i], ok = e.(string); !ok {
			return nil, false
		}
	}
	return fields, bytes.Equal(serializePartialKey(fields), data)
}
