package main

import (
	"context"
	"crypto/md5" //nolint:gosec // as publishers do
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// publisher serves a file as a mirror of extracts does, and breaks off the first few transfers.
type publisher struct {
	content []byte
	md5     string // of <file>.md5; empty: none
	tag     string
	breaks  int // transfers to break off half-way
	status  int // answered instead of the file, where not 0
	asked   []string
}

func (p *publisher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, ".md5") {
		if p.md5 == "" {
			http.NotFound(w, r)
			return
		}
		_, _ = fmt.Fprintf(w, "%s  london.osm.pbf\n", p.md5)
		return
	}
	p.asked = append(p.asked, r.Header.Get("Range"))
	if p.status != 0 {
		http.Error(w, "no", p.status)
		return
	}
	w.Header().Set("ETag", p.tag)
	if p.breaks > 0 {
		p.breaks--
		w.Header().Set("Content-Length", fmt.Sprint(len(p.content)))
		_, _ = w.Write(p.content[:len(p.content)/2])
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		panic(http.ErrAbortHandler)
	}
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(string(p.content)))
}

// start serves p and returns a download from it into a new folder.
func start(t *testing.T, p *publisher) *download {
	t.Helper()
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL + "/london.osm.pbf")
	if err != nil {
		t.Fatal(err)
	}
	return &download{client: s.Client(), url: u, dir: t.TempDir(), tries: 1, progress: func(int64, int64) {}}
}

func checkFile(t *testing.T, file string, want []byte) {
	t.Helper()
	if got, err := os.ReadFile(file); err != nil || string(got) != string(want) {
		t.Errorf("%d bytes, %v; want the %d bytes published", len(got), err, len(want))
	}
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

var content = []byte(strings.Repeat("every road of London\n", 50_000))

func TestDownloadGoesOn(t *testing.T) {
	sum := md5.Sum(content) //nolint:gosec // as publishers do
	p := &publisher{content: content, tag: `"a"`, breaks: 1, md5: hex.EncodeToString(sum[:])}
	d := start(t, p)
	d.tries = 3
	last := int64(0)
	d.progress = func(done, _ int64) { last = done }
	file, checked, err := d.fetch(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	checkFile(t, file, content)
	if checked != "MD5 as published" || last != int64(len(content)) {
		t.Errorf("checked by %q, progress ends at %d", checked, last)
	}
	if len(p.asked) != 2 || p.asked[0] != "" || !strings.HasPrefix(p.asked[1], "bytes=") || p.asked[1] == "bytes=0-" {
		t.Errorf("asked for %q, want all and then the rest", p.asked)
	}
	if got := files(t, d.dir); len(got) != 1 {
		t.Errorf("left %v", got)
	}
}

// TestDownloadGoesOnInTheNextRun breaks off the only try; the next run fetches the rest.
func TestDownloadGoesOnInTheNextRun(t *testing.T) {
	p := &publisher{content: content, tag: `"a"`, breaks: 1}
	d := start(t, p)
	_, _, err := d.fetch(context.Background())
	if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "run the same command again") {
		t.Fatalf("broken off: %v", err)
	}
	if _, err := os.Stat(d.target()); err == nil {
		t.Fatal("half a file has the name of a whole one")
	}
	file, checked, err := d.fetch(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	checkFile(t, file, content)
	if !strings.HasPrefix(checked, "no checksum") || len(p.asked) != 2 || !strings.HasPrefix(p.asked[1], "bytes=") {
		t.Errorf("checked by %q, asked for %q", checked, p.asked)
	}
}

// TestDownloadStartsAgainWhenTheFileChanged: half of one version and half of another is no extract.
func TestDownloadStartsAgainWhenTheFileChanged(t *testing.T) {
	p := &publisher{content: content, tag: `"a"`, breaks: 1}
	d := start(t, p)
	if _, _, err := d.fetch(context.Background()); err == nil {
		t.Fatal("broken off without an error")
	}
	p.content, p.tag = []byte(strings.Repeat("other roads\n", 70_000)), `"b"`
	file, _, err := d.fetch(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	checkFile(t, file, p.content)
}

func TestDownloadChecks(t *testing.T) {
	sum := sha256.Sum256(content)
	for _, c := range []struct {
		name, sha256, md5, how string
		want                   error
	}{
		{"SHA-256", strings.ToUpper(hex.EncodeToString(sum[:])), "", "SHA-256 as given", nil},
		{"wrong SHA-256", strings.Repeat("0", 64), "", "", errChecksum},
		{"wrong MD5", "", strings.Repeat("0", 32), "", errChecksum},
		{"an MD5 file that is a page", "", "<html>", "no checksum given or published", nil},
	} {
		p := &publisher{content: content, md5: c.md5}
		d := start(t, p)
		d.sha256 = c.sha256
		_, how, err := d.fetch(context.Background())
		if !errors.Is(err, c.want) || how != c.how {
			t.Errorf("%s: %q, %v; want %q, %v", c.name, how, err, c.how, c.want)
		}
		if left := files(t, d.dir); c.want != nil && len(left) > 0 {
			t.Errorf("%s: left %v", c.name, left)
		}
	}
}

func TestDownloadAnswers(t *testing.T) {
	for status, asked := range map[int]int{http.StatusNotFound: 1, http.StatusForbidden: 1, http.StatusServiceUnavailable: 3} {
		p := &publisher{status: status}
		d := start(t, p)
		d.tries = 3
		_, _, err := d.fetch(context.Background())
		if err == nil || !strings.Contains(err.Error(), fmt.Sprint(status)) || len(p.asked) != asked {
			t.Errorf("%d: %v after %d tries, want %d", status, err, len(p.asked), asked)
		}
		if again := strings.Contains(err.Error(), "run the same command again"); again != (status == http.StatusServiceUnavailable) {
			t.Errorf("%d: %v: advice to try again only helps where the server may recover", status, err)
		}
		if left := files(t, d.dir); len(left) > 0 {
			t.Errorf("%d: nothing came, but %v is left", status, left)
		}
	}
}

func TestDownloadStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	p := &publisher{content: content, breaks: 100}
	d := start(t, p)
	d.tries, d.pause = 100, time.Hour
	d.progress = func(int64, int64) { cancel() }
	if _, _, err := d.fetch(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestParseSourceRefuses(t *testing.T) {
	for _, from := range []string{"greater-london-latest.osm.pbf", "ftp://example.org/a.osm.pbf", "https://example.org", "https://example.org/", "https://", "::"} {
		if _, err := parseSource(from); err == nil || !strings.Contains(err.Error(), "--from "+from) {
			t.Errorf("%s: %v", from, err)
		}
	}
	if u, err := parseSource("https://example.org/x/london.osm.pbf"); err != nil || filepath.Base(u.Path) != "london.osm.pbf" {
		t.Errorf("a good URL: %v, %v", u, err)
	}
}
