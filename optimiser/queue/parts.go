package queue

// inParts solves a system part by part: stations that no list brings together, not even by way of others,
// such as those of sectors which no car leaves, do not touch each other.
func inParts(s *System, solve func(*System) (*Result, error)) (*Result, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	part, parts := s.parts()
	if parts == 1 {
		return solve(s)
	}
	all := &Result{Workload: make([]float64, len(s.Kept)), Share: make([]float64, len(s.Order)), Converged: true}
	for n := range parts {
		sub, stations, entries := s.only(part, n)
		r, err := solve(sub)
		if err != nil {
			return nil, err
		}
		for j, station := range stations {
			all.Workload[station] = r.Workload[j]
		}
		for e, entry := range entries {
			all.Share[entry] = r.Share[e]
		}
		all.Iterations, all.Residual = max(all.Iterations, r.Iterations), max(all.Residual, r.Residual)
		all.Converged = all.Converged && r.Converged
	}
	all.summarise(s)
	return all, nil
}

// parts returns the part of each station, counted from 0 in the order of their first stations, and how
// many there are.
func (s *System) parts() (part []int, n int) {
	root := make([]int32, len(s.Kept)) // of a tree of stations, which points to its least
	for j := range root {
		root[j] = int32(j)
	}
	find := func(j int32) int32 {
		for root[j] != j {
			root[j] = root[root[j]]
			j = root[j]
		}
		return j
	}
	for i := range s.Rate {
		for e := s.First[i] + 1; e < s.First[i+1]; e++ {
			a, b := find(s.Order[e-1]), find(s.Order[e])
			root[max(a, b)] = min(a, b)
		}
	}
	part = make([]int, len(s.Kept))
	for j := range part {
		if r := find(int32(j)); int(r) == j {
			part[j] = n
			n++
		} else {
			part[j] = part[r]
		}
	}
	return part, n
}

// only returns one part as a System of its own, with the stations and the entries of Order that it has.
func (s *System) only(part []int, n int) (sub *System, stations, entries []int32) {
	sub = &System{First: []int32{0}}
	number := make([]int32, len(s.Kept))
	for j, p := range part {
		if p == n {
			number[j] = int32(len(stations))
			stations = append(stations, int32(j))
			sub.Kept = append(sub.Kept, s.Kept[j])
		}
	}
	for i, rate := range s.Rate {
		from, to := s.First[i], s.First[i+1]
		if from == to || part[s.Order[from]] != n {
			continue
		}
		sub.Rate = append(sub.Rate, rate)
		for e := from; e < to; e++ {
			entries = append(entries, e)
			sub.Order = append(sub.Order, number[s.Order[e]])
		}
		sub.Service = append(sub.Service, s.Service[from:to]...)
		if s.Travel != nil {
			sub.Travel = append(sub.Travel, s.Travel[from:to]...)
		}
		sub.First = append(sub.First, int32(len(sub.Order)))
	}
	return sub, stations, entries
}
