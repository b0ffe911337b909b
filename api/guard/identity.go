package guard

import (
	"context"
	"slices"
)

// Means is how a caller proved who it is.
type Means string

// The means.
const (
	ByNothing     Means = "none"        // the server asks for no proof
	ByToken       Means = "token"       // a service token
	ByCertificate Means = "certificate" // a client certificate
	ByOIDC        Means = "oidc"        // a JSON web token
)

// Identity is who asks.
type Identity struct {
	Means Means
	// Name is the caller's within its means: the token's name, the certificate's common name, the
	// subject of the web token. At most 128 printable characters; not a secret.
	Name  string
	Roles Roles
	// Cars are the cars that a crew may speak for; "cars/*" stands for all. They bind only callers
	// that have no other role that allows the call.
	Cars []string
}

// Anonymous is everyone's identity on a server that asks for no proof.
var Anonymous = Identity{Means: ByNothing, Roles: Of(ReadOnly, Crew, Dispatcher, Planner, Operator), Cars: []string{everyCar}}

const everyCar = "cars/*"

// String is the identity as logs and the log of decisions name it, such as "token/cad-1"; "anonymous"
// where no proof was asked for.
func (i *Identity) String() string {
	if i.Means == ByNothing {
		return "anonymous"
	}
	return string(i.Means) + "/" + i.Name
}

// speaksFor reports whether a crew may act for a car.
func (i *Identity) speaksFor(car string) bool {
	return slices.Contains(i.Cars, car) || slices.Contains(i.Cars, everyCar)
}

type identityKey struct{}

// withIdentity returns a context of a call by who.
func withIdentity(ctx context.Context, who *Identity) context.Context {
	return context.WithValue(ctx, identityKey{}, who)
}

// From returns who asks in a call's context: Anonymous where no guard stands before the server.
func From(ctx context.Context) *Identity {
	if who, ok := ctx.Value(identityKey{}).(*Identity); ok {
		return who
	}
	return &Anonymous
}

// Actor names who asks in a call's context, as the log of decisions keeps it: at most 140 characters,
// such as "token/cad-1", "certificate/cad.example" or "oidc/7f3c"; "anonymous" where the server asks
// for no proof.
func Actor(ctx context.Context) string { return From(ctx).String() }
