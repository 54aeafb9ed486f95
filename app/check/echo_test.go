package check

import (
	"slices"
	"testing"
)

// Descriptions that the standard model wrote, and ones that say nothing twice.
func TestEchoes(t *testing.T) {
	cases := []struct {
		name, text string
		row        []string
		want       []string
	}{
		{
			"a second verb", "This throw blanket is made of 100% lambswool with a twist fringe. It is woven in Yorkshire and made of 100% lambswool.",
			[]string{"title: Wool Throw Blanket", "Material: 100% lambswool", "description: Woven in Yorkshire, twist fringe"},
			[]string{"and made of 100% lambswool"},
		},
		{
			"and it", "This bookshelf has four tiers that fold flat. It doesn't need any tools to fold. Each shelf can carry 12 kg of books, and it folds flat without needing any tools.",
			[]string{"title: Bookshelf", "description: Four tier bookshelf that folds flat. No tools needed. Each shelf carries 12kg."},
			[]string{"and it folds flat without needing any tools"},
		},
		{
			"the first of two", "These shears are for branches up to 22mm. Sap groove, wire cutter notch. They have a sap groove and a wire cutter notch, and you can replace all parts.",
			[]string{"title: Shears", "description: For branches up to 22mm. Sap groove, wire cutter notch. All parts can be replaced."},
			[]string{"They have a sap groove and a wire cutter notch"},
		},
		{
			"an item of a list", "This grinder has conical ceramic burrs. It is made of aluminium, ceramic burrs, and beech.",
			[]string{"title: Grinder", "description: Conical ceramic burrs", "Material: Aluminium, ceramic burrs, beech"},
			nil,
		},
		{
			"in another order", "It is a USB-C hub with 2x USB-A 5Gbps, USB-C 5Gbps, and HDMI.",
			[]string{"title: Hub", "Ports: 2x USB-A 5Gbps, USB-C 5Gbps, HDMI"},
			nil,
		},
		{
			"denied for the first time", "The bowl is dishwasher safe. The base is oak, and it is not dishwasher safe.",
			[]string{"title: Bowl", "description: Bowl dishwasher safe. Base: oak, not dishwasher safe."},
			nil,
		},
		{
			"more of it", "It has a window and a floor mat. It has a window with a curtain.",
			[]string{"title: Tent", "description: Window and a floor mat", "Feature: Window with curtain"},
			nil,
		},

		{"materials", "毛球日记这款猫砂盆加厚PP材质，围边24cm。加厚PP材质，奶油白颜色。", []string{"title: 猫砂盆", "材质: 加厚PP", "颜色: 奶油白", "description: 围边24cm"}, []string{"加厚PP材质"}},
		{"the last clause", "一日一页，372页，52g薄型手账纸。布面封皮，52g薄型手账纸。", []string{"title: 手账本", "description: 一日一页，372页，52g薄型手账纸。", "材质: 布面封皮，52g薄型手账纸"}, []string{"52g薄型手账纸"}},
		{"in other words", "桌面像蛋卷一样卷起收纳，承重30kg，两分钟搭好。这款桌免工具安装，两分钟就能搭好。", []string{"title: 蛋卷桌", "description: 桌面像蛋卷一样卷起收纳 承重30kg 两分钟搭好", "特点: 免工具安装"}, []string{"两分钟就能搭好"}},
		{"behind a dash", "无需工具即可组装。含内衬，容量270L——含内衬，容量270L。", []string{"title: 种植箱", "description: 含内衬，无需工具即可组装", "容量: 270L"}, []string{"含内衬", "容量270L"}},
		{"two characters", "内角系带，燕麦色，燕麦色。", []string{"title: 被套", "特点: 内角系带", "颜色: 燕麦色"}, []string{"燕麦色"}},
		{"other figures", "手机位支持15W充电，耳机位支持5W充电，手表位支持3W充电。", []string{"title: 充电器", "功率: 手机15W，手表3W，耳机5W"}, nil},
		{"of another part", "内胆采用316不锈钢。内胆316不锈钢，外壳304不锈钢，杯盖PP。", []string{"title: 保温杯", "材质: 内胆316不锈钢，外壳304不锈钢，杯盖PP"}, nil},
		{"a part of a longer word", "展开高20.5cm，折叠高6cm，高20.5cm的水壶。", []string{"title: 水壶", "尺寸: 展开高20.5cm，折叠高6cm"}, nil},
		{"a list's items", "支持蓝牙、AUX和U盘三种播放方式，支持蓝牙5.4。", []string{"title: 音箱", "description: 蓝牙5.4、AUX、U盘三种播放方式"}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range findings(t, "description", c.text, "", c.row...) {
				if f.Kind == Repeat && f.Class == Clause {
					got = append(got, f.Text)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%q: said before %q, want %q", c.text, got, c.want)
			}
		})
	}
}

func TestStutter(t *testing.T) {
	cases := []struct {
		text, row string
		want      []string
	}{
		{"有小熊和小兔两款，可爱可爱", "标题: 手偶", []string{"可爱可爱"}},
		{"不锈钢登山扣登山扣", "材质: 不锈钢登山扣", []string{"登山扣登山扣"}},
		{"防止猫砂带带出", "特点: 防止猫砂带出", []string{"带带"}},
		{"天天向上款，常常使用", "标题: 书包", nil},
		{"雪白雪白的棉布", "颜色: 雪白雪白", nil},
		{"20cm×20cm，折叠折叠桌", "标题: 折叠桌", []string{"折叠折叠"}},
		{"防水，防水袋", "标题: 防水袋", nil},
	}
	for _, c := range cases {
		var got []string
		for _, f := range findings(t, "bullet_1", c.text, "zh", c.row) {
			if f.Kind == Repeat {
				got = append(got, f.Text)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: doubled %q, want %q", c.text, got, c.want)
		}
	}
}
