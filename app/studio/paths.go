package studio

import (
	"path/filepath"
	"runtime"

	"shelftalk/app/models"
)

// Places are the folders that a program uses when it is told none.
type Places struct {
	Data   string // the store
	Models models.Folder
	Packed string // of packed weights; see inference.PackedCache
}

// DefaultPlaces finds the folders by the system's customs: env is os.Getenv; home and cache are the user's home and cache
// folders. SHELFTALK_DATA, SHELFTALK_MODELS and SHELFTALK_PACKED name others.
func DefaultPlaces(env func(string) string, home, cache string) Places {
	data := filepath.Join(home, ".local", "share", "shelftalk")
	switch {
	case runtime.GOOS == "darwin":
		data = filepath.Join(home, "Library", "Application Support", "Shelftalk")
	case runtime.GOOS == "windows" && env("LOCALAPPDATA") != "":
		data = filepath.Join(env("LOCALAPPDATA"), "Shelftalk")
	case env("XDG_DATA_HOME") != "":
		data = filepath.Join(env("XDG_DATA_HOME"), "shelftalk")
	}
	folder := models.DefaultFolder(cache)
	if dir := env("SHELFTALK_MODELS"); dir != "" {
		folder = models.Folder(dir)
	}
	packed := firstOf(env("SHELFTALK_PACKED"), filepath.Join(cache, "shelftalk", "packed"))
	return Places{Data: firstOf(env("SHELFTALK_DATA"), data), Models: folder, Packed: packed}
}
