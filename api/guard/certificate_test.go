package guard

import (
	"crypto/tls"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/internal/testcerts"
)

func TestClientCertificates(t *testing.T) {
	clients, servers, strangers := testcerts.New(t, "clients"), testcerts.New(t, "servers"), testcerts.New(t, "strangers")
	cert, key := servers.Server()
	s := serve(t, Settings{Cert: cert, Key: key, ClientCA: clients.File()})
	before, after := noon.Add(-time.Hour), noon.Add(time.Hour)
	ask := func(c *tls.Config, car string) (*pb.Car, error) {
		trusted, err := ClientFiles{CA: servers.File()}.TLS()
		if err != nil {
			t.Fatal(err)
		}
		c.RootCAs = trusted.RootCAs
		return pb.NewFleetServiceClient(s.dial(c)).GetCar(by(t, ""), &pb.GetCarRequest{Name: car})
	}
	for _, c := range []struct {
		name   string
		tls    *tls.Config
		code   codes.Code
		reason Reason
	}{
		{"none", &tls.Config{}, codes.Unauthenticated, NoCredentials},
		{"expired", clientOf(t, clients, "cad.example", before.AddDate(0, -1, 0), before, "dispatcher"), codes.Unauthenticated, CertificateExpired},
		{"not yet valid", clientOf(t, clients, "cad.example", after, after.AddDate(0, 1, 0), "dispatcher"), codes.Unauthenticated, CertificateEarly},
		{"of another authority", clientOf(t, strangers, "cad.example", before, after, "dispatcher"), codes.Unauthenticated, CertificateUnknown},
		{"without a role", clientOf(t, clients, "cad.example", before, after, "Control room"), codes.PermissionDenied, CertificateRefused},
		{"without a name", clientOf(t, clients, "", before, after, "dispatcher"), codes.PermissionDenied, CertificateRefused},
		{"of a crew without a car", clientOf(t, clients, "crew 7", before, after, "crew"), codes.PermissionDenied, CertificateRefused},
		{"of another car", clientOf(t, clients, "cars/JRC-2", before, after, "crew"), codes.PermissionDenied, NotOwnCar},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ask(c.tls, "cars/JRC-1")
			wantRefusal(t, err, c.code, c.reason)
		})
	}
	good := clientOf(t, clients, "cad.example", before, after, "Control room", "dispatcher")
	for range 2 { // the second time by what is remembered
		if car, err := ask(good, "cars/JRC-1"); err != nil || car.GetBase() != "certificate/cad.example" {
			t.Errorf("asked as %v, %v", car, err)
		}
	}
	if car, err := ask(clientOf(t, clients, "cars/JRC-1", before, after, "crew"), "cars/JRC-1"); err != nil || car.GetBase() != "certificate/cars/JRC-1" {
		t.Errorf("asked as %v, %v", car, err)
	}
}

// TestACertificateExpiresDuringItsConnection shows that a connection outlives no certificate.
func TestACertificateExpiresDuringItsConnection(t *testing.T) {
	a := testcerts.New(t, "both")
	cert, key := a.Server()
	now := noon
	s := serve(t, Settings{Cert: cert, Key: key, ClientCA: a.File(), Now: func() time.Time { return now }})
	c := clientOf(t, a, "cad.example", noon.Add(-time.Hour), noon.Add(time.Minute), "dispatcher")
	c.RootCAs = a.Pool()
	fleet := pb.NewFleetServiceClient(s.dial(c))
	if _, err := fleet.GetCar(by(t, ""), &pb.GetCarRequest{Name: "cars/A"}); err != nil {
		t.Fatal(err)
	}
	now = noon.Add(2 * time.Minute)
	_, err := fleet.GetCar(by(t, ""), &pb.GetCarRequest{Name: "cars/A"})
	wantRefusal(t, err, codes.Unauthenticated, CertificateExpired)
}

// TestAServersCertificateIsNoClients shows that a certificate for another use proves nothing.
func TestAServersCertificateIsNoClients(t *testing.T) {
	a := testcerts.New(t, "both")
	cert, key := a.Server()
	s := serve(t, Settings{Cert: cert, Key: key, ClientCA: a.File()})
	c, err := ClientFiles{CA: a.File(), Cert: cert, Key: key}.TLS()
	if err != nil {
		t.Fatal(err)
	}
	_, err = pb.NewFleetServiceClient(s.dial(c)).GetCar(by(t, ""), &pb.GetCarRequest{Name: "cars/A"})
	wantRefusal(t, err, codes.Unauthenticated, CertificateRefused)
}
