package cover

import (
	"fmt"
	"slices"

	"github.com/nearside-ems/nearside/optimiser"
)

// check walks a proof.
func (v *verifier) check(proof *Proof) error {
	p := v.p
	v.proof, v.at, v.left, v.undo = proof, 0, proof.Place-len(p.Fixed), nil
	if v.left < 0 {
		return fmt.Errorf("%w: it places %d, but %d are fixed", optimiser.ErrProof, proof.Place, len(p.Fixed))
	}
	if err := v.checkVectors(); err != nil {
		return err
	}
	v.open, v.due, v.reach = make([]bool, p.Sites), slices.Clone(v.weighty), make([]int64, p.Sites)
	for j := range v.open {
		v.open[j] = !v.forbidden[j]
	}
	for _, j := range p.Fixed {
		v.open[j] = false
		for i := range v.due {
			v.due[i] = v.due[i] && !v.reaches(int32(j), int32(i))
		}
	}
	if err := v.part(); err != nil {
		return fmt.Errorf("%w: step %d: %w", optimiser.ErrProof, v.at-1, err)
	}
	if v.at != len(proof.Steps) {
		return fmt.Errorf("%w: %d steps follow its end", optimiser.ErrProof, len(proof.Steps)-v.at)
	}
	return nil
}

func (v *verifier) checkVectors() error {
	q := v.proof
	if len(q.Cell) != len(q.Weight) || len(q.First) == 0 || q.First[0] != 0 || int(q.First[len(q.First)-1]) != len(q.Cell) || !slices.IsSorted(q.First) {
		return fmt.Errorf("%w: %d vectors with %d cells and %d weights do not fit", optimiser.ErrMultiplier, len(q.First)-1, len(q.Cell), len(q.Weight))
	}
	for k, i := range q.Cell {
		if i < 0 || int(i) >= v.p.Cells {
			return fmt.Errorf("%w: entry %d is cell %d, not between 0 and %d", optimiser.ErrMultiplier, k, i, v.p.Cells-1)
		}
	}
	return nil
}

// part walks the steps of a part and restores what they changed. Of a split it walks into the plans that
// take the site and goes on with those that do not, so it is never deeper than there are sites to place.
func (v *verifier) part() error {
	mark, left := len(v.undo), v.left
	defer func() {
		v.restore(mark)
		v.left = left
	}()
	for {
		if v.at == len(v.proof.Steps) {
			v.at++
			return fmt.Errorf("the steps end within a part")
		}
		s := v.proof.Steps[v.at]
		v.at++
		switch s.Kind {
		case Split:
			if err := v.split(s.A); err != nil {
				return err
			}
		case Take:
			if err := v.mustTake(s.A, s.B); err != nil {
				return err
			}
		case Drop:
			if err := v.drop(s.A, s.B); err != nil {
				return err
			}
		case Ignore:
			if !v.isDue(s.A) {
				return fmt.Errorf("cell %d is not due", s.A)
			}
			v.settle(s.A)
		case Exclude:
			if err := v.exclude(s.B); err != nil {
				return err
			}
		case Weigh:
			return v.weigh(s.A)
		default:
			return fmt.Errorf("kind %d is unknown", s.Kind)
		}
	}
}

func (v *verifier) isOpen(site int32) bool { return site >= 0 && int(site) < v.p.Sites && v.open[site] }
func (v *verifier) isDue(cell int32) bool  { return cell >= 0 && int(cell) < v.p.Cells && v.due[cell] }

func (v *verifier) close(site int32) {
	v.open[site] = false
	v.undo = append(v.undo, change{false, site})
}

func (v *verifier) settle(cell int32) {
	v.due[cell] = false
	v.undo = append(v.undo, change{true, cell})
}

func (v *verifier) restore(mark int) {
	for _, c := range v.undo[mark:] {
		if c.cell {
			v.due[c.of] = true
		} else {
			v.open[c.of] = true
		}
	}
	v.undo = v.undo[:mark]
}

// take takes an open site.
func (v *verifier) take(site int32) error {
	if !v.isOpen(site) || v.left == 0 {
		return fmt.Errorf("site %d is not open, or none is left to place", site)
	}
	v.left--
	v.close(site)
	for i, due := range v.due {
		if due && v.reaches(site, int32(i)) {
			v.settle(int32(i))
		}
	}
	return nil
}

func (v *verifier) split(site int32) error {
	mark, left := len(v.undo), v.left
	if err := v.take(site); err != nil {
		return err
	}
	if err := v.part(); err != nil {
		return err
	}
	v.restore(mark)
	v.left = left
	v.close(site)
	return nil
}

func (v *verifier) mustTake(site, cell int32) error {
	if !v.isDue(cell) {
		return fmt.Errorf("cell %d is not due", cell)
	}
	for j, open := range v.open {
		if open && int32(j) != site && v.reaches(int32(j), cell) {
			return fmt.Errorf("site %d reaches cell %d, too", j, cell)
		}
	}
	return v.take(site)
}

func (v *verifier) drop(site, by int32) error {
	if !v.isOpen(site) || !v.isOpen(by) || site == by {
		return fmt.Errorf("sites %d and %d are not two open ones", site, by)
	}
	for i, due := range v.due {
		if due && v.reaches(site, int32(i)) && !v.reaches(by, int32(i)) {
			return fmt.Errorf("site %d reaches cell %d, site %d does not", site, i, by)
		}
	}
	v.close(site)
	return nil
}

// weigh checks that the sites left cannot reach all that is due.
func (v *verifier) weigh(vector int32) error {
	all, err := v.weights(vector)
	if err != nil {
		return err
	}
	if most := v.most(v.left); most >= all {
		return fmt.Errorf("the due cells weigh %d, and %d open sites reach %d of it", all, v.left, most)
	}
	return nil
}

// exclude checks the step before and all that follow it by the same vector: closing a site changes nothing
// for the others but that those which reach most may reach less.
func (v *verifier) exclude(vector int32) error {
	all, err := v.weights(vector)
	if err != nil {
		return err
	}
	if v.left == 0 {
		return fmt.Errorf("no site is left to place")
	}
	all -= v.most(v.left - 1)
	for v.at--; v.at < len(v.proof.Steps) && v.proof.Steps[v.at].Kind == Exclude && v.proof.Steps[v.at].B == vector; {
		site := v.proof.Steps[v.at].A
		v.at++
		if !v.isOpen(site) {
			return fmt.Errorf("site %d is not open", site)
		}
		if v.reach[site] >= all {
			return fmt.Errorf("site %d reaches %d of what the others leave, %d", site, v.reach[site], all)
		}
		v.close(site)
	}
	return nil
}

// weights returns the weight of a vector's due cells, and sets reach to what each open site reaches of it.
func (v *verifier) weights(vector int32) (all int64, err error) {
	if vector < 0 || int(vector) >= len(v.proof.First)-1 {
		return 0, fmt.Errorf("there is no vector %d", vector)
	}
	clear(v.reach)
	for k := v.proof.First[vector]; k < v.proof.First[vector+1]; k++ {
		i, w := v.proof.Cell[k], int64(v.proof.Weight[k])
		if !v.due[i] {
			continue
		}
		all += w
		for j, open := range v.open {
			if open && v.reaches(int32(j), i) {
				v.reach[j] += w
			}
		}
	}
	return all, nil
}

// most is what the sites that reach most, so many of them, sum up to.
func (v *verifier) most(sites int) int64 {
	v.sorted = append(v.sorted[:0], v.reach...)
	slices.Sort(v.sorted)
	sum := int64(0)
	for _, n := range v.sorted[max(0, len(v.sorted)-sites):] {
		sum += n
	}
	return sum
}
