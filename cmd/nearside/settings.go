package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/nearside-ems/nearside/internal/spelling"
)

// settingPrefix begins the names of environment variables: NEARSIDE_DATA_DIR is --data-dir.
const settingPrefix = "NEARSIDE_"

// byDefault is what has set a setting that nobody has.
const byDefault = "default"

// setting is one of serve's flags, which may also be set by the environment or a file.
type setting struct {
	flag *kong.Flag
	// from says what set it: a flag, a variable, a line of a file, or "default".
	from string
}

// env is the variable that sets it.
func (s *setting) env() string {
	return settingPrefix + strings.ToUpper(strings.ReplaceAll(s.flag.Name, "-", "_"))
}

// secret tells whether its value must not be shown. Such flags have the tag secret:"".
func (s *setting) secret() bool { return s.flag.Tag.Has("secret") }

// set gives it a value, as the command line would. Where that cannot be, its value stays.
func (s *setting) set(value any, from string) error {
	target := s.flag.Target
	was := reflect.New(target.Type()).Elem()
	was.Set(target)
	target.SetZero()
	s.from = from
	err := s.flag.Parse(kong.Scan().PushTyped(value, kong.FlagValueToken), target)
	if text := s.text(); err == nil && s.flag.Enum != "" && !slices.Contains(s.flag.EnumSlice(), text) {
		err = fmt.Errorf("--%s: want one of %s but got %q", s.flag.Name, strings.Join(s.flag.EnumSlice(), ", "), text)
	}
	if err != nil {
		target.Set(was)
		return fmt.Errorf("%s: %w", from, err)
	}
	return nil
}

// text is its value as it would be written.
func (s *setting) text() string {
	v := s.flag.Target
	if v.Kind() == reflect.Slice {
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = fmt.Sprint(v.Index(i).Interface())
		}
		return strings.Join(parts, ",")
	}
	return fmt.Sprint(v.Interface())
}

// settings are all of serve's.
type settings []*setting

// layer sets what the command line has not by the environment, and what neither has by a file; the
// faults are all that there are. With an empty file name there is none.
func layer(ctx *kong.Context, file string, environ []string) (settings, []error) {
	all := settingsOf(ctx)
	lines, faults := readSettings(file, all.names())
	vars := map[string]string{}
	for _, v := range environ {
		name, value, _ := strings.Cut(v, "=")
		vars[name] = value
	}
	for _, s := range all {
		line, inFile := lines[s.flag.Name]
		value, inEnv := vars[s.env()]
		var err error
		switch {
		case s.from != "":
		case inEnv:
			err = s.set(value, s.env())
		case inFile:
			err = s.set(line.value, line.where)
		default:
			s.from = byDefault
		}
		if err != nil {
			faults = append(faults, err)
		}
	}
	return all, faults
}

// settingsOf lists the settings of the command that was given, in their order.
func settingsOf(ctx *kong.Context) (all settings) {
	given := map[*kong.Value]bool{}
	for _, p := range ctx.Path {
		if p.Flag != nil && !p.Resolved {
			given[p.Flag.Value] = true
		}
	}
	for _, f := range ctx.Selected().Flags {
		s := &setting{flag: f}
		if f.Name == "config" {
			continue
		}
		if given[f.Value] {
			s.from = "--" + f.Name
		}
		all = append(all, s)
	}
	return all
}

func (all settings) names() []string {
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = s.flag.Name
	}
	return names
}

// origins says of the settings that a sentence names by their flags what set them, where that is not plain.
func (all settings) origins(sentence string) string {
	var out []string
	for _, word := range strings.FieldsFunc(sentence, func(r rune) bool { return !isFlagRune(r) }) {
		for _, s := range all {
			origin := "--" + s.flag.Name + " is from " + s.from
			if word == "--"+s.flag.Name && s.from != byDefault && !strings.Contains(sentence, s.from) && !slices.Contains(out, origin) {
				out = append(out, origin)
			}
		}
	}
	return strings.Join(out, "; ")
}

func isFlagRune(r rune) bool { return r == '-' || 'a' <= r && r <= 'z' || '0' <= r && r <= '9' }

// misspelt names variables that are like a setting's but are none: they would be passed over in silence.
func (all settings) misspelt(environ []string) (notes []string) {
	var known []string
	for _, s := range all {
		known = append(known, s.env())
	}
	for _, v := range environ {
		name, _, _ := strings.Cut(v, "=")
		if !strings.HasPrefix(name, settingPrefix) || slices.Contains(known, name) {
			continue
		}
		if like := spelling.Closest(name, known); like != "" && spelling.Distance(name, like) <= 2 {
			notes = append(notes, fmt.Sprintf("%s is not a setting and is passed over; did you mean %s?", name, like))
		}
	}
	return notes
}
