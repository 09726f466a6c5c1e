// Package schema is the language as written: it reads YAML with the place of every value, applies includes,
// substitution and environments, checks the grammar against topology.schema.json, and returns a [Document].
//
// What a schema cannot say (names that exist, types of Storm's settings, files on disk) is package validate's.
package schema

// Options says how a document is read. The zero value reads files from disk and chooses no environment.
type Options struct {
	// ReadFile reads a file; nil means os.ReadFile. Standard input is given by the caller as Text.
	ReadFile func(path string) ([]byte, error)
	// Text, when not nil, is the main document's text; the path is then only its name.
	Text []byte
	// Set are the `--set name=value` options, in order; the last one of a name counts.
	Set []Assignment
	// Config are the `-c key=value` options, in order. Values are parsed by the caller's rules for -c (permissive
	// JSON; what does not parse is a string).
	Config []ConfigOption
	// Name is `--name`; it overrides the document's name.
	Name string
	// Environment is `-e`; "" chooses none.
	Environment string
	// EnvironmentFile names a stormflux.yaml; "" searches from the topology's folder upward.
	EnvironmentFile string
	// Filters are Java properties files given with `--filter`, in order.
	Filters []string
	// EnvFilter allows Flux's `${ENV-NAME}`.
	EnvFilter bool
	// LookupEnv reads the process environment; nil means os.LookupEnv.
	LookupEnv func(name string) (string, bool)
}

// Assignment is one `--set name=value`.
type Assignment struct{ Name, Value string }

// ConfigOption is one `-c key=value` with the parsed value: nil, bool, int64, float64, string, []any or map[string]any.
type ConfigOption struct {
	Key   string
	Value any
}
