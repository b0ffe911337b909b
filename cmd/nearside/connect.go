package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/nearside-ems/nearside/api/guard"
)

// tokenVariable holds the token of commands that ask a service, where no file does. There is no flag
// for it: other users of a machine see command lines.
const tokenVariable = "NEARSIDE_TOKEN"

// clientFlags are how a command reaches a service and says who asks.
type clientFlags struct {
	Server    string `default:"127.0.0.1:7420" help:"Address of the service, gRPC (${default})." placeholder:"ADDR"`
	TLS       bool   `name:"tls" help:"Use TLS, with the authorities that this machine trusts."`
	CA        string `name:"ca" help:"Use TLS, with the authorities of this file (PEM)." placeholder:"FILE"`
	Cert      string `help:"Use TLS, and show this certificate (PEM)." placeholder:"FILE"`
	Key       string `help:"Its key (PEM)." placeholder:"FILE"`
	TokenFile string `help:"File that holds the token to send; left out: the variable NEARSIDE_TOKEN, where it is set." placeholder:"FILE"`
}

// connect prepares a connection to the service; the caller closes it.
func (f *clientFlags) connect() (*grpc.ClientConn, error) {
	secure := f.secure()
	transport := insecure.NewCredentials()
	if secure {
		c, err := guard.ClientFiles{CA: f.CA, Cert: f.Cert, Key: f.Key}.TLS()
		if err != nil {
			return nil, err
		}
		transport = credentials.NewTLS(c)
	}
	options := []grpc.DialOption{grpc.WithTransportCredentials(transport)}
	token, err := f.token()
	if err != nil {
		return nil, err
	}
	if token != "" {
		if !secure && !onLoopback(f.Server) {
			return nil, fmt.Errorf("--server %s: a token is not sent to another machine in the clear; use --tls, or --ca FILE", f.Server)
		}
		options = append(options, grpc.WithPerRPCCredentials(bearer{token, secure}))
	}
	conn, err := grpc.NewClient(f.Server, options...)
	if err != nil {
		return nil, fmt.Errorf("--server %s: %w", f.Server, err)
	}
	return conn, nil
}

func (f *clientFlags) secure() bool { return f.TLS || f.CA != "" || f.Cert != "" || f.Key != "" }

// hint is what else may be the matter with a service that does not answer.
func (f *clientFlags) hint() string {
	if f.secure() {
		return ""
	}
	return "; where it uses TLS, give --tls or --ca FILE"
}

// token returns what --token-file or the environment holds; empty where neither does.
func (f *clientFlags) token() (string, error) {
	text, where := os.Getenv(tokenVariable), tokenVariable
	if f.TokenFile != "" {
		content, err := os.ReadFile(f.TokenFile)
		if err != nil {
			return "", fmt.Errorf("--token-file: %w", err)
		}
		text, where = string(content), "--token-file "+f.TokenFile
	}
	text = strings.TrimSpace(text)
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", fmt.Errorf("%s: want one token and nothing else", where)
	}
	if f.TokenFile != "" && text == "" {
		return "", errors.New(where + ": it is empty")
	}
	return text, nil
}

// bearer sends a token with each call.
type bearer struct {
	token  string
	secure bool
}

// GetRequestMetadata is what goes along with a call.
func (b bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + b.token}, nil
}

// RequireTransportSecurity keeps the token off connections in the clear, but to this machine.
func (b bearer) RequireTransportSecurity() bool { return b.secure }
