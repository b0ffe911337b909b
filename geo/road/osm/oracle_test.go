package osm_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	oracle "github.com/paulmach/osm"
	"github.com/paulmach/osm/osmpbf"
	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road/osm"
)

// features lists what a file holds, one a line, as the package reads it.
func features(r io.Reader) ([]string, error) {
	var out []string
	err := osm.Visit(r,
		func(id int64, lat, lon float64) { out = append(out, nodeLine(id, lat, lon)) },
		func(id int64, get func(string) string, refs []int64) {
			out = append(out, wayLine(id, get("highway"), get("oneway"), refs))
		},
		func(id int64, members []int64) { out = append(out, fmt.Sprint("r", id, members)) })
	return out, err
}

// oracleFeatures lists the same as an independent library reads it.
func oracleFeatures(r io.Reader) ([]string, error) {
	var out []string
	s := osmpbf.New(context.Background(), r, 1)
	defer func() { _ = s.Close() }()
	for s.Scan() {
		switch o := s.Object().(type) {
		case *oracle.Node:
			out = append(out, nodeLine(int64(o.ID), o.Lat, o.Lon))
		case *oracle.Way:
			var refs []int64
			for _, n := range o.Nodes {
				refs = append(refs, int64(n.ID))
			}
			out = append(out, wayLine(int64(o.ID), o.Tags.Find("highway"), o.Tags.Find("oneway"), refs))
		case *oracle.Relation:
			members := []int64{}
			for _, m := range o.Members {
				members = append(members, m.Ref)
			}
			out = append(out, fmt.Sprint("r", o.ID, members))
		}
	}
	return out, s.Err()
}

func nodeLine(id int64, lat, lon float64) string {
	return fmt.Sprint("n", id, math.Round(lat*1e9), math.Round(lon*1e9))
}

func wayLine(id int64, highway, oneway string, refs []int64) string {
	return fmt.Sprint("w", id, highway, "/", oneway, refs)
}

func agree(t interface{ Fatalf(string, ...any) }, file []byte) {
	got, err := features(bytes.NewReader(file))
	want, err2 := oracleFeatures(bytes.NewReader(file))
	if err != nil || err2 != nil {
		t.Fatalf("errors %v and %v", err, err2)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("got %d features, want %d:\n%.500s\nwant\n%.500s", len(got), len(want), strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestDecodingAgreesWithOracle(t *testing.T) {
	ids := rapid.Int64Range(-1<<40, 1<<40)
	rapid.Check(t, func(t *rapid.T) {
		x := &extract{raw: rapid.Bool().Draw(t, "raw")}
		x.nodes = rapid.SliceOf(rapid.Custom(func(t *rapid.T) node {
			return node{ids.Draw(t, "id"), rapid.Float64Range(-90, 90).Draw(t, "lat"), rapid.Float64Range(-180, 180).Draw(t, "lon")}
		})).Draw(t, "nodes")
		x.ways = rapid.SliceOf(rapid.Custom(func(t *rapid.T) way {
			tags := rapid.MapOf(rapid.SampledFrom([]string{"highway", "oneway", "name"}), rapid.String()).Draw(t, "tags")
			return way{rapid.Int64Range(0, 1<<40).Draw(t, "id"), tags, rapid.SliceOfN(ids, 1, 9).Draw(t, "refs")}
		})).Draw(t, "ways")
		x.relations = rapid.SliceOf(rapid.Custom(func(t *rapid.T) relation {
			members := rapid.SliceOf(rapid.Custom(func(t *rapid.T) member {
				return member{"via", rapid.Uint64Range(0, 2).Draw(t, "kind"), ids.Draw(t, "member")}
			})).Draw(t, "members")
			return relation{rapid.Int64Range(0, 1<<40).Draw(t, "id"), map[string]string{"type": "restriction"}, members}
		})).Draw(t, "relations")
		agree(t, x.write())
	})
}

func TestWestLondonDecodesAsWithOracle(t *testing.T) {
	file, err := io.ReadAll(source(t))
	if err != nil {
		t.Fatal(err)
	}
	agree(t, file)
}
