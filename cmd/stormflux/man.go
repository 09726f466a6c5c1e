package main

import (
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// manCommand writes the manual pages, for packages. People read --help, so the command is hidden.
func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Short:  "Write the manual pages of all commands into a folder",
		Hidden: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError("name one folder%s. Usage: %s", notMany(args), cmd.UseLine())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o777); err != nil {
				return environmentError(err)
			}
			header := &doc.GenManHeader{Section: "1", Source: "stormflux " + version(), Manual: "stormflux"}
			info, _ := debug.ReadBuildInfo()
			// The pages of a commit have its date. Without a commit, they have today's.
			if date, err := time.Parse(time.RFC3339, versionOf(info).CommitTime); err == nil {
				header.Date = &date
			}
			cmd.Root().DisableAutoGenTag = true
			if err := doc.GenManTree(cmd.Root(), header, args[0]); err != nil {
				return environmentError(err)
			}
			return nil
		},
	}
}
