package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/stormflux/stormflux/internal/hooks"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// hookNames returns the keys of moments in stormflux.yaml.
func hookNames(moments ...hooks.Moment) []string {
	names := []string{}
	for _, m := range moments {
		names = append(names, string(m))
	}
	return names
}

// A surrounding runs the hooks of an environment before and after one change on the cluster.
type surrounding struct {
	hooks     *hooks.Hooks
	pre, post hooks.Moment
	subject   hooks.Subject
}

// surround prepares the hooks of an environment, which may be nil. It fails if one of them cannot run. command is the name
// of the command, and path is the topology's file, or "".
func (a *app) surround(env *schema.Environment, client *nimbus.Client, pre, post hooks.Moment, command, topology, path string) (*surrounding, error) {
	s := &surrounding{pre: pre, post: post}
	if env == nil {
		return s, nil
	}
	commands, faults := validate.Hooks(env)
	if err := a.report(&topologyFlags{}, faults); err != nil {
		return nil, err
	}
	server, version := client.Server()
	s.hooks = &hooks.Hooks{Dir: env.File.Dir, Commands: commands, Output: a.stderr}
	s.subject = hooks.Subject{Command: command, Topology: topology, Environment: env.Name, Nimbus: server.String(), Version: version, File: path}
	if path != "" && path != "-" {
		var err error
		if s.subject.File, err = filepath.Abs(path); err != nil {
			return nil, environmentError(fmt.Errorf("finding the folder of %s: %w", path, err))
		}
	}
	if err := s.hooks.Find(pre, post); err != nil {
		return nil, unchanged(err)
	}
	return s, nil
}

// before runs the hooks before the change. jar is the file that goes to the cluster, or "".
func (s *surrounding) before(ctx context.Context, jar string) error {
	subject := s.subject
	subject.Jar = jar
	if err := s.hooks.Run(ctx, s.pre, subject); err != nil {
		return unchanged(err)
	}
	return nil
}

// after runs the hooks after the change. id is that of the topology on the cluster, or "".
func (s *surrounding) after(ctx context.Context, id string) error {
	subject := s.subject
	subject.ID = id
	if err := s.hooks.Run(ctx, s.post, subject); err != nil {
		return environmentError(fmt.Errorf("%w\n  the change on the cluster stays", err))
	}
	return nil
}

func unchanged(err error) error {
	return environmentError(fmt.Errorf("%w\n  nothing has changed on the cluster", err))
}
