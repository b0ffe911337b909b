package planning

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/nearside-ems/nearside/demand"
)

// Hours are hours of the week. In a scenario file they are a shift such as "11-23" (every day) or
// "mon-fri 19-7", a list of these, or a list of numbers, 0 (Monday 00:00) to 167. As JSON they are numbers.
type Hours []demand.HourOfWeek

// MarshalJSON writes numbers.
func (h Hours) MarshalJSON() ([]byte, error) {
	numbers := make([]int, len(h))
	for i, hour := range h {
		numbers[i] = int(hour)
	}
	return json.Marshal(numbers)
}

// UnmarshalJSON reads numbers, 0 to 167.
func (h *Hours) UnmarshalJSON(text []byte) error {
	var numbers []int
	if err := json.Unmarshal(text, &numbers); err != nil {
		return err
	}
	*h = make(Hours, len(numbers))
	for i, n := range numbers {
		if n < 0 || n >= demand.HoursPerWeek {
			return refuse("hours", strconv.Itoa(n), hourNumbers)
		}
		(*h)[i] = demand.HourOfWeek(n)
	}
	return nil
}

// hourNumbers says what an hour of the week is.
const hourNumbers = "hours of the week, 0 (Monday 00:00) to 167"

// MarshalYAML writes shifts, one for each run of hours that are the same on neighbouring days.
func (h Hours) MarshalYAML() (any, error) {
	shifts := h.shifts()
	if len(shifts) == 1 {
		return shifts[0], nil
	}
	return shifts, nil
}

// shifts returns texts that ParseHours reads back, none of them past midnight.
func (h Hours) shifts() []string {
	var runs [7]string // per day, its runs of hours with spaces between
	hours := ascending(h)
	for i := 0; i < len(hours); {
		j := i + 1
		for j < len(hours) && hours[j] == hours[j-1]+1 && hours[j]%24 != 0 {
			j++
		}
		day := hours[i] / 24 % 7
		runs[day] += fmt.Sprintf(" %d-%d", hours[i]%24, hours[j-1]%24+1)
		i = j
	}
	var out []string
	for d := 0; d < 7; {
		e := d + 1
		for e < 7 && runs[e] == runs[d] {
			e++
		}
		days := dayNames[d]
		if e-d > 1 {
			days += "-" + dayNames[e-1]
		}
		for _, run := range strings.Fields(runs[d]) {
			out = append(out, days+" "+run)
		}
		d = e
	}
	return out
}

// ParseShift returns the hours of a shift such as "11-23", "mon-fri 19-7" or "sat,sun 0-24". Errors are *FieldError.
func ParseShift(text string) (Hours, error) {
	words := strings.Fields(text)
	switch len(words) {
	case 1:
		return ParseHours(words[0], "mon-sun")
	case 2:
		return ParseHours(words[1], words[0])
	}
	return nil, refuse("hours", strconv.Quote(cut(text)), `a shift such as "11-23" or "mon-fri 19-7"`)
}

const shiftOrNumber = `a shift such as "11-23" or "mon-fri 19-7", a list of these, or a list of hours of the week (0 to 167)`

func (r *scenarioReader) hours(path string, n *yaml.Node, to *Hours) {
	switch {
	case n.Kind == yaml.ScalarNode && n.Tag != "!!null":
		r.shift(path, n, to)
	case n.Kind == yaml.SequenceNode && len(n.Content) <= maxList:
		for i, item := range n.Content {
			at := fmt.Sprintf("%s[%d]", path, i)
			r.lines[at] = item.Line
			if item.Tag == "!!int" {
				hour, err := strconv.Atoi(item.Value)
				if err != nil || hour < 0 || hour >= demand.HoursPerWeek {
					r.refuse(at, item, hourNumbers)
					continue
				}
				*to = append(*to, demand.HourOfWeek(hour))
				continue
			}
			r.shift(at, item, to)
		}
		*to = ascending(*to)
	default:
		r.refuse(path, n, shiftOrNumber)
	}
}

func (r *scenarioReader) shift(path string, n *yaml.Node, to *Hours) {
	if n.Kind != yaml.ScalarNode {
		r.refuse(path, n, shiftOrNumber)
		return
	}
	hours, err := ParseShift(n.Value)
	if err != nil {
		for _, f := range Faults(err) {
			r.refuse(path, n, f.Want)
		}
		return
	}
	*to = append(*to, hours...)
	slices.Sort(*to)
}

// Encode returns the scenario as a file that ReadScenario reads back.
func (s *Scenario) Encode() ([]byte, error) {
	text, err := yaml.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encode scenario: %w", err)
	}
	return append([]byte("format: "+ScenarioFormat+"\n"), text...), nil
}
