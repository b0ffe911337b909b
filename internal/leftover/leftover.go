// Package leftover looks on the disk for what should not be there: pieces of a file of raw calls after
// its import.
package leftover

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// minRunes is the length from which a field is looked for: shorter ones stand in any binary file by
// chance.
const minRunes = 6

// Search reads every file below dir, names included, and returns where a field of the raw file stands,
// as text in either case, in UTF-16, or as the eight bytes of a number. Words that may stay, such as
// names of categories, are left out, and so are words that hold them or are held by them. An error is
// returned too where raw has nothing to look for: the search could not fail then.
func Search(dir string, raw []byte, words ...string) ([]string, error) {
	wanted := needles(raw, words...)
	if len(wanted) == 0 {
		return nil, fmt.Errorf("no field of the raw file has %d signs that are not in %q: nothing to look for", minRunes, words)
	}
	var found []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		content = bytes.ToLower(append(content, d.Name()...))
		for _, n := range wanted {
			if bytes.Contains(content, n.bytes) {
				found = append(found, fmt.Sprintf("%s holds %s", path, n.what))
			}
		}
		return nil
	})
	return found, err
}

type needle struct {
	what  string
	bytes []byte // in lower case, as the content that it is looked for in
}

// needles returns what Search looks for: each field of a delimited text in its encodings.
func needles(raw []byte, words ...string) []needle {
	fields := strings.FieldsFunc(string(raw), func(r rune) bool { return strings.ContainsRune(",;\t|\r\n\"\ufeff", r) })
	for i := range fields {
		fields[i] = strings.TrimSpace(strings.ToLower(fields[i]))
	}
	slices.Sort(fields)
	var out []needle
	for _, f := range slices.Compact(fields) {
		if utf8.RuneCountInString(f) < minRunes || slices.ContainsFunc(words, func(w string) bool { return related(f, strings.ToLower(w)) }) {
			continue
		}
		out = append(out, needle{strconv.Quote(f), []byte(f)}, needle{strconv.Quote(f) + " in UTF-16", utf16le(f)})
		if v, err := strconv.ParseFloat(f, 64); err == nil {
			bits := binary.LittleEndian.AppendUint64(nil, math.Float64bits(v))
			out = append(out, needle{"the number " + f, bytes.ToLower(bits)})
		}
	}
	return out
}

func related(field, word string) bool {
	return strings.Contains(field, word) || strings.Contains(word, field)
}

func utf16le(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}
