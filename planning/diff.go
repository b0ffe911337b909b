package planning

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// diff lists the fields in which a document differs from the one that it should be, as
// "path: document says x, recomputed y". Numbers may differ a little, since another processor may
// round sums differently; the document's own digest, which is left to the caller, covers the rest.
func diff(d, want *Document) ([]string, error) {
	have, err := tree(d)
	if err != nil {
		return nil, err
	}
	should, err := tree(want)
	if err != nil {
		return nil, err
	}
	var out []string
	diffValue("", have, should, &out)
	return out, nil
}

// tree returns a document as generic JSON without its digest.
func tree(d *Document) (map[string]any, error) {
	text, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("compare plans: %w", err)
	}
	var t map[string]any
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&t); err != nil {
		return nil, fmt.Errorf("compare plans: %w", err)
	}
	delete(t, "sha256")
	return t, nil
}

func diffValue(path string, have, want any, out *[]string) {
	switch w := want.(type) {
	case map[string]any:
		if h, ok := have.(map[string]any); ok {
			diffObject(path, h, w, out)
			return
		}
	case []any:
		if h, ok := have.([]any); ok {
			diffList(path, h, w, out)
			return
		}
	case float64:
		if h, ok := have.(float64); ok && closeEnough(path, h, w) {
			return
		}
	default:
		if have == want {
			return
		}
	}
	path = strings.TrimSuffix(path, inSeconds)
	*out = append(*out, fmt.Sprintf("%s: document says %s, recomputed %s", path, brief(have), brief(want)))
}

func diffObject(path string, have, want map[string]any, out *[]string) {
	keys := map[string]bool{}
	for k := range have {
		keys[k] = true
	}
	for k := range want {
		keys[k] = true
	}
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		at := k
		if path != "" {
			at = path + "." + k
		}
		if unit, _ := want["unit"].(string); strings.HasPrefix(unit, "seconds") && (k == "value" || k == "bound") {
			at += inSeconds
		}
		diffValue(at, have[k], want[k], out)
	}
}

func diffList(path string, have, want []any, out *[]string) {
	if len(have) != len(want) {
		path = strings.TrimSuffix(path, inSeconds)
		*out = append(*out, fmt.Sprintf("%s: document has %d entries, recomputed %d", path, len(have), len(want)))
		return
	}
	for i := range want {
		diffValue(fmt.Sprintf("%s[%d]", path, i), have[i], want[i], out)
	}
}

// inSeconds marks the path of a number that is in seconds though its name does not say so.
const inSeconds = "\x00_s"

// closeEnough allows numbers two units of the last decimal that documents keep, or one part in a billion.
func closeEnough(path string, a, b float64) bool {
	unit := 1e-6
	if strings.HasSuffix(path, "_s") {
		unit = 1e-3
	}
	return math.Abs(a-b) <= max(2*unit, 1e-9*math.Abs(b))
}

// brief returns a value as JSON, cut where it is long.
func brief(v any) string {
	if v == nil {
		return "nothing"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if len(text) > 60 {
		return string(text[:57]) + "…"
	}
	return string(text)
}
