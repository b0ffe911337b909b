package server

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/nearside-ems/nearside/api/guard"
	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/internal/testcerts"
)

// tokensOf writes a file of tokens for the test and returns the secrets by name. Crews speak for cars/A.
func tokensOf(t testing.TB, roles ...guard.Role) (file string, secrets map[guard.Role]string) {
	t.Helper()
	var lines strings.Builder
	secrets = map[guard.Role]string{}
	for _, r := range roles {
		var cars []string
		if r == guard.Crew {
			cars = []string{"cars/A"}
		}
		secret, token, err := guard.NewToken("t-"+guard.Of(r).String(), guard.Of(r), cars, noon)
		if err != nil {
			t.Fatal(err)
		}
		secrets[r] = secret
		lines.WriteString(token.Line() + "\n")
	}
	file = filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(file, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, secrets
}

// guarded starts a server that asks for tokens.
func guarded(t testing.TB, roles ...guard.Role) (*client, map[guard.Role]string) {
	t.Helper()
	file, secrets := tokensOf(t, roles...)
	s := smallSettings(t)
	var err error
	if s.Guard, err = guard.New(guard.Settings{Tokens: file, Limits: guard.DefaultLimits(), Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	s.Map = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "the map") })
	return start(t, s), secrets
}

func bearer(secret string) http.Header { return http.Header{"Authorization": {"Bearer " + secret}} }

func with(ctx context.Context, secret string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+secret)
}

// TestEveryRegisteredMethodHasARow holds the guard's table to what the server really answers.
func TestEveryRegisteredMethodHasARow(t *testing.T) {
	srv, err := New(smallSettings(t))
	if err != nil {
		t.Fatal(err)
	}
	g := srv.GRPC()
	defer g.Stop()
	for service, info := range g.GetServiceInfo() {
		for _, m := range info.Methods {
			if _, _, known := guard.Allowed("/" + service + "/" + m.Name); !known {
				t.Errorf("/%s/%s has no row in the guard's table of methods", service, m.Name)
			}
		}
	}
}

// TestBothPortsAskForProof shows that what holds for gRPC holds for HTTP, whatever answers there.
func TestBothPortsAskForProof(t *testing.T) {
	c, secrets := guarded(t, guard.ReadOnly, guard.Dispatcher)
	_, err := c.ListCars(background(t), &pb.ListCarsRequest{})
	wantRefusal(t, err, codes.Unauthenticated, "NO_CREDENTIALS", "who asks?")
	_, err = c.CloseRoad(with(background(t), secrets[guard.ReadOnly]), &pb.CloseRoadRequest{})
	wantRefusal(t, err, codes.PermissionDenied, "ROLE_NOT_ALLOWED", "has the role read-only")
	for _, path := range []string{"/v1/cars", "/v1/city", "/v1/operations", "/v1/operations/x", "/v1/roadChanges"} {
		if res := c.fetch(t, "GET", path, nil, nil); res.code != 401 || res.header.Get("WWW-Authenticate") != `Bearer realm="nearside"` {
			t.Errorf("%s: HTTP %d, %q", path, res.code, res.header.Get("WWW-Authenticate"))
		}
	}
	for path, want := range map[string]int{"/v1/cars": 200, "/v1/city": 200, "/v1/operations": 200} {
		if res := c.fetch(t, "GET", path, bearer(secrets[guard.ReadOnly]), nil); res.code != want {
			t.Errorf("%s with a token: HTTP %d", path, res.code)
		}
	}
	for _, path := range []string{"/", "/docs", "/openapi.json", "/healthz", "/signin"} {
		if res := c.fetch(t, "GET", path, nil, nil); res.code != 200 {
			t.Errorf("%s, which tells nothing of anyone: HTTP %d", path, res.code)
		}
	}
	res := c.fetch(t, "POST", "/v1/roadChanges:close", bearer(secrets[guard.ReadOnly]), strings.NewReader("{}"))
	if res.code != 403 || !strings.Contains(string(res.text), "ROLE_NOT_ALLOWED") {
		t.Errorf("HTTP %d %s", res.code, res.text)
	}
}

// TestHeadersDoNotMakeAnyone tries what a client might send to pass for the gateway or for another.
func TestHeadersDoNotMakeAnyone(t *testing.T) {
	c, secrets := guarded(t, guard.ReadOnly)
	good := "Bearer " + secrets[guard.ReadOnly]
	for _, h := range []http.Header{
		{"Grpc-Metadata-Authorization": {good}}, {"Nearside-Caller": {"1"}}, {"Grpc-Metadata-Nearside-Caller": {"1"}}, {"X-Forwarded-For": {"127.0.0.1"}},
		{"Authorization": {good, "Bearer other"}}, {"Authorization": {"Bearer other"}, "Cookie": {sessionCookie + "=" + secrets[guard.ReadOnly]}},
		{"Cookie": {secureSessionCookie + "=" + secrets[guard.ReadOnly]}},
	} {
		if res := c.fetch(t, "GET", "/v1/cars", h, nil); res.code != 401 {
			t.Errorf("%v: HTTP %d", h, res.code)
		}
	}
}

func TestCrewsReportTheirOwnCar(t *testing.T) {
	c, secrets := guarded(t, guard.Crew)
	ctx := with(background(t), secrets[guard.Crew])
	report := func(car string) *pb.PositionReport { return &pb.PositionReport{Car: car, Location: at(51.5, -0.12)} }
	if _, err := c.ReportPositions(ctx, &pb.ReportPositionsRequest{Reports: []*pb.PositionReport{report("cars/A")}}); err != nil {
		t.Error(err)
	}
	_, err := c.ReportPositions(ctx, &pb.ReportPositionsRequest{Reports: []*pb.PositionReport{report("cars/A"), report("cars/B")}})
	wantRefusal(t, err, codes.PermissionDenied, "NOT_OWN_CAR", "its own cars")
	stream, err := c.StreamPositions(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Send(&pb.StreamPositionsRequest{Reports: []*pb.PositionReport{report("cars/B")}}); err != nil {
		t.Fatal(err)
	}
	_, err = stream.CloseAndRecv()
	wantRefusal(t, err, codes.PermissionDenied, "NOT_OWN_CAR", "its own cars")
	body := `{"reports":[{"car":"cars/B","location":{"gridRef":"TQ 30027 80380"}}]}`
	if res := c.fetch(t, "POST", "/v1/cars:reportPositions", bearer(secrets[guard.Crew]), strings.NewReader(body)); res.code != 403 {
		t.Errorf("over HTTP: HTTP %d %s", res.code, res.text)
	}
	if n := len(c.server.Fleet.Snapshot(c.server.Now()).Cars); n != 1 {
		t.Errorf("%d cars are known, want 1", n)
	}
}

// TestSignIn goes the way of a person with a browser.
func TestSignIn(t *testing.T) {
	c, secrets := guarded(t, guard.Planner)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}}
	post := func(path string, form url.Values, site string) fetched {
		t.Helper()
		r, err := http.NewRequest(http.MethodPost, c.url+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Sec-Fetch-Site": {site}}
		res, err := browser.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		text, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if before := res.Request.Response; before != nil { // the answer that led here
			return fetched{res.StatusCode, before.Header, text}
		}
		return fetched{res.StatusCode, res.Header, text}
	}
	status := func() int {
		t.Helper()
		res, err := browser.Get(c.url + "/v1/cars")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		return res.StatusCode
	}
	if res := post("/signin", url.Values{"token": {"nearside_wrong"}}, "same-origin"); res.code != 401 || status() != 401 {
		t.Errorf("a wrong token: HTTP %d", res.code)
	}
	if res := post("/signin", url.Values{"token": {secrets[guard.Planner]}}, "cross-site"); res.code != 403 || status() != 401 {
		t.Errorf("another site signs a person in: HTTP %d", res.code)
	}
	res := post("/signin", url.Values{"token": {" " + secrets[guard.Planner] + "\n"}}, "same-origin")
	if res.code != 200 || string(res.text) != "the map" || status() != 200 {
		t.Errorf("HTTP %d %s", res.code, res.text)
	}
	setBy := res.header.Get("Set-Cookie")
	for _, want := range []string{"HttpOnly", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(setBy, want) {
			t.Errorf("cookie %q lacks %s", strings.ReplaceAll(setBy, secrets[guard.Planner], "…"), want)
		}
	}
	if res := post("/v1/plans", nil, "cross-site"); res.code != 403 {
		t.Errorf("another site's page makes a plan with a person's cookie: HTTP %d", res.code)
	}
	if post("/signout", nil, "same-origin"); status() != 401 {
		t.Error("still signed in")
	}
}

// TestNamesOfOthersAreRefused shows that a page whose name was made to lead here gets nothing.
func TestNamesOfOthersAreRefused(t *testing.T) {
	s := smallSettings(t)
	s.HTTPNames = []string{"nearside.example"}
	c := start(t, s)
	for host, want := range map[string]int{
		"": 200, "localhost": 200, "LOCALHOST:7421": 200, "[::1]:7421": 200, "nearside.example": 200, "nearside.example:443": 200,
		"rebound.example": 421, "localhost.example": 421, "127.0.0.1.example": 421,
	} {
		r, err := http.NewRequest(http.MethodGet, c.url+"/v1/cars", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if _ = res.Body.Close(); res.StatusCode != want {
			t.Errorf("Host %q: HTTP %d, want %d", host, res.StatusCode, want)
		}
	}
}

func TestHeadersOfAnswers(t *testing.T) {
	c := start(t, smallSettings(t))
	for _, path := range []string{"/v1/cars", "/v1/nothing", "/v1/city", "/docs", "/openapi.json", "/healthz"} {
		h := c.fetch(t, "GET", path, nil, nil).header
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Content-Security-Policy": "default-src 'none'", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if !strings.Contains(h.Get(name), want) {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if h.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: in the clear, browsers are told to use TLS only", path)
		}
		if cached := h.Get("Cache-Control"); strings.HasPrefix(path, "/v1/") && cached != "no-store" {
			t.Errorf("%s may be kept: %q", path, cached)
		}
	}
}

// TestClientCertificatesOnBothPorts starts a server with TLS and asks with certificates, good and expired.
func TestClientCertificatesOnBothPorts(t *testing.T) {
	a := testcerts.New(t, "ca")
	cert, key := a.Server()
	s := smallSettings(t)
	var err error
	if s.Guard, err = guard.New(guard.Settings{Cert: cert, Key: key, ClientCA: a.File(), Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	addr := serveTLS(t, s)
	ask := func(cert, key string) (int, string, http.Header) {
		t.Helper()
		c, err := guard.ClientFiles{CA: a.File(), Cert: cert, Key: key}.TLS()
		if err != nil {
			t.Fatal(err)
		}
		h := &http.Client{Transport: &http.Transport{TLSClientConfig: c, DisableKeepAlives: true, ForceAttemptHTTP2: true}}
		res, err := h.Get("https://" + addr + "/v1/cars")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		text, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(text), res.Header
	}
	goodCert, goodKey := a.Client("cad.example", testcerts.Past, testcerts.Future, "dispatcher")
	code, text, header := ask(goodCert, goodKey)
	if code != 200 || header.Get("Strict-Transport-Security") == "" {
		t.Errorf("HTTP %d %s, %q", code, text, header.Get("Strict-Transport-Security"))
	}
	oldCert, oldKey := a.Client("cad.example", testcerts.Past, testcerts.Past.AddDate(0, 1, 0), "dispatcher")
	if code, text, _ := ask(oldCert, oldKey); code != 401 || !strings.Contains(text, "CERTIFICATE_EXPIRED") {
		t.Errorf("an expired certificate: HTTP %d %s", code, text)
	}
	if code, text, _ := ask("", ""); code != 401 || !strings.Contains(text, "NO_CREDENTIALS") {
		t.Errorf("no certificate: HTTP %d %s", code, text)
	}
	plain, err := tls.Dial("tcp", addr, &tls.Config{RootCAs: a.Pool(), MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10})
	if err == nil {
		_ = plain.Close()
		t.Error("TLS 1.1 is spoken")
	}
}

// serveTLS runs a server for the length of the test and returns the address of its HTTP port.
func serveTLS(t testing.TB, s Settings) string {
	t.Helper()
	s.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	srv, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	overGRPC, overHTTP := loopback(t), loopback(t)
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ctx, overGRPC, overHTTP) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return overHTTP.Addr().String()
}

// TestLimitsOverHTTP shows that browsers and scripts are told in HTTP's words when to come again.
func TestLimitsOverHTTP(t *testing.T) {
	s := smallSettings(t)
	var err error
	if s.Guard, err = guard.New(guard.Settings{Limits: guard.Limits{CallsPerSecond: 1}, Now: func() time.Time { return noon }}); err != nil {
		t.Fatal(err)
	}
	c := start(t, s)
	if res := c.fetch(t, "GET", "/v1/cars", nil, nil); res.code != 200 {
		t.Fatalf("HTTP %d %s", res.code, res.text)
	}
	res := c.fetch(t, "GET", "/v1/cars", nil, nil)
	if res.code != 429 || res.header.Get("Retry-After") != "1" || !strings.Contains(string(res.text), "TOO_MANY_CALLS") {
		t.Errorf("HTTP %d, Retry-After %q, %s", res.code, res.header.Get("Retry-After"), res.text)
	}
	_, err = c.ListCars(background(t), &pb.ListCarsRequest{})
	if status.Code(err) != codes.ResourceExhausted {
		t.Errorf("the same client over gRPC: %v", err)
	}
}
