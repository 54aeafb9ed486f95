// Command shelftalk is the studio in a window.
//
//	shelftalk [flags] [spreadsheet]
//
// It needs a display; without one, shelftalk-cli does the same work. Exit codes: 0 the window was closed, 1 something
// failed, 2 wrong use, 3 no display.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"fyne.io/fyne/v2/app"

	"shelftalk/app/models"
	"shelftalk/app/studio"
	"shelftalk/inference"
	"shelftalk/ui"
	"shelftalk/ui/theme"
)

func main() { os.Exit(run()) }

func run() int {
	runtime.GOMAXPROCS(runtime.NumCPU() + 1) // see opener
	home, _ := os.UserHomeDir()              // "" is the folder that the program was started in
	cache, _ := os.UserCacheDir()            // the same
	places := studio.DefaultPlaces(os.Getenv, home, cache)
	data := flag.String("data", places.Data, "folder of the catalogue, drafts and settings")
	folder := flag.String("models", string(places.Models), "folder of the models")
	model := flag.String("model", "", "model to write with: standard, light, or a file (default: the last one)")
	language := flag.String("lang", "", "language of the window: en or zh (default: as set, or the system's)")
	colours := flag.String("theme", "", "light or dark (default: as set, or the system's)")
	sample := flag.Bool("sample", false, "take the sample catalogue when nothing was imported yet")
	size := flag.String("size", "", "size of the window, 1280x800 for example (default: as it was)")
	events := flag.Bool("e2e-events", false, "print what happens in the window as lines of JSON")
	flag.Parse()

	if name := os.Getenv("SHELFTALK_KERNEL"); name != "" {
		if err := inference.SetKernel(name); err != nil {
			return fail(2, fmt.Sprintf("SHELFTALK_KERNEL: %v", err))
		}
	}
	if runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return fail(3, "there is no display to open a window on.\nThe same work without a window: shelftalk-cli batch --in FILE --out drafts.xlsx")
	}
	s, err := studio.Open(studio.Options{
		DataDir: *data, ModelsDir: *folder, Packed: places.Packed, Model: *model, Default: models.Default(models.Memory()),
		OpenModel: opener(places.Packed),
	})
	if err == nil && *sample {
		err = s.KeepSample()
	}
	a := app.NewWithID("app.shelftalk.studio")
	a.SetIcon(theme.AppIcon())
	if err != nil {
		fail(1, err.Error())
		ui.Fail(ui.Options{App: a, Language: *language, Theme: *colours}, err)
		return 1
	}
	closeOnce := sync.OnceValue(s.Close)
	defer closeOnce() //nolint:errcheck // the window has told of it
	options := ui.Options{
		App: a, Studio: s, Close: closeOnce, Exit: os.Exit, DataDir: *data, ModelsDir: *folder, Home: home,
		Language: *language, Theme: *colours, File: flag.Arg(0),
	}
	if *size != "" {
		if _, err := fmt.Sscanf(*size, "%fx%f", &options.Width, &options.Height); err != nil {
			return fail(2, fmt.Sprintf("--size %q: it is written like 1280x800", *size))
		}
	}
	if *events {
		options.Event = ui.Events(os.Stdout)
	}
	w, err := ui.New(options)
	if err != nil {
		return fail(1, err.Error())
	}
	w.Start()
	w.Run()
	return 0
}

// opener loads models, with as many threads as suit the machine unless the user has chosen otherwise. The program has one
// thread more: the window's. Without it a click waits until a worker pauses.
func opener(packed string) studio.OpenModel {
	return func(path string, threads int, progress func(done, total int64)) (studio.Model, error) {
		if threads == 0 {
			threads = inference.DefaultThreads()
		}
		return inference.Open(path, inference.OnLoad(progress), inference.Threads(threads), inference.PackedCache(packed))
	}
}

func fail(code int, text string) int {
	fmt.Fprintf(os.Stderr, "%s: %s\n", filepath.Base(os.Args[0]), text)
	return code
}
