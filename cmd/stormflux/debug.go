package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"al.essio.dev/pkg/shellescape"
	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/internal/logviewer"
	"github.com/stormflux/stormflux/internal/nimbus"
)

// percentage is a flag with a part of a hundred, such as 10% or 0.5.
type percentage float64

func (p *percentage) Set(text string) error {
	n, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
	if err != nil || !(n > 0 && n <= 100) {
		return errors.New("give a percentage above 0, up to 100%")
	}
	*p = percentage(n)
	return nil
}

func (p *percentage) String() string { return strconv.FormatFloat(float64(*p), 'f', -1, 64) + "%" }

func (p *percentage) Type() string { return "percentage" }

func (a *app) debugCommand() *cobra.Command {
	var flags clusterFlags
	var component string
	var off bool
	sample := percentage(10)
	cmd := &cobra.Command{
		Use:   "debug NAME [COMPONENT]",
		Short: "Log a sample of the tuples of a topology or a component",
		Long: `Let the workers of a topology log a sample of the tuples that a component emits, or of the tuples of all components. The
topology needs an event logger: the setting topology.eventlogger.executors, 1 or more, when it is submitted. "stormflux logs
NAME --file events.log -f" shows the tuples.

A component that the command has named once keeps its own sampling, on or off, whatever counts for the topology. Storm adds
the percentage to the one of the last time, also after --off.`,
		Example: `  stormflux debug wordcount split --sample 1%
  stormflux debug wordcount split --off`,
	}
	cmd.Flags().Var(&sample, "sample", "log this `PERCENTAGE` of the tuples")
	cmd.Flags().BoolVar(&off, "off", false, "log no more tuples")
	_ = cmd.RegisterFlagCompletionFunc("sample", cobra.NoFileCompletions)
	asJSON := formatFlag(cmd)
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		if off && cmd.Flags().Changed("sample") {
			return usageError("--sample does nothing with --off")
		}
		return nil
	}
	return a.componentCommand(&flags, cmd, &component, func(ctx context.Context, client *nimbus.Client, name string) error {
		placement, err := client.Placement(ctx, name)
		if err != nil {
			return err
		}
		if err := knownComponent(placement, component); err != nil {
			return err
		}
		if !off {
			if err := hasEventLogger(ctx, client, placement.ID, name); err != nil {
				return err
			}
		}
		if err := client.Debug(ctx, name, component, !off, float64(sample)); err != nil {
			return err
		}
		if asJSON() {
			return a.printDone(true, name, "debug", "")
		}
		asked := 0.0
		if !off {
			asked = float64(sample)
		}
		now, err := client.Sampling(ctx, name)
		if err != nil {
			return err
		}
		return a.printDone(false, name, "debug", samplingText(now, name, component, asked))
	})
}

// samplingText says which tuples are logged, after a change for a component, or for all with "". asked is the percentage of the
// change, for a Nimbus that does not say the one that counts.
func samplingText(now nimbus.Sampling, name, component string, asked float64) string {
	arguments, of := shellescape.Quote(name), "the tuples of all components"
	switch {
	case component != "":
		arguments, of = arguments+" "+shellescape.Quote(component), "the tuples of "+component
	case len(now.Components) > 0:
		of = "the tuples of the other components"
	}
	percentage := percentage(max(asked, now.Of(component)))
	text := fmt.Sprintf("%s of %s are logged; \"stormflux logs %s --file %s -f\" shows them", &percentage, of, arguments, logviewer.EventLog)
	if percentage == 0 {
		text = of + " are not logged"
	}
	if component != "" {
		return text
	}
	for _, own := range slices.Sorted(maps.Keys(now.Components)) {
		if part := now.Components[own]; part > 0 {
			text += fmt.Sprintf("\n  %s has its own sampling, %s%%: \"stormflux debug %s %s --off\" ends it", own, strconv.FormatFloat(part, 'f', -1, 64), arguments, shellescape.Quote(own))
		} else {
			text += fmt.Sprintf("\n  %s has its own sampling, which is off", own)
		}
	}
	return text
}

// hasEventLogger checks that a topology has a component that logs sampled tuples.
func hasEventLogger(ctx context.Context, client *nimbus.Client, id, name string) error {
	text, err := client.TopologyConf(ctx, id)
	if err != nil {
		return err
	}
	var conf struct {
		Executors *float64 `json:"topology.eventlogger.executors"`
	}
	if err := json.Unmarshal([]byte(text), &conf); err != nil {
		return fmt.Errorf("reading the configuration of %s: %w", name, err)
	}
	if conf.Executors != nil && *conf.Executors < 1 {
		return fmt.Errorf("%s has no event logger, so nothing would log its tuples\n  set topology.eventlogger.executors to 1 and submit it again", name)
	}
	return nil
}
