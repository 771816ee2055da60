// Command frontline is the whole contact center in one program: it serves the desk and the channels, keeps the
// database in shape, and has small tools for operators. Each command is a field of program.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit codes that scripts may rely on.
const (
	exitDone   = 0
	exitFailed = 1 // one line on stderr says why
	exitUsage  = 2 // the command line is wrong
)

// program is the command line. Every flag has an environment variable of the same name with FRONTLINE_ before it.
type program struct {
	Serve    ServeCmd    `cmd:"" help:"Run everything in one process."`
	Migrate  MigrateCmd  `cmd:"" help:"Bring the schema up to date and stop."`
	User     UserCmd     `cmd:"" help:"The people who work here."`
	Token    TokenCmd    `cmd:"" help:"API tokens for programs."`
	Mail     MailCmd     `cmd:"" help:"Tools for mail."`
	Import   ImportCmd   `cmd:"" help:"Make tickets of the lines of a file; what was imported before is left as it is."`
	Export   ExportCmd   `cmd:"" help:"Write all tickets as lines of JSON."`
	Database DatabaseCmd `cmd:"" help:"Run the private Postgres alone, for dumps, restores and repairs."`
	Doctor   DoctorCmd   `cmd:"" help:"Check configuration and database, and say what to do."`
	Health   HealthCmd   `cmd:"" help:"Ask a running program whether it can work."`
	OpenAPI  OpenAPICmd  `cmd:"" name:"openapi" help:"Print the description of the HTTP API (OpenAPI 3.1)."`
	Version  VersionCmd  `cmd:"" help:"Print the version."`
}

// stdio is where a command reads and writes, so that a test can start it.
type stdio struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
	stop()
	os.Exit(code)
}

// run reads the command line, runs the command and gives the exit code.
func run(ctx context.Context, args []string, std stdio) int {
	var cli program
	exit := -1
	parser, err := commandLine(&cli, kong.Writers(std.Out, std.Err), kong.Exit(func(code int) { exit = code }))
	if err != nil {
		return complain(std, err, exitFailed)
	}
	k, err := parser.Parse(args)
	if exit >= 0 { // --help has printed what was asked
		return exit
	}
	if err != nil {
		return complain(std, fmt.Errorf("%w (frontline --help shows the commands)", err), exitUsage)
	}
	k.BindTo(ctx, (*context.Context)(nil))
	k.Bind(std)
	if err := k.Run(); err != nil {
		var usage usageError
		if errors.As(err, &usage) {
			return complain(std, err, exitUsage)
		}
		return complain(std, err, exitFailed)
	}
	return exitDone
}

// commandLine is the grammar of the program's commands, flags and environment.
func commandLine(cli *program, options ...kong.Option) (*kong.Kong, error) {
	return kong.New(cli, append(options,
		kong.Name("frontline"),
		kong.Description("Frontline, a contact center for mail, chat and phone."),
		kong.DefaultEnvars("FRONTLINE"),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)...)
}

// usageError marks a command line that parses but makes no sense, such as two flags that exclude each other.
type usageError struct{ error }

// complain writes err as exactly one line.
func complain(std stdio, err error, code int) int {
	line := strings.Join(strings.Fields(err.Error()), " ")
	fmt.Fprintf(std.Err, "frontline: %s\n", line)
	return code
}

// version is set when a release is built.
var version = ""

// VersionCmd prints the version that the build was made from.
type VersionCmd struct{}

// Run prints one line.
func (VersionCmd) Run(std stdio) error {
	_, err := fmt.Fprintf(std.Out, "frontline %s\n", versionName())
	return err
}

func versionName() string {
	if version != "" {
		return version
	}
	if b, ok := debug.ReadBuildInfo(); ok && b.Main.Version != "" {
		return b.Main.Version
	}
	return "unknown"
}
