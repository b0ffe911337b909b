package guard

import (
	"fmt"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Reason is why a call was refused, as in the ErrorInfo detail of its status; empty where it was let in.
type Reason string

// The reasons. Those up to KeysUnavailable are about who asks, the next about what, the last about how often.
const (
	NoCredentials        Reason = "NO_CREDENTIALS"
	CredentialsMalformed Reason = "CREDENTIALS_MALFORMED"
	TokenUnknown         Reason = "TOKEN_UNKNOWN"
	TokenExpired         Reason = "TOKEN_EXPIRED"
	TokenNotYetValid     Reason = "TOKEN_NOT_YET_VALID"
	TokenAudience        Reason = "TOKEN_WRONG_AUDIENCE"
	TokenIssuer          Reason = "TOKEN_WRONG_ISSUER"
	TokenKey             Reason = "TOKEN_UNKNOWN_KEY"
	TokenSignature       Reason = "TOKEN_BAD_SIGNATURE"
	TokenClaims          Reason = "TOKEN_BAD_CLAIMS"
	CertificateExpired   Reason = "CERTIFICATE_EXPIRED"
	CertificateEarly     Reason = "CERTIFICATE_NOT_YET_VALID"
	CertificateUnknown   Reason = "CERTIFICATE_UNKNOWN_AUTHORITY"
	CertificateRefused   Reason = "CERTIFICATE_REFUSED"
	CertificateRevoked   Reason = "CERTIFICATE_REVOKED"
	// RevocationsUnavailable: the list of revoked certificates has expired.
	RevocationsUnavailable Reason = "REVOCATIONS_UNAVAILABLE"
	KeysUnavailable        Reason = "KEYS_UNAVAILABLE"
	RoleLacking            Reason = "ROLE_NOT_ALLOWED"
	RightsChanged          Reason = "RIGHTS_CHANGED" // while a stream was open
	NotOwnCar              Reason = "NOT_OWN_CAR"
	RateExceeded           Reason = "TOO_MANY_CALLS"
	TooManyAtOnce          Reason = "TOO_MANY_AT_ONCE"
	TooManyStreams         Reason = "TOO_MANY_STREAMS"
)

// domain marks the reasons in ErrorInfo details as Nearside's.
const domain = "nearside"

// Refusal is the error of a call that the guard did not let in. gRPC sends it as its status.
type Refusal struct {
	Reason Reason
	code   codes.Code
	text   string
	retry  time.Duration // how long to wait; 0: to repeat it does not help
}

func refuse(code codes.Code, reason Reason, format string, args ...any) *Refusal {
	return &Refusal{Reason: reason, code: code, text: fmt.Sprintf(format, args...)}
}

// Error says what was wrong and what to do. It holds no secret.
func (r *Refusal) Error() string { return r.text }

// GRPCStatus is the refusal as clients see it, with an ErrorInfo and, where waiting helps, a RetryInfo.
func (r *Refusal) GRPCStatus() *status.Status {
	st := status.New(r.code, r.text)
	details := []protoadapt.MessageV1{&errdetails.ErrorInfo{Reason: string(r.Reason), Domain: domain}}
	if r.retry > 0 {
		details = append(details, &errdetails.RetryInfo{RetryDelay: durationpb.New(r.retry)})
	}
	full, err := st.WithDetails(details...)
	if err != nil {
		return st // only for OK, which no refusal has
	}
	return full
}
