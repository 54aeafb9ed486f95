// Package compose turns a product's row into copy. A Brief says what to write and by which rules; the Composer plans the
// page from the row's facts, has a language model write it into a frame, judges what came (package check), has failing
// fields written again, and delivers a Draft with whatever findings are left.
//
// # The page
//
// One generation per page: fixed text with slots. The number of sentences and bullets follows from the number of facts;
// each slot stands behind a cue that names the facts it is to carry. In English the cues alone tell them: the message with
// the row names the product, its category and brand, and the title is written behind what the cues have told. What code can
// write without a model (figures, sizes, whatever is short) it prints.
//
// # The rules
//
// While the model writes, numbers that the row doesn't have, words that claim what it doesn't say, banned words and letters
// of another script can't be chosen; lengths hold in the channel's unit. Afterwards the same rules are checked again, by
// code that explains itself: of each slot when it ends, so that the engine writes it anew at once where it fails, and of
// the page. What is wrong with a slot to the end is told to the model, once. No hidden score: candidates are ranked by
// findings, then by the facts they carry.
//
// # The dial
//
// Between careful and lively (Ruleset.Careful) lie the temperature, the number of words that the row doesn't have which a
// sentence may bring before it is written again, and in Chinese the weight of context-aware decoding, which takes out what
// the model would say about any such product. English does without: the cue before a sentence names its facts already, and
// the contrast, which reads the cue too, has little left to tell. Of the sample catalogue with the standard model, careful
// 0.5, two seeds, with the rules on in all columns, as this was decided (no option asks for the contrast in all slots any
// more; package quality has an arm that asks for it in English descriptions):
//
//	                                  contrast in all slots   no contrast   no contrast, own words bounded
//	claims, numbers untraced          0, 0                    0, 0          0, 0
//	English: words of its own         126, 124 in 44 drafts   168           131, 118
//	  a reader finds a hard claim     13 of 88 drafts         -             15 of 88
//	Chinese: characters of its own    43, 37 in 28 drafts     64            46, 74
//	  a reader finds a hard claim     3 of 56 drafts          -             6 of 56
//	tokens computed for 72 rows       39,300                  28,500        31,600
//
// With the light model 32 English rows came at 65 a minute without contrast and 48 with it (two pairs on one machine).
//
// In Chinese it is asked in the description's sentences alone (30 and 35 characters, a hard claim in 2 of 56 drafts), at
// 12 % of all tokens instead of 28 %. Asked only of tokens that begin a word of the claim lexicon or have a figure, it
// keeps nothing of its gain (52 characters in 14 drafts; with it everywhere 31, without it 38), because the rules forbid
// those words anyway. Against a prompt whose cues name no facts, it reads no better and takes a quarter more tokens.
//
// Start with New and Composer.Compose.
package compose
