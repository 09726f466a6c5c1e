package stormtest

import (
	"context"
	"os/exec"
	"path/filepath"
)

// FluxDryRun returns the command that has Flux parse, build and print a topology without submitting it, started
// directly with java as fast as possible: with only the worker's jars and Flux. The caller runs it. Java searches
// classpath after the jars. Benchmarks compare with this command.
func FluxDryRun(ctx context.Context, file string, classpath ...string) (*exec.Cmd, error) {
	jars, err := Classpath(ctx, WorkerJars, FluxJars)
	if err != nil {
		return nil, err
	}
	file, err = filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	return exec.CommandContext(ctx, "java", "-cp", joinClasspath(append([]string{jars}, classpath...)...),
		"org.apache.storm.flux.Flux", "--dry-run", file), nil
}
