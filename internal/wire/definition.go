package wire

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"math"

	"github.com/stormflux/stormflux/internal/java"
	"github.com/stormflux/stormflux/internal/storm"
	"github.com/stormflux/stormflux/internal/topology"
)

// role is what a worker takes a JVM object for. It is the name of a class of the adapter in the topology's jar. Each of
// these classes has one constructor with one String: the definition in the form of [FormatDefinition].
type role string

const (
	spoutRole    role = "stormflux.runtime.Spout"
	boltRole     role = "stormflux.runtime.Bolt"
	groupingRole role = "stormflux.runtime.Grouping"
	hookRole     role = "stormflux.runtime.Hook"
)

// maxConstant is how many bytes of modified UTF-8 the text of a java_object may have. Workers before Storm 2.0 compile a
// Clojure form to make the object (storm-core 1.2.3, thrift.clj: instantiate-java-object), and a class file cannot hold a
// longer text.
const maxConstant = math.MaxUint16

// encodeDefinition returns an object of the adapter as a java_object, or in Java's serialised form if it is too long.
func encodeDefinition(d *topology.Definition, role role) (object *storm.JavaObject, serialized []byte) {
	text := string(FormatDefinition(d))
	if isLong(text) {
		return nil, serializeDefinition(text, role)
	}
	return &storm.JavaObject{FullClassName: string(role), ArgsList: []*storm.JavaObjectArg{{StringArg: &text}}}, nil
}

func isLong(text string) bool {
	return len(text) > maxConstant/2 && len(java.AppendModifiedUTF8(nil, text)) > maxConstant
}

// decodeDefinition returns the definition in an object of the adapter. For everything that encodeDefinition would not
// write again in the same way, it returns nil, so no information of another object gets lost.
func decodeDefinition(o *storm.JavaObject, role role) *topology.Definition {
	if o.FullClassName != string(role) || len(o.ArgsList) != 1 || o.ArgsList[0].StringArg == nil || isLong(*o.ArgsList[0].StringArg) {
		return nil
	}
	return parseWritten(*o.ArgsList[0].StringArg)
}

// decodeSerialized returns the definition in Java's serialised form of an object of the adapter, or else the form itself.
func decodeSerialized(data []byte, role role) topology.Code {
	if text, d := deserializeDefinition(data, role); d != nil && isLong(text) {
		return d
	}
	return topology.SerializedJava(data)
}

func parseWritten(text string) *topology.Definition {
	d, err := ParseDefinition(text)
	if err != nil || string(FormatDefinition(d)) != text {
		return nil
	}
	return d
}

// encodeHook returns a worker hook in Java's serialised form, the only one that Storm has for it.
func encodeHook(hook topology.Code) []byte {
	switch hook := hook.(type) {
	case *topology.Definition:
		return serializeDefinition(string(FormatDefinition(hook)), hookRole)
	case topology.SerializedJava:
		return hook
	}
	panic(fmt.Sprintf("wire: invalid worker hook %T", hook))
}

func decodeHook(data []byte) topology.Code {
	if _, d := deserializeDefinition(data, hookRole); d != nil {
		return d
	}
	return topology.SerializedJava(data)
}

func serializeDefinition(definition string, role role) []byte {
	fields := []java.Field{{Name: "definition", Type: "Ljava/lang/String;"}}
	return java.Serialize(&java.Object{Class: &java.Class{Name: string(role), UID: 1, Fields: fields}, Fields: []any{definition}})
}

// deserializeDefinition returns nil for everything that serializeDefinition would not write again in the same way.
func deserializeDefinition(data []byte, role role) (text string, d *topology.Definition) {
	if o, err := java.Deserialize(data); err == nil && o.Class.Name == string(role) {
		text, _ = o.Field("definition").(string)
		if d = parseWritten(text); d != nil && bytes.Equal(serializeDefinition(text, role), data) {
			return text, d
		}
	}
	return "", nil
}

// FormatDefinition returns a definition as the JSON that the adapter reads. A value without a form in JSON becomes a map
// with one key that says what it is: map, ref, float or date. Maps keep their order as lists of pairs.
func FormatDefinition(d *topology.Definition) []byte {
	objects := make([]any, len(d.Objects))
	for i, o := range d.Objects {
		objects[i] = plainObject(o)
	}
	text, err := java.AppendJSON(nil, map[string]any{"component": d.Component, "objects": objects})
	if err != nil {
		panic(fmt.Sprintf("wire: a definition has no JSON form: %v", err))
	}
	return text
}

func plainObject(o *topology.Object) map[string]any {
	out := map[string]any{"class": o.Class}
	put(out, "id", o.ID)
	put(out, "at", o.Place)
	put(out, "factory", o.Factory)
	if len(o.Args) > 0 {
		out["args"] = plainArguments(o.Args)
	}
	var steps []any
	for _, s := range o.Steps {
		step := map[string]any{}
		put(step, "at", s.Place)
		if s.Method != "" {
			step["call"], step["args"] = s.Method, plainArguments(s.Args)
		} else {
			step["set"], step["value"] = s.Property, plainArgument(s.Args[0])
		}
		steps = append(steps, step)
	}
	if steps != nil {
		out["steps"] = steps
	}
	return out
}

func put(m map[string]any, key, text string) {
	if text != "" {
		m[key] = text
	}
}

func plainArguments(args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		out[i] = plainArgument(a)
	}
	return out
}

func plainArgument(arg any) any {
	switch arg := arg.(type) {
	case []any:
		return plainArguments(arg)
	case topology.Map:
		pairs := make([]any, len(arg))
		for i, e := range arg {
			pairs[i] = []any{plainArgument(e.Key), plainArgument(e.Value)}
		}
		return map[string]any{"map": pairs}
	case topology.Ref:
		return map[string]any{"ref": int64(arg)}
	case topology.Date:
		return map[string]any{"date": int64(arg)}
	case topology.Bytes:
		return map[string]any{"bytes": base64.StdEncoding.EncodeToString([]byte(arg))}
	case float64:
		if name, ok := floatName(arg); ok {
			return map[string]any{"float": name}
		}
	}
	return arg
}

// floatName returns Java's name of a float that is not a number in JSON.
func floatName(f float64) (string, bool) {
	switch {
	case math.IsNaN(f):
		return "NaN", true
	case math.IsInf(f, 1):
		return "Infinity", true
	case math.IsInf(f, -1):
		return "-Infinity", true
	}
	return "", false
}

var errDefinition = errors.New("it is not a definition of JVM objects")

// ParseDefinition reads a definition as [FormatDefinition] writes it.
func ParseDefinition(text string) (*topology.Definition, error) {
	v, err := java.ParseJSON(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDefinition, err)
	}
	p := &definitionParser{}
	d := p.definition(java.Plain(v))
	if p.failed {
		return nil, errDefinition
	}
	return d, nil
}

// definitionParser reads the parts of a definition. After a fault, failed is set, and what it returns has no meaning.
type definitionParser struct{ failed bool }

func typed[T any](p *definitionParser, v any) T {
	out, ok := v.(T)
	p.failed = p.failed || !ok
	return out
}

// textOf reads a member that may be absent.
func (p *definitionParser) textOf(m map[string]any, key string) string {
	if v, ok := m[key]; ok {
		return typed[string](p, v)
	}
	return ""
}

func (p *definitionParser) definition(v any) *topology.Definition {
	m := typed[map[string]any](p, v)
	d := &topology.Definition{Component: p.textOf(m, "component")}
	for _, o := range typed[[]any](p, m["objects"]) {
		d.Objects = append(d.Objects, p.object(o, len(d.Objects)))
	}
	p.failed = p.failed || len(d.Objects) == 0
	return d
}

// object reads the object with an index. It may refer to the objects before it.
func (p *definitionParser) object(v any, index int) *topology.Object {
	m := typed[map[string]any](p, v)
	o := &topology.Object{
		Class: p.textOf(m, "class"), ID: p.textOf(m, "id"), Place: p.textOf(m, "at"), Factory: p.textOf(m, "factory"),
	}
	if args, ok := m["args"]; ok {
		o.Args = p.arguments(args, index)
	}
	if steps, ok := m["steps"]; ok {
		for _, s := range typed[[]any](p, steps) {
			o.Steps = append(o.Steps, p.step(s, index))
		}
	}
	return o
}

func (p *definitionParser) step(v any, index int) *topology.Step {
	m := typed[map[string]any](p, v)
	s := &topology.Step{Place: p.textOf(m, "at"), Method: p.textOf(m, "call"), Property: p.textOf(m, "set")}
	if s.Method != "" {
		s.Args = p.arguments(m["args"], index)
	} else {
		s.Args = []any{p.argument(m["value"], index)}
	}
	return s
}

func (p *definitionParser) arguments(v any, index int) []any {
	list := typed[[]any](p, v)
	out := make([]any, len(list))
	for i, a := range list {
		out[i] = p.argument(a, index)
	}
	return out
}

func (p *definitionParser) argument(v any, index int) any {
	switch v := v.(type) {
	case []any:
		return p.arguments(v, index)
	case map[string]any:
		return p.special(v, index)
	}
	return v
}

// special reads a value that JSON has no form for.
func (p *definitionParser) special(m map[string]any, index int) any {
	p.failed = p.failed || len(m) != 1
	for key, v := range m {
		switch key {
		case "map":
			out := topology.Map{}
			for _, pair := range typed[[]any](p, v) {
				kv := p.arguments(pair, index)
				if len(kv) != 2 {
					p.failed = true
					return nil
				}
				out = append(out, topology.MapEntry{Key: kv[0], Value: kv[1]})
			}
			return out
		case "ref":
			ref := typed[int64](p, v)
			p.failed = p.failed || ref < 0 || ref >= int64(index)
			return topology.Ref(ref)
		case "date":
			return topology.Date(typed[int64](p, v))
		case "bytes":
			bytes, err := base64.StdEncoding.DecodeString(typed[string](p, v))
			p.failed = p.failed || err != nil
			return topology.Bytes(bytes)
		case "float":
			return map[string]float64{"NaN": math.NaN(), "Infinity": math.Inf(1), "-Infinity": math.Inf(-1)}[typed[string](p, v)]
		}
	}
	p.failed = true
	return nil
}
