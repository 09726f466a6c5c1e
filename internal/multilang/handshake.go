package multilang

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// A Handshake is Storm's first message to a component.
type Handshake struct {
	// PIDDir is the folder in which the component creates an empty file. Its process id is the name of the file.
	PIDDir  string                     `json:"pidDir"`
	Context TopologyContext            `json:"context"`
	Conf    map[string]json.RawMessage `json:"conf"`
}

// A TopologyContext describes the place of a component in the topology. It covers the components of the user. Storm's
// own components are only in TaskComponents.
type TopologyContext struct {
	TaskID         int            `json:"taskid"`
	ComponentID    string         `json:"componentid"`
	TaskComponents TaskComponents `json:"task->component"`
	// Streams are the streams of the component itself. OutputFields are their fields.
	Streams      []string            `json:"streams"`
	OutputFields map[string][]string `json:"stream->outputfields"`
	// Targets holds, for each of these streams, the groupings of the components that read it.
	Targets map[string]map[string]Grouping `json:"stream->target->grouping"`
	// Sources holds the grouping of each stream that the component reads, by source component and stream.
	Sources map[string]map[string]Grouping `json:"source->stream->grouping"`
	// SourceFields holds the fields of all streams of these source components.
	SourceFields map[string]map[string][]string `json:"source->stream->fields"`
}

// A Grouping says how a component reads a stream. Type is the name in Storm's IDL in capitals: FIELDS, SHUFFLE, ALL,
// NONE, DIRECT, LOCAL_OR_SHUFFLE, CUSTOM_OBJECT, CUSTOM_SERIALIZED. A global grouping is FIELDS with an empty list of
// fields.
type Grouping struct {
	Type   string   `json:"type"`
	Fields []string `json:"fields,omitzero"`
}

// TaskComponents maps task ids to component ids. In JSON the task ids are strings.
type TaskComponents map[int]string

// UnmarshalJSON reads a map whose keys are decimal task ids.
func (t *TaskComponents) UnmarshalJSON(text []byte) error {
	var named map[string]string
	if err := json.Unmarshal(text, &named); err != nil {
		return err
	}
	*t = make(TaskComponents, len(named))
	for key, component := range named {
		task, err := strconv.Atoi(key)
		if err != nil {
			return fmt.Errorf("task id %q is not an integer", key)
		}
		(*t)[task] = component
	}
	return nil
}

// DecodeHandshake decodes Storm's first message.
func DecodeHandshake(text string) (*Handshake, error) {
	var h Handshake
	if err := json.Unmarshal([]byte(text), &h); err != nil {
		return nil, badMessage(text, "the handshake cannot be read: "+err.Error())
	}
	return &h, nil
}

// Append appends the handshake with its framing. Like Storm it writes nil maps and lists as empty ones: components
// index them.
func (h *Handshake) Append(dst []byte) ([]byte, error) {
	full := *h
	c := &full.Context
	c.TaskComponents = orEmpty(c.TaskComponents)
	c.OutputFields = orEmpty(c.OutputFields)
	c.Targets = orEmpty(c.Targets)
	c.Sources = orEmpty(c.Sources)
	c.SourceFields = orEmpty(c.SourceFields)
	full.Conf = orEmpty(full.Conf)
	if c.Streams == nil {
		c.Streams = []string{}
	}
	text, err := json.Marshal(&full)
	if err != nil {
		return dst, fmt.Errorf("encoding the handshake: %w", err)
	}
	return append(append(dst, text...), end...), nil
}

func orEmpty[M ~map[K]V, K comparable, V any](m M) M {
	if m == nil {
		return M{}
	}
	return m
}
