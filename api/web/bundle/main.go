// Command bundle builds the planner's map: it fetches the packages named in package-lock.json where
// they are not there yet, type-checks nothing, and writes the page, its scripts and their gzip twins
// to api/web/dist. With -tests it bundles the tests for Node instead.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

func main() {
	tests := flag.Bool("tests", false, "bundle the tests to node_modules/.tests instead")
	flag.Parse()
	if err := run(*tests); err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

func run(tests bool) error {
	root, err := webRoot()
	if err != nil {
		return err
	}
	if err := packages(root); err != nil {
		return err
	}
	if tests {
		return bundleTests(root)
	}
	return bundleMap(root)
}

// webRoot finds api/web, from there or from the project's folder.
func webRoot() (string, error) {
	for _, dir := range []string{".", filepath.Join("api", "web")} {
		if _, err := os.Stat(filepath.Join(dir, "src", "main.ts")); err == nil {
			return filepath.Abs(dir)
		}
	}
	return "", errors.New("run it in the project's folder or in api/web")
}

// packages installs what package-lock.json names, unless that was done since the lock changed.
func packages(root string) error {
	lock, err := os.Stat(filepath.Join(root, "package-lock.json"))
	if err != nil {
		return err
	}
	done, err := os.Stat(filepath.Join(root, "node_modules", ".package-lock.json"))
	if err == nil && !done.ModTime().Before(lock.ModTime()) {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	npm := exec.Command("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
	npm.Dir, npm.Stdout, npm.Stderr = root, os.Stdout, os.Stderr
	if err := npm.Run(); err != nil {
		return fmt.Errorf("npm ci: %w", err)
	}
	return nil
}
