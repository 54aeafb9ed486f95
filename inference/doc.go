// Package inference runs a language model on the processor: no other program, no network.
//
// Open reads a GGUF file, or a folder of the Hugging Face hub, once and packs its weights for the machine's instructions.
// A Model answers Requests: Generate streams one, Batch answers many together. Rows that begin alike share what they have
// in common, in memory and in work, and a row's text never depends on what runs beside it.
//
// An answer is free text, a frame (forced text with slots, each with its own end, length and rules), or a document of a
// JSON schema. The rules hold while the text is written, so structure can't fail and a forbidden word can't appear. Score
// writes nothing, and tells how likely labels are as an answer.
//
// A model of an encoder's architecture doesn't write: Embed turns texts into vectors, near to each other where the texts
// mean the same. Which architectures there are, and how to add one, is told in package internal/arch.
//
//	m, err := inference.Open(path)
//	defer m.Close()
//	for chunk, err := range m.Generate(ctx, inference.Request{Messages: msgs}) { … }
package inference
