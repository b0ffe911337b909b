package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// bundleMap empties dist and writes the map to it.
func bundleMap(root string) error {
	dist := filepath.Join(root, "dist")
	if err := empty(dist); err != nil {
		return err
	}
	// MapLibre's worker is a script of its own: it is built first, so that the map knows its hashed name.
	worker, err := build(options(root, dist, filepath.Join("node_modules", "maplibre-gl", "dist", "maplibre-gl-worker.mjs"), nil))
	if err != nil {
		return err
	}
	main, err := build(options(root, dist, filepath.Join("src", "main.ts"), map[string]string{
		"WORKER_URL": strconv.Quote("/" + nameOf(worker, ".js")),
	}))
	if err != nil {
		return err
	}
	if err := writePage(root, dist, nameOf(main, ".js"), nameOf(main, ".css")); err != nil {
		return err
	}
	return pack(dist)
}

func options(root, dist, entry string, define map[string]string) api.BuildOptions {
	return api.BuildOptions{
		AbsWorkingDir: root, EntryPoints: []string{entry}, Outdir: dist, Write: true, Define: define,
		Bundle: true, Format: api.FormatESModule, Platform: api.PlatformBrowser, Target: api.ES2022, LegalComments: api.LegalCommentsNone,
		MinifySyntax: true, MinifyWhitespace: true, MinifyIdentifiers: true,
		EntryNames: "[name]-[hash]", AssetNames: "[name]-[hash]", OutExtension: map[string]string{".js": ".js"},
		Loader: map[string]api.Loader{".geojson": api.LoaderFile}, PublicPath: "/",
	}
}

// build runs esbuild and returns the files that it wrote.
func build(o api.BuildOptions) ([]string, error) {
	result := api.Build(o)
	if len(result.Errors) > 0 {
		return nil, errors.New(strings.Join(api.FormatMessages(result.Errors, api.FormatMessagesOptions{}), "\n"))
	}
	names := make([]string, len(result.OutputFiles))
	for i, f := range result.OutputFiles {
		names[i] = filepath.Base(f.Path)
	}
	return names, nil
}

func nameOf(names []string, ext string) string {
	for _, n := range names {
		if filepath.Ext(n) == ext {
			return n
		}
	}
	return ""
}

func writePage(root, dist, script, style string) error {
	page, err := os.ReadFile(filepath.Join(root, "src", "index.html"))
	if err != nil {
		return err
	}
	filled := strings.NewReplacer("SCRIPT", "/"+script, "STYLE", "/"+style).Replace(string(page))
	return os.WriteFile(filepath.Join(dist, "index.html"), []byte(filled), 0o644)
}

// empty removes what an earlier build left; .keep stays, since go:embed needs the directory.
func empty(dist string) error {
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(dist, "[^.]*"))
	if err != nil {
		return err
	}
	for _, name := range old {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	return nil
}

// pack writes a gzip twin of every file.
func pack(dist string) error {
	names, err := filepath.Glob(filepath.Join(dist, "[^.]*"))
	if err != nil {
		return err
	}
	for _, name := range names {
		plain, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		var packed bytes.Buffer
		z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		if err != nil {
			return err
		}
		if _, err := z.Write(plain); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		if err := os.WriteFile(name+".gz", packed.Bytes(), 0o644); err != nil {
			return err
		}
		fmt.Printf("%-40s %8d bytes, %7d packed\n", filepath.Base(name), len(plain), packed.Len())
	}
	return nil
}

// bundleTests turns every test and test tool into a script that Node runs; packages stay outside.
func bundleTests(root string) error {
	var entries []string
	for _, pattern := range []string{"src/*.test.ts", "test/*.ts"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return err
		}
		entries = append(entries, found...)
	}
	out := filepath.Join(root, "node_modules", ".tests")
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	_, err := build(api.BuildOptions{
		AbsWorkingDir: root, EntryPoints: entries, Outdir: out, Write: true, EntryNames: "[name]",
		Bundle: true, Format: api.FormatESModule, Platform: api.PlatformNode, Target: api.ES2022,
		Packages: api.PackagesExternal, OutExtension: map[string]string{".js": ".mjs"}, Sourcemap: api.SourceMapInline,
	})
	return err
}
