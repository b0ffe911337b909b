package main

import (
	"fmt"
	"os"

	"github.com/nearside-ems/nearside/data/build"
)

// dataCommand makes and checks the data that ships inside the binary.
type dataCommand struct {
	Build dataBuildCommand `cmd:"" help:"Rebuild the shipped data from its source files; nothing changes unless every step succeeds."`
	Check dataCheckCommand `cmd:"" help:"Rebuild into a temporary folder and compare with the shipped data."`
}

type dataFlags struct {
	Sources string   `default:"../shared/data" help:"Folder of source files (${default})." placeholder:"DIR"`
	Out     string   `default:"data" help:"Folder of the shipped data (${default})." placeholder:"DIR"`
	Only    []string `help:"Steps to run; all when not given." placeholder:"STEP"`
}

func (f *dataFlags) options() build.Options {
	return build.Options{Sources: f.Sources, Out: f.Out, Only: f.Only, Progress: os.Stderr}
}

type dataBuildCommand struct{ dataFlags }

func (c *dataBuildCommand) Run() error {
	if err := build.Build(c.options()); err != nil {
		return err
	}
	fmt.Printf("%s rebuilt; what was checked is in %s/%s\n", c.Out, c.Out, build.SourcesFile)
	return nil
}

type dataCheckCommand struct{ dataFlags }

func (c *dataCheckCommand) Run() error {
	if err := build.Check(c.options()); err != nil {
		return err
	}
	fmt.Printf("%s is what its sources give\n", c.Out)
	return nil
}
