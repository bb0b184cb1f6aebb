package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/urfave/cli/v3"
	"golang.org/x/term"

	"latchkey/domain"
	"latchkey/usecase"
)

// whoHelp is what operators may call an account.
const whoHelp = "WHO is an id, UUID, customer ID, phone or mail"

func accountCommand() *cli.Command {
	return group("account", "manage accounts", "latchkey account list",
		&cli.Command{
			Name: "import", Usage: "create or update accounts from newline-delimited JSON on stdin",
			UsageText: `echo '{"customer_id":"CUST1","mobile":"+919800000045"}' | latchkey account import`,
			Action:    importAccounts,
		},
		&cli.Command{
			Name: "list", Usage: "list accounts", UsageText: "latchkey account list --json",
			Flags:  []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "one JSON object a line, for scripts"}},
			Action: listAccounts,
		},
		&cli.Command{
			Name: "show", Usage: "show an account, its sessions and its latest events. " + whoHelp,
			ArgsUsage: "WHO", UsageText: "latchkey account show +85261677528", Action: showAccount,
		},
		&cli.Command{
			Name: "create", Usage: "create an account", UsageText: "latchkey account create --mobile +85261677528 --first-name Mei",
			Flags: changeFlags(), Action: createAccount,
		},
		&cli.Command{
			Name: "update", Usage: "change an account; an empty value takes a thing away. " + whoHelp,
			ArgsUsage: "WHO", UsageText: "latchkey account update --email mei@example.com +85261677528",
			Flags: changeFlags(), Action: updateAccount,
		},
		&cli.Command{
			Name: "disable", Usage: "lock an account out and end its sessions. " + whoHelp,
			ArgsUsage: "WHO", UsageText: "latchkey account disable CUST12345", Action: switchAccount(true),
		},
		&cli.Command{
			Name: "enable", Usage: "let an account in again. " + whoHelp,
			ArgsUsage: "WHO", UsageText: "latchkey account enable CUST12345", Action: switchAccount(false),
		},
	)
}

// longestLine of an import, in bytes.
const longestLine = 64 << 10

func importAccounts(ctx context.Context, c *cli.Command) error {
	if err := noArguments(c); err != nil {
		return err
	}
	return withCore(ctx, c, func(core *usecase.Core) error {
		stderr := c.Root().ErrWriter
		in := usecase.ImportAccountsIn{
			Failed: func(number int, err error) { fmt.Fprintf(stderr, "line %d: %s\n", number, explain(err)) },
		}
		if file, ok := stderr.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
			in.Progress = func(lines int) { fmt.Fprintf(stderr, "\r%d lines", lines) }
			defer fmt.Fprintln(stderr)
		}
		var broken error
		in.Lines = readLines(c.Root().Reader, &broken)
		out, err := core.ImportAccounts.Execute(ctx, in)
		fmt.Fprintf(c.Root().Writer, "created %d, updated %d, failed %d\n", out.Created, out.Updated, out.Failed)
		switch {
		case err != nil:
			return err
		case broken != nil:
			return fmt.Errorf("read stdin: %w", broken)
		case out.Failed > 0:
			return fmt.Errorf("%d lines were refused; the others are in", out.Failed)
		default:
			return nil
		}
	})
}

// readLines reads the import, a line at a time. An over-long line is an error of its own; what keeps the rest from being read
// ends up in broken.
func readLines(r io.Reader, broken *error) iter.Seq[usecase.ImportLine] {
	return func(yield func(usecase.ImportLine) bool) {
		reader := bufio.NewReaderSize(r, longestLine)
		for number := 1; ; number++ {
			text, long, err := readLine(reader)
			if err != nil && !errors.Is(err, io.EOF) {
				*broken = err
				return
			}
			line := usecase.ImportLine{Number: number}
			switch {
			case long:
				line.Err = fmt.Errorf("longer than %d bytes", longestLine)
			case len(bytes.TrimSpace(text)) == 0:
				if err != nil {
					return
				}
				continue
			default:
				line.Err = jsonv2.Unmarshal(text, &line.Change, jsonv2.RejectUnknownMembers(true))
			}
			if !yield(line) || err != nil {
				return
			}
		}
	}
}

// readLine returns the next line without its end, skipping over the rest of one that does not fit.
func readLine(r *bufio.Reader) (line []byte, long bool, err error) {
	line, err = r.ReadSlice('\n')
	for errors.Is(err, bufio.ErrBufferFull) {
		long = true
		_, err = r.ReadSlice('\n')
	}
	return bytes.Clone(bytes.TrimRight(line, "\r\n")), long, err
}

// listed is an account as scripts see it.
type listed struct {
	ID            int64     `json:"id"`
	UUID          string    `json:"uuid"`
	CustomerID    string    `json:"customer_id,omitempty"`
	Mobile        string    `json:"mobile,omitempty"`
	Email         string    `json:"email,omitempty"`
	Username      string    `json:"username,omitempty"`
	Name          string    `json:"name,omitempty"`
	FirstName     string    `json:"first_name,omitempty"`
	LastName      string    `json:"last_name,omitempty"`
	Permissions   []string  `json:"permissions,omitempty"`
	Locale        string    `json:"locale,omitempty"`
	PointsEarned  int64     `json:"points_earned"`
	BalancePoints int64     `json:"balance_points"`
	HasPassword   bool      `json:"has_password"`
	Disabled      bool      `json:"disabled"`
	CreatedAt     time.Time `json:"created_at"`
}

func list(a domain.Account) listed {
	return listed{
		ID: a.ID, UUID: a.UUID, CustomerID: a.CustomerID, Mobile: a.Phone, Email: a.Email, Username: a.Username, Name: a.Name,
		FirstName: a.FirstName, LastName: a.LastName, Permissions: a.Permissions, Locale: a.Locale, PointsEarned: a.PointsEarned,
		BalancePoints: a.PointsBalance, HasPassword: a.PasswordHash != "", Disabled: a.Disabled, CreatedAt: a.CreatedAt,
	}
}

func listAccounts(ctx context.Context, c *cli.Command) error {
	if err := noArguments(c); err != nil {
		return err
	}
	return withCore(ctx, c, func(core *usecase.Core) error {
		out := bufio.NewWriter(c.Root().Writer)
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		encoder := json.NewEncoder(out)
		if !c.Bool("json") {
			fmt.Fprintln(table, "ID\tCUSTOMER\tMOBILE\tEMAIL\tUSERNAME\tNAME\tSTATE")
		}
		const page = 500
		for after := int64(0); ; {
			accounts, err := core.ListAccounts.Execute(ctx, usecase.ListAccountsIn{After: after, Limit: page})
			if err != nil {
				return err
			}
			for _, a := range accounts {
				after = a.ID
				if c.Bool("json") {
					if err := encoder.Encode(list(a)); err != nil {
						return err
					}
					continue
				}
				fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", a.ID, dash(a.CustomerID), dash(a.Phone), dash(a.Email), dash(a.Username), dash(fullName(a)), state(a))
			}
			if err := table.Flush(); err != nil {
				return err
			}
			if len(accounts) < page {
				return out.Flush()
			}
		}
	})
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func fullName(a domain.Account) string {
	if a.Name != "" {
		return a.Name
	}
	return strings.TrimSpace(a.FirstName + " " + a.LastName)
}

func state(a domain.Account) string {
	if a.Disabled {
		return "disabled"
	}
	return "active"
}

func showAccount(ctx context.Context, c *cli.Command) error {
	who, err := oneArgument(c, "WHO")
	if err != nil {
		return err
	}
	return withCore(ctx, c, func(core *usecase.Core) error {
		report, err := core.FindAccount.Execute(ctx, usecase.FindAccountIn{Who: who})
		if err != nil {
			return err
		}
		type session struct {
			ID        string    `json:"id"`
			Dialect   string    `json:"dialect"`
			CreatedAt time.Time `json:"created_at"`
			ExpiresAt time.Time `json:"expires_at"`
			ClientIP  string    `json:"client_ip,omitempty"`
			UserAgent string    `json:"user_agent,omitempty"`
		}
		type event struct {
			At      time.Time `json:"at"`
			Action  string    `json:"action"`
			Outcome string    `json:"outcome"`
			Dialect string    `json:"dialect,omitempty"`
			Actor   string    `json:"actor"`
			IP      string    `json:"client_ip,omitempty"`
		}
		shown := struct {
			listed
			Sessions []session `json:"sessions"`
			Devices  int       `json:"devices"`
			Events   []event   `json:"events"`
		}{listed: list(report.Account), Devices: len(report.Devices), Sessions: []session{}, Events: []event{}}
		for _, s := range report.Sessions {
			shown.Sessions = append(shown.Sessions, session{s.ID, s.Dialect, s.CreatedAt, s.ExpiresAt, s.ClientIP, s.UserAgent})
		}
		for _, e := range report.Events {
			shown.Events = append(shown.Events, event{e.At, e.Action, e.Outcome, e.Dialect, e.Actor, e.ClientIP})
		}
		encoder := json.NewEncoder(c.Root().Writer)
		encoder.SetIndent("", "  ")
		return encoder.Encode(shown)
	})
}

// changeFlags are the keys of the import line.
func changeFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "customer-id", Usage: "BigCity's customer ID"},
		&cli.StringFlag{Name: "mobile", Usage: "phone number in international spelling"},
		&cli.StringFlag{Name: "email", Usage: "mail address"},
		&cli.StringFlag{Name: "username", Usage: "name to log in with a password"},
		&cli.StringFlag{Name: "name", Usage: "full name"},
		&cli.StringFlag{Name: "first-name", Usage: "given name"},
		&cli.StringFlag{Name: "last-name", Usage: "family name"},
		&cli.BoolFlag{Name: "password-stdin", Usage: "read a new password from stdin"},
		&cli.StringFlag{Name: "password-hash", Usage: "hash of the password, as another system made it"},
		&cli.Int64Flag{Name: "points-earned", Usage: "BigCity's points in all"},
		&cli.Int64Flag{Name: "balance-points", Usage: "BigCity's points left"},
		&cli.StringFlag{Name: "permissions", Usage: "GoodCity's permissions, comma separated"},
		&cli.StringFlag{Name: "locale", Usage: "language of messages, such as en or zh-tw"},
	}
}

// changeOf reads what the flags say; flags that were not given change nothing.
func changeOf(c *cli.Command) (usecase.AccountChange, error) {
	text := func(name string) *string {
		if !c.IsSet(name) {
			return nil
		}
		return new(c.String(name))
	}
	number := func(name string) *int64 {
		if !c.IsSet(name) {
			return nil
		}
		return new(c.Int64(name))
	}
	change := usecase.AccountChange{
		CustomerID: text("customer-id"), Mobile: text("mobile"), Email: text("email"), Username: text("username"), Name: text("name"),
		FirstName: text("first-name"), LastName: text("last-name"), PasswordHash: text("password-hash"), Locale: text("locale"),
		PointsEarned: number("points-earned"), BalancePoints: number("balance-points"),
	}
	if list := text("permissions"); list != nil {
		change.Permissions = new(strings.FieldsFunc(*list, func(r rune) bool { return r == ',' }))
	}
	if c.Bool("password-stdin") {
		text, _, err := readLine(bufio.NewReader(c.Root().Reader))
		if err != nil && !errors.Is(err, io.EOF) {
			return change, fmt.Errorf("read the password: %w", err)
		}
		change.Password = new(string(text))
	}
	return change, nil
}

func createAccount(ctx context.Context, c *cli.Command) error {
	if err := noArguments(c); err != nil {
		return err
	}
	return editAccount(ctx, c, "")
}

func updateAccount(ctx context.Context, c *cli.Command) error {
	who, err := oneArgument(c, "WHO")
	if err != nil {
		return err
	}
	return editAccount(ctx, c, who)
}

func editAccount(ctx context.Context, c *cli.Command, who string) error {
	change, err := changeOf(c)
	if err != nil {
		return err
	}
	return withCore(ctx, c, func(core *usecase.Core) error {
		account, err := core.EditAccount.Execute(ctx, usecase.EditAccountIn{Who: who, Change: change})
		if err != nil {
			return err
		}
		return json.NewEncoder(c.Root().Writer).Encode(list(account))
	})
}

func switchAccount(disabled bool) cli.ActionFunc {
	return func(ctx context.Context, c *cli.Command) error {
		who, err := oneArgument(c, "WHO")
		if err != nil {
			return err
		}
		return withCore(ctx, c, func(core *usecase.Core) error {
			account, err := core.EditAccount.Execute(ctx, usecase.EditAccountIn{Who: who, Change: usecase.AccountChange{Disabled: &disabled}})
			if err == nil {
				fmt.Fprintf(c.Root().Writer, "account %d is %s\n", account.ID, state(account))
			}
			return err
		})
	}
}
