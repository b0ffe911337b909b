package guard

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Token is a service token as it is kept: by its hash. The secret has 256 random bits, so that the
// hash needs neither salt nor many rounds.
type Token struct {
	Name    string // 1 to 64 letters, digits, dots, underscores or hyphens
	Roles   Roles
	Cars    []string // of a crew: "cars/JRC-1", or "cars/*" for all; empty for others
	Hash    [sha256.Size]byte
	Created time.Time // to the second
}

const (
	// secretPrefix begins every secret, so that scanners of code and logs can find one that was lost.
	secretPrefix = "nearside_"
	secretBytes  = 32
	maxTokens    = 1 << 20 // bytes of a file of tokens
)

var (
	tokenName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	carName   = regexp.MustCompile(`^cars/(\*|[A-Za-z0-9._-]{1,63})$`)
)

// NewToken makes a token and its secret, which is told nowhere else.
func NewToken(name string, roles Roles, cars []string, created time.Time) (secret string, t Token, err error) {
	random := make([]byte, secretBytes)
	_, _ = rand.Read(random) // never fails: see its documentation
	secret = secretPrefix + base64.RawURLEncoding.EncodeToString(random)
	t = Token{Name: name, Roles: roles, Cars: cars, Hash: sha256.Sum256([]byte(secret)), Created: created.UTC().Truncate(time.Second)}
	return secret, t, t.check()
}

func (t *Token) check() error {
	if !tokenName.MatchString(t.Name) {
		return fmt.Errorf("name %.80q: want 1 to 64 letters, digits, dots, underscores or hyphens", t.Name)
	}
	if t.Roles == 0 {
		return fmt.Errorf("token %s: want a role", t.Name)
	}
	for _, car := range t.Cars {
		if !carName.MatchString(car) {
			return fmt.Errorf("token %s: car %.80q: want cars/NAME, or cars/* for all", t.Name, car)
		}
	}
	if crew := t.Roles.Any(Roles(Crew)); crew != (len(t.Cars) > 0) {
		return fmt.Errorf("token %s: a crew needs the names of its cars, and only a crew has some", t.Name)
	}
	return nil
}

// Line is the token as a line of a file: see docs/format/tokens.md.
func (t *Token) Line() string {
	cars := "-"
	if len(t.Cars) > 0 {
		cars = strings.Join(t.Cars, ",")
	}
	return strings.Join([]string{t.Name, t.Roles.String(), cars, hex.EncodeToString(t.Hash[:]), t.Created.Format(time.RFC3339)}, " ")
}

// ParseTokens reads a file of tokens. The error names the line.
func ParseTokens(text []byte) ([]Token, error) {
	var tokens []Token
	names, hashes := map[string]int{}, map[[sha256.Size]byte]int{}
	number := 0
	for line := range bytes.Lines(text) {
		number++
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		t, err := parseToken(string(line))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		if first, twice := names[t.Name]; twice {
			return nil, fmt.Errorf("line %d: token %s is in line %d too; names must differ, as the log of decisions tells callers apart by them", number, t.Name, first)
		}
		if first, twice := hashes[t.Hash]; twice {
			return nil, fmt.Errorf("line %d: token %s has the hash of line %d; make a token for each caller", number, t.Name, first)
		}
		names[t.Name], hashes[t.Hash] = number, number
		tokens = append(tokens, t)
	}
	return tokens, nil
}

func parseToken(line string) (t Token, err error) {
	fields := strings.Fields(line)
	if len(fields) != 5 {
		return t, fmt.Errorf("%d fields; want 5: name, roles, cars or -, SHA-256, time", len(fields))
	}
	t.Name = fields[0]
	if t.Roles, err = ParseRoles(fields[1]); err != nil {
		return t, err
	}
	if fields[2] != "-" {
		t.Cars = strings.Split(fields[2], ",")
	}
	hash, err := hex.DecodeString(fields[3])
	if err != nil || len(hash) != len(t.Hash) {
		return t, fmt.Errorf("token %.64q: want a SHA-256 of 64 hexadecimal digits; make tokens with nearside token new", t.Name)
	}
	copy(t.Hash[:], hash)
	if t.Created, err = time.Parse(time.RFC3339, fields[4]); err != nil {
		return t, fmt.Errorf("token %.64q: time %.40q: want one such as 2026-11-21T14:00:00Z", t.Name, fields[4])
	}
	return t, t.check()
}

// tokenBook finds tokens by their secrets.
type tokenBook struct{ byStart map[[8]byte][]bookedToken }

type bookedToken struct {
	hash [sha256.Size]byte
	who  *Identity
}

func readTokens(path string) (*tokenBook, error) {
	text, err := readPrivate(path, maxTokens)
	if err != nil {
		return nil, err
	}
	tokens, err := ParseTokens(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	b := &tokenBook{map[[8]byte][]bookedToken{}}
	for _, t := range tokens {
		start := [8]byte(t.Hash[:8])
		b.byStart[start] = append(b.byStart[start], bookedToken{t.Hash, &Identity{Means: ByToken, Name: t.Name, Roles: t.Roles, Cars: t.Cars}})
	}
	return b, nil
}

// find returns whose secret it is; nil where it is nobody's. What the time taken can tell is about the
// hash of what was sent, from which nothing follows about any secret; whole hashes are compared in
// constant time all the same.
func (b *tokenBook) find(secret string) *Identity {
	hash := sha256.Sum256([]byte(secret))
	for _, t := range b.byStart[[8]byte(hash[:8])] {
		if subtle.ConstantTimeCompare(hash[:], t.hash[:]) == 1 {
			return t.who
		}
	}
	return nil
}
