package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/wire"
)

func (a *app) uploadCredentialsCommand() *cobra.Command {
	var flags clusterFlags
	var given credentialFlags
	var owner string
	cmd := &cobra.Command{
		Use:   "upload-credentials NAME",
		Short: "Give a running topology new credentials",
		Long: `Give the workers of a running topology new credentials. Nimbus merges them into those that the topology has, and the workers
hand them to the components that listen for them. If the topology has topology.auto-credentials, these classes run in a JVM
here and collect credentials too.

Other users of this machine can read a command line: --file reads the credentials from a Java properties file, or from
standard input.`,
		Example: `  stormflux upload-credentials wordcount --file credentials.properties
  stormflux upload-credentials wordcount --credential region=eu --owner etl`,
	}
	cmd.Flags().StringVarP(&given.file, "file", "f", "", "read credentials from the Java properties `FILE`; - is standard input")
	cmd.Flags().StringArrayVar(&given.values, "credential", nil, "a credential, `KEY=VALUE`, which wins over the file (repeatable)")
	cmd.Flags().StringVarP(&owner, "owner", "u", "", "fail unless the topology belongs to the `USER` (default: yourself)")
	_ = cmd.MarkFlagFilename("file", "properties")
	_ = cmd.RegisterFlagCompletionFunc("credential", cobra.NoFileCompletions)
	_ = cmd.RegisterFlagCompletionFunc("owner", cobra.NoFileCompletions)
	asJSON := formatFlag(cmd)
	cmd = a.runningCommand(&flags, cmd, func(ctx context.Context, client *nimbus.Client, name string) error {
		explicit, err := a.credentials(ctx, given)
		if err != nil {
			return err
		}
		credentials, err := a.refreshed(ctx, &flags, client, name, explicit)
		if err != nil {
			return err
		}
		if err := client.UploadCredentials(ctx, name, credentials, owner); err != nil {
			return err
		}
		return a.printDone(asJSON(), name, "upload-credentials", "uploaded "+diag.Printable(strings.Join(slices.Sorted(maps.Keys(credentials)), ", ")))
	})
	upload := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := notEmpty(cmd.Flags(), "file", "owner"); err != nil {
			return err
		}
		return upload(cmd, args)
	}
	return cmd
}

// refreshed returns the credentials to upload: the given ones, and those that plugins of the running topology collect.
func (a *app) refreshed(ctx context.Context, flags *clusterFlags, client *nimbus.Client, name string, given map[string]string) (map[string]string, error) {
	summary, err := client.Find(ctx, name)
	if err != nil {
		return nil, err
	}
	text, err := client.TopologyConf(ctx, summary.ID)
	if err != nil {
		return nil, err
	}
	conf, err := wire.ParseConf([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("reading the configuration of %s: %w", name, err)
	}
	// Nimbus's own, which say nothing about this machine (UploadCredentials.java).
	delete(conf, "java.security.auth.login.config")
	delete(conf, "nimbus.thrift.client.use.tls")
	_, release := client.Server()
	version, err := settings.ParseVersion(release)
	if err != nil {
		version = settings.DefaultVersion()
	}
	credentials, err := a.collected(ctx, flags, given, conf, nil, version)
	if err == nil && len(credentials) == 0 {
		return nil, usageError("there are no credentials: give --file FILE or --credential KEY=VALUE")
	}
	return credentials, err
}
