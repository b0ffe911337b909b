package unit

import (
	"regexp"

	"github.com/nearside-ems/nearside/dispatch"
)

var fingerprint = regexp.MustCompile(`^[0-9a-f]{16}$`)

// statusByWord is the inverse of Status.String.
var statusByWord = func() map[string]dispatch.Status {
	all := map[string]dispatch.Status{}
	for s := range dispatch.Statuses {
		all[s.String()] = s
	}
	return all
}()

func parseStatus(word string) (dispatch.Status, error) {
	s, ok := statusByWord[word]
	if !ok {
		return 0, wrong("status", "%.40q is unknown", word)
	}
	return s, nil
}

// parseSkill is the inverse of String for a single skill.
func parseSkill(word string) (dispatch.Skills, error) {
	for skill := dispatch.Skills(1); skill <= dispatch.AllSkills; skill <<= 1 {
		if skill.String() == word {
			return skill, nil
		}
	}
	return 0, wrong("skills", "%.40q is unknown", word)
}
