package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
)

const maxKey = 1024

// Collection is a named map from keys to values of type T. It is only a name and a type: any number of goroutines may
// share one, and it works with every DB.
type Collection[T any] struct{ name []byte }

// CollectionOf names a collection. It comes into being with its first Put.
func CollectionOf[T any](name string) Collection[T] { return Collection[T]{name: []byte(name)} }

// Put stores v under key, in place of what was there.
func (c Collection[T]) Put(tx *Tx, key string, v T) error {
	if key == "" || len(key) > maxKey {
		return c.fail("put", key, ErrKey)
	}
	data, err := json.Marshal(v)
	if err != nil {
		return c.fail("put", key, err)
	}
	bucket, err := tx.bolt.CreateBucketIfNotExists(c.name)
	if err == nil {
		err = bucket.Put([]byte(key), data)
	}
	if err != nil {
		return c.fail("put", key, err)
	}
	return nil
}

// Get returns the value under key, or an error that wraps ErrNotFound.
func (c Collection[T]) Get(tx *Tx, key string) (T, error) {
	var v T
	bucket := tx.bolt.Bucket(c.name)
	if bucket == nil {
		return v, c.fail("get", key, ErrNotFound)
	}
	data := bucket.Get([]byte(key))
	if data == nil {
		return v, c.fail("get", key, ErrNotFound)
	}
	return c.decode(key, data)
}

// GetOr is Get with a value for a key that isn't there.
func (c Collection[T]) GetOr(tx *Tx, key string, otherwise T) (T, error) {
	v, err := c.Get(tx, key)
	if errors.Is(err, ErrNotFound) {
		return otherwise, nil
	}
	return v, err
}

// Delete removes what is under key, if anything is.
func (c Collection[T]) Delete(tx *Tx, key string) error {
	bucket := tx.bolt.Bucket(c.name)
	if bucket == nil {
		return nil
	}
	if err := bucket.Delete([]byte(key)); err != nil {
		return c.fail("delete", key, err)
	}
	return nil
}

// DeleteAll removes every value whose key starts with prefix.
func (c Collection[T]) DeleteAll(tx *Tx, prefix string) error {
	bucket := tx.bolt.Bucket(c.name)
	if bucket == nil {
		return nil
	}
	cursor, p := bucket.Cursor(), []byte(prefix)
	for key, _ := cursor.Seek(p); key != nil && bytes.HasPrefix(key, p); key, _ = cursor.Seek(p) {
		if err := cursor.Delete(); err != nil {
			return c.fail("delete", string(key), err)
		}
	}
	return nil
}

// Entry is a key with its value.
type Entry[T any] struct {
	Key   string
	Value T
}

// All yields the entries whose key starts with prefix, in key order. An error is the last thing it yields. The collection
// must not be changed while it runs.
func (c Collection[T]) All(tx *Tx, prefix string) iter.Seq2[Entry[T], error] {
	return func(yield func(Entry[T], error) bool) {
		bucket := tx.bolt.Bucket(c.name)
		if bucket == nil {
			return
		}
		cursor, p := bucket.Cursor(), []byte(prefix)
		for key, data := cursor.Seek(p); key != nil && bytes.HasPrefix(key, p); key, data = cursor.Next() {
			v, err := c.decode(string(key), data)
			if !yield(Entry[T]{Key: string(key), Value: v}, err) || err != nil {
				return
			}
		}
	}
}

func (c Collection[T]) decode(key string, data []byte) (T, error) {
	var v T
	if err := json.Unmarshal(data, &v); err != nil {
		return v, c.fail("get", key, fmt.Errorf("%w: %w", ErrDamaged, err))
	}
	return v, nil
}

func (c Collection[T]) fail(what, key string, err error) error {
	return fmt.Errorf("%s %s %q: %w", what, c.name, key, err)
}
