package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v3"
)

func keyCommand() *cli.Command {
	return group("key", "manage the keys that sign tokens", "latchkey key list",
		&cli.Command{Name: "list", Usage: "list signing keys, oldest first", UsageText: "latchkey key list", Action: listKeys},
		&cli.Command{
			Name: "rotate", Usage: "make a new key and sign with it from now on; older ones still verify until they are retired",
			UsageText: "latchkey key rotate", Action: rotateKeys,
		},
		&cli.Command{
			Name: "retire", Usage: "refuse the tokens of a key from now on", ArgsUsage: "KEY",
			UsageText: "latchkey key retire KEY", Action: retireKey,
		},
	)
}

func listKeys(ctx context.Context, c *cli.Command) error {
	if err := noArguments(c); err != nil {
		return err
	}
	return withApp(ctx, c, func(a *app) error {
		keys, err := a.tokens.List(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(c.Root().Writer, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "KEY\tALGORITHM\tMADE\tRETIRED\tUSE")
		for _, k := range keys {
			retired := "-"
			if !k.RetiredAt.IsZero() {
				retired = k.RetiredAt.Format(time.RFC3339)
			}
			use := "verifies"
			switch {
			case !k.RetiredAt.IsZero():
				use = "-"
			case !k.Readable:
				use = "none: its secret is not in use"
			case k.Signs:
				use = "signs, verifies"
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", k.ID, k.Algorithm, k.CreatedAt.Format(time.RFC3339), retired, use)
		}
		return table.Flush()
	})
}

func rotateKeys(ctx context.Context, c *cli.Command) error {
	if err := noArguments(c); err != nil {
		return err
	}
	return withApp(ctx, c, func(a *app) error {
		id, err := a.tokens.Rotate(ctx)
		if err == nil {
			fmt.Fprintf(c.Root().Writer, "made key %s; running servers sign with it within seconds\n", id)
		}
		return err
	})
}

func retireKey(ctx context.Context, c *cli.Command) error {
	id, err := oneArgument(c, "KEY")
	if err != nil {
		return err
	}
	return withApp(ctx, c, func(a *app) error {
		if err := a.tokens.Retire(ctx, id); err != nil {
			return err
		}
		fmt.Fprintf(c.Root().Writer, "retired key %s; running servers refuse its tokens within seconds\n", id)
		return nil
	})
}
