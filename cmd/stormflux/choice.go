package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// choice is a flag with a few values. It refuses any other value while the command line is read, before anything is done.
type choice[T ~string] struct {
	value   *T
	allowed []string
}

func (c choice[T]) String() string {
	if c.value == nil {
		return "" // pflag asks a zero value
	}
	return string(*c.value)
}

func (c choice[T]) Set(value string) error {
	if !slices.Contains(c.allowed, value) {
		return fmt.Errorf("choose %s", orList(c.allowed))
	}
	*c.value = T(value)
	return nil
}

func (c choice[T]) Type() string { return "string" }

func orList(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// addChoice adds a flag that takes one of the allowed values and completes them. The first one is the default.
func addChoice[T ~string](cmd *cobra.Command, flags *pflag.FlagSet, value *T, name, usage string, allowed ...string) {
	*value = T(allowed[0])
	flags.Var(choice[T]{value, allowed}, name, usage)
	_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(allowed, cobra.ShellCompDirectiveNoFileComp))
}
