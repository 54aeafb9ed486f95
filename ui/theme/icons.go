package theme

import (
	"bytes"
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"

	"shelftalk/assets"
)

// Icon returns the line icon of that name in the role's colour, or nil when there is none. The colour is drawn into the
// resource: ask again when the theme has changed.
func Icon(name string, r Role) fyne.Resource {
	data, err := assets.Icons.ReadFile("icons/" + name + ".svg")
	if err != nil {
		return nil
	}
	hex := "#000000"
	if c, ok := Color(r).(color.NRGBA); ok {
		hex = fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B)
	}
	return fyne.NewStaticResource(name+hex[1:]+".svg", bytes.ReplaceAll(data, []byte("#000000"), []byte(hex)))
}

// AppIcon is the program's own.
func AppIcon() fyne.Resource {
	data, err := assets.Icons.ReadFile("icons/app.png")
	if err != nil {
		return nil
	}
	return fyne.NewStaticResource("shelftalk.png", data)
}
