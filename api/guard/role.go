package guard

import (
	"fmt"
	"strings"
)

// Role is what a caller may do. A caller may have several.
type Role uint8

// The roles. The table of methods says what each may ask; docs/security.md shows it.
const (
	ReadOnly   Role = 1 << iota // looks, changes nothing
	Crew                        // speaks for its own cars
	Dispatcher                  // assigns cars, reports positions and calls
	Planner                     // makes plans
	Operator                    // keeps the books: cars, centres, roads, the log of decisions
)

// roleNames are the roles as files, claims and certificates write them.
var roleNames = []struct {
	role Role
	name string
}{{ReadOnly, "read-only"}, {Crew, "crew"}, {Dispatcher, "dispatcher"}, {Planner, "planner"}, {Operator, "operator"}}

// ParseRole reads a role's name.
func ParseRole(text string) (Role, error) {
	var names []string
	for _, r := range roleNames {
		if r.name == text {
			return r.role, nil
		}
		names = append(names, r.name)
	}
	return 0, fmt.Errorf("role %.40q: want one of %s", text, strings.Join(names, ", "))
}

// Roles is a set of roles.
type Roles uint8

// Of returns the set of some roles.
func Of(roles ...Role) Roles {
	var s Roles
	for _, r := range roles {
		s |= Roles(r)
	}
	return s
}

// Any reports whether two sets share a role.
func (s Roles) Any(t Roles) bool { return s&t != 0 }

// Names lists the roles of a set in the order of their declaration.
func (s Roles) Names() []string {
	var names []string
	for _, r := range roleNames {
		if s&Roles(r.role) != 0 {
			names = append(names, r.name)
		}
	}
	return names
}

// String is the names with commas between; "none" for the empty set.
func (s Roles) String() string {
	if s == 0 {
		return "none"
	}
	return strings.Join(s.Names(), ",")
}

// ParseRoles reads names with commas between, at least one.
func ParseRoles(text string) (Roles, error) {
	var s Roles
	for name := range strings.SplitSeq(text, ",") {
		r, err := ParseRole(strings.TrimSpace(name))
		if err != nil {
			return 0, err
		}
		s |= Roles(r)
	}
	return s, nil
}
