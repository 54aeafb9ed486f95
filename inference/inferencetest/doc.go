// Package inferencetest gives tests their models: tiny ones made on the spot, and the real ones by name.
//
// Tiny makes a complete model file of a few hundred kilobytes, the same bytes every time: random weights of a chosen type,
// architecture llama or qwen2, a vocabulary of single bytes and a few merges, and the marks of ChatML. It writes nonsense,
// but it reads any text, obeys every rule that an engine puts on it, and opens in milliseconds.
package inferencetest
