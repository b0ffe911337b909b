package road

var classNames = [Classes]string{"motorway", "trunk", "primary", "secondary", "tertiary", "minor", "service", "bus_only", "lattice"}

// String returns the class as in the speed table, such as "primary".
func (c Class) String() string {
	if c < Classes {
		return classNames[c]
	}
	return "no class"
}

var zoneNames = [Zones]string{"central", "inner", "outer"}

// String returns the zone as in the speed table, such as "inner".
func (z Zone) String() string {
	if z < Zones {
		return zoneNames[z]
	}
	return "no zone"
}
