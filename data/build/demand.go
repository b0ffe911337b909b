package build

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nearside-ems/nearside/demand"
)

// DemandFile is the demand profile, relative to the data folder.
const DemandFile = "profiles/demand.json"

const (
	calibrationFile = "demand/CALIBRATION.md"
	incidentsFile   = "demand/london_las_all_incidents_borough_monthly_2009_2016.csv"
)

// Assumed coefficients of the prior; no source gives them.
const (
	assumedNeed      = 0.5
	assumedElsewhere = 0.02
)

var demandStep = Step{
	Name:    "demand",
	Inputs:  []string{calibrationFile, incidentsFile},
	Outputs: []string{DemandFile},
	What:    "Demand profile: yearly volume, hour of day, day of week, holidays, borough shares and the two coefficients of the prior, each with its source or the word assumption.",
	Licence: ogl + "; hour of day contains information licensed under the " + toronto,
	Run:     demandProfile,
}

func demandProfile(src, out string) (Record, error) {
	text, err := os.ReadFile(filepath.Join(src, filepath.FromSlash(calibrationFile)))
	if err != nil {
		return Record{}, err
	}
	p, err := published(string(text))
	if err != nil {
		return Record{}, fmt.Errorf("%s: %w", calibrationFile, err)
	}
	shares, incidents, months, err := boroughShares(filepath.Join(src, filepath.FromSlash(incidentsFile)))
	if err != nil {
		return Record{}, fmt.Errorf("%s: %w", incidentsFile, err)
	}
	p.Boroughs.Shares = shares
	p.Boroughs.Stated = demand.Stated{Origin: demand.Assumption, Source: "share of all LAS incidents, every cause, July 2009 to July 2016 (London Ambulance Service, London Datastore), taken as the share of mental-health calls"}
	if err := p.Validate(); err != nil {
		return Record{}, err
	}
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return Record{}, err
	}
	return demandRecord(p, incidents, months), os.WriteFile(filepath.Join(out, filepath.FromSlash(DemandFile)), append(b, '\n'), 0o644)
}

func demandRecord(p *demand.Profile, incidents, months int) Record {
	croydon := 0.0
	for _, b := range p.Boroughs.Shares {
		if b.Name == "Croydon" {
			croydon = b.Share
		}
	}
	return Record{
		Checks: []string{
			fmt.Sprintf("Borough shares from %d incidents in 33 boroughs over %d months, none missing.", incidents, months),
			fmt.Sprintf("Croydon, the one borough with a published figure: 6,470 mental-health calls from April 2014 to April 2015 (Eastlondonlines). Its share here is %.2f %%, which would make %.0f calls in all London that year, between the 100,871 responded to and the 156,471 coded mental health in 2018/19 (AACE). One borough and another year: no test of the others. At today's %.0f a year attended it gives Croydon %.0f.", 100*croydon, 6470/croydon, p.Yearly.Calls, p.Yearly.Calls*croydon),
		},
		Caveats: []string{
			"A prior, not a measurement: no count of mental-health calls by place and hour in London is public.",
			"Borough shares are of all ambulance incidents, every cause, 2009 to 2016: boroughs with many visitors, such as Westminster, may be overstated.",
			"The hour-of-day profile is Toronto's and the same on every day of the week and in every place; people's movement between home and town is not in it.",
			fmt.Sprintf("Need enters as exp(%g × the IoD 2025 mental-health indicator): an assumption, under which calls a head are about 2.2 times as many at London's 90th percentile of LSOAs (0.28) as at its 10th (−1.28).", assumedNeed),
			fmt.Sprintf("%g %% of each borough's calls are spread evenly over its land, so that no place is impossible: an assumption.", 100*assumedElsewhere),
		},
	}
}

// published reads the figures that CALIBRATION.md quotes.
func published(text string) (*demand.Profile, error) {
	p := &demand.Profile{Format: demand.ProfileFormat}
	yearly, err := calibrationRow(text, "LAS mental-health calls attended")
	if err != nil {
		return nil, err
	}
	if m := regexp.MustCompile(`^([\d,]+) in the year to 31 January 2026`).FindStringSubmatch(yearly); m != nil {
		p.Yearly.Calls, err = strconv.ParseFloat(strings.ReplaceAll(m[1], ",", ""), 64)
	}
	if err != nil || p.Yearly.Calls == 0 {
		return nil, fmt.Errorf("no yearly volume in %q", yearly)
	}
	p.Yearly.Stated = demand.Stated{Origin: demand.Measured, Source: "mental-health calls attended in the year to 31 January 2026 (London Ambulance Service press page, 2026)"}
	if err := scaledRow(text, "hour of day, % from 00 to 23", p.HourOfDay.Share[:], 1); err != nil {
		return nil, err
	}
	p.HourOfDay.Stated = demand.Stated{Origin: demand.Assumption, Source: "32,000 mental-health crisis calls in Toronto (Open Data Toronto), taken for London's: no UK table is public"}
	if err := scaledRow(text, "day of week, Monday to Sunday", p.DayOfWeek.Factor[:], 7); err != nil {
		return nil, err
	}
	p.DayOfWeek.Stated = demand.Stated{Origin: demand.Measured, Source: "UK ambulance psychiatric incidents, 2015 to 2019"}
	if err := holidays(text, p); err != nil {
		return nil, err
	}
	p.Need.PerUnit = assumedNeed
	p.Need.Stated = demand.Stated{Origin: demand.Assumption, Source: "assumption: calls a head grow as exp(per_unit × IoD 2025 mental-health indicator)"}
	p.Elsewhere.Share = assumedElsewhere
	p.Elsewhere.Stated = demand.Stated{Origin: demand.Assumption, Source: "assumption: calls away from any home, spread evenly over a borough's land"}
	return p, nil
}

func holidays(text string, p *demand.Profile) error {
	row, err := calibrationRow(text, "holidays")
	if err != nil {
		return err
	}
	month := 12 // the row names a month where it changes
	for _, m := range regexp.MustCompile(`(\d+)(?: (January|December))? (\d\.\d+)`).FindAllStringSubmatch(row, -1) {
		switch m[2] {
		case "January":
			month = 1
		case "December":
			month = 12
		}
		day, _ := strconv.Atoi(m[1])
		factor, _ := strconv.ParseFloat(m[3], 64)
		p.Holidays.Days = append(p.Holidays.Days, demand.Holiday{Month: month, Day: day, Factor: factor})
	}
	if len(p.Holidays.Days) != 5 {
		return fmt.Errorf("%d holidays in %q, want 5", len(p.Holidays.Days), row)
	}
	p.Holidays.Stated = demand.Stated{Origin: demand.Measured, Source: "UK ambulance psychiatric incidents, 2015 to 2019, four years only"}
	return nil
}

// calibrationRow returns the value cell of the table row with the given first cell.
func calibrationRow(text, quantity string) (string, error) {
	for _, line := range strings.Split(text, "\n") {
		cells := strings.Split(line, "|")
		if len(cells) > 3 && strings.TrimSpace(cells[1]) == quantity {
			return strings.TrimSpace(cells[2]), nil
		}
	}
	return "", fmt.Errorf("no row %q", quantity)
}

// scaledRow fills dst with the numbers that end a row, scaled to sum to total.
func scaledRow(text, quantity string, dst []float64, total float64) error {
	row, err := calibrationRow(text, quantity)
	if err != nil {
		return err
	}
	if _, after, ok := strings.Cut(row, "): "); ok {
		row = after
	}
	fields := strings.Fields(row)
	if len(fields) != len(dst) {
		return fmt.Errorf("%q has %d numbers, want %d", quantity, len(fields), len(dst))
	}
	var sum float64
	for i, f := range fields {
		if dst[i], err = strconv.ParseFloat(f, 64); err != nil {
			return fmt.Errorf("%q: %w", quantity, err)
		}
		sum += dst[i]
	}
	for i := range dst {
		dst[i] *= total / sum
	}
	return nil
}

// boroughShares returns each borough's part of all incidents, by code.
func boroughShares(path string) (shares []demand.BoroughShare, incidents, months int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, 0, err
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, 0, 0, err
	}
	if want := []string{"code", "borough", "month", "ambulance_incidents_attended"}; len(rows) == 0 || !slices.Equal(rows[0], want) {
		return nil, 0, 0, fmt.Errorf("line 1: want the header %q", want)
	}
	count, monthsOf, name := make(map[string]int), make(map[string]int), make(map[string]string)
	for i, r := range rows[1:] {
		n, err := strconv.Atoi(r[3])
		if err != nil {
			return nil, 0, 0, fmt.Errorf("line %d: %w", i+2, err)
		}
		count[r[0]] += n
		monthsOf[r[0]]++
		name[r[0]] = r[1]
		incidents += n
	}
	if len(count) != 33 {
		return nil, 0, 0, fmt.Errorf("%d boroughs, want 33", len(count))
	}
	months = len(rows[1:]) / 33
	for code, n := range count {
		if monthsOf[code] != months {
			return nil, 0, 0, fmt.Errorf("%s has %d months, others %d", code, monthsOf[code], months)
		}
		shares = append(shares, demand.BoroughShare{Code: code, Name: name[code], Share: float64(n) / float64(incidents)})
	}
	slices.SortFunc(shares, func(a, b demand.BoroughShare) int { return strings.Compare(a.Code, b.Code) })
	return shares, incidents, months, nil
}
