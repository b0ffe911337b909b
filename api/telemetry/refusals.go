package telemetry

import (
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"
)

// maxRefusals bounds how many kinds of refusals are told apart. Reasons and fields are the server's words,
// of which there are fewer; the bound holds where one of them should ever come from a request.
const maxRefusals = 500

// refusal is why a call was refused, in words of the contract.
type refusal struct {
	code, reason, field string
}

// refusals counts them.
type refusals struct {
	total *prometheus.CounterVec
	mu    sync.Mutex
	kinds map[refusal]prometheus.Counter
}

func (r *refusals) init() {
	r.kinds = map[refusal]prometheus.Counter{}
	r.total = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "nearside_refusals_total",
		Help: "Calls that were refused or failed, by code, the reason in its details and the field that is at fault."}, []string{"code", "reason", "field"})
}

// count counts a refusal and returns its words.
func (r *refusals) count(st *status.Status) refusal {
	why := whyOf(st)
	r.mu.Lock()
	defer r.mu.Unlock()
	c, ok := r.kinds[why]
	if !ok && len(r.kinds) >= maxRefusals {
		why.reason, why.field = "OTHER", ""
		c, ok = r.kinds[why]
	}
	if !ok {
		c = r.total.WithLabelValues(why.code, why.reason, why.field)
		r.kinds[why] = c
	}
	c.Inc()
	return why
}

// whyOf reads the details of a status.
func whyOf(st *status.Status) refusal {
	why := refusal{code: codeName(st.Code())}
	for _, d := range st.Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			why.reason = word(d.GetReason())
		case *errdetails.BadRequest:
			if v := d.GetFieldViolations(); len(v) > 0 {
				why.field = fieldWord(v[0].GetField())
			}
		case *errdetails.ResourceInfo:
			why.field = word(d.GetResourceType())
		}
	}
	return why
}

// fieldWord is a field without what stands in brackets: of shifts[2].start, shifts.start.
func fieldWord(field string) string {
	for {
		from := strings.IndexByte(field, '[')
		to := strings.IndexByte(field, ']')
		if from < 0 || to < from {
			return word(field)
		}
		field = field[:from] + field[to+1:]
	}
}

// wordRunes are what words of the contract are made of.
const wordRunes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_. "

// word is a text if it can be one of the contract, and "other" if not.
func word(text string) string {
	if len(text) > 60 {
		return "other"
	}
	for i := range len(text) {
		if !strings.ContainsRune(wordRunes, rune(text[i])) {
			return "other"
		}
	}
	return text
}
