package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// binary is a compiled benchmarks package at one commit.
type binary struct {
	file   string
	folder string // where it runs
	commit string
}

// build compiles the benchmarks in folder as they stand, without vetting, which lint does, and without what
// only debuggers read.
func build(folder, file string) (*binary, error) {
	cmd := exec.Command("go", "test", "-c", "-vet=off", "-ldflags=-s -w", "-o", file, ".")
	cmd.Dir = folder
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the benchmarks in %s: %w\n%s", folder, err, out)
	}
	return &binary{file: file, folder: folder}, nil
}

// buildBase compiles the benchmarks of the commit that this one grew from, in a checkout below work.
// It returns nil, and says so, where that commit has no benchmarks.
func buildBase(folder, work string) (*binary, error) {
	commit, err := baseCommit(folder)
	if err != nil {
		return nil, err
	}
	tree := filepath.Join(work, "base")
	if err := checkout(commit, tree); err != nil {
		return nil, err
	}
	old := filepath.Join(tree, "benchmarks")
	if tests, _ := filepath.Glob(filepath.Join(old, "*_test.go")); len(tests) == 0 {
		fmt.Printf("commit %.12s has no benchmarks: nothing to compare with\n", commit)
		return nil, nil
	}
	b, err := build(old, filepath.Join(work, "base.test"))
	if err != nil {
		return nil, err
	}
	b.commit = commit
	return b, nil
}

// baseCommit reads the commit that this one grew from out of the file BASE; without that file it is
// the parent.
func baseCommit(folder string) (string, error) {
	rev := "HEAD~1"
	switch text, err := os.ReadFile(filepath.Join(folder, "BASE")); {
	case err == nil:
		rev = strings.TrimSpace(string(text))
	case !errors.Is(err, os.ErrNotExist):
		return "", err
	}
	commit, err := git("rev-parse", "--verify", rev+"^{commit}")
	if err != nil {
		return "", fmt.Errorf("commit %q, which benchmarks/BASE names or which is the parent: %w", rev, err)
	}
	return commit, nil
}

// checkout lays the files of a commit below tree, without touching this checkout.
func checkout(commit, tree string) error {
	if err := os.MkdirAll(tree, 0o755); err != nil {
		return err
	}
	archive := exec.Command("git", "archive", "--format=tar", commit)
	extract := exec.Command("tar", "-x", "-C", tree)
	var complaint bytes.Buffer
	archive.Stderr, extract.Stderr = &complaint, &complaint
	pipe, err := archive.StdoutPipe()
	if err != nil {
		return err
	}
	extract.Stdin = pipe
	if err := errors.Join(archive.Start(), extract.Run(), archive.Wait()); err != nil {
		return fmt.Errorf("check out %.12s: %w\n%s", commit, err, complaint.String())
	}
	return nil
}

func git(args ...string) (string, error) {
	out, err := exec.Command("git", args...).Output()
	return strings.TrimSpace(string(out)), err
}
