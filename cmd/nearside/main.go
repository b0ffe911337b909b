// Command nearside places joint-response cars and crisis centres in London and tells dispatch
// systems which car is nearest by road.
package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/alecthomas/kong"
	"github.com/nearside-ems/nearside/demand/calls"
)

// commands is the command line; each command has a file of its own.
type commands struct {
	Version         versionCommand         `cmd:"" help:"Print the version and the hash of the built-in data."`
	Data            dataCommand            `cmd:"" help:"Rebuild or check the data that ships inside the binary."`
	Serve           serveCommand           `cmd:"" help:"Run the service: gRPC, HTTP/JSON and the map."`
	Config          configCommand          `cmd:"" help:"Check and show the settings of serve."`
	Trace           traceCommand           `cmd:"" help:"Show traces that serve --trace-file wrote: one decision from call to arrival, or the slowest calls."`
	Backup          backupCommand          `cmd:"" help:"Write everything that a server keeps to one file, also while it runs."`
	Restore         restoreCommand         `cmd:"" help:"Make a data directory of a backup, or check one."`
	Token           tokenCommand           `cmd:"" help:"Make tokens by which programs prove to a service who they are."`
	Nearest         nearestCommand         `cmd:"" help:"Ask a running service which cars can reach a place first."`
	Coverage        coverageCommand        `cmd:"" help:"Ask a running service what the free cars cover now, by borough and car."`
	Recommendations recommendationsCommand `cmd:"" help:"Watch which free cars a running service would have wait elsewhere, and why."`
	Centres         centresCommand         `cmd:"" help:"Ask a running service where a patient can be taken, and tell it what the staff of a place say."`
	Route           routeCommand           `cmd:"" help:"Ask a running service for the fastest way by road."`
	Roads           roadsCommand           `cmd:"" help:"Tell a running service which roads are closed or slow."`
	Cars            carsCommand            `cmd:"" help:"Show, register, assign and watch the cars of a running service."`
	Decisions       decisionsCommand       `cmd:"" help:"Export and verify the log of decisions."`
	Import          importCommand          `cmd:"" help:"Import what the shipped data leaves out: a service's own calls, and every road."`
	Calls           callsCommand           `cmd:"" help:"Show the calls that were imported, say how long they are kept, write counts that may be published."`
	Forecast        forecastCommand        `cmd:"" help:"Learn from imported calls; show, explain and export how many to expect where and when."`
	Plan            planCommand            `cmd:"" help:"Place cars and crisis centres for chosen hours, and say how far the plan can be from the best."`
	Backtest        backtestCommand        `cmd:"" help:"Prove the forecast on imported calls: forecast past weeks from what came before, beside what others would have said."`
	Compare         compareCommand         `cmd:"" help:"Set two plan documents beside each other."`
	WhatIf          whatIfCommand          `cmd:"" name:"what-if" help:"Say what it would do to move, add or remove a car of a plan, or to close or open a centre."`
	Verify          verifyCommand          `cmd:"" help:"Check that a plan document follows from its inputs and was not edited."`
	Solve           solveCommand           `cmd:"" help:"Solve standard instance files of placement (OR-Library, TSPLIB, city MCLP) and print value, bound, gap, nodes and time."`
	FakeCAD         fakecadCommand         `cmd:"" name:"fakecad" help:"Play a made-up day of a control room against a running service and check every answer."`
}

func main() {
	var c commands
	k, err := parser(&c)
	if err != nil {
		panic(err) // the struct above is wrong
	}
	ctx, err := k.Parse(os.Args[1:])
	k.FatalIfErrorf(err)
	if err := ctx.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "nearside:", err)
		os.Exit(1)
	}
}

// parser reads the command line into c.
func parser(c *commands) (*kong.Kong, error) {
	return kong.New(c,
		kong.Name("nearside"),
		kong.Description("The right help for people in a mental-health crisis in London: forecast, placement, nearest car."),
		kong.Vars{
			"insecure":        insecureWords,
			"data_dir":        defaultDataDir(),
			"metrics":         defaultMetrics,
			"threshold":       strconv.Itoa(calls.DefaultThreshold),
			"least_threshold": strconv.Itoa(calls.LeastThreshold),
		},
		kong.WithHyphenPrefixedParameters(true), // most of London has a negative longitude
		kong.UsageOnError())
}
