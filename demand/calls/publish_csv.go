package calls

import (
	"encoding/csv"
	"io"
	"strconv"
)

// WriteCounts writes a table for publication as CSV (RFC 4180): a column for each thing that calls are
// counted by, then calls and the hours of the period of which calls are known.
func WriteCounts(w io.Writer, by By, rows []Count) error {
	c := csv.NewWriter(w)
	var header []string
	for _, column := range by.columns() {
		header = append(header, column.name)
	}
	if err := c.Write(append(header, "calls", "known_hours")); err != nil {
		return err
	}
	for i := range rows {
		var line []string
		for _, column := range by.columns() {
			line = append(line, column.of(&rows[i]))
		}
		if err := c.Write(append(line, strconv.Itoa(rows[i].Calls), strconv.Itoa(rows[i].Hours))); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

type column struct {
	name string
	of   func(*Count) string
}

func (by By) columns() []column {
	var list []column
	if by.District {
		list = append(list, column{"district", func(c *Count) string { return c.District }})
	}
	if by.Period != Always {
		name := [...]string{HourOfWeek: "hour_of_week", Month: "month", Day: "day"}[by.Period]
		list = append(list, column{name, func(c *Count) string { return c.Period }})
	}
	if by.Category {
		list = append(list, column{"category", func(c *Count) string { return c.Category }})
	}
	if by.Channel {
		list = append(list, column{"channel", func(c *Count) string { return c.Channel }})
	}
	return list
}
