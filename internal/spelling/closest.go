// Package spelling guesses which name somebody meant.
package spelling

// Closest returns the name that what was written is most like, the first of equals; "" where it differs
// from each in more than a third of its letters.
func Closest(written string, names []string) string {
	best, least := "", max(1, len(written)/3)+1
	for _, n := range names {
		if d := Distance(written, n); d < least {
			best, least = n, d
		}
	}
	return best
}

// Distance returns how many letters have to be put in, left out or replaced to make b of a (Levenshtein 1965).
func Distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
