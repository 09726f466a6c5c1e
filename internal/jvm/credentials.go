package jvm

import (
	"context"
	"fmt"
)

// A PluginError is why a plugin for credentials gives none. It contains the text of an exception.
type PluginError struct{ Reason string }

// Error returns the reason.
func (e *PluginError) Error() string { return e.Reason }

// Credentials runs plugins (IAutoCredentials) in a JVM, in their order, and returns the credentials that they collect. conf is a
// JSON object with the settings of storm.yaml and of the topology; Storm's defaults count below it. The cache keeps nothing of
// that. The error is a [*PluginError] if a plugin fails; else it is as that of [Describe].
func Credentials(ctx context.Context, plugins []string, conf []byte, opts Options) (map[string]string, error) {
	c, err := newConversation(opts)
	if err != nil {
		return nil, err
	}
	response, err := c.ask(ctx, request{Components: []requestedComponent{}, Plugins: &requestedPlugins{plugins, conf}})
	switch {
	case err != nil:
		return nil, fmt.Errorf("collecting credentials with Java: %w", err)
	case response.Error != "":
		return nil, &PluginError{response.Error}
	}
	return response.Credentials, nil
}
