// Package compose turns a product's row into copy. A Brief says what to write and by which rules; the Composer plans the
// page from the row's facts, has a language model write it into a frame, judges what came (package check), has failing
// fields written again, and delivers a Draft with whatever findings are left.
//
// # The page
//
// One generation per page: fixed text with slots. The number of sentences and bullets follows from the number of facts;
// each slot stands behind a cue that names the facts it is to carry. What code can write without a model (figures, sizes,
// features as the supplier worded them) it prints.
//
// # The rules
//
// While the model writes, numbers that the row doesn't have, words that claim what it doesn't say, banned words and letters
// of another script can't be chosen; lengths hold in the channel's unit. What the model would say about any such product
// is taken out by context-aware decoding, as far as the ruleset's dial asks for. Afterwards the same rules are checked
// again, by code that explains itself: of each slot when it ends, so that the engine writes it anew at once where it fails,
// and of the page. What is wrong with a slot to the end is told to the model, once. No hidden score: candidates are ranked
// by findings, then by the facts they carry.
//
// Start with New and Composer.Compose.
package compose
