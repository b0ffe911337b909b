package unit

import (
	"slices"

	"github.com/nearside-ems/nearside/dispatch"
)

// follows lists what SetStatus may make of a car, by what it is. Forward states of a call may be stepped
// over, since crews forget to press; none is gone back to. A car may break down at any time, which takes
// it off its call. Assigned comes from Available by Assign alone. Busy is for systems that say no more
// of a call than that there is one. Conveying and AtCentre may follow themselves, with another
// destination.
var follows = [dispatch.Statuses][]dispatch.Status{
	dispatch.OffShift:     {dispatch.Available, dispatch.OutOfService},
	dispatch.Available:    {dispatch.Busy, dispatch.OffShift, dispatch.OnBreak, dispatch.OutOfService},
	dispatch.Busy:         {dispatch.Available, dispatch.OffShift, dispatch.OnBreak, dispatch.OutOfService},
	dispatch.Assigned:     {dispatch.Mobilising, dispatch.EnRoute, dispatch.OnScene, dispatch.OutOfService},
	dispatch.Mobilising:   {dispatch.EnRoute, dispatch.OnScene, dispatch.OutOfService},
	dispatch.EnRoute:      {dispatch.OnScene, dispatch.OutOfService},
	dispatch.OnScene:      {dispatch.Conveying, dispatch.AtCentre, dispatch.Clearing, dispatch.Available, dispatch.OutOfService},
	dispatch.Conveying:    {dispatch.Conveying, dispatch.AtCentre, dispatch.Clearing, dispatch.Available, dispatch.OutOfService},
	dispatch.AtCentre:     {dispatch.AtCentre, dispatch.Clearing, dispatch.Available, dispatch.OutOfService},
	dispatch.Clearing:     {dispatch.Available, dispatch.OutOfService},
	dispatch.OnBreak:      {dispatch.Available, dispatch.OffShift, dispatch.OutOfService},
	dispatch.OutOfService: {dispatch.Available, dispatch.OffShift},
}

// Follows returns what SetStatus may make of a car that is something, which nobody writes to.
func Follows(from dispatch.Status) []dispatch.Status {
	if from >= dispatch.Statuses {
		return nil
	}
	return follows[from]
}

// Releasable tells whether a car can be taken off its call: from being given it until the patient is
// aboard. After that the call ends with the patient.
func Releasable(s dispatch.Status) bool { return s >= dispatch.Assigned && s <= dispatch.OnScene }

// withIncident tells whether a car in a state has an incident by name.
func withIncident(s dispatch.Status) bool { return s >= dispatch.Assigned && s <= dispatch.Clearing }

// withDestination tells whether a car in a state may have a destination.
func withDestination(s dispatch.Status) bool {
	return s == dispatch.Conveying || s == dispatch.AtCentre
}

func canFollow(from, to dispatch.Status) bool { return slices.Contains(Follows(from), to) }
