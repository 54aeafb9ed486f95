// Package theme is the look of the window: paper, ink and one green. It holds the colours by role for light and dark, the
// sizes of type and of everything else, the fonts and the icons, and hands the same values to the toolkit's own widgets
// (text entry, scroll bars) as a fyne.Theme.
//
// Colour means state, never decoration: code names a Role, never a colour. Widgets ask for Color in their Refresh, so that
// a change of theme reaches everything on the screen.
package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
)

// Role names what a colour is for.
type Role string

// The roles. Soft ones are backgrounds for the text of the same name; OnAccent is text on Accent.
const (
	None        Role = ""
	Background  Role = "background"
	Surface     Role = "surface"
	Raised      Role = "raised"
	Line        Role = "line"
	Ink         Role = "ink"
	Muted       Role = "muted"
	Accent      Role = "accent"
	AccentSoft  Role = "accentSoft"
	OnAccent    Role = "onAccent"
	Warning     Role = "warning"
	WarningSoft Role = "warningSoft"
	Bad         Role = "bad"
	BadSoft     Role = "badSoft"
	Good        Role = "good"
	GoodSoft    Role = "goodSoft"
	Hover       Role = "hover" // under a control that the pointer is over
)

// Palette gives each role its colour.
type Palette map[Role]color.NRGBA

// Light returns the palette for daylight.
func Light() Palette {
	return Palette{
		Background: rgb(0xF6F5F2), Surface: rgb(0xFFFFFF), Raised: rgb(0xFBFAF8), Line: rgb(0xE4E1DA),
		Ink: rgb(0x1E2226), Muted: rgb(0x6A6F76),
		Accent: rgb(0x0E6B5A), AccentSoft: rgb(0xE1F0EB), OnAccent: rgb(0xFFFFFF),
		Warning: rgb(0x9A6200), WarningSoft: rgb(0xFBF0DA),
		Bad: rgb(0xB3261E), BadSoft: rgb(0xFBE6E4),
		Good: rgb(0x2B7A3D), GoodSoft: rgb(0xE4F2E6),
		Hover: {R: 0x1E, G: 0x22, B: 0x26, A: 0x0C},
	}
}

// Dark returns the palette for the evening.
func Dark() Palette {
	return Palette{
		Background: rgb(0x15171A), Surface: rgb(0x1D2024), Raised: rgb(0x22262B), Line: rgb(0x31363C),
		Ink: rgb(0xE9E7E2), Muted: rgb(0x9BA1A8),
		Accent: rgb(0x4DB89C), AccentSoft: rgb(0x1E3B34), OnAccent: rgb(0x0D1F1A),
		Warning: rgb(0xE0B050), WarningSoft: rgb(0x3A2F17),
		Bad: rgb(0xF2867E), BadSoft: rgb(0x42211F),
		Good: rgb(0x7CC68A), GoodSoft: rgb(0x1F3524),
		Hover: {R: 0xE9, G: 0xE7, B: 0xE2, A: 0x10},
	}
}

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF}
}

// Color returns the role's colour in the application's current theme; None is transparent.
func Color(r Role) color.Color {
	if r == None {
		return color.Transparent
	}
	return current()[r]
}

// Shade is what lies over a page under an open panel or sheet.
func Shade() color.Color { return color.NRGBA{A: 0x40} }

func current() Palette {
	settings := fyne.CurrentApp().Settings()
	if t, ok := settings.Theme().(*Theme); ok {
		return t.palette(settings.ThemeVariant())
	}
	return Light()
}

// Distances between things, in the toolkit's units.
const (
	Space1 float32 = 4
	Space2 float32 = 8
	Space3 float32 = 12
	Space4 float32 = 16
	Space6 float32 = 24
)

// Sizes of things.
const (
	Radius        float32 = 8
	CardRadius    float32 = 10
	RowHeight     float32 = 40
	HeadHeight    float32 = 36
	ButtonHeight  float32 = 34
	PrimaryHeight float32 = 40 // the primary action of a panel
	SmallHeight   float32 = 28
	ChipHeight    float32 = 22
	RailWidth     float32 = 200
	RailNarrow    float32 = 56
	HeaderHeight  float32 = 64
	PanelWidth    float32 = 312
	IconSize      float32 = 16
	HairLine      float32 = 1
)

// Narrow is the width of the window below which the rail shrinks to icons and panels lie over the page.
const Narrow float32 = 1160

// Type is a kind of text: its size, weight, and distance from line to line.
type Type int

// The kinds of text.
const (
	TypeBody    Type = iota // everything else
	TypeTitle               // a page
	TypeHeading             // a panel
	TypeStrong              // the subject of a card
	TypeCopy                // text that was written
	TypeNote                // what explains
	TypeLabel               // the name of a field of copy
	TypeNumber              // the one number that matters
	TypeLarge               // what an empty page says
	TypeName                // the program's own
	TypeSmall               // counts, the rail's foot
)

// Size is the height of the letters' em.
func (t Type) Size() float32 {
	switch t {
	case TypeTitle:
		return 18
	case TypeHeading:
		return 15
	case TypeNote, TypeLabel:
		return 13
	case TypeNumber:
		return 26
	case TypeLarge:
		return 20
	case TypeName:
		return 16
	case TypeSmall:
		return 12
	}
	return 14
}

// Line is the distance from one line to the next.
func (t Type) Line() float32 {
	switch t {
	case TypeTitle:
		return 26
	case TypeLarge:
		return 28
	case TypeHeading, TypeCopy, TypeName:
		return 22
	case TypeNote, TypeLabel, TypeSmall:
		return 18
	case TypeNumber:
		return 32
	}
	return 20
}

// Style is the weight.
func (t Type) Style() fyne.TextStyle {
	switch t {
	case TypeTitle, TypeHeading, TypeStrong, TypeLabel, TypeNumber, TypeLarge, TypeName:
		return fyne.TextStyle{Bold: true}
	}
	return fyne.TextStyle{}
}
