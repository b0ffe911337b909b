package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"
)

// configCommand looks at settings without running anything.
type configCommand struct {
	Check configCheckCommand `cmd:"" help:"Say at once everything for which serve would refuse its settings."`
	Show  configShowCommand  `cmd:"" help:"List the settings that serve would use and what set each. Secrets are not shown."`
}

// configFile is the file that both commands look at, with the flags of serve.
type configFile struct {
	File          string `arg:"" optional:"" help:"File of settings, as for serve --config."`
	serveSettings `embed:""`
}

type configCheckCommand struct{ configFile }

func (c *configCheckCommand) Run(ctx *kong.Context) error {
	all, err := c.resolve(ctx, c.File, os.Environ())
	for _, note := range all.misspelt(os.Environ()) {
		_, _ = fmt.Fprintln(os.Stderr, "nearside:", note)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Printf("%d settings, none of which serve refuses. Whether ports are free and what is in the data directory shows when it starts.\n", len(all))
	return err
}

type configShowCommand struct{ configFile }

func (c *configShowCommand) Run(ctx *kong.Context) error {
	all, faults := layer(ctx, c.File, os.Environ())
	return errors.Join(all.show(os.Stdout), refusedSettings(all, faults))
}

// show prints a table of the settings.
func (all settings) show(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "setting\tvalue\tfrom")
	for _, s := range all {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", s.flag.Name, s.shown(), s.from)
	}
	return w.Flush()
}

// shown is its value, without what is secret.
func (s *setting) shown() string {
	text := s.text()
	switch {
	case text == "":
		return `""`
	case s.secret():
		return "(secret)"
	}
	parts := strings.Split(text, ",")
	for i, p := range parts {
		if u, err := url.Parse(p); err == nil && u.User != nil {
			parts[i] = strings.Replace(p, u.User.String()+"@", "(secret)@", 1)
			if strings.Contains(parts[i], u.User.String()) { // written in another way than url writes it
				parts[i] = "(secret)"
			}
		}
	}
	return strings.Join(parts, ",")
}

// refusedSettings joins all that is wrong with settings, a line each with what set them; nil for nothing.
func refusedSettings(all settings, faults []error) error {
	var lines []string
	for _, fault := range faults {
		for _, text := range strings.Split(fault.Error(), "\n") {
			if from := all.origins(text); from != "" {
				text += " (" + from + ")"
			}
			lines = append(lines, text)
		}
	}
	switch len(lines) {
	case 0:
		return nil
	case 1:
		return errors.New(lines[0])
	}
	return fmt.Errorf("%d settings cannot be used:\n  %s", len(lines), strings.Join(lines, "\n  "))
}
