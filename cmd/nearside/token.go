package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/nearside-ems/nearside/api/guard"
)

// tokenCommand keeps the file of service tokens.
type tokenCommand struct {
	New tokenNewCommand `cmd:"" help:"Make a service token: print it once, and add its hash to a file of tokens."`
}

type tokenNewCommand struct {
	Name   string   `arg:"" help:"Whose it is, such as cad-1; the log of decisions names callers so."`
	Role   []string `required:"" enum:"read-only,crew,dispatcher,planner,operator" help:"What it may do: read-only, crew, dispatcher, planner or operator; may be repeated." placeholder:"ROLE"`
	Car    []string `help:"Car that a crew speaks for, such as cars/JRC-1, or cars/* for all; may be repeated." placeholder:"CAR"`
	Tokens string   `required:"" help:"File of tokens, as nearside serve --tokens takes it; made where it is not there." placeholder:"FILE"`
}

func (c *tokenNewCommand) Run() error { return c.run(os.Stdout, os.Stderr, time.Now()) }

// run prints the secret alone to out, so that it can be piped, and what to do with it to notes.
func (c *tokenNewCommand) run(out, notes io.Writer, now time.Time) error {
	roles, err := guard.ParseRoles(strings.Join(c.Role, ","))
	if err != nil {
		return err
	}
	secret, token, err := guard.NewToken(c.Name, roles, c.Car, now)
	if err != nil {
		return err
	}
	if err := addToken(c.Tokens, &token); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, secret); err != nil {
		return err
	}
	_, err = fmt.Fprintf(notes, "nearside: this is the only time that the token of %s (%s) is shown; %s keeps its hash. To withdraw it, take its line out.\n", token.Name, token.Roles, c.Tokens)
	return err
}

// addToken adds a token's line to a file. What is there must hold, and must go on to.
func addToken(path string, t *guard.Token) error {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("--tokens: %w", err)
	}
	line := t.Line() + "\n"
	if len(text) > 0 && text[len(text)-1] != '\n' {
		line = "\n" + line
	}
	if _, err := guard.ParseTokens(append(text, line...)); err != nil {
		return fmt.Errorf("--tokens %s: %w", path, err)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("--tokens: %w", err)
	}
	_, err = f.WriteString(line)
	return errors.Join(err, f.Sync(), f.Close())
}
