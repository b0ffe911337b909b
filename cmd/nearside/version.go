package main

import (
	"fmt"

	"github.com/nearside-ems/nearside/data"
)

// version is set at link time.
var version = "dev"

type versionCommand struct{}

func (versionCommand) Run() error {
	_, err := fmt.Printf("nearside %s\ndata %s\n", version, data.Hash())
	return err
}
