package validate

import (
	"path/filepath"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/yaml"
)

const ruleEnv = "invalid-env"

// implementation reads what a component runs.
func (c *checker) implementation(k *component) {
	switch runs := k.src.Implementation.(type) {
	case *schema.GoProgram:
		k.multilang = true
		v := runs.Path
		// Whether it is a package or an executable is for goFiles to find out.
		k.Implementation = &GoProgram{Dir: resolved(v.Span, v.Text), Path: v.Text, Args: c.arguments(k), Env: c.environment(k), Span: v.Span}
	case *schema.Command:
		k.multilang = true
		words, args, env := c.command(k.name(), runs.Line), c.arguments(k), c.environment(k)
		if len(words) > 0 {
			k.Implementation = &Command{Words: append(words, args...), Env: env}
		}
	case *schema.PythonClass:
		k.multilang = true
		if class := c.pythonClass(k, runs.Name); class != nil {
			k.Implementation = class
		}
	case *schema.Class:
		c.class(k, runs.Object)
	default:
		k.open = true
	}
}

// resolved returns a path that is written in a file, which starts from the file's folder.
func resolved(span diag.Span, path string) string {
	path = filepath.FromSlash(path)
	if span.File == nil || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(span.File.Dir, path)
}

// arguments reads `args`.
func (c *checker) arguments(k *component) []string {
	if a := k.src.Args; a != nil && a.Kind == yaml.Sequence {
		return c.words(k.name(), a)
	}
	return nil
}

// environment reads `env`.
func (c *checker) environment(k *component) []EnvVar {
	env := k.src.Env
	if env == nil || env.Kind != yaml.Map {
		return nil
	}
	vars := make([]EnvVar, 0, len(env.Entries))
	for _, e := range env.Entries {
		if !isEnvName(e.Key.Text) || e.Value.Kind == yaml.Null || !e.Value.IsScalar() {
			continue // the grammar has reported it
		}
		if made, ok := c.envVar(k, e); ok {
			vars = append(vars, made)
		}
	}
	return vars
}

// envVar reads an environment variable whose name and type are right.
func (c *checker) envVar(k *component, e yaml.Entry) (made EnvVar, ok bool) {
	c.index.declare(Declaration{Kind: EnvironmentVariableSymbol, Name: e.Key.Text, Span: e.Key.Span, Owner: k.declaration})
	if strings.ContainsRune(e.Value.Text, 0) {
		c.list.Errorf(ruleEnv, e.Value.Span, "%s: environment variable %q cannot hold a NUL character", k.name(), e.Key.Text)
		return EnvVar{}, false
	}
	return EnvVar{Name: e.Key.Text, Value: e.Value.Text}, true
}

func isEnvName(name string) bool {
	for i, r := range name {
		if r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}
