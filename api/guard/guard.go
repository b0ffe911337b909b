package guard

import (
	"context"
)

// Settings of a Guard. The zero value asks for no proof.
type Settings struct {
	// Count is told of every call that was let in or refused; nil: nobody is. It must be fast and safe
	// for concurrent use.
	Count func(Event)
}

// Event is a call that was let in or refused, for counting. Its values are few.
type Event struct {
	Means  Means  // by which the caller was known; ByNothing where it was not
	Reason Reason // why it was refused; empty where it was let in
	Method string // "/package.Service/Method"; "unknown" for methods that do not exist
}

// Guard stands before a server. Its methods are safe for concurrent use.
type Guard struct {
	settings Settings
}

// New makes a guard.
func New(settings Settings) (*Guard, error) { return &Guard{settings: settings}, nil }

// admit says who calls a method, or why it is refused.
func (g *Guard) admit(ctx context.Context, method string) (*Identity, error) {
	who, err := g.identify(ctx)
	if err == nil {
		err = permit(who, method)
	}
	return who, err
}

// identify says who asks.
func (g *Guard) identify(context.Context) (*Identity, error) { return &Anonymous, nil }
