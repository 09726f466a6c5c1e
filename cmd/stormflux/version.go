package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/internal/settings"
)

// buildVersion says what a binary was built from. Go records it: the commit, if the build ran in a clone of the repository.
type buildVersion struct {
	Version    string `json:"version"`
	Commit     string `json:"commit,omitempty"`
	CommitTime string `json:"commit_time,omitempty"`
	Modified   bool   `json:"modified,omitempty"` // the clone had changes that were not committed
	Module     string `json:"module"`
	Go         string `json:"go"`
	Platform   string `json:"platform"`
	Storm      struct {
		Default string `json:"default"` // a topology is compiled for it when nothing names another version
		Tested  string `json:"tested"`
		Oldest  string `json:"oldest"` // the settings are known from this release on
		Newest  string `json:"newest"`
	} `json:"storm"`
}

func (a *app) versionCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version, its commit, and the versions of Storm that it knows",
		Example: `  stormflux version
  stormflux version --format json`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			info, _ := debug.ReadBuildInfo()
			v := versionOf(info)
			if format == "json" {
				return a.printJSON(v)
			}
			return a.print(v.text())
		},
	}
	addChoice(cmd, cmd.Flags(), &format, "format", "the `FORMAT` of the output: text or json", "text", "json")
	return cmd
}

// version returns the version alone. It does not read what stormflux knows about Storm, so every command can call it.
func version() string {
	info, _ := debug.ReadBuildInfo()
	return moduleVersion(info)
}

func moduleVersion(info *debug.BuildInfo) string {
	if info == nil || info.Main.Version == "" {
		return "(development)"
	}
	return info.Main.Version
}

// versionOf reads what Go recorded in the binary; info is nil if it recorded nothing.
func versionOf(info *debug.BuildInfo) buildVersion {
	v := buildVersion{Version: moduleVersion(info), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info != nil {
		v.Module = info.Main.Path
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				v.Commit = s.Value
			case "vcs.time":
				v.CommitTime = s.Value
			case "vcs.modified":
				v.Modified = s.Value == "true"
			}
		}
	}
	oldest, newest := settings.Releases()
	v.Storm.Default, v.Storm.Tested = settings.DefaultVersion().String(), settings.ReferenceVersion().String()
	v.Storm.Oldest, v.Storm.Newest = oldest.String(), newest.String()
	return v
}

func (v buildVersion) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "stormflux %s\n", v.Version)
	if v.Commit != "" {
		fmt.Fprintf(&b, "commit    %s, %s", v.Commit, v.CommitTime)
		if v.Modified {
			b.WriteString(", with changes")
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "module    %s\n", v.Module)
	fmt.Fprintf(&b, "go        %s %s\n", v.Go, v.Platform)
	fmt.Fprintf(&b, "storm     %s unless you name another version; tested with %s; knows %s to %s\n", v.Storm.Default, v.Storm.Tested, v.Storm.Oldest, v.Storm.Newest)
	return b.String()
}
