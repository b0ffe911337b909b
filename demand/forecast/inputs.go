package forecast

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/nearside-ems/nearside/demand"
)

// version counts the ways of learning: a fit learnt in an older way from the same calls is another.
const version = 2

// Inputs returns the hash of all that a fit follows from: the city, the calls and the settings. A fit
// with the same inputs need not be made again.
func Inputs(city *demand.City, calls [32]byte, s Settings) ([32]byte, error) {
	text, err := json.Marshal(struct {
		Version     int
		City, Calls [32]byte
		Covariates  []demand.Covariate
		Prior       []float64
		Settings    Settings
	}{version, city.Hash, calls, city.Covariates, city.Prior, s})
	if err != nil {
		return [32]byte{}, fmt.Errorf("forecast: hash of the settings: %w", err)
	}
	return sha256.Sum256(text), nil
}
