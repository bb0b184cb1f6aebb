// Command latchkey is a self-hosted login server for one-time codes.
//
// Here everybody is introduced to everybody: wire.go builds the object graph from top to bottom, the other files are the
// commands. Next door: infrastructure has the machines, adapter the translators, usecase the stories.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v3"

	"latchkey/domain"
	"latchkey/infrastructure/config"
)

// version is set by the Makefile.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is main without the process: it returns the exit status, 1 for a failure and 2 for a wrong call.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	err := command(stdin, stdout, stderr).Run(ctx, args)
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, "latchkey: "+explain(err))
	var usage usageError
	if errors.As(err, &usage) {
		return 2
	}
	return 1
}

// usageError is a wrong call: exit status 2.
type usageError struct{ error }

// explain says an error in a line that tells what to do.
func explain(err error) string {
	fault := domain.AsFault(err)
	switch fault.Code {
	case domain.CodeAccountUnknown:
		return "no account, or more than one, answers to that name; `latchkey account list` shows all"
	case domain.CodeSessionUnknown:
		return "the account has no session of that ID; `latchkey session list WHO` shows them"
	case domain.CodeContactTaken:
		return "another account has one of these identifiers already"
	case domain.CodeMalformed:
		return fault.Field + " is missing or not valid"
	case domain.CodeUnavailable:
		return "the database does not answer: " + fault.Error() + "; check --database-url"
	default:
		return err.Error()
	}
}

// command is the whole command line.
func command(stdin io.Reader, stdout, stderr io.Writer) *cli.Command {
	root := &cli.Command{
		Name:      "latchkey",
		Usage:     "a self-hosted login server for one-time codes",
		UsageText: "latchkey serve --dev",
		Description: "Settings are flags, environment variables or keys of the YAML file named by --config, in that order.\n" +
			"`latchkey config` shows what is in force and where it came from.",
		Flags:                 config.Flags(),
		EnableShellCompletion: true,
		ConfigureShellCompletionCommand: func(c *cli.Command) {
			c.Hidden = false
			c.Usage = "print the completion script of bash, zsh, fish or pwsh"
			c.UsageText = "latchkey completion bash > /etc/bash_completion.d/latchkey"
		},
		Reader: stdin, Writer: stdout, ErrWriter: stderr,
		ExitErrHandler:  func(context.Context, *cli.Command, error) {}, // run says it, once
		CommandNotFound: func(context.Context, *cli.Command, string) {},
		Action: func(_ context.Context, c *cli.Command) error {
			if c.Args().Present() {
				return usageError{fmt.Errorf("there is no command %q; see --help", c.Args().First())}
			}
			return cli.ShowAppHelp(c)
		},
		Commands: []*cli.Command{
			serveCommand(), migrateCommand(), accountCommand(), sessionCommand(), unlockCommand(), keyCommand(),
			configCommand(), openapiCommand(), versionCommand(),
		},
	}
	sayUsage(root)
	return root
}

// sayUsage makes a wrong flag one line and exit status 2 in a command and all below it: the library does not hand this down.
func sayUsage(c *cli.Command) {
	c.OnUsageError = func(_ context.Context, _ *cli.Command, err error, _ bool) error {
		return usageError{fmt.Errorf("%w; see --help", err)}
	}
	for _, below := range c.Commands {
		sayUsage(below)
	}
}

// group is a command that only has commands.
func group(name, usage, example string, commands ...*cli.Command) *cli.Command {
	return &cli.Command{
		Name: name, Usage: usage, UsageText: example, Commands: commands,
		Action: func(_ context.Context, c *cli.Command) error {
			if c.Args().Present() {
				return usageError{fmt.Errorf("there is no command %s %q; see --help", name, c.Args().First())}
			}
			return cli.ShowSubcommandHelp(c)
		},
	}
}

// oneArgument is the only argument of a command.
func oneArgument(c *cli.Command, name string) (string, error) {
	if c.Args().Len() != 1 || c.Args().First() == "" {
		return "", usageError{fmt.Errorf("want one argument, %s; see --help", name)}
	}
	return c.Args().First(), nil
}

// noArguments refuses arguments.
func noArguments(c *cli.Command) error {
	if c.Args().Present() {
		return usageError{fmt.Errorf("%s takes no argument; see --help", c.Name)}
	}
	return nil
}
