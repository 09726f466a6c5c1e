package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/internal/java"
	"github.com/stormflux/stormflux/internal/nimbus"
)

// credentialFlags are credentials of the command line, which may be secrets: a file hides them from other users.
type credentialFlags struct {
	file   string
	values []string
}

func (a *app) uploadCredentialsCommand() *cobra.Command {
	var flags clusterFlags
	var given credentialFlags
	var owner string
	cmd := &cobra.Command{
		Use:   "upload-credentials NAME",
		Short: "Give a running topology new credentials",
		Long: `Give the workers of a running topology new credentials. Nimbus merges them into those that the topology has, and the workers
hand them to the components that listen for them.

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
		credentials, err := a.credentials(ctx, given)
		if err != nil {
			return err
		}
		if err := client.UploadCredentials(ctx, name, credentials, owner); err != nil {
			return err
		}
		return a.printDone(asJSON(), name, "upload-credentials", "uploaded "+strings.Join(slices.Sorted(maps.Keys(credentials)), ", "))
	})
	upload := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if given.file == "" && len(given.values) == 0 {
			return usageError("there are no credentials: give --file FILE or --credential KEY=VALUE")
		}
		if err := notEmpty(cmd.Flags(), "file", "owner"); err != nil {
			return err
		}
		return upload(cmd, args)
	}
	return cmd
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
			return nil, environmentError(fmt.Errorf("reading the credentials: %w", err))
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
