// Package present holds what the window's pages do, without the window: each presenter turns the studio's data into a
// State of plain values that a page draws, and the user's wishes into calls of the studio. It imports no toolkit, so
// every decision a page makes is tested as ordinary Go.
//
// Threads: a presenter's methods are called on the window's thread, and its OnChange is called there. Work that may
// take longer than a frame runs in a goroutine of the Stage and comes back through its Dispatch, once. Text that is
// being written comes back through a Latest, at most twenty times a second, however fast the model writes.
//
// Words: presenters make whole sentences, in the window's language, with a Say. Errors become a Problem in one place,
// problem.go; a cancelled action is no problem and shows nothing.
package present
