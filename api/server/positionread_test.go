package server

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet"
)

// readOne reads one report as a batch does.
func readOne(text []byte) fleet.Report {
	b := newPositionBatch(1)
	defer b.free()
	b.add(text)
	return b.reports[0]
}

// alike tells whether two reports say the same.
func alike(a, b fleet.Report) bool {
	if a.Heading != nil && b.Heading != nil && math.Float64bits(*a.Heading) == math.Float64bits(*b.Heading) {
		a.Heading, b.Heading = nil, nil // NaN too
	}
	if a.Unread != nil && b.Unread != nil && a.Unread.Error() == b.Unread.Error() {
		return true
	}
	return reflect.DeepEqual(a, b)
}

// drawPositionReport is a message of any kind, mostly such as cars send.
func drawPositionReport(t *rapid.T) *pb.PositionReport {
	r := &pb.PositionReport{
		Car:    rapid.SampledFrom([]string{"cars/A", "cars/B-2", "", "A", "cars/é", "cars/\x00"}).Draw(t, "car"),
		Status: pb.CarStatus(rapid.Int32Range(-1, 14).Draw(t, "status")),
	}
	lat, lon := rapid.Float64Range(51.2, 51.8).Draw(t, "lat"), rapid.Float64Range(-0.6, 0.4).Draw(t, "lon")
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0:
		r.Location = &pb.Location{Kind: &pb.Location_GridRef{GridRef: "TQ 30027 80380"}}
	case 1:
		r.Location = &pb.Location{Kind: &pb.Location_EastingNorthing{EastingNorthing: &pb.EastingNorthing{Easting: 530027, Northing: 180380}}}
	case 2:
		r.Location = at(0, lon)
	case 3:
	default:
		r.Location = at(lat, lon)
	}
	for range rapid.IntRange(0, 3).Draw(t, "skills") {
		r.Skills = append(r.Skills, pb.Skill(rapid.Int32Range(0, 4).Draw(t, "skill")))
	}
	if rapid.Bool().Draw(t, "has time") {
		r.Time = &timestamppb.Timestamp{Seconds: rapid.Int64Range(-5, 1<<40).Draw(t, "s"), Nanos: rapid.SampledFrom([]int32{0, 1, 999_999_999, 1_000_000_000, -1}).Draw(t, "ns")}
	}
	if rapid.Bool().Draw(t, "has heading") {
		heading := rapid.SampledFrom([]float64{0, 359.5, 400, math.NaN()}).Draw(t, "heading")
		r.Heading = &heading
	}
	if rapid.Bool().Draw(t, "has shift") {
		r.ShiftEnd = timestamppb.New(noon)
	}
	return r
}

// TestReportsAreReadLikeMessages compares what is read from the wire with what the message says.
func TestReportsAreReadLikeMessages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, err := proto.Marshal(drawPositionReport(t))
		if err != nil {
			t.Skip("not valid text")
		}
		if rapid.Bool().Draw(t, "odd") {
			again, _ := proto.Marshal(drawPositionReport(t))
			text = append(text, again...) // fields twice, which merge
		}
		if got, want := readOne(text), slowReport(text); !alike(got, want) {
			t.Fatalf("%x\ngives %+v\nwant  %+v", text, got, want)
		}
	})
}

// TestUsualReportsAreReadQuickly: else the quick way is of no use.
func TestUsualReportsAreReadQuickly(t *testing.T) {
	heading := 90.0
	text, err := proto.Marshal(&pb.PositionReport{Car: "cars/JRC-1", Location: at(51.5, -0.1), Time: timestamppb.New(noon), Status: 1,
		Skills: []pb.Skill{1, 2}, Heading: &heading, ShiftEnd: timestamppb.New(noon)})
	if err != nil {
		t.Fatal(err)
	}
	var r fleet.Report
	q := quickReport{r: &r, names: nameTable{}}
	if !q.read(text) || !alike(r, slowReport(text)) {
		t.Errorf("%+v", r)
	}
}

// FuzzReadReport compares the two ways to read a report on any bytes.
func FuzzReadReport(f *testing.F) {
	heading := 12.5
	for _, r := range []*pb.PositionReport{
		{Car: "cars/A", Location: at(51.5, -0.1), Time: timestamppb.New(noon), Status: 3, Skills: []pb.Skill{1, 3}, Heading: &heading, ShiftEnd: timestamppb.New(noon)},
		{Car: "cars/A", Location: &pb.Location{Kind: &pb.Location_GridRef{GridRef: "TQ 300 800"}}},
	} {
		text, err := proto.Marshal(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if got, want := readOne(text), slowReport(text); !alike(got, want) {
			t.Fatalf("gives %+v\nwant  %+v", got, want)
		}
	})
}

// TestBatchesAreReadLikeMessages compares whole requests: how many reports there are and in what order,
// whatever else is in between; a report that cannot be read is refused by itself.
func TestBatchesAreReadLikeMessages(t *testing.T) {
	good := func(i int) *pb.PositionReport {
		return &pb.PositionReport{Car: fmt.Sprintf("cars/%d", i), Location: at(51.5, -0.1)}
	}
	text, err := proto.Marshal(&pb.StreamPositionsRequest{Report: good(1), Reports: []*pb.PositionReport{good(2), good(3)}})
	if err != nil {
		t.Fatal(err)
	}
	text = protowire.AppendVarint(protowire.AppendTag(text, 99, protowire.VarintType), 7) // from a later contract
	text = protowire.AppendBytes(protowire.AppendTag(text, 2, protowire.BytesType), []byte{0xff})
	b := newPositionBatch(2)
	defer b.free()
	if err := b.read(text); err != nil || b.count != 4 || b.reports[0].Car != "cars/1" || b.reports[2].Car != "cars/3" || b.reports[3].Unread == nil {
		t.Fatalf("%v: %+v", err, b.reports)
	}
	b.last = 1
	if err := b.read(text); err != nil || b.count != 1 {
		t.Errorf("%v: of a batch %d reports were read, want 1", err, b.count)
	}
	if err := b.read(text[:len(text)-1]); err == nil {
		t.Error("a request that breaks off is taken")
	}
}
