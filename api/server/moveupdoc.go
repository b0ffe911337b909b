package server

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/live"
)

// Kinds of the entries under "recommendations/CAR". Each car has one key, where a recommendation is
// followed by its one conclusion: at most one stands for a car, whichever replica writes it, as an entry is
// only ever written on top of the one before.
const (
	kindRecommended = "recommended"
	kindAccepted    = "accepted"
	kindOverridden  = "overridden"
	kindTimedOut    = "timed out"
	kindWithdrawn   = "withdrawn" // no longer worth it, or the car is not free any more
)

const (
	recommendationPrefix = "recommendations/"
	// movesKept is how many accepted moves an entry remembers of its car; the limits look no farther back.
	movesKept = 16
)

// moveUp is the body of such an entry: the recommendation, what became of it, and what limits need to
// know of its car.
type moveUp struct {
	Car     string    `json:"car"` // "cars/…"
	Etag    string    `json:"etag"`
	Plan    string    `json:"plan,omitempty"` // "plans/…" whose site To is; empty: a standby point
	Lat     float64   `json:"lat"`            // of where it should wait
	Lon     float64   `json:"lon"`
	Cell    string    `json:"cell"`
	Place   string    `json:"place,omitempty"`
	Travel  float64   `json:"travel_s"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
	Before  float64   `json:"covered_before"`
	After   float64   `json:"covered_after"`
	Reasons []string  `json:"reasons"`
	// What limits count: moves that the car's crew has accepted, and when one was not taken up last.
	Moves   []time.Time `json:"moves,omitempty"`
	Refused *time.Time  `json:"refused,omitempty"`
	// Of a conclusion only.
	Issued  ledger.Revision `json:"issued,omitempty"` // of the recommendation
	Ended   *time.Time      `json:"ended,omitempty"`
	Reason  string          `json:"reason,omitempty"`
	Request string          `json:"request_id,omitempty"`
}

// moveUpEntry is what is known of the move-ups of a car.
type moveUpEntry struct {
	moveUp
	kind     string
	revision ledger.Revision // 0: there is no entry
}

// readMoveUp reads a document; the error says which cannot be read.
func readMoveUp(d live.Document) (*moveUpEntry, error) {
	e := &moveUpEntry{kind: d.Kind, revision: d.Revision}
	if err := json.Unmarshal(d.Body, &e.moveUp); err != nil {
		return nil, fmt.Errorf("%s, revision %d: %w", d.Key, d.Revision, err)
	}
	ended := false
	switch d.Kind {
	case kindRecommended:
	case kindAccepted, kindOverridden, kindTimedOut, kindWithdrawn:
		ended = true
	default:
		return nil, fmt.Errorf("%s, revision %d: kind %.40q is not known", d.Key, d.Revision, d.Kind)
	}
	if e.Car != carOfKey(d.Key) || ended != (e.Ended != nil) || ended != (e.Issued != 0) {
		return nil, fmt.Errorf("%s, revision %d: %s of %.80q, ended %v: these do not go together", d.Key, d.Revision, d.Kind, e.Car, e.Ended)
	}
	return e, nil
}

// keyOf and carOfKey turn "cars/ID" into "recommendations/ID" and back.
func keyOf(car string) string     { return recommendationPrefix + strings.TrimPrefix(car, "cars/") }
func carOfKey(key string) string  { return "cars/" + strings.TrimPrefix(key, recommendationPrefix) }
func (e *moveUpEntry) open() bool { return e.revision != 0 && e.kind == kindRecommended }

// name is "recommendations/ID-REVISION", of the entry that made the recommendation.
func (e *moveUpEntry) name() string {
	issued := e.revision
	if e.kind != kindRecommended {
		issued = e.Issued
	}
	return fmt.Sprintf("%s-%d", keyOf(e.Car), issued)
}

var errNoRecommendation = errors.New("want recommendations/ID-NUMBER, as WatchRecommendations names them")

// parseRecommendation takes a name apart.
func parseRecommendation(name string) (key string, issued ledger.Revision, err error) {
	at := strings.LastIndexByte(name, '-')
	if at < 0 || !strings.HasPrefix(name, recommendationPrefix) {
		return "", 0, errNoRecommendation
	}
	n, err := strconv.ParseUint(name[at+1:], 10, 64)
	if err != nil || n == 0 || ledger.CheckKey(name[:at]) != nil {
		return "", 0, errNoRecommendation
	}
	return name[:at], ledger.Revision(n), nil
}

// beyond returns those of the recommendations that stand for a plan which are more than may stand at a time:
// replicas that know of other cars may each have made as many. The first made stay, on every replica alike.
func (r *recommender) beyond(plan string, snap *dispatch.Snapshot, free []int, entries map[string]*moveUpEntry) map[*moveUpEntry]bool {
	var open []*moveUpEntry
	for _, slot := range free {
		if e := entries[snap.Cars[slot].Name]; e != nil && e.open() && e.Plan == plan {
			open = append(open, e)
		}
	}
	slices.SortFunc(open, func(a, b *moveUpEntry) int { return cmp.Compare(a.revision, b.revision) })
	beyond := map[*moveUpEntry]bool{}
	for _, e := range open[min(len(open), r.MoveUps.AtOnce):] {
		beyond[e] = true
	}
	return beyond
}

// history is what limits look at.
func (e *moveUpEntry) history() dispatch.MoveHistory {
	h := dispatch.MoveHistory{Moves: e.Moves}
	if e.Refused != nil {
		h.Refused = *e.Refused
	}
	return h
}

// arrives is when the car of an accepted move should be there.
func (e *moveUpEntry) arrives() time.Time {
	return e.Ended.Add(time.Duration(e.Travel * float64(time.Second)))
}

// concluded is the body of the entry that ends a recommendation.
func (e *moveUpEntry) concluded(kind, reason, request string, now time.Time) moveUp {
	m := e.moveUp
	now = now.UTC().Round(0)
	m.Issued, m.Ended, m.Reason, m.Request = e.revision, &now, reason, request
	switch kind {
	case kindAccepted:
		m.Moves = append(m.Moves[max(0, len(m.Moves)-movesKept+1):len(m.Moves):len(m.Moves)], now)
	case kindOverridden, kindTimedOut:
		m.Refused = &now
	}
	return m
}

func (e *moveUpEntry) proto() *pb.Recommendation {
	return &pb.Recommendation{
		Name: e.name(), Car: e.Car, CarEtag: e.Etag, To: &pb.LatLng{Latitude: e.Lat, Longitude: e.Lon}, ToCell: e.Cell, ToPlace: e.Place,
		TravelTime: durationpb.New(time.Duration(e.Travel * float64(time.Second))), CreateTime: timestamppb.New(e.Created),
		ExpireTime: timestamppb.New(e.Expires), CoveredBefore: e.Before, CoveredAfter: e.After, Reasons: e.Reasons,
	}
}
