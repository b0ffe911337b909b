package server

import (
	"context"
	"crypto/rand"
	"regexp"
	"slices"
	"strings"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/planning"
)

// stages of a plan that planning does not know of.
const (
	stageWaiting = "waiting"
	stageDone    = "done"
)

// plans makes plans, one at a time since each uses every core, and remembers them.
type plans struct {
	server *Server
	shelf  shelf
	turn   chan struct{} // holds one token while a plan is made
	ctx    context.Context
	stop   context.CancelFunc
	making sync.WaitGroup

	mu      sync.Mutex
	jobs    []*job // oldest first
	waiting int    // jobs that are not done
	closed  bool
}

// job is one plan on its way, or done.
type job struct {
	id     string
	cancel context.CancelFunc
	done   chan struct{} // closed when plan and failure are final

	mu       sync.Mutex
	progress *pb.CreatePlanMetadata // replaced, never written to
	plan     *pb.Plan
	text     []byte // the plan's document
	failure  *status.Status
}

// jobID is what newID makes and all that a name may hold: it is also a file's name.
var jobID = regexp.MustCompile(`^[a-z0-9]{1,32}$`)

func newID() string { return strings.ToLower(rand.Text()[:16]) }

func newPlans(s *Server) (*plans, error) {
	p := &plans{server: s, turn: make(chan struct{}, 1)}
	p.ctx, p.stop = context.WithCancel(context.Background())
	var err error
	p.shelf, err = newShelf(s.DataDir)
	return p, err
}

// start queues a scenario, or refuses it where too many wait.
func (p *plans) start(scenario planning.Scenario) (*job, error) {
	ctx, cancel := context.WithCancel(p.ctx)
	j := &job{id: newID(), cancel: cancel, done: make(chan struct{}), progress: &pb.CreatePlanMetadata{Stage: stageWaiting}}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		cancel()
		return nil, refused(codes.Unavailable, "STOPPING", "the server is stopping")
	}
	if p.waiting > p.server.PlansWaiting {
		cancel()
		return nil, refused(codes.ResourceExhausted, "TOO_MANY_PLANS",
			"a plan is being made and %d wait, as many as may: try again later, or cancel one", p.waiting-1)
	}
	p.waiting++
	p.jobs = append(p.jobs, j)
	p.forget()
	p.making.Go(func() {
		defer cancel()
		p.run(ctx, j, scenario)
	})
	return j, nil
}

// forget drops the oldest finished jobs beyond those that are kept.
func (p *plans) forget() {
	excess := len(p.jobs) - p.waiting - p.server.PlansKept
	kept := p.jobs[:0]
	for _, j := range p.jobs {
		if excess > 0 && j.finished() {
			excess--
			continue
		}
		kept = append(kept, j)
	}
	clear(p.jobs[len(kept):])
	p.jobs = kept
}

func (j *job) finished() bool {
	select {
	case <-j.done:
		return true
	default:
		return false
	}
}

// run waits for the job's turn, makes its plan and keeps it.
func (p *plans) run(ctx context.Context, j *job, scenario planning.Scenario) {
	var plan *pb.Plan
	var text []byte
	var err error
	select {
	case p.turn <- struct{}{}:
		plan, text, err = p.make(ctx, j, scenario)
		<-p.turn
	case <-ctx.Done():
		err = ctx.Err()
	}
	j.mu.Lock()
	if err != nil {
		j.failure = failureOf(err)
	} else {
		j.plan, j.text = plan, text
		j.progress = &pb.CreatePlanMetadata{
			Stage: stageDone, Progress: 1, IncumbentSeconds: plan.GetValueSeconds(),
			BoundSeconds: plan.GetBoundSeconds(), Gap: plan.GetGap(), Warning: j.progress.GetWarning(),
		}
	}
	j.mu.Unlock()
	p.mu.Lock()
	p.waiting--
	close(j.done)
	p.mu.Unlock()
}

// make solves a scenario; a panic of the solver fails the job and not the server.
func (p *plans) make(ctx context.Context, j *job, scenario planning.Scenario) (plan *pb.Plan, text []byte, err error) {
	s := p.server
	defer s.recovered("CreatePlan", &err)
	doc, err := planning.Solve(ctx, planning.Basis{City: s.City, Network: s.Network, Demand: s.demand}, scenario, p.shelf.cache, j.report)
	if err != nil {
		return nil, nil, err
	}
	if text, err = doc.Encode(); err != nil {
		return nil, nil, err
	}
	if err := p.shelf.put(j.id, text); err != nil {
		return nil, nil, refused(codes.FailedPrecondition, "PLAN_NOT_KEPT", "the plan was made but cannot be written: %v", err)
	}
	return s.planProto("plans/"+j.id, doc), text, nil
}

// report replaces the job's progress; a warning stays.
func (j *job) report(now planning.Progress) {
	j.mu.Lock()
	defer j.mu.Unlock()
	next := &pb.CreatePlanMetadata{
		Stage: now.Stage, Progress: now.Fraction, IncumbentSeconds: inSeconds(now.Unit, now.Value), BoundSeconds: inSeconds(now.Unit, now.Bound),
		Gap: now.Gap, Warning: now.Warning,
	}
	if next.Warning == "" {
		next.Warning = j.progress.GetWarning()
	}
	j.progress = next
}

// find returns a job by its id.
func (p *plans) find(id string) (*job, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, j := range p.jobs {
		if j.id == id {
			return j, true
		}
	}
	return nil, false
}

// get returns a finished plan and its document by its name, from memory or from the data directory.
// field is where the request names it.
func (p *plans) get(field, name string) (*pb.Plan, []byte, error) {
	id, ok := strings.CutPrefix(name, "plans/")
	if !ok || !jobID.MatchString(id) {
		return nil, nil, invalid(field, "%.80q: want plans/ID as in a finished operation", name)
	}
	if j, ok := p.find(id); ok {
		j.mu.Lock()
		defer j.mu.Unlock()
		if j.plan != nil {
			return j.plan, j.text, nil
		}
	}
	doc, text, err := p.shelf.get(id)
	if err != nil {
		return nil, nil, err
	}
	if doc == nil {
		return nil, nil, missing("plan", name)
	}
	plan := p.server.planProto(name, doc)
	return plan, text, p.server.fits(plan)
}

// fits refuses a plan whose sites are no cells of the city: it was made for another, and every answer about
// it would be of sites that are not there.
func (s *Server) fits(p *pb.Plan) error {
	for _, site := range slices.Concat(p.GetCars(), p.GetCentres()) {
		if _, ok := s.City.Grid.Find(site.GetCell()); !ok {
			return refused(codes.FailedPrecondition, "PLAN_OF_ANOTHER_CITY",
				"%s puts a car or centre in cell %.20q, which London does not have: it was made for another city; make it again here", p.GetName(), site.GetCell())
		}
	}
	return nil
}

// close stops what is being made, keeps the best so far, and waits until that is done.
func (p *plans) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.stop()
	p.making.Wait()
}

// remove forgets a job.
func (p *plans) remove(gone *job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.jobs = slices.DeleteFunc(p.jobs, func(j *job) bool { return j == gone })
}

// after returns the jobs from the newest on, or those older than the operation named.
func (p *plans) after(name string) []*job {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := slices.Clone(p.jobs)
	slices.Reverse(list)
	for i, j := range list {
		if "operations/"+j.id == name {
			return list[i+1:]
		}
	}
	return list
}
