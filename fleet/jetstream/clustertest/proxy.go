//go:build unix

package clustertest

import (
	"errors"
	"io"
	"net"
	"sync"
)

// proxy passes connections on to an address, until it is cut.
type proxy struct {
	listener net.Listener
	to       string

	mu     sync.Mutex
	cut    bool
	closed bool
	open   map[net.Conn]bool
	ended  sync.WaitGroup
}

func newProxy(to string) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listener: l, to: to, open: map[net.Conn]bool{}}
	p.ended.Go(p.accept)
	return p, nil
}

func (p *proxy) addr() string { return p.listener.Addr().String() }

func (p *proxy) accept() {
	for {
		from, err := p.listener.Accept()
		if err != nil {
			return
		}
		if !p.add(from) {
			continue
		}
		to, err := net.Dial("tcp", p.to)
		if err != nil || !p.add(to) {
			p.drop(from)
			continue
		}
		p.ended.Go(func() { p.pass(from, to) })
		p.ended.Go(func() { p.pass(to, from) })
	}
}

// pass copies one way until either end is closed.
func (p *proxy) pass(from, to net.Conn) {
	_, _ = io.Copy(to, from)
	p.drop(from)
	p.drop(to)
}

// add takes a connection, or closes it where there must be none.
func (p *proxy) add(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cut || p.closed {
		_ = c.Close()
		return false
	}
	p.open[c] = true
	return true
}

func (p *proxy) drop(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open[c] {
		delete(p.open, c)
		_ = c.Close()
	}
}

// setCut breaks all connections and lets none through, or does again.
func (p *proxy) setCut(cut bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = cut
	if cut {
		p.breakAll()
	}
}

func (p *proxy) breakAll() {
	for c := range p.open {
		_ = c.Close()
	}
	clear(p.open)
}

func (p *proxy) close() error {
	p.mu.Lock()
	p.closed = true
	p.breakAll()
	p.mu.Unlock()
	err := p.listener.Close()
	p.ended.Wait()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	return err
}
