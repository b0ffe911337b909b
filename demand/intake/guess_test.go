package intake

import (
	"strings"
	"testing"
)

// guessed reads a file with a row repeated, and gives the columns that were used, by their uses.
func guessed(t *testing.T, header, row string, change func(*Settings)) (string, error) {
	t.Helper()
	_, r, err := read(t, header+"\n"+rows(24, row), change)
	if err != nil {
		return "", err
	}
	var used []string
	for _, c := range r.Columns {
		used = append(used, c.Use+"="+c.Name)
	}
	return strings.Join(used, " "), nil
}

func TestGuesses(t *testing.T) {
	for _, c := range []struct{ name, header, row, want string }{
		{"the call's time among others", "Call Received,Dispatched,Arrived at Scene,lat,lon", "2024-01-01 {hh}:01,2024-01-01 {hh}:05,2024-01-01 {hh}:15,51.4,0", "time=Call Received lat=lat lon=lon"},
		{"a later time where there is no other", "arrival,lat,lon", "2024-01-01 {hh}:01,51.4,0", "time=arrival lat=lat lon=lon"},
		{"a date and hour before a later time", "date,hour,uploaded_at,lat,lon", "2024-01-01,{hh},2024-02-01 05:00,51.4,0", "date=date hour=hour lat=lat lon=lon"},
		{"no birthday", "date of birth,event_date,event_hour,lat,lon", "1980-01-01,2024-01-01,{hh},51.4,0", "date=event_date hour=event_hour lat=lat lon=lon"},
		{"a name that says nothing", "t,lat,lon", "2024-01-01 {hh}:01,51.4,0", "time=t lat=lat lon=lon"},
		{"midnights are dates", "incident_date,incident_time,lat,lon", "2024-01-01 00:00:00,{hh}:01,51.4,0", "date=incident_date time-of-day=incident_time lat=lat lon=lon"},
		{"no dates in numbers", "incident_no,occ_date,occ_time,lat,lon", "123456{hh},2024-01-01,{hh}:01,51.4,0", "date=occ_date time-of-day=occ_time lat=lat lon=lon id=incident_no"},
		{"the call's place among others", "time,station lat,station lon,incident lat,incident lon", "2024-01-01 {hh}:01,51.6,0,51.4,0", "time=time lat=incident lat lon=incident lon"},
		{"plain names before others", "time,hood_lat,hood_lon,LATITUDE,LONGITUDE", "2024-01-01 {hh}:01,51.6,0,51.4,0", "time=time lat=LATITUDE lon=LONGITUDE"},
		{"lng and y", "time,lng,lat", "2024-01-01 {hh}:01,0,51.4", "time=time lat=lat lon=lng"},
		{"x and y in degrees", "time,X,Y", "2024-01-01 {hh}:01,0.1,51.4", "time=time lat=Y lon=X"},
		{"x and y in metres", "time,X,Y", "2024-01-01 {hh}:01,530027,170379", "time=time easting=X northing=Y"},
		{"OSGR", "time,location_easting_osgr,location_northing_osgr", "2024-01-01 {hh}:01,530027,170379", "time=time easting=location_easting_osgr northing=location_northing_osgr"},
		{"empty coordinates beside an area", "time,lat,lon,ward", "2024-01-01 {hh}:01,,,North East", "time=time area=ward"},
		{"area of which the city knows the values", "time,district,neighbourhood", "2024-01-01 {hh}:01,D22,North East", "time=time area=neighbourhood"},
		{"category, channel and ID", "Incident Number,time,lat,lon,Incident Type,Call Source", "{n},2024-01-01 {hh}:01,51.4,0,welfare,999", "time=time lat=lat lon=lon category=Incident Type channel=Call Source id=Incident Number"},
		{"no ID that repeats itself", "id,time,lat,lon", "7,2024-01-01 {hh}:01,51.4,0", "time=time lat=lat lon=lon"},
		{"no category of free text", "time,lat,lon,type,nature", "2024-01-01 {hh}:01,51.4,0,says {n},welfare", "time=time lat=lat lon=lon category=nature"},
	} {
		if got, err := guessed(t, c.header, c.row, nil); err != nil || got != c.want {
			t.Errorf("%s: got %s, %v; want %s", c.name, got, err, c.want)
		}
	}
}

func TestGivenColumnsAreKept(t *testing.T) {
	const header, row = "time,date,hour,lat,lon,place_lat,place_lon,kind,id", "2024-01-01 {hh}:01,2024-01-02,{hh},51.4,0,51.6,0,a,{n}"
	for _, c := range []struct {
		name  string
		given Columns
		want  string
	}{
		{"an hour", Columns{Hour: "HOUR"}, "date=date hour=hour lat=lat lon=lon id=id"},
		{"no time", Columns{Time: None}, "date=date hour=hour lat=lat lon=lon id=id"},
		{"a longitude", Columns{Lon: "place_lon"}, "time=time lat=place_lat lon=place_lon id=id"},
		{"a category, no ID", Columns{Category: "kind", ID: None}, "time=time lat=lat lon=lon category=kind"},
	} {
		got, err := guessed(t, header, row, func(s *Settings) { s.Columns = c.given })
		if err != nil || got != c.want {
			t.Errorf("%s: got %s, %v; want %s", c.name, got, err, c.want)
		}
	}
}

func TestNormalise(t *testing.T) {
	for name, want := range map[string]string{"Call Date/Time": "call_date_time", "callDateTime": "call_date_time", "  LAT (WGS84) ": "lat_wgs84", "ID": "id", "": "", "--": "", "Städte-Name": "städte_name"} {
		if got := normalise(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func TestDelimiters(t *testing.T) {
	for text, want := range map[string]byte{
		"a,b;c,d\n": ',', "a;b,c;d\n": ';', "a\tb\n1,2,3,4\n": '\t', "a|b\n": '|', "\n\r\n\"a,b,c\";d\n": ';',
	} {
		if got, err := delimiter([]byte(text), 0); err != nil || got != want {
			t.Errorf("%q: got %q, %v, want %q", text, got, err, want)
		}
	}
}
