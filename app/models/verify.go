package models

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Progress is told the bytes done and their total.
type Progress func(done, total int64)

// memory is the file of the folder that remembers which files were found right.
const memory = "verified.json"

// Verify says whether m's files are what was published: nil, or an error that wraps ErrMissing or ErrWrong. A file that was
// found right before and hasn't changed since isn't hashed again, unless again is set.
func (f Folder) Verify(ctx context.Context, m Model, again bool, progress Progress) error {
	if _, err := f.there(m); err != nil {
		return err
	}
	var done int64
	for _, file := range m.files() {
		if err := f.verify(ctx, m, file, again, done, progress); err != nil {
			return err
		}
		done += file.Bytes
	}
	return nil
}

// verify looks at one file of m; done bytes came before it.
func (f Folder) verify(ctx context.Context, m Model, file File, again bool, done int64, progress Progress) error {
	if !again && f.unchanged(file, f.remembered()) {
		return nil
	}
	path := f.path(file)
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("verify %q: %w", path, err)
	}
	sum, err := hashFile(ctx, path, done, m.Bytes, progress)
	if err != nil {
		return fmt.Errorf("verify %q: %w", path, err)
	}
	if sum != file.SHA256 {
		f.remember(file.Name, "")
		return fmt.Errorf("model %q: %w: the SHA-256 of %q is %s, not %s; get it again with `shelftalk-cli models get %s`",
			m.Name, ErrWrong, path, sum, file.SHA256, m.Name)
	}
	f.remember(file.Name, stamp(info, sum))
	return nil
}

// unchanged says whether a file is the one that was found right.
func (f Folder) unchanged(file File, seen map[string]string) bool {
	info, err := os.Stat(f.path(file))
	return err == nil && seen[file.Name] == stamp(info, file.SHA256)
}

func stamp(info fs.FileInfo, sum string) string {
	return fmt.Sprintf("%s %d %d", sum, info.Size(), info.ModTime().UnixNano())
}

// remembered returns the stamps of verified files; what can't be read is forgotten, and verified again.
func (f Folder) remembered() map[string]string {
	out := map[string]string{}
	if data, err := os.ReadFile(filepath.Join(string(f), memory)); err == nil && json.Unmarshal(data, &out) != nil {
		return map[string]string{}
	}
	return out
}

// remember stores a file's stamp. A folder that can't be written to is verified anew each time.
func (f Folder) remember(file, stamp string) {
	all := f.remembered()
	all[file] = stamp
	data, err := json.MarshalIndent(all, "", "\t")
	if err != nil {
		return
	}
	temp := filepath.Join(string(f), memory+".part")
	if os.WriteFile(temp, data, 0o644) == nil {
		_ = os.Rename(temp, filepath.Join(string(f), memory))
	}
}

func hashFile(ctx context.Context, path string, done, total int64, progress Progress) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	h := sha256.New()
	if err := copyContext(ctx, h, file, done, total, progress); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// copyContext is io.Copy that ends with ctx and tells its progress, which starts at done.
func copyContext(ctx context.Context, to io.Writer, from io.Reader, done, total int64, progress Progress) error {
	buffer := make([]byte, 1<<20)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := from.Read(buffer)
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return err
			}
			done += int64(n)
			if progress != nil {
				progress(done, total)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
