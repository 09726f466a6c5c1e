package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/internal/java"
	"github.com/stormflux/stormflux/internal/jvm"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/stormclient"
)

// credentialFlags are credentials of the command line, which may be secrets: a file hides them from other users.
type credentialFlags struct {
	file   string
	values []string
}

func addCredentials(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVar(file, "credentials", "", "give the workers the credentials in the Java properties `FILE`")
	_ = cmd.MarkFlagFilename("credentials", "properties")
}

// credentialsFor returns the credentials to submit with a topology: those of a file, or "", and of the topology's plugins.
func (a *app) credentialsFor(ctx context.Context, flags *clusterFlags, file string, c *checked, prog *compiler.Program) (map[string]string, error) {
	given, err := a.credentials(ctx, credentialFlags{file: file})
	if err != nil {
		return nil, err
	}
	return a.collected(ctx, flags, given, prog.Topology.Conf, c.topology.ClassPath(), c.topology.Storm)
}

// credentials returns the credentials of the flags, or nil if there are none.
func (a *app) credentials(ctx context.Context, given credentialFlags) (map[string]string, error) {
	var credentials map[string]string
	if given.file != "" {
		var text []byte
		var err error
		if given.file == "-" {
			text, err = readAll(ctx, a.stdin)
		} else {
			text, err = os.ReadFile(given.file)
		}
		if err != nil {
			return nil, environmentError(fmt.Errorf("reading the credentials in %s: %w", given.file, bare(err)))
		}
		read, err := java.ParsePropertiesText(text)
		if err != nil {
			return nil, environmentError(fmt.Errorf("reading the credentials in %s: %w", given.file, err))
		}
		if credentials = read.Values; len(credentials) == 0 {
			return nil, environmentError(fmt.Errorf("the file %s has no credentials", given.file))
		}
	}
	for _, c := range given.values {
		key, value, ok := strings.Cut(c, "=")
		if !ok || key == "" {
			return nil, usageError("--credential: give KEY=VALUE") // not the text, which may be a secret
		}
		if credentials == nil {
			credentials = map[string]string{}
		}
		credentials[key] = value
	}
	return credentials, nil
}

// collected are credentials that plugins of the topology collect on this machine (topology.auto-credentials), and those of the
// command line, which win. They are nil if there are neither.
//
// conf is the topology's configuration, and jars are its jars. version is that of the cluster's Storm.
func (a *app) collected(ctx context.Context, flags *clusterFlags, given map[string]string, conf map[string]any, jars []string, version settings.Version) (map[string]string, error) {
	stormConf, err := flags.loadStormConf(nil)
	if err != nil {
		return nil, environmentError(err)
	}
	merged := maps.Clone(stormConf.Values)
	if merged == nil {
		merged = map[string]any{}
	}
	maps.Copy(merged, conf)
	var plugins []string
	list, _ := merged["topology.auto-credentials"].([]any)
	for _, v := range list {
		if name, ok := v.(string); ok {
			plugins = append(plugins, name)
		}
	}
	if len(plugins) == 0 {
		return given, nil
	}
	failed := func(err error) error {
		if errors.Is(err, jvm.ErrNoJava) {
			err = fmt.Errorf("%w; the classes in topology.auto-credentials need it on the machine that submits", err)
		}
		return environmentError(fmt.Errorf("collecting the credentials of the topology: %w", err))
	}
	program, err := jvm.Find()
	if err != nil {
		return nil, failed(err)
	}
	storm, err := stormclient.ClassPath(ctx, version, a.storm())
	if err != nil {
		return nil, failed(err)
	}
	text, err := java.AppendJSON(nil, merged)
	if err != nil {
		return nil, failed(err)
	}
	found, err := jvm.Credentials(ctx, plugins, text, jvm.Options{
		ClassPath: slices.Concat(jars, stormclient.External(a.storm()), storm), Storm: version, Java: program,
	})
	if err != nil {
		return nil, failed(err)
	}
	if found == nil {
		found = map[string]string{}
	}
	maps.Copy(found, given)
	return found, nil
}
