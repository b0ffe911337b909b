package main

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/nearside-ems/nearside/fleet/jetstream/clustertest"
	"github.com/nearside-ems/nearside/internal/leftover"
)

func TestMain(m *testing.M) {
	clustertest.Main()
	testscript.Main(m, map[string]func(){"nearside": main})
}

// TestScripts runs the command line as a user would, in testdata/script. $DATA is a data directory
// that the scripts share, so that travel times are computed once; $GRPC and $HTTP are free addresses.
func TestScripts(t *testing.T) {
	kept, err := os.MkdirTemp("", "nearside-scripts-*")
	if err != nil {
		t.Fatal(err)
	}
	// Scripts run in parallel, after this function returns; Cleanup waits for them.
	t.Cleanup(func() { _ = os.RemoveAll(kept) })
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("DATA", kept)
			e.Setenv("HOME", e.WorkDir)
			for _, name := range []string{"GRPC", "HTTP"} {
				l, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					return err
				}
				e.Setenv(name, l.Addr().String())
				if err := l.Close(); err != nil {
					return err
				}
			}
			return nil
		},
		Cmds: withCalls(map[string]func(*testscript.TestScript, bool, []string){
			"until": until, "capture": capture, "number": number, "masked": masked, "post": post, "hashed": hashed, "unchanged": unchanged, "nothingof": nothingOf,
		}),
	})
}

// until REGEXP COMMAND… runs a command again and again until its output matches, for what happens in
// its own time: a service that starts, a closure that expires.
func until(ts *testscript.TestScript, _ bool, args []string) {
	want, bin := regexp.MustCompile(args[0]), args[1]
	var out []byte
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		cmd := exec.Command(bin, args[2:]...)
		cmd.Env = append(os.Environ(), "PATH="+ts.Getenv("PATH"))
		cmd.Path, cmd.Err = lookPath(ts, bin)
		if out, _ = cmd.CombinedOutput(); want.Match(out) {
			return
		}
	}
	ts.Fatalf("no %q within 30 s; the last output was\n%s", args[0], out)
}

func lookPath(ts *testscript.TestScript, bin string) (string, error) {
	for dir := range strings.SplitSeq(ts.Getenv("PATH"), string(os.PathListSeparator)) {
		if path, err := exec.LookPath(dir + "/" + bin); err == nil {
			return path, nil
		}
	}
	return "", exec.ErrNotFound
}

// capture NAME REGEXP sets a variable to the first match in the last command's output.
func capture(ts *testscript.TestScript, _ bool, args []string) {
	found := regexp.MustCompile(args[1]).FindString(ts.ReadFile("stdout"))
	if found == "" {
		ts.Fatalf("no %q in the output", args[1])
	}
	ts.Setenv(args[0], found)
}

// number NAME keeps the last number in a variable.
func number(ts *testscript.TestScript, _ bool, args []string) {
	all := regexp.MustCompile(`[0-9]+`).FindAllString(ts.Getenv(args[0]), -1)
	if len(all) == 0 {
		ts.Fatalf("no number in $%s", args[0])
	}
	ts.Setenv(args[0], all[len(all)-1])
}

// shifting is what differs from run to run in an output, and what stands for it in a golden one.
var shifting = []struct {
	is *regexp.Regexp
	as string
}{
	{regexp.MustCompile(`roadChanges/[a-z0-9]+`), "roadChanges/ID"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+Z`), "TIME"},
	{regexp.MustCompile(`\b\d+s old`), "Ns old"},
	{regexp.MustCompile(`\d+:\d\d by road, [0-9.]+ km`), "M:SS by road, N km"}, // by the hour's speeds
	{regexp.MustCompile(`(?m)^ *\d+ m `), "N m "},
	{regexp.MustCompile(`built-in lattice, [^,;]+`), "built-in lattice, PERIOD"},
	{regexp.MustCompile(` +`), " "},
	{regexp.MustCompile(` +\n`), "\n"},
}

// masked FILE compares the last command's output, less what differs from run to run, with a file.
func masked(ts *testscript.TestScript, _ bool, args []string) {
	got, want := ts.ReadFile("stdout"), ts.ReadFile(args[0])
	for _, s := range shifting {
		got, want = s.is.ReplaceAllString(got, s.as), s.is.ReplaceAllString(want, s.as)
	}
	if got != want {
		ts.Fatalf("got\n%s\nwant\n%s", got, want)
	}
}

// nothingof FILE DIR WORD… fails where a field of a raw file stands in any file of a directory; words
// that may stay are left out.
func nothingOf(ts *testscript.TestScript, _ bool, args []string) {
	found, err := leftover.Search(ts.MkAbs(args[1]), []byte(ts.ReadFile(args[0])), args[2:]...)
	ts.Check(err)
	if len(found) > 0 {
		ts.Fatalf("of %s:\n%s", args[0], strings.Join(found, "\n"))
	}
}

// post PATH BODY sends JSON to the service on $HTTP.
func post(ts *testscript.TestScript, _ bool, args []string) {
	res, err := http.Post("http://"+ts.Getenv("HTTP")+args[0], "application/json", strings.NewReader(args[1]))
	ts.Check(err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	ts.Check(err)
	if res.StatusCode != http.StatusOK || bytes.Contains(text, []byte(`"message"`)) {
		ts.Fatalf("POST %s: HTTP %d %s", args[0], res.StatusCode, text)
	}
}
