package server

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/durationpb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// endless is a scenario whose search does not end by itself within a test.
func endless() *pb.CreatePlanRequest {
	return &pb.CreatePlanRequest{Cars: 5, Hours: []int32{12, 13}, TimeLimit: durationpb.New(5 * time.Minute)}
}

func quick() *pb.CreatePlanRequest {
	return &pb.CreatePlanRequest{Cars: 2, Centres: 1, Hours: []int32{12}, TimeLimit: durationpb.New(2 * time.Second)}
}

// await waits for an operation and returns its plan.
func (c *client) await(t *testing.T, op *longrunningpb.Operation) (*pb.Plan, *longrunningpb.Operation) {
	t.Helper()
	op, err := c.WaitOperation(background(t), &longrunningpb.WaitOperationRequest{Name: op.Name})
	if err != nil || !op.Done {
		t.Fatalf("%v, %v", op, err)
	}
	plan := &pb.Plan{}
	if err := op.GetResponse().UnmarshalTo(plan); err != nil {
		t.Fatalf("%v: %v", op.GetError(), err)
	}
	return plan, op
}

func TestCreatePlan(t *testing.T) {
	s := smallSettings(t)
	c := start(t, s)
	asked := quick()
	asked.Driving = pb.Driving_DRIVING_BLUE_LIGHT
	op, err := c.CreatePlan(background(t), asked)
	if err != nil {
		t.Fatal(err)
	}
	plan, op := c.await(t, op)
	meta := &pb.CreatePlanMetadata{}
	if err := op.Metadata.UnmarshalTo(meta); err != nil || meta.Stage != "done" || meta.Progress != 1 || meta.IncumbentSeconds != plan.ValueSeconds {
		t.Errorf("metadata %v, %v", meta, err)
	}
	if !slices.Equal(plan.Hours, asked.Hours) || plan.HoursInWords == "" {
		t.Errorf("made for the hours %v, %q", plan.Hours, plan.HoursInWords)
	}
	if len(plan.Cars) != 2 || plan.ValueSeconds < plan.BoundSeconds || plan.Basis.Network != "small city" || !plan.Basis.Demo {
		t.Errorf("plan %v", plan)
	}
	whole, err := c.GetPlan(background(t), &pb.GetPlanRequest{Name: plan.Name, IncludeDocument: true})
	if err != nil || !json.Valid([]byte(whole.DocumentJson)) || plan.DocumentJson != "" {
		t.Errorf("document %.100q and, not asked for, %.100q; %v", whole.GetDocumentJson(), plan.DocumentJson, err)
	}
	text, err := os.ReadFile(filepath.Join(s.DataDir, plan.Name+".json"))
	if err != nil || string(text) != whole.DocumentJson {
		t.Errorf("the kept document differs: %v", err)
	}
	checkPlanCoverage(t, c, plan)
	c.stop()
	again := start(t, s) // a plan outlives the server
	kept, err := again.GetPlan(background(t), &pb.GetPlanRequest{Name: plan.Name})
	if err != nil || kept.ValueSeconds != plan.ValueSeconds || len(kept.Cars) != 2 {
		t.Errorf("after a restart: %v, %v", kept, err)
	}
}

// TestCreatePlanOfAScenario takes a scenario's text, says its unit, and reports every mistake in it with its line.
func TestCreatePlanOfAScenario(t *testing.T) {
	c := start(t, smallSettings(t))
	text := "cars: 2\nhours: 12-13\nobjective: coverage\ntarget: {minutes: 6}\ntime_limit: 2s\n"
	op, err := c.CreatePlan(background(t), &pb.CreatePlanRequest{Scenario: text})
	if err != nil {
		t.Fatal(err)
	}
	plan, _ := c.await(t, op)
	if plan.Unit != "share of calls" || !plan.HigherIsBetter || plan.Value <= 0 || plan.Bound < plan.Value || plan.ValueSeconds != 0 || plan.ObjectiveInWords == "" {
		t.Errorf("plan %v", plan)
	}
	bad := &pb.CreatePlanRequest{Scenario: "cars: 0\nhours: 12-13\nbusy: 7\nfixes: []\n"}
	_, err = c.CreatePlan(background(t), bad)
	for _, field := range []string{"scenario.cars", "scenario.busy", "scenario.fixes"} {
		wantRefusal(t, err, codes.InvalidArgument, field, "line ")
	}
	_, err = c.CreatePlan(background(t), &pb.CreatePlanRequest{Scenario: "cars: 2\nhours: 12\nforbid: [nowhere]"})
	wantRefusal(t, err, codes.InvalidArgument, "scenario.forbid[0]", "nowhere")
	_, err = c.CreatePlan(background(t), &pb.CreatePlanRequest{Scenario: text, Cars: 3})
	wantRefusal(t, err, codes.InvalidArgument, "scenario", "alone")
}

// checkPlanCoverage counts the plan's cars, and those of each comparison, driving as the plan does.
func checkPlanCoverage(t *testing.T, c *client, plan *pb.Plan) {
	t.Helper()
	cars := []int{len(plan.Cars)}
	for _, other := range plan.Comparisons {
		if other.Note == "" || len(other.Cars) == 0 {
			t.Errorf("comparison %v", other)
		}
		cars = append(cars, len(other.Cars))
	}
	if len(cars) < 2 {
		t.Fatal("a plan without comparisons")
	}
	for k, want := range cars {
		cover, err := c.GetCoverage(background(t), &pb.GetCoverageRequest{Hour: 12, Plan: plan.Name, Comparison: int32(k)})
		if err != nil || cover.Cars != int32(want) || cover.Basis.Driving != plan.Basis.Driving {
			t.Errorf("comparison %d: %d cars driving %v, %v; want %d, %v", k, cover.GetCars(), cover.GetBasis().GetDriving(), err, want, plan.Basis.Driving)
		}
	}
	_, err := c.GetCoverage(background(t), &pb.GetCoverageRequest{Plan: plan.Name, Comparison: int32(len(cars))})
	wantRefusal(t, err, codes.InvalidArgument, "comparison", "want 0 to")
}

func TestCancelKeepsTheBestSoFar(t *testing.T) {
	c := start(t, smallSettings(t))
	op, err := c.CreatePlan(background(t), endless())
	if err != nil {
		t.Fatal(err)
	}
	for searching := false; !searching; time.Sleep(5 * time.Millisecond) {
		op, err = c.GetOperation(background(t), &longrunningpb.GetOperationRequest{Name: op.Name})
		if err != nil {
			t.Fatal(err)
		}
		meta := &pb.CreatePlanMetadata{}
		if err := op.Metadata.UnmarshalTo(meta); err != nil {
			t.Fatal(err)
		}
		searching = meta.IncumbentSeconds > 0 || op.Done
	}
	began := time.Now()
	if _, err := c.CancelOperation(background(t), &longrunningpb.CancelOperationRequest{Name: op.Name}); err != nil {
		t.Fatal(err)
	}
	plan, _ := c.await(t, op)
	if len(plan.Cars) != 5 || time.Since(began) > 10*time.Second {
		t.Errorf("%d cars after %v", len(plan.Cars), time.Since(began))
	}
}

func TestPlansAreBounded(t *testing.T) {
	s := smallSettings(t)
	s.PlansWaiting = 1
	c := start(t, s)
	var ops []*longrunningpb.Operation
	for range 2 {
		op, err := c.CreatePlan(background(t), endless())
		if err != nil {
			t.Fatal(err)
		}
		ops = append(ops, op)
	}
	_, err := c.CreatePlan(background(t), endless())
	wantRefusal(t, err, codes.ResourceExhausted, "TOO_MANY_PLANS", "try again later")
	_, err = c.DeleteOperation(background(t), &longrunningpb.DeleteOperationRequest{Name: ops[0].Name})
	wantRefusal(t, err, codes.FailedPrecondition, "OPERATION_RUNNING", "cancel it first")
	if _, err := c.CancelOperation(background(t), &longrunningpb.CancelOperationRequest{Name: ops[1].Name}); err != nil {
		t.Fatal(err)
	}
	waiting, err := c.WaitOperation(background(t), &longrunningpb.WaitOperationRequest{Name: ops[1].Name})
	if err != nil || codes.Code(waiting.GetError().GetCode()) != codes.Canceled {
		t.Errorf("a plan cancelled while it waits: %v, %v; want CANCELLED", waiting, err)
	}
	still, err := c.WaitOperation(background(t), &longrunningpb.WaitOperationRequest{Name: ops[0].Name, Timeout: durationpb.New(time.Millisecond)})
	if err != nil || still.Done {
		t.Errorf("a short wait: done %v, %v", still.GetDone(), err)
	}
	page, err := c.ListOperations(background(t), &longrunningpb.ListOperationsRequest{PageSize: 1})
	if err != nil || len(page.Operations) != 1 || page.Operations[0].Name != ops[1].Name || page.NextPageToken == "" {
		t.Fatalf("first page %v, %v; want the newest operation", page, err)
	}
	page, err = c.ListOperations(background(t), &longrunningpb.ListOperationsRequest{PageSize: 1, PageToken: page.NextPageToken})
	if err != nil || len(page.Operations) != 1 || page.Operations[0].Name != ops[0].Name || page.NextPageToken != "" {
		t.Errorf("second page %v, %v; want the oldest operation", page, err)
	}
	if _, err := c.DeleteOperation(background(t), &longrunningpb.DeleteOperationRequest{Name: ops[1].Name}); err != nil {
		t.Error(err)
	}
	_, err = c.GetOperation(background(t), &longrunningpb.GetOperationRequest{Name: ops[1].Name})
	wantRefusal(t, err, codes.NotFound, "operation", "does not exist")
	c.stop() // with a plan under way: the leak check proves that it ends
}

func TestCreatePlanRefuses(t *testing.T) {
	c := start(t, smallSettings(t))
	busy := 1.5
	for name, r := range map[string]struct {
		change func(*pb.CreatePlanRequest)
		field  string
	}{
		"no cars":         {func(r *pb.CreatePlanRequest) { r.Cars = 0 }, "cars"},
		"10,000 cars":     {func(r *pb.CreatePlanRequest) { r.Cars = 10_000 }, "cars"},
		"too few centres": {func(r *pb.CreatePlanRequest) { r.Centres = -1 }, "centres"},
		"no hours":        {func(r *pb.CreatePlanRequest) { r.Hours = nil }, "hours"},
		"hour 168":        {func(r *pb.CreatePlanRequest) { r.Hours = []int32{3, 168} }, "hours[1]"},
		"hour 256":        {func(r *pb.CreatePlanRequest) { r.Hours = []int32{256} }, "hours[0]"},
		"objective":       {func(r *pb.CreatePlanRequest) { r.Objective = "best" }, "objective"},
		"busy":            {func(r *pb.CreatePlanRequest) { r.Busy = &busy }, "busy"},
		"driving":         {func(r *pb.CreatePlanRequest) { r.Driving = 5 }, "driving"},
		"time limit":      {func(r *pb.CreatePlanRequest) { r.TimeLimit = durationpb.New(time.Hour) }, "time_limit"},
		"bad time limit":  {func(r *pb.CreatePlanRequest) { r.TimeLimit = &durationpb.Duration{Seconds: 1, Nanos: -1} }, "time_limit"},
	} {
		t.Run(name, func(t *testing.T) {
			in := quick()
			r.change(in)
			_, err := c.CreatePlan(background(t), in)
			wantRefusal(t, err, codes.InvalidArgument, r.field, "")
		})
	}
	for _, name := range []string{"", "plans/", "plans/../../etc/passwd", "plans/A", "operations/a"} {
		_, err := c.GetPlan(background(t), &pb.GetPlanRequest{Name: name})
		wantRefusal(t, err, codes.InvalidArgument, "name", "plans/ID")
		_, err = c.GetOperation(background(t), &longrunningpb.GetOperationRequest{Name: "x" + name})
		wantRefusal(t, err, codes.InvalidArgument, "name", "operations/ID")
	}
}

// TestCreatePlanLooksCellsUp: cells are refused at once, by the request's own names for its fields.
func TestCreatePlanLooksCellsUp(t *testing.T) {
	s := smallSettings(t)
	c := start(t, s)
	cells := []string{s.City.Grid.ID(0), s.City.Grid.ID(1), s.City.Grid.ID(2)}
	for name, r := range map[string]struct {
		fixed, forbidden []string
		field, want      string
	}{
		"unknown":        {[]string{"nowhere"}, nil, "fixed_cells[0]", "nowhere"},
		"fixed and not":  {cells[:1], cells[:1], "forbidden_cells[0]", cells[0]},
		"more than cars": {cells, nil, "fixed_cells", "at most as many as cars (2)"},
	} {
		in := quick()
		in.FixedCells, in.ForbiddenCells = r.fixed, r.forbidden
		_, err := c.CreatePlan(background(t), in)
		t.Run(name, func(t *testing.T) { wantRefusal(t, err, codes.InvalidArgument, r.field, r.want) })
	}
}

// TestRefusalsNameAFieldOnce: a violation's description holds the value and what is allowed.
func TestRefusalsNameAFieldOnce(t *testing.T) {
	c := start(t, smallSettings(t))
	in := quick()
	in.Cars, in.TimeLimit = 0, durationpb.New(time.Hour)
	_, err := c.CreatePlan(background(t), in)
	wantRefusal(t, err, codes.InvalidArgument, "time_limit", "cars: 0: want 1 to 200; time_limit: 1h0m0s: want more than 0")
}

func TestCoverageNamesItsPlan(t *testing.T) {
	c := start(t, smallSettings(t))
	_, err := c.GetCoverage(background(t), &pb.GetCoverageRequest{Plan: "../etc/passwd"})
	wantRefusal(t, err, codes.InvalidArgument, "plan", "plans/ID")
}

func TestUnusableDataDirectory(t *testing.T) {
	s := smallSettings(t)
	s.DataDir = filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(s.DataDir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(s); err == nil || !strings.Contains(err.Error(), s.DataDir) {
		t.Errorf("got %v, want an error that names the directory", err)
	}
}

func TestDamagedPlanIsRefused(t *testing.T) {
	s := smallSettings(t)
	c := start(t, s)
	if err := os.WriteFile(filepath.Join(s.DataDir, "plans", "broken.json"), []byte(`{"format":`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := c.GetPlan(background(t), &pb.GetPlanRequest{Name: "plans/broken"})
	wantRefusal(t, err, codes.FailedPrecondition, "PLAN_UNREADABLE", "broken.json")
}

// TestPlanOfAnotherCityIsRefused puts a plan of this city beside its own with one cell of Paris.
func TestPlanOfAnotherCityIsRefused(t *testing.T) {
	s := smallSettings(t)
	c := start(t, s)
	op, err := c.CreatePlan(background(t), quick())
	if err != nil {
		t.Fatal(err)
	}
	plan, _ := c.await(t, op)
	text, err := os.ReadFile(filepath.Join(s.DataDir, plan.GetName()+".json"))
	if err != nil {
		t.Fatal(err)
	}
	const paris = "891fb466257ffff"
	text = bytes.ReplaceAll(text, []byte(plan.GetCars()[0].GetCell()), []byte(paris))
	if err := os.WriteFile(filepath.Join(s.DataDir, "plans", "abroad.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = c.GetCoverage(background(t), &pb.GetCoverageRequest{Plan: "plans/abroad"})
	wantRefusal(t, err, codes.FailedPrecondition, "PLAN_OF_ANOTHER_CITY", paris)
	moves, err := pb.NewRecommendationServiceClient(c.conn).WatchRecommendations(background(t), &pb.WatchRecommendationsRequest{Plan: "plans/abroad"})
	if err == nil {
		_, err = moves.Recv()
	}
	wantRefusal(t, err, codes.FailedPrecondition, "PLAN_OF_ANOTHER_CITY", paris)
}
