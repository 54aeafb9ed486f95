package models

// Memory is this machine's memory in bytes, or the limit that a container sets; zero when neither can be found out.
func Memory() int64 { return memoryOfMachine() }

// FreeSpace is how many bytes can be written to the disk that holds path, which has to exist.
func FreeSpace(path string) (int64, error) { return freeSpace(path) }
