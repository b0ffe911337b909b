package server

import (
	"sync"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet"
)

// positionBatch is a ReportPositionsRequest or StreamPositionsRequest as the fleet takes it. Reports
// come by the hundred thousand a second: they are read from the wire at once, without messages in
// between, and what one of them has wrong does not keep the others out.
type positionBatch struct {
	last    protowire.Number // of the fields that hold reports, from 1
	count   int              // of all reports, of which the first maxReports are read
	reports []fleet.Report
	names   nameTable
	unknown protowire.Number // of a field that no report is in; 0 for none
}

// Cars returns the names of the cars that report, for who decides whether the caller may speak for them.
func (b *positionBatch) Cars() []string {
	cars := make([]string, len(b.reports))
	for i := range b.reports {
		cars[i] = b.reports[i].Car
	}
	return cars
}

var positionBatches = sync.Pool{New: func() any { return &positionBatch{names: nameTable{}} }}

// newPositionBatch returns a batch to be read from a message that has reports in its fields up to last.
func newPositionBatch(last protowire.Number) *positionBatch {
	b := positionBatches.Get().(*positionBatch)
	b.last = last
	return b
}

// free gives the batch's memory back. The fleet keeps none of it.
func (b *positionBatch) free() {
	b.reset()
	positionBatches.Put(b)
}

func (b *positionBatch) reset() {
	clear(b.reports)
	b.reports, b.count, b.unknown = b.reports[:0], 0, 0
}

// read takes a message from the wire, the reports in the order of their fields.
func (b *positionBatch) read(text []byte) error {
	b.reset()
	for field := protowire.Number(1); field <= b.last; field++ {
		if err := b.readField(text, field); err != nil {
			return err
		}
	}
	return nil
}

func (b *positionBatch) readField(text []byte, field protowire.Number) error {
	for len(text) > 0 {
		number, kind, n := protowire.ConsumeTag(text)
		if n < 0 {
			return protowire.ParseError(n)
		}
		text = text[n:]
		if number != field || kind != protowire.BytesType {
			if number > b.last || kind != protowire.BytesType {
				b.unknown = number
			}
			if n = protowire.ConsumeFieldValue(number, kind, text); n < 0 {
				return protowire.ParseError(n)
			}
			text = text[n:]
			continue
		}
		report, n := protowire.ConsumeBytes(text)
		if n < 0 {
			return protowire.ParseError(n)
		}
		text = text[n:]
		b.add(report)
	}
	return nil
}

// add reads one report, quickly where it is as almost all are.
func (b *positionBatch) add(text []byte) {
	if b.count++; b.count > maxReports {
		return
	}
	b.reports = append(b.reports, fleet.Report{})
	r := &b.reports[len(b.reports)-1]
	if q := (quickReport{r: r, names: b.names}); !q.read(text) {
		*r = slowReport(text)
	}
}

// slowReport reads a report by way of its message. What is wrong with it is in Unread.
func slowReport(text []byte) (r fleet.Report) {
	var message pb.PositionReport
	if err := proto.Unmarshal(text, &message); err != nil {
		return fleet.Report{Unread: invalid("report", "cannot be read: %v", err)}
	}
	if err := knownFields(&message); err != nil {
		return fleet.Report{Car: message.GetCar(), Unread: err}
	}
	r, err := reportOf(&message)
	if err != nil {
		return fleet.Report{Car: message.GetCar(), Unread: err}
	}
	return r
}

// nameTable has the names of cars that have been read, so that one is not made anew for each report.
type nameTable map[string]string

// mostNames is how many names are remembered: those of a fleet as large as may be, over and over.
const mostNames = 20_000

func (n nameTable) of(text []byte) string {
	if name, ok := n[string(text)]; ok {
		return name
	}
	if len(n) >= mostNames {
		clear(n)
	}
	name := string(text)
	n[name] = name
	return name
}
