package asyaml

import (
	"github.com/stormflux/stormflux/internal/java"
	"github.com/stormflux/stormflux/internal/topology"
)

// serialized says what is known of a component that is a serialised Java object: its class.
func (c *Component) serialized(code topology.Code) {
	class := className(code)
	c.Object = &Object{Class: class}
	if class == "" {
		c.Object.Class = "unknown"
		c.Notes = append(c.Notes, "The cluster has this as a serialised Java object that stormflux cannot read. Name its class.")
		return
	}
	c.Notes = append(c.Notes, "The cluster has this as a serialised Java object. Add the arguments of its constructor and its properties.")
}

// wrappers are Storm's own classes around a user's object, with the field that holds it (storm-client 2.8.3, package
// topology).
var wrappers = map[string]string{
	"org.apache.storm.topology.BasicBoltExecutor":              "bolt",
	"org.apache.storm.topology.WindowedBoltExecutor":           "bolt",
	"org.apache.storm.topology.StatefulBoltExecutor":           "bolt",
	"org.apache.storm.topology.StatefulWindowedBoltExecutor":   "statefulWindowedBolt",
	"org.apache.storm.topology.PersistentWindowedBoltExecutor": "statefulWindowedBolt",
	"org.apache.storm.topology.CheckpointTupleForwarder":       "bolt",
	"org.apache.storm.coordination.CoordinatedBolt":            "delegate",
	"backtype.storm.topology.BasicBoltExecutor":                "_bolt",
}

// className returns the class of a user's object, or "" if it cannot be read.
func className(code topology.Code) string {
	data, ok := code.(topology.SerializedJava)
	if !ok {
		return ""
	}
	o, err := java.Deserialize(data)
	if err != nil {
		return java.ClassOf(data)
	}
	for field := wrappers[o.Class.Name]; field != ""; field = wrappers[o.Class.Name] {
		inner, ok := o.Field(field).(*java.Object)
		if !ok {
			break
		}
		o = inner
	}
	return o.Class.Name
}
