package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"shelftalk/assets"
)

// Mode says which palette a Theme takes.
type Mode string

// The modes. System follows the desktop.
const (
	ModeSystem Mode = "system"
	ModeLight  Mode = "light"
	ModeDark   Mode = "dark"
)

// Theme gives the toolkit our colours, sizes and fonts.
type Theme struct {
	fyne.Theme // the toolkit's own: icons and whatever isn't named here
	mode       Mode
	light      Palette
	dark       Palette
	regular    fyne.Resource
	bold       fyne.Resource
}

// New returns the theme; an unknown mode is ModeSystem.
func New(mode Mode) *Theme {
	return &Theme{
		Theme: theme.DefaultTheme(), mode: mode, light: Light(), dark: Dark(),
		regular: font("ShelftalkSans-Regular.ttf"), bold: font("ShelftalkSans-Bold.ttf"),
	}
}

// font reads an embedded font; nil leaves the toolkit's own.
func font(name string) fyne.Resource {
	data, err := assets.Fonts.ReadFile("fonts/" + name)
	if err != nil {
		return nil
	}
	return fyne.NewStaticResource(name, data)
}

func (t *Theme) palette(v fyne.ThemeVariant) Palette {
	if t.mode == ModeDark || (t.mode != ModeLight && v == theme.VariantDark) {
		return t.dark
	}
	return t.light
}

// Color implements fyne.Theme.
func (t *Theme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	p := t.palette(v)
	switch name {
	case theme.ColorNameBackground:
		return p[Background]
	case theme.ColorNameForeground:
		return p[Ink]
	case theme.ColorNamePrimary, theme.ColorNameHyperlink:
		return p[Accent]
	case theme.ColorNameForegroundOnPrimary:
		return p[OnAccent]
	case theme.ColorNameInputBackground, theme.ColorNameInputBorder, theme.ColorNameScrollBarBackground, theme.ColorNameShadow:
		return color.Transparent // widget.Entry draws its own; nothing here casts shadows
	case theme.ColorNameButton, theme.ColorNameMenuBackground, theme.ColorNameOverlayBackground:
		return p[Surface]
	case theme.ColorNameHeaderBackground, theme.ColorNameDisabledButton:
		return p[Raised]
	case theme.ColorNameSeparator:
		return p[Line]
	case theme.ColorNamePlaceHolder, theme.ColorNameDisabled:
		return p[Muted]
	case theme.ColorNameSelection, theme.ColorNameFocus:
		return p[AccentSoft]
	case theme.ColorNameHover, theme.ColorNamePressed:
		return p[Hover]
	case theme.ColorNameError:
		return p[Bad]
	case theme.ColorNameWarning:
		return p[Warning]
	case theme.ColorNameSuccess:
		return p[Good]
	case theme.ColorNameScrollBar:
		c := p[Muted]
		c.A = 0x70
		return c
	}
	switch t.mode {
	case ModeDark:
		v = theme.VariantDark
	case ModeLight:
		v = theme.VariantLight
	}
	return t.Theme.Color(name, v)
}

// Font implements fyne.Theme: one face for Latin and Chinese, without italics.
func (t *Theme) Font(s fyne.TextStyle) fyne.Resource {
	switch {
	case s.Monospace || s.Symbol || t.regular == nil || t.bold == nil:
		return t.Theme.Font(s)
	case s.Bold:
		return t.bold
	}
	return t.regular
}

// Size implements fyne.Theme.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNameText:
		return TypeBody.Size()
	case theme.SizeNameCaptionText:
		return TypeNote.Size()
	case theme.SizeNameHeadingText:
		return TypeTitle.Size()
	case theme.SizeNameSubHeadingText:
		return TypeHeading.Size()
	case theme.SizeNamePadding:
		return Space1
	case theme.SizeNameInnerPadding:
		return 7.4 // an entry of one line is as high as a button
	case theme.SizeNameInputRadius, theme.SizeNameButtonRadius:
		return Radius
	case theme.SizeNameSelectionRadius:
		return 4
	case theme.SizeNameInlineIcon:
		return IconSize + 2
	case theme.SizeNameScrollBar:
		return 10
	case theme.SizeNameScrollBarSmall:
		return 4
	case theme.SizeNameSeparatorThickness, theme.SizeNameInputBorder:
		return HairLine
	}
	return t.Theme.Size(name)
}
