package jetstream

import (
	"fmt"
	"log/slog"
	"strings"
)

// serverLog hands what the server inside says to the store's log. Notices are for debugging.
type serverLog struct{ log *slog.Logger }

func (l *serverLog) Noticef(format string, v ...any) { l.log.Debug(line(format, v)) }
func (l *serverLog) Warnf(format string, v ...any)   { l.log.Warn(line(format, v)) }
func (l *serverLog) Fatalf(format string, v ...any)  { l.log.Error(line(format, v)) }
func (l *serverLog) Errorf(format string, v ...any)  { l.log.Error(line(format, v)) }
func (l *serverLog) Debugf(string, ...any)           {}
func (l *serverLog) Tracef(string, ...any)           {}

func line(format string, v []any) string {
	return "ledger's server: " + strings.TrimSpace(fmt.Sprintf(format, v...))
}
