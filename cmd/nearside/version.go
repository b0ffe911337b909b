package main

import "fmt"

// version is set at link time.
var version = "dev"

type versionCommand struct{}

func (versionCommand) Run() error {
	fmt.Println("nearside", version)
	return nil
}
