// Package classes answers with a JVM what package validate asks about JVM objects.
//
// It owns the class path of the question: the topology's jars, then Storm's client. Package jvm has the conversation, and
// package stormclient the search for Storm.
package classes

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/jvm"
	"github.com/stormflux/stormflux/internal/maven"
	"github.com/stormflux/stormflux/internal/stormclient"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/internal/wire"
	"github.com/stormflux/stormflux/validate"
)

// JVM implements [validate.JVM]. The zero value asks the java of this machine.
type JVM struct {
	Storm stormclient.Options
}

// Describe implements [validate.JVM].
func (j JVM) Describe(ctx context.Context, on validate.ClassPath, definitions []*topology.Definition) ([]validate.Description, error) {
	out := make([]validate.Description, len(definitions))
	var questions []jvm.Question
	var asked []int
	for i, d := range definitions {
		if len(on.Jars) == 0 && !ofStorm(d.Root().Class) {
			out[i].Unknown, out[i].Remedy = validate.NoClass, validate.NameItsJar // Java would need a second to say the same
			continue
		}
		questions, asked = append(questions, jvm.Question{Definition: d}), append(asked, i)
	}
	if len(asked) == 0 {
		return out, nil
	}
	opts, err := j.options(ctx, on)
	var answers []jvm.Description
	if err == nil {
		answers, err = jvm.Describe(ctx, questions, opts)
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	for n, i := range asked {
		if err != nil {
			out[i].Unknown, out[i].Remedy = err.Error(), remedy(err)
			continue
		}
		a := answers[n]
		out[i] = validate.Description{Kind: validate.ClassKind(a.Kind), Streams: a.Streams, Conf: a.Conf, Fails: a.Fails}
	}
	return out, nil
}

// ofStorm reports whether Storm's client may have a class.
func ofStorm(class string) bool {
	return strings.HasPrefix(class, "org.apache.storm.") || strings.HasPrefix(class, "backtype.storm.")
}

// Build implements [validate.JVM].
func (j JVM) Build(ctx context.Context, on validate.ClassPath, source validate.TopologySource) (*topology.Topology, error) {
	opts, err := j.options(ctx, on)
	var bytes []byte
	if err == nil {
		bytes, err = jvm.Build(ctx, jvm.Source(source), opts)
	}
	var top *topology.Topology
	if err == nil {
		top, err = wire.Unmarshal(ctx, bytes, wire.Binary)
	}
	var failed *jvm.BuildError
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.As(err, &failed):
		return nil, &validate.BuildError{Reason: failed.Reason}
	case err != nil:
		return nil, &validate.BuildError{Reason: err.Error(), Remedy: remedy(err)}
	}
	return top, nil
}

func (j JVM) options(ctx context.Context, on validate.ClassPath) (jvm.Options, error) {
	java, err := jvm.Find()
	if err != nil {
		return jvm.Options{}, err
	}
	storm, err := stormclient.ClassPath(ctx, on.Storm, j.Storm)
	return jvm.Options{ClassPath: slices.Concat(on.Jars, storm), Storm: on.Storm, Java: java}, err
}

// remedy says what makes the question possible.
func remedy(err error) string {
	var noMaven *maven.MissingError
	switch {
	case errors.Is(err, jvm.ErrNoJava):
		return "install Java 17 or later"
	case errors.As(err, &noMaven):
		return "install Maven, or set STORM_HOME to an installed Storm"
	}
	return "find out why Java does not answer"
}
