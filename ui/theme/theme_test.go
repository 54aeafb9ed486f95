package theme

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// luminance and contrast as WCAG 2.1 defines them.
func luminance(c color.NRGBA) float64 {
	part := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
}

func contrast(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// Text must be readable wherever the window puts it, in both themes.
func TestContrast(t *testing.T) {
	pairs := []struct{ text, on Role }{
		{Ink, Background},
		{Ink, Surface},
		{Ink, Raised},
		{Ink, AccentSoft},
		{Ink, WarningSoft},
		{Ink, BadSoft},
		{Muted, Background},
		{Muted, Surface},
		{Muted, Raised},
		{Accent, Surface},
		{Accent, AccentSoft},
		{OnAccent, Accent},
		{OnAccent, Bad},
		{Warning, Surface},
		{Warning, WarningSoft},
		{Bad, Surface},
		{Bad, BadSoft},
		{Good, Surface},
		{Good, GoodSoft},
	}
	for name, p := range map[string]Palette{"light": Light(), "dark": Dark()} {
		for _, pair := range pairs {
			if got := contrast(p[pair.text], p[pair.on]); got < 4.5 {
				t.Errorf("%s: %s on %s has contrast %.2f, want at least 4.5", name, pair.text, pair.on, got)
			}
		}
	}
}

func TestPalettesNameTheSameRoles(t *testing.T) {
	light, dark := Light(), Dark()
	for r := range light {
		if _, ok := dark[r]; !ok {
			t.Errorf("dark has no %q", r)
		}
	}
	if len(light) != len(dark) {
		t.Errorf("light has %d roles, dark %d", len(light), len(dark))
	}
}

func TestModeDecidesOverTheSystem(t *testing.T) {
	dark := New(ModeDark)
	if got := dark.Color(theme.ColorNameBackground, theme.VariantLight); got != Dark()[Background] {
		t.Errorf("dark mode on a light desktop: background %v", got)
	}
	system := New(ModeSystem)
	if got := system.Color(theme.ColorNameBackground, theme.VariantDark); got != Dark()[Background] {
		t.Errorf("system mode on a dark desktop: background %v", got)
	}
}

// One face must carry both scripts: a line that mixes faces has two heights.
func TestFontCoversBothScripts(t *testing.T) {
	a := test.NewTempApp(t)
	a.Settings().SetTheme(New(ModeLight))
	for _, bold := range []bool{false, true} {
		style := fyne.TextStyle{Bold: bold}
		latin := fyne.MeasureText("Oak Bedside Lamp", 14, style)
		mixed := fyne.MeasureText("316不锈钢保温杯，“轻盈” Ø 5 °C", 14, style)
		if latin.Height != mixed.Height {
			t.Errorf("bold %v: a Latin line is %v high, a mixed one %v", bold, latin.Height, mixed.Height)
		}
		if one, two := fyne.MeasureText("不", 14, style).Width, fyne.MeasureText("不锈", 14, style).Width; one != 14 || two != 28 {
			t.Errorf("bold %v: Chinese characters are %v and %v wide, want 14 and 28", bold, one, two)
		}
		if one, nine := fyne.MeasureText("1111", 14, style).Width, fyne.MeasureText("9999", 14, style).Width; one != nine {
			t.Errorf("bold %v: figures aren't tabular: %v and %v", bold, one, nine)
		}
	}
}

func TestIconsTakeTheRolesColour(t *testing.T) {
	a := test.NewTempApp(t)
	a.Settings().SetTheme(New(ModeLight))
	light := Icon("catalogue", Accent)
	a.Settings().SetTheme(New(ModeDark))
	dark := Icon("catalogue", Accent)
	if light == nil || dark == nil {
		t.Fatal("no icon named catalogue")
	}
	if light.Name() == dark.Name() || string(light.Content()) == string(dark.Content()) {
		t.Error("the icon doesn't follow the theme")
	}
	if Icon("no such icon", Ink) != nil {
		t.Error("an unknown icon must be nil")
	}
}
