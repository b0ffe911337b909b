package jetstream

import "strings"

// subject returns where the entries of a key are published: a token for what it is of, and one for its
// ID. IDs may have dots, which part tokens; "=", which no ID has, stands for them.
func (s *Store) subject(key string) string {
	kind, id, _ := strings.Cut(key, "/")
	return s.entries + kind + "." + strings.ReplaceAll(id, ".", "=")
}

// key is subject's inverse.
func (s *Store) key(subject string) string {
	kind, id, _ := strings.Cut(strings.TrimPrefix(subject, s.entries), ".")
	return kind + "/" + strings.ReplaceAll(id, "=", ".")
}
