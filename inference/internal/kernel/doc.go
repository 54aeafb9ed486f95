// Package kernel multiplies quantised weights by activations, and does the vector work of a transformer around that.
//
// # Matrices
//
// A linear layer's weights are packed once into a Matrix: panels of 16 rows, inside a panel the columns in blocks of 32, inside
// a block groups of [16 rows × 4 columns] bytes, so that one VPDPBUSD updates 16 outputs with four broadcast activation bytes.
// Codes stay as narrow as the file stores them and are unpacked in registers: the same bytes serve a prompt of 512 tokens, a
// batch of 32 and a single stream. See layout.go for the kinds of panels.
//
// # Activations
//
// The T tokens of a step are quantised once per layer input into Acts: signed bytes with a scale per 32 columns, in tiles of at
// most 12 tokens, which is what the registers hold. Where loads and multiplications bind alike, two panels go with half a tile,
// and the scales are powers of two: see acts.go.
//
// # The same bits everywhere
//
// An output is a sum over its row's blocks in ascending order, whatever the tile it is computed in, so a token's result depends
// neither on its neighbours nor on how panels are split over workers. The attention and the vector functions keep the same
// promise. Between tiers (see Tier) results differ in the last bits, or as much as the activations' scales do.
//
// Nothing here starts goroutines, allocates in a step, or checks what its caller promised: shapes are checked where a model is
// loaded, and the functions of a step trust them.
package kernel

//go:generate go run ./_generate
