package models

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

// programs fetches with programs of their own: nothing in this process opens a connection.
type programs struct{}

// archive has Python's package installer download an archive, and only that: nothing is installed, built or run.
func (programs) archive(ctx context.Context, dir, name, version string, grown func(int64)) (string, error) {
	python, err := findPython()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, python, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
		"--no-cache-dir", "--disable-pip-version-check", "--no-input", "--dest", dir, name+"=="+version)
	cmd.Env = append(os.Environ(), "TMPDIR="+dir, "TEMP="+dir, "TMP="+dir, "PYTHONUTF8=1")
	if err := watch(cmd, dir, grown); err != nil {
		if strings.Contains(err.Error(), "No module named pip") {
			return "", fmt.Errorf("pip isn't installed (Debian: apt install python3-pip): %w", err)
		}
		return "", err
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		return "", fmt.Errorf("%d archives came instead of one", len(found))
	}
	return found[0], nil
}

// file has curl download an address.
func (programs) file(ctx context.Context, address, path string, grown func(int64)) error {
	curl, err := exec.LookPath("curl")
	if err != nil {
		return errors.New("the publisher's own address needs curl, which isn't installed")
	}
	return watch(exec.CommandContext(ctx, curl, "--silent", "--show-error", "--fail", "--location", "--retry", "2",
		"--connect-timeout", "15", "--continue-at", "-", "--output", path, address), path, grown)
}

func findPython() (string, error) {
	names := []string{"python3", "python"}
	if runtime.GOOS == "windows" {
		names = []string{"py", "python", "python3"}
	}
	for _, name := range names {
		if found, err := exec.LookPath(name); err == nil {
			return found, nil
		}
	}
	return "", errors.New("python3 isn't installed (Debian: apt install python3-pip)")
}

// watch runs a program and tells how large what it writes at path has grown. Its error carries the program's last words.
func watch(cmd *exec.Cmd, path string, grown func(int64)) error {
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.WaitDelay = 2 * time.Second
	quit := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		ticker := time.NewTicker(200 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-quit:
				return
			case <-ticker.C:
				grown(sizeOf(path))
			}
		}
	})
	err := cmd.Run()
	close(quit)
	wait.Wait()
	if err == nil {
		return nil
	}
	words := strings.TrimSpace(said.String())
	if lines := strings.Split(words, "\n"); len(lines) > 3 {
		words = strings.Join(lines[len(lines)-3:], " ")
	}
	return fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, words)
}
