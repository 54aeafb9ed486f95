// Package batch writes copy for many products in one go, and never loses a row.
//
// A Job is a list of rows, one product each. The Ledger keeps them in the store: a row is pending, then running while it
// is being written, then done, failed or skipped. A finished row and its draft are committed in one transaction, before
// anybody hears of it; so a program that is killed at any moment finds every finished draft again, and the rows that were
// being written are pending once more when the ledger is next opened. At every moment
//
//	total = done + failed + skipped + pending
//
// The Runner works jobs off, one after the other: it claims rows as the composer asks for them, keeps what comes back,
// in whatever order, and goes on when a row fails. Towards a job's end it claims long rows first, so that none is left to
// be written alone. Each row carries its own copy of the product, so a catalogue that changes meanwhile can't give one
// product's copy to another.
package batch
