package main

import (
	"context"
	"crypto/md5" //nolint:gosec // publishers of extracts give MD5: it guards against broken transfers, not against forgery
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// errChecksum means that a download is not what its publisher or the user said.
var errChecksum = errors.New("the checksum does not match")

// download fetches a file over HTTP so that a broken transfer goes on where it stopped, in the same
// run or in the next. It keeps <name>.part until the file is whole and checked.
type download struct {
	client   *http.Client
	url      *url.URL
	dir      string // where to keep the file
	sha256   string // expected, hexadecimal; empty: the publisher's .md5 file, where there is one
	tries    int    // in all
	pause    time.Duration
	progress func(done, total int64)
}

// parseSource checks a URL to download from.
func parseSource(from string) (*url.URL, error) {
	u, err := url.Parse(from)
	if err != nil {
		return nil, fmt.Errorf("--from %s: %w", from, err)
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil, fmt.Errorf("--from %s: want a URL that starts with https://", from)
	}
	if name := path.Base(u.Path); name == "." || name == "/" {
		return nil, fmt.Errorf("--from %s: want the URL of a file, such as …/greater-london-latest.osm.pbf", from)
	}
	return u, nil
}

func (d *download) target() string { return filepath.Join(d.dir, path.Base(d.url.Path)) }

// fetch returns the path of the whole file and how it was checked.
func (d *download) fetch(ctx context.Context) (file, checked string, err error) {
	part := d.target() + ".part"
	if _, err := os.Stat(d.target()); err == nil { // whole, from a run that was stopped before the import
		if err := os.Rename(d.target(), part); err != nil {
			return "", "", err
		}
		return d.finish(ctx, part)
	}
	for try := 1; ; try++ {
		if err = d.transfer(ctx, part); err == nil {
			break
		}
		if ctx.Err() != nil {
			err = fmt.Errorf("%w: %w", ctx.Err(), err)
		}
		var refused *refusedError
		if errors.As(err, &refused) {
			return "", "", errors.Join(fmt.Errorf("download %s: %w", d.url, err), d.discardEmpty(part))
		}
		if try >= d.tries || ctx.Err() != nil {
			return "", "", errors.Join(fmt.Errorf("download %s: %w; run the same command again to go on where it stopped", d.url, err), d.discardEmpty(part))
		}
		select {
		case <-ctx.Done():
		case <-time.After(d.pause):
		}
	}
	return d.finish(ctx, part)
}

// finish checks a whole part and gives it its name; one that does not fit is removed.
func (d *download) finish(ctx context.Context, part string) (file, checked string, err error) {
	if checked, err = d.check(ctx, part); err != nil {
		return "", "", errors.Join(fmt.Errorf("download %s: %w; it was removed, run the command again", d.url, err), d.discard(part))
	}
	if err := os.Rename(part, d.target()); err != nil {
		return "", "", err
	}
	return d.target(), checked, os.RemoveAll(part + ".version")
}

func (d *download) discard(part string) error {
	return errors.Join(os.RemoveAll(part), os.RemoveAll(part+".version"))
}

// discardEmpty removes a part of which nothing has come.
func (d *download) discardEmpty(part string) error {
	info, err := os.Stat(part)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Size() > 0:
		return nil
	}
	return d.discard(part)
}

// refusedError is an answer of the server that another try will not change.
type refusedError struct{ status string }

func (e *refusedError) Error() string { return "the server answers " + e.status }

// transfer fetches what is missing of the file.
func (d *download) transfer(ctx context.Context, part string) (err error) {
	f, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	have, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	version, _ := os.ReadFile(part + ".version") // of the file that the part belongs to; none: start again
	resp, err := d.get(ctx, have, string(version))
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	switch resp.StatusCode {
	case http.StatusPartialContent:
	case http.StatusOK:
		if have, err = 0, f.Truncate(0); err != nil {
			return err
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if err := os.WriteFile(part+".version", []byte(versionOf(resp)), 0o644); err != nil {
			return err
		}
	case http.StatusRequestedRangeNotSatisfiable:
		// The part is as long as the file or longer: the checksum decides, or it starts again.
		if resp.Header.Get("Content-Range") == fmt.Sprintf("bytes */%d", have) {
			return nil
		}
		return errors.Join(errors.New("the part kept from an earlier try does not fit the file"), f.Truncate(0))
	default:
		if resp.StatusCode >= http.StatusInternalServerError || resp.StatusCode == http.StatusTooManyRequests {
			return fmt.Errorf("the server answers %s", resp.Status) // it may recover
		}
		return &refusedError{resp.Status}
	}
	return d.copy(f, resp, have)
}

// get asks for the file from byte have on, provided it is still the version that the part belongs to.
func (d *download) get(ctx context.Context, have int64, version string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url.String(), nil)
	if err != nil {
		return nil, err
	}
	if have > 0 && version != "" {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
		req.Header.Set("If-Range", version)
	}
	return d.client.Do(req)
}

// versionOf returns what tells one version of a file from another: a strong entity tag, else the date.
func versionOf(resp *http.Response) string {
	if tag := resp.Header.Get("ETag"); tag != "" && !strings.HasPrefix(tag, "W/") {
		return tag
	}
	return resp.Header.Get("Last-Modified")
}

func (d *download) copy(f io.Writer, resp *http.Response, have int64) error {
	total := max(have+resp.ContentLength, 0)
	if resp.ContentLength < 0 {
		total = 0
	}
	n, err := io.Copy(f, &countingReader{resp.Body, func(n int64) { d.progress(have+n, total) }, 0})
	if err == nil && resp.ContentLength >= 0 && n != resp.ContentLength {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("broken off after %d of %d bytes: %w", have+n, total, err)
	}
	return nil
}

// countingReader tells how much was read.
type countingReader struct {
	r    io.Reader
	tell func(int64)
	n    int64
}

func (c *countingReader) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	c.tell(c.n)
	return n, err
}

// check compares the file with the expected SHA-256, or with the MD5 that the publisher keeps beside it.
func (d *download) check(ctx context.Context, file string) (how string, err error) {
	h, want, how := sha256.New(), strings.ToLower(d.sha256), "SHA-256 as given"
	if want == "" {
		if want, err = d.publishedMD5(ctx); err != nil {
			return "", err
		}
		if want == "" {
			return "no checksum given or published", nil
		}
		h, how = md5.New(), "MD5 as published" //nolint:gosec // see the import
	}
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		return "", fmt.Errorf("%w: %s is %s, want %s", errChecksum, strings.Fields(how)[0], got, want)
	}
	return how, nil
}

// publishedMD5 returns the content of <url>.md5, "" where the server has none.
func (d *download) publishedMD5(ctx context.Context) (string, error) {
	u := *d.url
	u.Path += ".md5"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return "", err
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return "", fmt.Errorf("fetch the checksum: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
	if err != nil || resp.StatusCode != http.StatusOK {
		return "", err
	}
	sum, _, _ := strings.Cut(strings.TrimSpace(string(b)), " ")
	if raw, err := hex.DecodeString(sum); err != nil || len(raw) != md5.Size {
		return "", nil // a page that is no checksum
	}
	return strings.ToLower(sum), nil
}
