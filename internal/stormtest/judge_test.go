package stormtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// wordcount is what Flux makes of testdata/wordcount.yaml.
func wordcount(t *testing.T, j *Judge) *FluxTopology {
	t.Helper()
	file, err := filepath.Abs("testdata/wordcount.yaml")
	if err != nil {
		t.Fatal(err)
	}
	properties := strings.TrimSuffix(file, ".yaml") + ".properties"
	topology, err := j.Flux(t.Context(), file, FluxOptions{Properties: properties})
	if err != nil {
		t.Fatal(err)
	}
	return topology
}

func TestFlux(t *testing.T) {
	j := storm.Judge(t)
	got := wordcount(t, j)
	if got.Name != "words" {
		t.Errorf("name is %q", got.Name)
	}
	const conf = `{"note":"from the properties","topology.acker.executors":1,"topology.workers":2}`
	if string(got.Conf) != conf {
		t.Errorf("conf is\n%s, want\n%s", got.Conf, conf)
	}
	var topology struct {
		Bolts map[string]struct {
			Common json.RawMessage `json:"common"`
		} `json:"bolts"`
		Spouts map[string]struct {
			Object struct {
				Serialized struct {
					Class  string         `json:"class"`
					Fields map[string]any `json:"fields"`
				} `json:"serialized_java"`
			} `json:"spout_object"`
		} `json:"spouts"`
	}
	if err := json.Unmarshal(got.Topology, &topology); err != nil {
		t.Fatal(err)
	}
	const show = `{"inputs":[{"componentId":"lines","grouping":{"fields":["line"]},"streamId":"default"}],` +
		`"json_conf":{"topology.tasks":4},"parallelism_hint":2,"streams":{}}`
	if common := string(topology.Bolts["show"].Common); common != show {
		t.Errorf("bolt show is\n%s, want\n%s", common, show)
	}
	spout := topology.Spouts["lines"].Object.Serialized
	if spout.Class != "org.apache.storm.flux.wrappers.spouts.FluxShellSpout" {
		t.Errorf("spout's class is %q", spout.Class)
	}
	command, err := json.Marshal(spout.Fields["command"])
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"class":"[Ljava.lang.String;","items":["sh","lines.sh"]}`; string(command) != want {
		t.Errorf("spout's command is %s, want %s; all: %s", command, want, got.Topology)
	}

	again, err := j.ReadTopology(t.Context(), got.Thrift, Binary)
	if err != nil {
		t.Fatal(err)
	}
	if string(again) != string(got.Topology) {
		t.Errorf("read again from Thrift it is\n%s, was\n%s", again, got.Topology)
	}
}

// Flux resolves includes from the working folder and takes variables from the environment.
func TestFluxEnvironment(t *testing.T) {
	Require(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "main.yaml"), "name: ${ENV-STORMFLUX_TEST_NAME}\nconfig: {a: 1}\nincludes: [{file: sub/part.yaml}]\nspouts: []\nbolts: []\nstreams: []\n")
	write(t, filepath.Join(dir, "sub", "part.yaml"), "config: {b: 2}\n")
	j, err := NewJudge(t.Context(), JudgeOptions{Dir: dir, Env: []string{"STORMFLUX_TEST_NAME=of the environment"}})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	got, err := j.Flux(t.Context(), filepath.Join(dir, "main.yaml"), FluxOptions{Env: true})
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "of the environment" || string(got.Conf) != `{"a":1,"b":2}` {
		t.Errorf("got %q with conf %s", got.Name, got.Conf)
	}
	_, err = j.Flux(t.Context(), filepath.Join(dir, "main.yaml"), FluxOptions{})
	refused(t, err, "java.lang.NullPointerException", "")
}

func TestFluxDryRun(t *testing.T) {
	Require(t)
	file := filepath.Join(t.TempDir(), "plain.yaml")
	write(t, file, "name: plain\nspouts: []\nbolts: []\nstreams: []\nconfig: {a: 1}\n")
	cmd, err := FluxDryRun(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "Topology Name: plain") {
		t.Errorf("%v\n%s", err, out)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestReadTopologyRefusesOtherBytes(t *testing.T) {
	_, err := storm.Judge(t).ReadTopology(t.Context(), []byte("not Thrift at all"), Binary)
	refused(t, err, "TProtocolException", "")
}

func TestValidateConf(t *testing.T) {
	j := storm.Judge(t)
	for _, test := range []struct{ conf, message string }{
		{`{}`, ""},
		{`{"topology.workers":2.0}`, ""},
		{`{"no.key.of.storms":[1]}`, ""},
		{`{"topology.workers":"2"}`, "Field TOPOLOGY_WORKERS must be an Integer within type range."},
		{`{"topology.workers":0}`, "Field TOPOLOGY_WORKERS must be a Positive Number"},
		{`{"topology.environment":{"A":1}}`, "Each value in the map TOPOLOGY_ENVIRONMENT must be a java.lang.String. (1)"},
	} {
		err := j.ValidateConf(t.Context(), test.conf)
		if test.message == "" {
			if err != nil {
				t.Errorf("%s: %v", test.conf, err)
			}
			continue
		}
		refused(t, err, "java.lang.IllegalArgumentException", test.message)
	}
}

func TestValidateTopology(t *testing.T) {
	j := storm.Judge(t)
	words := wordcount(t, j).Thrift
	subscribed := bytes.LastIndex(words, []byte("default")) // by the bolt; the spout that declares it stands before
	for _, test := range []struct {
		about      string
		submission Submission
		message    string
	}{
		{"accepted", Submission{Name: "words"}, ""},
		{"name", Submission{Name: "a.b"}, `Topology name 'a.b' is not valid. It can't be null and it must match ^[^/.:\\]+$`},
		{"conf", Submission{Name: "words", Conf: `{"topology.workers":0}`}, "Field TOPOLOGY_WORKERS must be a Positive Number"},
		{"memory", Submission{Name: "words", Conf: `{"topology.component.resources.onheap.memory.mb":4096}`},
			"Topology will not be able to be successfully scheduled: Config TOPOLOGY_WORKER_MAX_HEAP_SIZE_MB=768.0 < 4096.0 " +
				"(Largest memory requirement of a component in the topology). Perhaps set TOPOLOGY_WORKER_MAX_HEAP_SIZE_MB to a larger amount"},
		{"size", Submission{Name: "words", Conf: `{"topology.workers":3}`, NimbusConf: map[string]any{"nimbus.slots.perTopology": 2}},
			"Failed to submit topology. Topology requests more than 2 workers."},
		{"another component's id", Submission{Name: "words", Topology: []byte(strings.ReplaceAll(string(words), "lines", "linea"))}, ""},
		{"no such stream", Submission{Name: "words", Topology: append(bytes.Clone(words[:subscribed]), bytes.Replace(words[subscribed:], []byte("default"), []byte("detault"), 1)...)},
			"Component: [show] subscribes from non-existent stream"},
	} {
		t.Run(test.about, func(t *testing.T) {
			test.submission.Protocol = Binary
			if test.submission.Topology == nil {
				test.submission.Topology = words
			}
			err := j.ValidateTopology(t.Context(), test.submission)
			if test.message == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			refused(t, err, "InvalidTopologyException", test.message)
		})
	}
}

func TestTaskIDs(t *testing.T) {
	j := storm.Judge(t)
	got, err := j.TaskIDs(t.Context(), Submission{Topology: wordcount(t, j).Thrift, Protocol: Binary, Conf: `{"topology.acker.executors":1}`})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"__acker", "lines", "show", "show", "show", "show"}
	for i, component := range want {
		if got[i+1] != component {
			t.Errorf("task %d is %q, want %q", i+1, got[i+1], component)
		}
	}
	if len(got) != len(want) {
		t.Errorf("tasks are %v", got)
	}
}

func TestFieldsTask(t *testing.T) {
	j := storm.Judge(t)
	for _, test := range []struct {
		value JavaValue
		tasks int
		index int
		hash  int32
	}{
		{JavaValue{"string", "hello world"}, 3, 0, 1794106083},
		{JavaValue{"string", "日本語"}, 4, 2, 25921974},
		{JavaValue{"int", "-1"}, 4, 2, 30},
		{JavaValue{"long", "-1"}, 4, 3, 31},
		{JavaValue{"json", "-1"}, 4, 2, 30}, // multilang's numbers are Integers where they fit
		{JavaValue{"null", ""}, 4, 3, 31},
	} {
		index, hash, err := j.FieldsTask(t.Context(), []JavaValue{test.value}, test.tasks)
		if err != nil {
			t.Fatal(err)
		}
		if index != test.index || hash != test.hash {
			t.Errorf("%v over %d tasks: index %d, hash %d; want %d, %d", test.value, test.tasks, index, hash, test.index, test.hash)
		}
	}
}

func TestKryo(t *testing.T) {
	j := storm.Judge(t)
	const values = `[0.30000000000000004, 1, "a"]`
	_, err := j.KryoRoundTrip(t.Context(), `{}`, values)
	refused(t, err, "java.lang.IllegalArgumentException", "Class is not registered: java.math.BigDecimal")
	const conf = `{"topology.kryo.register":["java.math.BigDecimal"]}`
	got, err := j.KryoRoundTrip(t.Context(), conf, values)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"class":"java.util.ArrayList","items":[{"class":"java.math.BigDecimal","value":0.30000000000000004},` +
		`{"class":"java.lang.Integer","value":1},"a"]}`
	if string(got) != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
	registrations, err := j.KryoRegistrations(t.Context(), conf)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, r := range registrations {
		found = found || r.Class == "java.math.BigDecimal"
	}
	if !found {
		t.Errorf("BigDecimal is not among %v", registrations)
	}
}

func TestDeserializeRefuses(t *testing.T) {
	_, err := storm.Judge(t).Deserialize(t.Context(), []byte("not a stream"))
	refused(t, err, "RuntimeException", "StreamCorruptedException")
}

// A question whose context ends must not leave an answer behind for the next one.
func TestJudgeCancelled(t *testing.T) {
	Require(t)
	j, err := NewJudge(t.Context(), JudgeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond) // the JVM needs longer to start
	defer cancel()
	if err := j.ValidateConf(ctx, `{}`); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error is %v", err)
	}
	if err := j.ValidateConf(t.Context(), `{}`); err == nil {
		t.Error("a judge that was killed has answered")
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
}

// refused checks that the error is an exception whose class and message contain the texts.
func refused(t *testing.T, err error, class, message string) {
	t.Helper()
	var refusal *Refusal
	if !errors.As(err, &refusal) {
		t.Errorf("error is %v, want a %s", err, class)
		return
	}
	if !strings.Contains(refusal.Class, class) || !strings.Contains(refusal.Message, message) {
		t.Errorf("refusal is %v, want a %s: %s", refusal, class, message)
	}
}
