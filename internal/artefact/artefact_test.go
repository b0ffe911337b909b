package artefact

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"
)

var kind = Kind{Magic: [8]byte([]byte("TESTKIND")), Version: 3}

func encode(t interface{ Fatal(...any) }, inputs [32]byte, body []byte) []byte {
	var b bytes.Buffer
	err := Encode(&b, kind, inputs, func(w io.Writer) error {
		_, err := w.Write(body)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDecodeReturnsWhatWasEncoded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.SliceOf(rapid.Byte()).Draw(t, "body")
		inputs := [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "inputs"))
		file := encode(t, inputs, body)
		gotInputs, gotBody, err := Decode(file, kind)
		if err != nil || gotInputs != inputs || !bytes.Equal(gotBody, body) {
			t.Fatalf("%v %v %v", gotInputs, gotBody, err)
		}
		at := rapid.IntRange(0, len(file)-1).Draw(t, "at")
		file[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, _, err := Decode(file, kind); !errors.Is(err, ErrUnusable) {
			t.Fatalf("byte %d changed: %v", at, err)
		}
	})
}

func TestDecodeSaysWhy(t *testing.T) {
	file := encode(t, [32]byte{}, []byte("body"))
	older := kind
	older.Version = 2
	for _, c := range []struct {
		name string
		file []byte
		kind Kind
		want error
	}{
		{"empty", nil, kind, ErrForeign},
		{"another kind", []byte("%PDF-1.7 and more than eighty bytes ............................................"), kind, ErrForeign},
		{"another version", file, older, ErrVersion},
		{"header only", file[:48], kind, ErrCorrupt},
		{"cut short", file[:len(file)-1], kind, ErrCorrupt},
	} {
		if _, _, err := Decode(c.file, c.kind); !errors.Is(err, c.want) || !errors.Is(err, ErrUnusable) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

// TestWriteIsWholeOrNothing: when the body fails the file before stays, and nothing else.
func TestWriteIsWholeOrNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	put := func(text string, fail error) error {
		return Write(path, kind, [32]byte{1}, func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return errors.Join(err, fail)
		})
	}
	if err := put("first", nil); err != nil {
		t.Fatal(err)
	}
	if err := put("second", io.ErrShortWrite); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("failing body: %v", err)
	}
	if inputs, body, err := Read(path, kind); err != nil || string(body) != "first" || inputs != [32]byte{1} {
		t.Errorf("read %q, %v", body, err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left %v, %v", entries, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encode(f, [32]byte{1, 2}, []byte("body")))
	f.Add([]byte("TESTKIND"))
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, file []byte) {
		inputs, body, err := Decode(file, kind)
		if err == nil && !bytes.Equal(encode(t, inputs, body)[16:], file[16:]) {
			t.Error("taken, but not as it would be written")
		}
		got, scanned, again := scanAll(file)
		if (err == nil) != (again == nil) || err == nil && (got != inputs || !bytes.Equal(scanned, body)) {
			t.Errorf("Decode: %v, but Scan: %v", err, again)
		}
	})
}

// scanAll reads a file as Scan does.
func scanAll(file []byte) (inputs [32]byte, body []byte, err error) {
	err = scan(bytes.NewReader(file), int64(len(file)), kind, func(in [32]byte, size int64, r io.Reader) error {
		var err error
		inputs = in
		if body, err = io.ReadAll(r); err == nil && int64(len(body)) != size {
			err = fmt.Errorf("%d bytes of %d", len(body), size)
		}
		return err
	})
	return inputs, body, err
}

func TestScanReadsAndRefusesAsDecodeDoes(t *testing.T) {
	whole := encode(t, [32]byte{7}, []byte("a body of some bytes"))
	for end := range whole {
		if _, _, err := scanAll(whole[:end]); !errors.Is(err, ErrUnusable) {
			t.Errorf("cut to %d bytes: %v", end, err)
		}
		b := bytes.Clone(whole)
		b[end] ^= 1
		_, _, want := Decode(b, kind)
		if _, _, err := scanAll(b); (err == nil) != (want == nil) || err != nil && err.Error() != want.Error() {
			t.Errorf("byte %d changed: %v, want %v", end, err, want)
		}
	}
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	stop := errors.New("seen enough")
	if err := Scan(path, kind, func([32]byte, int64, io.Reader) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the body's error: %v", err)
	}
	if err := Scan(path, kind, func([32]byte, int64, io.Reader) error { return nil }); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a body that is not read: %v", err)
	}
	if err := Scan(path+"-", kind, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}
