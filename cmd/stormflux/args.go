package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// atLeastOneFile refuses a command line without a file.
func atLeastOneFile(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usageError("name a file. Usage: %s", cmd.UseLine())
	}
	return nil
}

// oneFile refuses a command line without a file or with several.
func oneFile(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usageError("name one file%s. Usage: %s", notMany(args), cmd.UseLine())
	}
	return nil
}

// noArguments refuses a command line with arguments.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError("%s takes no arguments, but there is %q. Usage: %s", cmd.CommandPath(), args[0], cmd.UseLine())
	}
	return nil
}

// atMostOne refuses a command line with several arguments.
func atMostOne(cmd *cobra.Command, args []string) error { return atMost(1)(cmd, args) }

// atMost refuses a command line with more than n arguments.
func atMost(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n {
			return usageError("%s takes %s at most, not %d. Usage: %s", cmd.CommandPath(), argumentCount(n), len(args), cmd.UseLine())
		}
		return nil
	}
}

func argumentCount(n int) string {
	if n == 1 {
		return "one argument"
	}
	return fmt.Sprintf("%d arguments", n)
}

// notEmpty refuses flags with an empty value. It mostly comes from an unset variable of the shell, and must not count as a
// flag that was left out.
func notEmpty(flags *pflag.FlagSet, names ...string) error {
	for _, name := range names {
		if f := flags.Lookup(name); f != nil && f.Changed && f.Value.String() == "" {
			return usageError("--%s is empty; give it a value, or leave it out", name)
		}
	}
	return nil
}

// mutuallyExclusive is the annotation of [cobra.Command.MarkFlagsMutuallyExclusive]: groups of names with spaces between them.
const mutuallyExclusive = "cobra_annotation_mutually_exclusive"

// excluded refuses flags that exclude each other. Cobra also does, but later and in words for programmers.
func excluded(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		for _, group := range f.Annotations[mutuallyExclusive] {
			for _, other := range strings.Fields(group) {
				if err == nil && other != f.Name && cmd.Flags().Changed(other) {
					err = usageError("--%s and --%s exclude each other", f.Name, other)
				}
			}
		}
	})
	return err
}

// givenOnce is the value of a flag that chooses one of several things: a second value is a mistake, and not a correction.
type givenOnce struct {
	pflag.Value
	given bool
}

// giveOnce makes flags refuse a second value.
func giveOnce(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		f := flags.Lookup(name)
		f.Value = &givenOnce{Value: f.Value}
	}
}

func (v *givenOnce) Set(text string) error {
	if v.given && text != v.String() {
		return fmt.Errorf("give it once: it is %q already", v.String())
	}
	v.given = true
	return v.Value.Set(text)
}

// notMany says that there are too many arguments, if there are any.
func notMany(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return fmt.Sprintf(", not %d", len(args))
}
