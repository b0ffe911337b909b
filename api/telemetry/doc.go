// Package telemetry counts and times what a server does, for Prometheus; follows decisions from call to
// arrival as OpenTelemetry traces; and logs calls that failed or were slow.
//
// What is kept has few labels: methods that exist, codes, reasons that the server gives, fields of the
// contract. Neither places nor secrets are kept, and of incidents only their opaque identifiers, in traces.
package telemetry
