package channel_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"shelftalk/app/channel"
	"shelftalk/assets"
)

func TestCount(t *testing.T) {
	tests := []struct {
		unit channel.Unit
		text string
		want int
	}{
		{channel.Characters, "Bidon 0,5 l – été", 17},
		{channel.Characters, "保温杯", 3},
		{channel.UTF8Bytes, "café", 5},
		{channel.UTF8Bytes, "保温杯", 9},
		{channel.DoubleWidth, "保温杯 500ml", 12},
		{channel.DoubleWidth, "ＡＢ（）", 8},
		{channel.DoubleWidth, "“quoted” – café", 15},
		{channel.DoubleWidth, "カタカナ", 8},
		{channel.DoubleWidth, "ｶﾀｶﾅ", 4}, // half-width kana
		// Google Ads' own example of a limit: 30 characters, or 15 of a double-width script.
		{channel.DoubleWidth, strings.Repeat("茶", 15), 30},
		// Taobao's limit of 60 bytes is 30 Chinese characters.
		{channel.GBKBytes, strings.Repeat("茶", 30), 60},
		{channel.GBKBytes, "25℃ “茶”", 11},
		{channel.GBKBytes, "茶😀", 6},
		{channel.Words, "", 0},
		{channel.Words, "Don't over-fill: 2.5 l, 80/20 cotton.", 6},
		{channel.Words, "保温杯 500ml", 4},
		{channel.Words, " - … - ", 0},
		// A digit is 556, a space 278 thousandths of the size in Arial's published metrics: 11.12 and 5.56 pixels at 20.
		{channel.Pixels, "0", 12},
		{channel.Pixels, strings.Repeat("0", 100), 1112},
		{channel.Pixels, strings.Repeat("茶", 29), 580},
		{channel.Pixels, "iiii", 18},
	}
	for _, tt := range tests {
		if got := tt.unit.Count(tt.text); got != tt.want {
			t.Errorf("%s of %q = %d, want %d", tt.unit, tt.text, got, tt.want)
		}
	}
}

func TestCountDoesNotAllocate(t *testing.T) {
	text := strings.Repeat("Bidon 0,5 l 保温杯 “x” ", 20)
	for _, u := range []channel.Unit{channel.Characters, channel.UTF8Bytes, channel.DoubleWidth, channel.GBKBytes, channel.Words, channel.Pixels} {
		if n := testing.AllocsPerRun(10, func() { u.Count(text) }); n != 0 {
			t.Errorf("%s allocates %v times", u, n)
		}
	}
}

// The values are the channels' published ones; a change of the data should be meant.
func TestShippedLimits(t *testing.T) {
	channels, err := channel.Load(assets.Channels)
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]channel.Channel{}
	for _, c := range channels {
		byID[c.ID] = c
		for _, id := range []string{"title", "description", "bullet", "seo_title", "seo_description"} {
			f, ok := c.Field(id)
			if !ok {
				t.Errorf("%s has no %s", c.ID, id)
			}
			if f.Label["zh"] == "" {
				t.Errorf("%s: %s has no Chinese label", c.ID, id)
			}
		}
		if c.Name["zh"] == "" {
			t.Errorf("%s has no Chinese name", c.ID)
		}
	}
	for _, tt := range []struct {
		channel, field string
		max            int
		unit           channel.Unit
		hard           bool
	}{
		{"shopify", "title", 255, channel.Characters, true},
		{"shopify", "seo_title", 60, channel.DoubleWidth, false},
		{"shopify", "seo_description", 155, channel.DoubleWidth, false},
		{"woocommerce", "title", 200, channel.Characters, false},
		{"amazon", "title", 75, channel.Characters, true},
		{"amazon", "bullet", 255, channel.Characters, true},
		{"amazon", "description", 2000, channel.Characters, true},
		{"google-merchant", "title", 150, channel.Characters, true},
		{"google-merchant", "description", 5000, channel.Characters, true},
		{"google-merchant", "bullet", 150, channel.Characters, true},
		{"taobao", "title", 60, channel.GBKBytes, true},
		{"ebay", "title", 80, channel.Characters, true},
		{"etsy", "title", 140, channel.Characters, true},
		{"wechat-shop", "title", 60, channel.Characters, true},
	} {
		f, ok := byID[tt.channel].Field(tt.field)
		if !ok || f.Max != tt.max || f.Unit != tt.unit || f.Hard != tt.hard {
			t.Errorf("%s %s: %d %s hard=%v, want %d %s hard=%v", tt.channel, tt.field, f.Max, f.Unit, f.Hard, tt.max, tt.unit, tt.hard)
		}
	}
	if _, ok := byID["shopify"].Field("subtitle"); ok {
		t.Error("shopify has a subtitle")
	}
}

func TestLoadRefuses(t *testing.T) {
	const good = `{"id":"a","name":{"en":"A"},"as_of":"2026-11-24","source":"s","fields":[{"id":"title","label":{"en":"T"},"max":9,"unit":"words"}]}`
	if _, err := channel.Parse([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{
		"not JSON":      "title: 9",
		"no id":         strings.Replace(good, `"id":"a"`, `"id":""`, 1),
		"no name":       strings.Replace(good, `"en":"A"`, `"zh":"A"`, 1),
		"no date":       strings.Replace(good, "2026-11-24", "", 1),
		"no source":     strings.Replace(good, `"source":"s"`, `"source":""`, 1),
		"no fields":     strings.Replace(good, `"fields":[`, `"fields":[],"banned":{"en":[]},"x":[`, 1),
		"misspelt key":  strings.Replace(good, `"max"`, `"maximum"`, 1),
		"unknown unit":  strings.Replace(good, `"words"`, `"ells"`, 1),
		"negative":      strings.Replace(good, `"max":9`, `"max":-9`, 1),
		"min above max": strings.Replace(good, `"max":9`, `"max":9,"min":10`, 1),
		"field twice":   strings.Replace(good, `"fields":[`, `"fields":[{"id":"title","label":{"en":"T"},"unit":"words"},`, 1),
	} {
		if _, err := channel.Parse([]byte(data)); !errors.Is(err, channel.ErrInvalid) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	twice := fstest.MapFS{"a.json": {Data: []byte(good)}, "sub/b.json": {Data: []byte(good)}, "note.txt": {Data: []byte("no")}}
	if _, err := channel.Load(twice); !errors.Is(err, channel.ErrInvalid) || !strings.Contains(err.Error(), "sub/b.json") {
		t.Errorf("same id twice: %v", err)
	}
}
