package stormtest

import (
	"context"
	"encoding/json"
	"fmt"
)

// Protocol is the Thrift protocol of a topology's bytes.
type Protocol uint8

// The protocols. The zero value is invalid.
const (
	Binary Protocol = iota + 1
	Compact
)

func (p Protocol) name() string {
	switch p {
	case Binary:
		return "binary"
	case Compact:
		return "compact"
	}
	panic(fmt.Sprintf("stormtest: invalid protocol %d", p))
}

// ReadTopology has Storm's generated classes read a StormTopology and returns it as canonical JSON: equal
// topologies have equal bytes. Keys are sorted and named as in storm.thrift:
//
//	{"bolts": {"count": {"bolt_object": {"shell": {"execution_command": "python3", "script": "count.py"}},
//	                     "common": {"inputs": [{"componentId": "split", "grouping": {"fields": ["word"]}, "streamId": "default"}],
//	                                "json_conf": {"topology.tasks": 4},
//	                                "parallelism_hint": 2,
//	                                "streams": {"default": {"direct": false, "output_fields": ["word", "count"]}}}}},
//	 "spouts": {...}, "state_spouts": {}, "storm_version": "2.8.3"}
//
// Inputs are sorted by component and stream. A field that is not set is absent; json_conf is parsed as Storm parses it.
// serialized_java, custom_serialized and worker hooks are shown as by [Judge.Deserialize], or as {"unreadable": why}.
// Groupings without arguments have the value {}. Bytes that are no topology are a [*Refusal].
func (j *Judge) ReadTopology(ctx context.Context, topology []byte, protocol Protocol) (json.RawMessage, error) {
	var result json.RawMessage
	err := j.ask(ctx, "readTopology", map[string]any{"topology": topology, "protocol": protocol.name()}, &result)
	return result, err
}

// MakeTopology is [Judge.ReadTopology] with the objects that stormflux's adapter makes on a worker, in place of their
// definitions. [JudgeOptions.Classpath] must have the adapter. An object that cannot be made is a [*Refusal].
func (j *Judge) MakeTopology(ctx context.Context, topology []byte, protocol Protocol) (json.RawMessage, error) {
	var result json.RawMessage
	err := j.ask(ctx, "readTopology", map[string]any{"topology": topology, "protocol": protocol.name(), "made": true}, &result)
	return result, err
}

// ValidateConf asks Storm's ConfigValidation about a topology configuration, which is parsed as Nimbus parses it.
// nil means that it is accepted. Component configurations are never validated by Storm.
func (j *Judge) ValidateConf(ctx context.Context, conf string) error {
	var ok string
	return j.ask(ctx, "validateConf", map[string]any{"conf": conf}, &ok)
}

// Submission is what a client sends to Nimbus.
type Submission struct {
	Name     string
	Conf     string // JSON; "" means {}
	Topology []byte // Thrift
	Protocol Protocol
	// NimbusConf are entries of the Nimbus's storm.yaml, for example nimbus.slots.perTopology.
	NimbusConf map[string]any
}

func (s Submission) question() (map[string]any, error) {
	question := map[string]any{"topology": s.Topology, "protocol": s.Protocol.name(), "name": s.Name, "conf": s.Conf}
	if s.Conf == "" {
		question["conf"] = "{}"
	}
	if s.NimbusConf != nil {
		// As text: Storm reads it with its own parser.
		conf, err := json.Marshal(s.NimbusConf)
		if err != nil {
			return nil, fmt.Errorf("asking the judge: %w", err)
		}
		question["nimbusConf"] = string(conf)
	}
	return question, nil
}

// ValidateTopology does what Nimbus does in submitTopologyWithOpts, in its order: the name, the configuration,
// the topology validator, memory against the worker's heap, the version, ids, structure and sizes. nil means that it is
// accepted. An exception that is not an InvalidTopologyException reaches a client as "Internal error processing".
// Authorization, names in use, blobs and what the Resource Aware Scheduler adds need a cluster and are not asked.
func (j *Judge) ValidateTopology(ctx context.Context, submission Submission) error {
	question, err := submission.question()
	if err != nil {
		return err
	}
	var ok string
	return j.ask(ctx, "validateTopology", question, &ok)
}

// TaskIDs returns the component of each task as Storm numbers them, system components included. The name is not used.
func (j *Judge) TaskIDs(ctx context.Context, submission Submission) (map[int]string, error) {
	question, err := submission.question()
	if err != nil {
		return nil, err
	}
	var result map[int]string
	err = j.ask(ctx, "taskIds", question, &result)
	return result, err
}

// FluxOptions are options of Flux's command line.
type FluxOptions struct {
	Properties string // --filter: a properties file; "" means none, with which Flux dies of any ${}
	Env        bool   // --env-filter
}

// FluxTopology is what Flux made of a YAML file.
type FluxTopology struct {
	Name     string          `json:"name"`     // "" also when the file has none
	Conf     json.RawMessage `json:"conf"`     // the topology configuration as canonical JSON
	Topology json.RawMessage `json:"topology"` // as [Judge.ReadTopology] returns it
	Thrift   []byte          `json:"thrift"`   // the same in Thrift's binary protocol
}

// Flux has Flux's own parser and builder read a YAML file. Classes that the file names have to be in
// [JudgeOptions.Classpath] or in Flux's jars. Flux's mistakes are answers too: most are a [*Refusal] with a
// NullPointerException.
func (j *Judge) Flux(ctx context.Context, file string, options FluxOptions) (*FluxTopology, error) {
	question := map[string]any{"file": file, "env": options.Env}
	if options.Properties != "" {
		question["properties"] = options.Properties
	}
	result := &FluxTopology{}
	if err := j.ask(ctx, "flux", question, result); err != nil {
		return nil, err
	}
	return result, nil
}

// JavaValue is a value of a tuple with its Java type.
type JavaValue struct {
	// Type is one of null, boolean, byte, short, int, long, float, double, string, bigint, bigdecimal, or json: then
	// Value is JSON and gets the types that Storm gives to values from multilang processes.
	Type  string `json:"type"`
	Value string `json:"value"` // the value as text
}

// FieldsTask asks which task a fields grouping chooses: the index among the target tasks in ascending order, and Java's
// hash code behind it. The values are those of the grouping's fields.
func (j *Judge) FieldsTask(ctx context.Context, values []JavaValue, tasks int) (index int, hash int32, err error) {
	var result struct {
		Index        int   `json:"index"`
		DeepHashCode int32 `json:"deepHashCode"`
	}
	err = j.ask(ctx, "fieldsTask", map[string]any{"values": values, "tasks": tasks}, &result)
	return result.Index, result.DeepHashCode, err
}

// Deserialize reads a Java serialization stream as Storm does and shows the object as canonical JSON: null, booleans
// and strings as they are; {"class", "value"} for numbers, characters and enums; {"class", "items"} for arrays and
// collections; {"class", "entries"} for maps, as sorted pairs; {"class", "fields"} for other objects, transient fields
// left out.
func (j *Judge) Deserialize(ctx context.Context, data []byte) (json.RawMessage, error) {
	var result json.RawMessage
	err := j.ask(ctx, "deserialize", map[string]any{"data": data}, &result)
	return result, err
}

// KryoRegistration is a class that one worker may send to another.
type KryoRegistration struct {
	ID         int    `json:"id"`
	Class      string `json:"class"`
	Serializer string `json:"serializer"`
}

// KryoRegistrations lists what workers with a topology configuration may send to each other, by Kryo's ids.
func (j *Judge) KryoRegistrations(ctx context.Context, conf string) ([]KryoRegistration, error) {
	var result []KryoRegistration
	err := j.ask(ctx, "kryoRegistrations", map[string]any{"conf": conf}, &result)
	return result, err
}

// KryoRoundTrip sends a tuple's values, a JSON list that is read as Storm reads it from multilang processes, through
// the serializer between workers with a topology configuration, and shows what arrives as [Judge.Deserialize] does.
func (j *Judge) KryoRoundTrip(ctx context.Context, conf, values string) (json.RawMessage, error) {
	var result json.RawMessage
	err := j.ask(ctx, "kryoRoundTrip", map[string]any{"conf": conf, "values": values}, &result)
	return result, err
}
