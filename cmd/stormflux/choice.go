package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// choice is a flag with a few values. Another one is refused while the command line is read, before anything is done.
type choice struct {
	value   *string
	allowed []string
}

func (c choice) String() string {
	if c.value == nil {
		return "" // pflag asks a zero value
	}
	return *c.value
}

func (c choice) Set(value string) error {
	if !slices.Contains(c.allowed, value) {
		return fmt.Errorf("want %s", orList(c.allowed))
	}
	*c.value = value
	return nil
}

func (c choice) Type() string { return "string" }

func orList(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// addChoice adds a flag that takes one of the allowed values, the first unless said otherwise, and completes them.
func addChoice(cmd *cobra.Command, flags *pflag.FlagSet, value *string, name, usage string, allowed ...string) {
	*value = allowed[0]
	flags.Var(choice{value, allowed}, name, usage)
	_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(allowed, cobra.ShellCompDirectiveNoFileComp))
}

// notEmpty refuses flags that were given as empty text: an unset variable of the shell, mostly, which must not be taken
// for a flag that was left out.
func notEmpty(flags *pflag.FlagSet, names ...string) error {
	for _, name := range names {
		if f := flags.Lookup(name); f != nil && f.Changed && f.Value.String() == "" {
			return usageError("--%s is empty; leave it out, or give it a value", name)
		}
	}
	return nil
}
