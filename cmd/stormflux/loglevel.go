package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/nimbus"
)

// logLevels returns the levels that Log4j knows, the quietest first.
func logLevels() []string {
	return []string{"OFF", "FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE", "ALL"}
}

func (a *app) logLevelCommand() *cobra.Command {
	var flags clusterFlags
	var remove []string
	var set []nimbus.LogLevel
	cmd := &cobra.Command{
		Use:   "log-level NAME [LOGGER=LEVEL[:TIMEOUT]]...",
		Short: "Show or change the log levels of a topology's workers",
		Long: `Change the levels of loggers in the workers of a topology while it runs. The logger ROOT is the one of all. With TIMEOUT,
such as 30s or 5m, the workers set the level back when it is over. Workers notice a change within half a minute. Without a
change, show the levels that are set.

With --remove, the workers set back a level that has a timeout. A level without one stays in their processes until you set
another.`,
		Example: `  stormflux log-level wordcount ROOT=DEBUG:5m
  stormflux log-level wordcount org.apache.storm.task=WARN -r ROOT`,
	}
	cmd.Flags().StringArrayVarP(&remove, "remove", "r", nil, "remove the level of `LOGGER` (repeatable)")
	_ = cmd.RegisterFlagCompletionFunc("remove", cobra.NoFileCompletions)
	asJSON := formatFlag(cmd)
	cmd = a.runningCommand(&flags, cmd, func(ctx context.Context, client *nimbus.Client, name string) error {
		topology, err := client.Find(ctx, name)
		if err != nil {
			return err
		}
		if err := a.changeLevels(ctx, client, topology.ID, set, remove); err != nil {
			return err
		}
		levels, err := client.LogLevels(ctx, topology.ID)
		if err != nil {
			return err
		}
		if asJSON() {
			return a.printJSON(levelsJSON(levels))
		}
		return a.print(levelsText(name, levels))
	})
	ofTopology := cmd.RunE
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if len(args) == 0 {
			return usageError("name one topology. Usage: %s", cmd.UseLine())
		}
		if set, err = parseLevels(args[1:]); err != nil {
			return err
		}
		return ofTopology(cmd, args[:1])
	}
	return cmd
}

// parseLevels reads LOGGER=LEVEL[:TIMEOUT].
func parseLevels(args []string) ([]nimbus.LogLevel, error) {
	var levels []nimbus.LogLevel
	for _, arg := range args {
		logger, rest, ok := strings.Cut(arg, "=")
		if !ok || logger == "" {
			return nil, usageError("%q: give LOGGER=LEVEL or LOGGER=LEVEL:TIMEOUT", arg)
		}
		level, timeout, timed := strings.Cut(rest, ":")
		level = strings.ToUpper(level)
		if !slices.Contains(logLevels(), level) {
			return nil, usageError("%q: the level is %s", arg, orList(logLevels()))
		}
		l := nimbus.LogLevel{Logger: logger, Level: level}
		if timed {
			d, err := parseDuration(timeout)
			if err != nil {
				return nil, usageError("%q: %w", arg, err)
			}
			if d <= 0 || d%time.Second != 0 {
				return nil, usageError("%q: give a timeout of whole seconds, 1 or more", arg)
			}
			l.Timeout = d
		}
		levels = append(levels, l)
	}
	return levels, nil
}

// changeLevels sets and removes levels. A Nimbus would accept that an unknown one is removed.
func (a *app) changeLevels(ctx context.Context, client *nimbus.Client, id string, set []nimbus.LogLevel, remove []string) error {
	if len(set) == 0 && len(remove) == 0 {
		return nil
	}
	before, err := client.LogLevels(ctx, id)
	if err != nil {
		return err
	}
	for _, logger := range remove {
		i := slices.IndexFunc(before, func(l nimbus.LogLevel) bool { return l.Logger == logger })
		if i < 0 {
			return usageError("--remove %s: no level of this logger is set", logger)
		}
		if before[i].Until.IsZero() {
			printTo(a.stderr, "stormflux: the workers keep %s for %s: Storm sets back only levels with a timeout. Set the level that you want instead\n", before[i].Level, logger)
		}
	}
	return client.SetLogLevels(ctx, id, set, remove)
}

func levelsText(name string, levels []nimbus.LogLevel) string {
	if len(levels) == 0 {
		return fmt.Sprintf("%s: no log level is set\n", name)
	}
	t := console.NewTable("LOGGER", "LEVEL", "UNTIL")
	for _, l := range levels {
		until := "set again"
		if !l.Until.IsZero() {
			until = l.Until.Format(time.DateTime)
		}
		t.Row(l.Logger, l.Level, until)
	}
	return t.String()
}

type levelDocument struct {
	Logger string `json:"logger"`
	Level  string `json:"level"`
	Until  string `json:"until,omitempty"`
}

func levelsJSON(levels []nimbus.LogLevel) []levelDocument {
	docs := []levelDocument{}
	for _, l := range levels {
		doc := levelDocument{Logger: l.Logger, Level: l.Level}
		if !l.Until.IsZero() {
			doc.Until = l.Until.UTC().Format(time.RFC3339)
		}
		docs = append(docs, doc)
	}
	return docs
}
