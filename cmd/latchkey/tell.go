package main

import (
	"context"
	"fmt"
	"runtime"
	"text/tabwriter"

	"github.com/urfave/cli/v3"

	"latchkey/domain"
	"latchkey/infrastructure/config"
	"latchkey/openapi"
)

func configCommand() *cli.Command {
	return &cli.Command{
		Name: "config", Usage: "print the effective configuration, secrets masked, and where each value came from",
		UsageText: "latchkey --config latchkey.yaml config",
		Action: func(_ context.Context, c *cli.Command) error {
			if err := noArguments(c); err != nil {
				return err
			}
			settings, err := config.FromCommand(c)
			if err != nil {
				return err
			}
			table := tabwriter.NewWriter(c.Root().Writer, 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "SETTING\tVALUE\tFROM")
			for _, s := range settings.Describe() {
				fmt.Fprintf(table, "%s\t%s\t%s\n", s.Name, dash(s.Value), s.Origin)
			}
			if err := table.Flush(); err != nil {
				return err
			}
			return tellOdds(c, settings)
		},
	}
}

// tellOdds states how likely a stranger guesses a code (G1), and what else an operator should know.
func tellOdds(c *cli.Command, settings *config.Config) error {
	out := c.Root().Writer
	fmt.Fprintln(out, "\nGuessing: the odds that a stranger who uses a whole day's guesses gets into one given account")
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, name := range settings.Dialects {
		policy, err := policyOf(name, settings)
		if err != nil {
			return err
		}
		fmt.Fprintf(table, "  %s\t%d digits\t%d guesses\t1 in %.0f\n", name, policy.Length, domain.GuessesPerDay(policy), 1/policy.DailyOdds())
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, warning := range settings.Warnings() {
		fmt.Fprintln(out, "warning: "+warning)
	}
	return nil
}

func openapiCommand() *cli.Command {
	return &cli.Command{
		Name: "openapi", Usage: "print the OpenAPI document that the server serves, or the part of it that describes some dialects",
		UsageText: "latchkey openapi > latchkey.yaml\nlatchkey openapi --dialect goodcity,system --format json > goodcity.json",
		Flags: []cli.Flag{
			&cli.StringSliceFlag{
				Name:        "dialect",
				Usage:       "only what belongs to it, or to another tag such as system; several, comma separated or repeated",
				DefaultText: "the whole document",
			},
			&cli.StringFlag{Name: "format", Usage: "yaml or json", Value: "yaml", OnlyOnce: true},
		},
		Action: func(_ context.Context, c *cli.Command) error {
			if err := noArguments(c); err != nil {
				return err
			}
			dialects := c.StringSlice("dialect")
			if !c.IsSet("dialect") {
				dialects = c.Root().StringSlice("dialect") // named before the command
			}
			document, err := documentOf(dialects, c.String("format"))
			if err != nil {
				return usageError{fmt.Errorf("%w; see --help", err)}
			}
			_, err = c.Root().Writer.Write(document)
			return err
		},
	}
}

// documentOf answers the document, or its part for some dialects, in a format.
func documentOf(dialects []string, format string) ([]byte, error) {
	print := map[string]func(...string) ([]byte, error){"yaml": openapi.Cut, "json": openapi.CutJSON}[format]
	if print == nil {
		return nil, fmt.Errorf("--format %q: must be yaml or json", format)
	}
	if len(dialects) == 0 {
		dialects = openapi.Tags()
	}
	document, err := print(dialects...)
	if err != nil {
		return nil, fmt.Errorf("--dialect: %w", err)
	}
	return document, nil
}

func versionCommand() *cli.Command {
	return &cli.Command{
		Name: "version", Usage: "print the version", UsageText: "latchkey version",
		Action: func(_ context.Context, c *cli.Command) error {
			if err := noArguments(c); err != nil {
				return err
			}
			fmt.Fprintf(c.Root().Writer, "latchkey %s (%s, API document %s)\n", version, runtime.Version(), openapi.Version())
			return nil
		},
	}
}
