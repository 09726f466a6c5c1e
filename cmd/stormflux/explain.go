package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/console"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [RULE]",
		Short: "Explain a rule or a topic, or list all of them",
		Example: `  stormflux explain unknown-component
  stormflux explain`,
		Args: atMostOne,
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			if len(args) == 0 {
				for _, r := range diag.Rules() {
					names = append(names, r.Name+"\t"+r.Title)
				}
				for _, t := range diag.Topics() {
					names = append(names, t.Name+"\t"+t.Title)
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.listRules()
			}
			name := strings.TrimSuffix(strings.TrimPrefix(args[0], "["), "]") // as in a message
			if topic, ok := diag.LookupTopic(name); ok {
				return diag.ExplainTopic(a.stdout, topic, a.color.On(a.stdout))
			}
			rule, ok := diag.LookupRule(name)
			if !ok {
				return unknownRule(name)
			}
			return diag.Explain(a.stdout, rule, a.color.On(a.stdout))
		},
	}
}

func (a *app) listRules() error {
	t := console.NewTable("RULE", "SEVERITY", "MEANING")
	for _, r := range diag.Rules() {
		t.Row(r.Name, r.Severity.String(), r.Title)
	}
	for _, topic := range diag.Topics() {
		t.Row(topic.Name, "topic", topic.Title)
	}
	return a.print(t.String())
}

func unknownRule(name string) error {
	var names []string
	for _, r := range diag.Rules() {
		names = append(names, r.Name)
	}
	for _, t := range diag.Topics() {
		names = append(names, t.Name)
	}
	if near, ok := diag.Suggest(name, names); ok {
		return usageError("unknown rule %q; did you mean %q?", name, near)
	}
	return usageError("unknown rule %q; 'stormflux explain' lists all rules", name)
}
