package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// rpcs returns every method of the API, in the order of their names.
func rpcs() (all []protoreflect.MethodDescriptor) {
	for _, f := range []protoreflect.FileDescriptor{pb.File_nearside_v1_nearside_proto, pb.File_nearside_v1_fleet_proto, longrunningpb.File_google_longrunning_operations_proto} {
		for i := range f.Services().Len() {
			for j := range f.Services().Get(i).Methods().Len() {
				all = append(all, f.Services().Get(i).Methods().Get(j))
			}
		}
	}
	slices.SortFunc(all, func(a, b protoreflect.MethodDescriptor) int {
		return strings.Compare(string(a.FullName()), string(b.FullName()))
	})
	return all
}

// panics is a log handler that keeps what the server says of panics.
type panics struct {
	slog.Handler
	mu   sync.Mutex
	told []string
}

func (p *panics) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "panic" {
		text := ""
		r.Attrs(func(a slog.Attr) bool { text += a.String() + "\n"; return true })
		p.mu.Lock()
		defer p.mu.Unlock()
		p.told = append(p.told, text)
	}
	return nil
}

func (p *panics) take() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer func() { p.told = nil }()
	return strings.Join(p.told, "\n")
}

// words are what seeds hold in fields of text, by the end of the field's name.
var words = map[string]string{
	"name": "cars/JRC-0001", "car": "cars/JRC-0001", "cars": "cars/JRC-0001", "incident": "incidents/1", "request_id": "r1", "etag": "0",
	"grid_ref": "TQ 300 800", "sectors": "NWL", "plan": "plans/x", "place": "East Hospital", "reason": "test", "category": "overdose", "channel": "999",
}

// fill gives every field of a message a value, down to some depth; of a oneof the first counts.
func fill(m protoreflect.Message, depth int) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if o := f.ContainingOneof(); o != nil && !o.IsSynthetic() && m.WhichOneof(o) != nil || f.IsMap() {
			continue
		}
		if f.Message() != nil && depth == 0 {
			continue
		}
		v := filled(m, f, depth)
		if f.IsList() {
			m.Mutable(f).List().Append(v)
		} else {
			m.Set(f, v)
		}
	}
}

func filled(m protoreflect.Message, f protoreflect.FieldDescriptor, depth int) protoreflect.Value {
	switch f.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(words[string(f.Name())])
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte("x"))
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(1)
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(map[protoreflect.Name]float64{"latitude": 51.51, "longitude": -0.12}[f.Name()])
	case protoreflect.FloatKind:
		return protoreflect.ValueOfFloat32(1)
	case protoreflect.Int32Kind, protoreflect.Sint32Kind:
		return protoreflect.ValueOfInt32(1)
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(1)
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(1)
	case protoreflect.MessageKind:
		v := m.NewField(f)
		if f.IsList() {
			v = m.NewField(f).List().NewElement()
		}
		if f.Message().FullName() == "google.protobuf.Timestamp" {
			v.Message().Set(f.Message().Fields().ByName("seconds"), protoreflect.ValueOfInt64(noon.Unix()))
		} else {
			fill(v.Message(), depth-1)
		}
		return v
	default:
		return protoreflect.ValueOfInt64(1)
	}
}

// FuzzEveryCall sends any bytes to any method of a whole server. Nothing may panic, even where the panic
// would be caught, no answer may take long, but of calls that wait or watch, or much memory.
func FuzzEveryCall(f *testing.F) {
	all, s := rpcs(), smallSettings(f)
	for i, m := range all {
		for depth := range 4 {
			message := dynamicpb.NewMessage(m.Input())
			fill(message, depth)
			text, err := proto.Marshal(message)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(uint8(i), text)
		}
		f.Add(uint8(i), []byte{})
		f.Add(uint8(i), []byte{0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f})
	}
	for name, message := range map[protoreflect.Name]proto.Message{
		"CreatePlan":     &pb.CreatePlanRequest{Cars: 2},
		"GetForecast":    &pb.GetForecastRequest{},
		"RegisterCar":    &pb.RegisterCarRequest{Name: "cars/JRC-0002", Skills: []pb.Skill{1}, RequestId: "r2"},
		"CloseRoad":      &pb.CloseRoadRequest{Where: &pb.RoadPlace{Kind: &pb.RoadPlace_At{At: &pb.NearestRoad{Location: at(51.51, -0.12)}}}},
		"SetCentreState": &pb.SetCentreStateRequest{Place: s.City.Places[0].Name, RequestId: "r3"},
	} {
		text, err := proto.Marshal(message)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(slices.IndexFunc(all, func(m protoreflect.MethodDescriptor) bool { return m.Name() == name })), text)
	}
	log := &panics{Handler: slog.NewTextHandler(io.Discard, nil)}
	s.DataDir, s.Log = "", slog.New(log)
	addCars(f, &s, 20)
	c := start(f, s)
	f.Fuzz(func(t *testing.T, method uint8, text []byte) {
		m := all[int(method)%len(all)]
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := callRaw(t, c, m, text)
		runtime.ReadMemStats(&after)
		if text := log.take(); text != "" {
			t.Fatalf("%s panics: %s", m.FullName(), text)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 512<<20 {
			t.Errorf("%s took %d MiB for %d bytes: %v", m.FullName(), used>>20, len(text), err)
		}
		if code := status.Code(err); code == codes.Unknown || code == codes.DeadlineExceeded && !waits(m) {
			t.Errorf("%s: %v", m.FullName(), err)
		}
	})
}

// waits tells whether a call may take as long as it likes.
func waits(m protoreflect.MethodDescriptor) bool {
	return m.IsStreamingServer() || m.Name() == "WaitOperation"
}

// raw are the bytes of a message as they are.
type raw struct{}

func (raw) Name() string { return "proto" }

func (raw) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(v.([]byte))}, nil
}

func (raw) Unmarshal(mem.BufferSlice, any) error { return nil }

// callRaw sends text, twice where the method takes many, and returns the error that ends the call; nil
// where the answer, or a hundred of them, came.
func callRaw(t *testing.T, c *client, m protoreflect.MethodDescriptor, text []byte) error {
	patience := 20 * time.Second
	if waits(m) {
		patience = 50 * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	path := "/" + string(m.Parent().FullName()) + "/" + string(m.Name())
	stream, err := c.conn.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, path, grpc.ForceCodecV2(raw{}))
	if err != nil {
		return err
	}
	sends := 1
	if m.IsStreamingClient() {
		sends = 2
	}
	for range sends {
		if err := stream.SendMsg(text); err != nil {
			break // RecvMsg says why
		}
	}
	_ = stream.CloseSend() // likewise
	for range 100 {
		if err := stream.RecvMsg(nil); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}
