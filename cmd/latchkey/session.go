package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v3"

	"latchkey/usecase"
)

func sessionCommand() *cli.Command {
	return group("session", "list and end sessions", "latchkey session list +85261677528",
		&cli.Command{
			Name: "list", Usage: "list an account's live sessions, newest first. " + whoHelp,
			ArgsUsage: "WHO", UsageText: "latchkey session list +85261677528", Action: listSessions,
		},
		&cli.Command{
			Name: "revoke", Usage: "end one session or all of an account; on every node, at once. " + whoHelp,
			ArgsUsage: "WHO", UsageText: "latchkey session revoke --all +85261677528",
			Flags: []cli.Flag{
				&cli.StringFlag{Name: "session", Usage: "`ID` of the session to end"},
				&cli.BoolFlag{Name: "all", Usage: "end all sessions of the account"},
			},
			Action: revokeSessions,
		},
	)
}

func listSessions(ctx context.Context, c *cli.Command) error {
	who, err := oneArgument(c, "WHO")
	if err != nil {
		return err
	}
	return withCore(ctx, c, func(core *usecase.Core) error {
		report, err := core.FindAccount.Execute(ctx, usecase.FindAccountIn{Who: who})
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(c.Root().Writer, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "SESSION\tDIALECT\tSINCE\tUNTIL\tFROM\tWITH")
		for _, s := range report.Sessions {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", s.ID, s.Dialect, s.CreatedAt.Format(time.RFC3339), s.ExpiresAt.Format(time.RFC3339), dash(s.ClientIP), dash(s.UserAgent))
		}
		return table.Flush()
	})
}

func revokeSessions(ctx context.Context, c *cli.Command) error {
	who, err := oneArgument(c, "WHO")
	if err != nil {
		return err
	}
	id, all := c.String("session"), c.Bool("all")
	if (id == "") == !all {
		return usageError{fmt.Errorf("say either --session ID or --all; see --help")}
	}
	return withCore(ctx, c, func(core *usecase.Core) error {
		ended, err := core.RevokeSessions.Execute(ctx, usecase.RevokeSessionsIn{Who: who, ID: id})
		if err == nil {
			fmt.Fprintf(c.Root().Writer, "ended %d sessions\n", ended)
		}
		return err
	})
}

func unlockCommand() *cli.Command {
	return &cli.Command{
		Name: "unlock", Usage: "forget the failed guesses, waits and sends of an account or contact. " + whoHelp,
		ArgsUsage: "WHO", UsageText: "latchkey unlock +85261677528",
		Action: func(ctx context.Context, c *cli.Command) error {
			who, err := oneArgument(c, "WHO")
			if err != nil {
				return err
			}
			return withCore(ctx, c, func(core *usecase.Core) error {
				_, err := core.Unlock.Execute(ctx, usecase.UnlockIn{Who: who})
				if err == nil {
					fmt.Fprintln(c.Root().Writer, "unlocked")
				}
				return err
			})
		},
	}
}
