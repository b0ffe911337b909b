package web

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

const page = "<!doctype html><title>map</title>"

func packed(s string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, s)
	_ = z.Close()
	return b.Bytes()
}

func bundleOf(t *testing.T) http.Handler {
	t.Helper()
	return handler(fstest.MapFS{
		".keep":              {},
		"index.html":         {Data: []byte(page)},
		"index.html.gz":      {Data: packed(page)},
		"main-ABC.js":        {Data: []byte("go()")},
		"boroughs-X.geojson": {Data: []byte("{}")},
	})
}

func get(h http.Handler, method, target, encoding string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	if encoding != "" {
		r.Header.Set("Accept-Encoding", encoding)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestHandlerServesTheBundle(t *testing.T) {
	for _, c := range []struct {
		method, target, encoding string
		status                   int
		kind, cache, packing     string
	}{
		{"GET", "/", "", 200, "text/html; charset=utf-8", "no-cache", ""},
		{"GET", "/", "br, gzip", 200, "text/html; charset=utf-8", "no-cache", "gzip"},
		{"GET", "/", "gzip;q=0", 200, "text/html; charset=utf-8", "no-cache", ""},
		{"HEAD", "/index.html", "", 200, "text/html; charset=utf-8", "no-cache", ""},
		{"GET", "/main-ABC.js", "gzip", 200, "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", ""},
		{"GET", "/boroughs-X.geojson", "", 200, "application/geo+json", "public, max-age=31536000, immutable", ""},
		{"GET", "/none.js", "", 404, "text/plain; charset=utf-8", "", ""},
		{"GET", "/.keep", "", 404, "text/plain; charset=utf-8", "", ""},
		{"GET", "/../handler.go", "", 404, "text/plain; charset=utf-8", "", ""},
		{"POST", "/", "", 405, "text/plain; charset=utf-8", "", ""},
	} {
		t.Run(c.method+c.target+c.encoding, func(t *testing.T) {
			res := get(bundleOf(t), c.method, c.target, c.encoding)
			h := res.Header()
			if res.Code != c.status || h.Get("Content-Type") != c.kind || h.Get("Cache-Control") != c.cache || h.Get("Content-Encoding") != c.packing {
				t.Errorf("got %d %v", res.Code, h)
			}
			if !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || h.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("headers are not strict: %v", h)
			}
		})
	}
}

func TestHandlerUnpacksToTheSamePage(t *testing.T) {
	res := get(bundleOf(t), "GET", "/", "gzip")
	z, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(z)
	if err != nil || string(got) != page {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestHandlerWithoutBundleSaysHowToBuild(t *testing.T) {
	h := handler(fstest.MapFS{".keep": {}})
	res := get(h, "GET", "/", "")
	body, _ := io.ReadAll(res.Body)
	if res.Code != http.StatusServiceUnavailable || !bytes.Contains(body, []byte("make build")) {
		t.Errorf("got %d %s", res.Code, body)
	}
	if got := get(h, "GET", "/main.js", "").Code; got != http.StatusNotFound {
		t.Errorf("a script that is not there: %d", got)
	}
}

func TestPolicyNamesNoOtherHost(t *testing.T) {
	for _, bad := range []string{"http", "*", "unsafe"} {
		if strings.Contains(policy, bad) {
			t.Errorf("policy holds %q: %s", bad, policy)
		}
	}
}

func ExampleHandler() {
	server := httptest.NewServer(Handler())
	defer server.Close()
	res, err := http.Get(server.URL + "/no-such-file")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer res.Body.Close()
	fmt.Println(res.StatusCode, res.Header.Get("Referrer-Policy"))
	// Output: 404 no-referrer
}
