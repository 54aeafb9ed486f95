package compose

import (
	"strings"
	"testing"

	"shelftalk/app/check"
)

func TestCleanMendsSlips(t *testing.T) {
	cases := []struct {
		field, text string
		language    Language
		want        string
	}{
		{FieldDescription, "It comes with a 18 cm cable", English, "It comes with an 18 cm cable."},
		{"bullet_1", "With a LED light", English, "With an LED light"},
		{FieldDescription, "It has a steel nib with the letter F..", English, "It has a steel nib with the letter F."},
		{FieldDescription, "Wait for it...", English, "Wait for it..."},
		{FieldDescription, "桌面像蛋卷一样卷起收纳 承重30kg 两分钟搭好", Chinese, "桌面像蛋卷一样卷起收纳，承重30kg，两分钟搭好。"},
		{FieldDescription, "武夷山肉桂岩茶 罐装 125g", Chinese, "武夷山肉桂岩茶 罐装 125g。"},
		{FieldDescription, "Murrow这款扩展坞支持HDMI 4K 60Hz", Chinese, "Murrow这款扩展坞支持HDMI 4K 60Hz。"},
		{FieldTitle, "听澜真无线蓝牙耳机 主动降噪蓝牙耳机", Chinese, "听澜真无线蓝牙耳机 主动降噪蓝牙耳机"},
	}
	for _, c := range cases {
		if got := clean(c.field, c.text, c.language); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestWithoutEchoes(t *testing.T) {
	cases := []struct{ text, echo, want string }{
		{"线装，52g手账纸。布面封皮，52g手账纸。", "52g手账纸", "线装，52g手账纸。布面封皮。"},
		{"含内衬，容量270L——含内衬，容量270L。", "含内衬", "含内衬，容量270L，容量270L。"},
		{"MDF木箱体，续航10小时。MDF木箱体，布网。", "MDF木箱体", "MDF木箱体，续航10小时。布网。"},
		{"折叠后，长20cm。展开。折叠后，高6cm。", "折叠后", "折叠后，长20cm。展开。折叠后，高6cm。"},
		{"Made of wool. It is woven in Yorkshire and made of wool.", "and made of wool", "Made of wool. It is woven in Yorkshire."},
		{"Made of wool. It is woven in Yorkshire, and made of wool.", "and made of wool", "Made of wool. It is woven in Yorkshire."},
		{"It folds flat. Each shelf, also the top one, can carry 12 kg, and it folds flat.", "and it folds flat", "It folds flat. Each shelf, also the top one, can carry 12 kg."},
		{"For Qi phones. It is made of ABS, has a white colour, and is suitable for Qi phones.", "and is suitable for Qi phones", ""},
		{"Sap groove. They have a sap groove, and you can replace all parts.", "They have a sap groove", ""},
	}
	for _, c := range cases {
		at := strings.LastIndex(c.text, c.echo)
		f := check.Finding{Kind: check.Repeat, Class: check.Clause, Start: at, End: at + len(c.echo), Text: c.echo}
		want := c.want
		if want == "" {
			want = c.text
		}
		if got := withoutEchoes(c.text, []check.Finding{f}); got != want {
			t.Errorf("%q: %q, want %q", c.text, got, want)
		}
		f.Class = ""
		if got := withoutEchoes(c.text, []check.Finding{f}); got != c.text {
			t.Errorf("%q: not about a clause, yet %q", c.text, got)
		}
	}
}

// A clause that only repeats goes, or stays with its finding; the rest of its sentence stays in any case.
func TestMendKeepsTheSentence(t *testing.T) {
	c := composer(t)
	shelf := product("B-1", "Title: Folding Bookshelf", "Description: Four tiers that fold flat. No tools needed. Each shelf carries 12kg.", "Material: Acacia")
	j, err := c.prepare(brief(shelf))
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct{ text, want string }{
		{
			"This bookshelf has four tiers that fold flat. It needs no tools. Each shelf carries 12 kg, and it folds flat, no tools needed.",
			"This bookshelf has four tiers that fold flat. It needs no tools. Each shelf carries 12 kg, and it folds flat, no tools needed.",
		},
		{
			"This bookshelf has four tiers that fold flat. It needs no tools. Each shelf carries 12 kg, and it folds flat without tools.",
			"This bookshelf has four tiers that fold flat. It needs no tools. Each shelf carries 12 kg.",
		},
	}
	for _, x := range cases {
		fields, _ := c.mend(j, []Field{{FieldDescription, x.text}})
		if fields[0].Text != x.want {
			t.Errorf("%q: %q, want %q", x.text, fields[0].Text, x.want)
		}
	}
}

func TestJoinLeavesOutWhatAnotherSays(t *testing.T) {
	cases := []struct {
		sentences []string
		language  Language
		want      string
	}{
		{
			[]string{"These shears are for branches.", "Sap groove, wire cutter notch.", "They have a sap groove and a wire cutter notch, and all parts can be replaced."},
			English,
			"These shears are for branches. They have a sap groove and a wire cutter notch, and all parts can be replaced.",
		},
		{[]string{"This mat is vegan.", "It is vegan and fragrance free."}, English, "This mat is vegan. It is vegan and fragrance free."},
		{[]string{"This is a bowl.", "Dishwasher safe lid.", "The lid isn't dishwasher safe."}, English, "This is a bowl. Dishwasher safe lid. The lid isn't dishwasher safe."},
		{[]string{"这款手账本一日一页。", "线装。", "线装，可180度平摊。"}, Chinese, "这款手账本一日一页。线装，可180度平摊。"},
	}
	for _, c := range cases {
		if got := join(c.sentences, c.language); got != c.want {
			t.Errorf("%q: %q, want %q", c.sentences, got, c.want)
		}
	}
}
