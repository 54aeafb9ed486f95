// Package store keeps documents in one file that survives crashes.
//
// A DB holds collections; a Collection maps string keys to values of one type, stored as JSON and iterated in key order.
// Everything happens inside a transaction: View reads one consistent state, Update changes any number of collections at
// once or none of them. A program that is killed finds the last committed state again.
//
//	var notes = store.CollectionOf[Note]("notes")
//
//	db, err := store.Open(path)
//	defer db.Close()
//	err = db.Update(func(tx *store.Tx) error { return notes.Put(tx, "n1", note) })
//
// One process owns the file at a time; a second one gets ErrInUse. Open brings an older file up to date by the
// migrations it is given, and copies the file aside before it does. The file never shrinks; Backup writes a compact copy.
package store
