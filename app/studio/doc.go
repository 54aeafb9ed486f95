// Package studio is the application without a window: what both programs, the window and the command line, do with
// products, jobs, drafts and settings. It wires the packages below it together and keeps what they make in one store.
//
// Open it with a data folder; one process at a time may have that folder. Its methods may be called from any goroutine and
// return when the work is done, except that jobs run in the background and the language model is loaded there: Subscribe
// tells of both. What is on the disk is always whole, so there is nothing to save on the way out.
//
//	s, err := studio.Open(studio.Options{DataDir: dir, ModelsDir: models})
//	defer s.Close()
//	in, err := s.Preview(path, sheet.Options{}) // look at it, change roles of columns
//	_, err = s.Keep(in)
//	id, err := s.StartJob(batch.Spec{Language: compose.English})
package studio
