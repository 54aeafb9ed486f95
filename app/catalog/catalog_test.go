package catalog_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shelftalk/app/catalog"
	"shelftalk/app/sheet"
)

func table(t testing.TB, text string) *sheet.Table {
	t.Helper()
	got, err := sheet.ReadFrom("list.csv", strings.NewReader(text), int64(len(text)), sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// roles writes a mapping as "header=role", for comparison.
func roles(m catalog.Mapping) string {
	var out []string
	for _, c := range m.Columns {
		out = append(out, c.Header+"="+string(c.Role))
	}
	return strings.Join(out, " ")
}

func TestMapByHeader(t *testing.T) {
	for _, tt := range []struct{ name, header, row, dialect, want string }{
		{
			"Shopify, current template",
			"Title,URL handle,Description,Vendor,Product category,Type,Tags,Status,SKU,Barcode,Option1 name,Option1 value,Price,Compare-at price,Cost per item,Inventory quantity,Weight value (grams),Product image URL,SEO title",
			"Cup,cup,A cup,Acme,Home > Cups,Mugs,new,Active,A-1,4006381333931,Size,S,9.00,10.00,2.00,7,300,https://x.example/1.jpg,Cup", "shopify",
			"Title=title URL handle=key Description=description Vendor=brand Product category=category Type=attribute Tags=ignore Status=ignore SKU=ignore Barcode=gtin Option1 name=ignore Option1 value=attribute Price=price Compare-at price=ignore Cost per item=ignore Inventory quantity=ignore Weight value (grams)=ignore Product image URL=ignore SEO title=ignore",
		},
		{
			"Shopify, legacy",
			"Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Price,Variant Barcode,Image Src,Google Shopping / MPN,Color (product.metafields.shopify.color-pattern)",
			"cup,Cup,<p>A cup</p>,Acme,Mugs,new,TRUE,Title,Default Title,A-1,300,9.00,4006381333931,https://x.example/1.jpg,77,blue", "shopify",
			"Handle=key Title=title Body (HTML)=description Vendor=brand Type=attribute Tags=ignore Published=ignore Option1 Name=ignore Option1 Value=attribute Variant SKU=ignore Variant Grams=ignore Variant Price=price Variant Barcode=gtin Image Src=ignore Google Shopping / MPN=ignore Color (product.metafields.shopify.color-pattern)=attribute",
		},
		{
			"WooCommerce",
			"ID,Type,SKU,Name,Published,Short description,Description,Tax status,Stock,Weight (kg),Sale price,Regular price,Categories,Images,Attribute 1 name,Attribute 1 value(s),Attribute 1 visible,Meta: rank_math_title",
			"11,simple,A-1,Cup,1,Short,A long text of a cup,taxable,4,0.3,7.00,9.00,Home > Cups,https://x.example/1.jpg,Colour,blue,1,Cup", "woocommerce",
			"ID=ignore Type=ignore SKU=key Name=title Published=ignore Short description=description Description=description Tax status=ignore Stock=ignore Weight (kg)=attribute Sale price=ignore Regular price=price Categories=category Images=ignore Attribute 1 name=ignore Attribute 1 value(s)=attribute Attribute 1 visible=ignore Meta: rank_math_title=ignore",
		},
		{
			"Amazon, classic flat file",
			"feed_product_type,item_sku,brand_name,item_name,external_product_id,external_product_id_type,product_description,bullet_point1,bullet_point2,generic_keywords,standard_price,quantity,main_image_url",
			"cup,A-1,Acme,Cup,4006381333931,EAN,A cup,Blue,300 ml,mug,9.00,4,https://x.example/1.jpg", "amazon",
			"feed_product_type=category item_sku=key brand_name=brand item_name=title external_product_id=gtin external_product_id_type=ignore product_description=description bullet_point1=attribute bullet_point2=attribute generic_keywords=ignore standard_price=price quantity=ignore main_image_url=ignore",
		},
		{
			"Amazon, current template",
			"contribution_sku#1.value,::record_action,item_name[marketplace_id=A1][language_tag=en_GB]#1.value,brand[marketplace_id=A1]#1.value,bullet_point[marketplace_id=A1]#1.value,bullet_point[marketplace_id=A1]#2.value,product_description[marketplace_id=A1]#1.value,color[marketplace_id=A1]#1.value",
			"A-1,Create,Cup,Acme,Blue,300 ml,A cup,blue", "amazon",
			"contribution_sku#1.value=key ::record_action=ignore item_name[marketplace_id=A1][language_tag=en_GB]#1.value=title brand[marketplace_id=A1]#1.value=brand bullet_point[marketplace_id=A1]#1.value=attribute bullet_point[marketplace_id=A1]#2.value=attribute product_description[marketplace_id=A1]#1.value=description color[marketplace_id=A1]#1.value=attribute",
		},
		{
			"Google Merchant",
			"id,title,description,link,image_link,availability,price,brand,gtin,mpn,condition,google_product_category,color,product_highlight",
			"A-1,Cup,A cup,https://x.example,https://x.example/1.jpg,in_stock,9.00 USD,Acme,4006381333931,77,new,Home > Cups,blue,Fits the dishwasher", "google-merchant",
			"id=key title=title description=description link=ignore image_link=ignore availability=ignore price=price brand=brand gtin=gtin mpn=ignore condition=ignore google_product_category=category color=attribute product_highlight=attribute",
		},
		{
			"a Chinese supplier",
			"序号,货号,商品名称,品牌,所属类目,零售价,成本价,商品详情,材质,颜色分类,库存,主图链接,69码,备注",
			"1,A-1,保温杯,栖谷,家居,129,40,双层真空,不锈钢,蓝色,5,https://x.example/1.jpg,6901234567892,缺货", "",
			"序号=ignore 货号=key 商品名称=title 品牌=brand 所属类目=category 零售价=price 成本价=ignore 商品详情=description 材质=attribute 颜色分类=attribute 库存=ignore 主图链接=ignore 69码=gtin 备注=ignore",
		},
		{
			"names in two languages",
			"货号 Item No.,Product name 品名,材质/Material,单价（Unit price）,Colour | 颜色",
			"A-1,Cup,Steel,9.00,blue", "",
			"货号 Item No.=key Product name 品名=title 材质/Material=attribute 单价（Unit price）=price Colour | 颜色=attribute",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := catalog.Map(table(t, tt.header+"\n"+tt.row+"\n"))
			if got := roles(m); got != tt.want {
				t.Error(cmp.Diff(strings.ReplaceAll(tt.want, " ", "\n"), strings.ReplaceAll(got, " ", "\n")))
			}
			if m.Dialect != tt.dialect {
				t.Errorf("dialect %q, want %q", m.Dialect, tt.dialect)
			}
			for _, c := range m.Columns {
				if c.Why.String() == "" {
					t.Errorf("%s: no reason for %s", c.Header, c.Role)
				}
			}
		})
	}
}

func TestMapByContent(t *testing.T) {
	var b strings.Builder
	b.WriteString("Col one,Col two,Col three,Col four,Col five,Col six,Col seven,Col eight\n")
	for i := range 20 {
		fmt.Fprintf(&b, "AB-%04d,Blue cup number %d,\"%s\",https://x.example/%d.jpg,$%d.90,%s,4006381333931,\n", i, i, strings.Repeat("A cup for tea and coffee. ", 8), i, i+3, []string{"steel", "glass"}[i%2])
	}
	m := catalog.Map(table(t, b.String()))
	want := map[string]catalog.Reason{
		"Col one=key": catalog.Unique, "Col two=title": catalog.FirstText, "Col three=description": catalog.LongText, "Col four=ignore": catalog.Links,
		"Col five=price": catalog.Money, "Col six=attribute": catalog.Fact, "Col seven=gtin": catalog.Checksum, "Col eight=ignore": catalog.EmptyCells,
	}
	got := map[string]catalog.Reason{}
	for _, c := range m.Columns {
		got[c.Header+"="+string(c.Role)] = c.Why
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"steel", "glass"}, m.Columns[5].Sample); d != "" || m.Columns[5].Filled != 20 {
		t.Error("sample", d, m.Columns[5].Filled)
	}
}

func TestSetRole(t *testing.T) {
	m := catalog.Map(table(t, "sku,code,name\nA-1,7,Cup\nA-2,8,Mug\n"))
	if m.KeyHeader() != "sku" {
		t.Fatalf("key %q", m.KeyHeader())
	}
	m.SetRole(1, catalog.Key)
	if got := roles(m); got != "sku=ignore code=key name=title" || m.KeyHeader() != "code" {
		t.Errorf("%s, key %q", got, m.KeyHeader())
	}
	m.SetRole(1, catalog.Attribute)
	if m.KeyColumn != -1 || m.KeyHeader() != "Row" || m.Columns[1].Why != catalog.ByUser {
		t.Errorf("key column %d", m.KeyColumn)
	}
	m.SetRole(9, catalog.Key) // beyond the table: nothing happens
	if m.KeyColumn != -1 {
		t.Error("a column that isn't there became the key")
	}
}

func products(t *testing.T, text string) ([]catalog.Product, []catalog.Warning) {
	t.Helper()
	tb := table(t, text)
	got, warnings, err := catalog.Products(tb, catalog.Map(tb))
	if err != nil {
		t.Fatal(err)
	}
	return got, warnings
}

func TestProducts(t *testing.T) {
	got, warnings := products(t, "sku,name,price,description,material,weight\n"+
		"0041870,  Dutch   Oven ,$119.00,\"<p>Round.</p><p>For all hobs &amp; ovens.</p>\",Cast iron,５.６kg\n"+
		"0041885,Knife,N/A,-,无,#N/A\n")
	want := []catalog.Product{
		{Key: "0041870", KeyCell: "0041870", Row: 2, Rows: []int{2}, Fields: []catalog.Field{
			{Name: "name", Role: catalog.Title, Value: "Dutch Oven"},
			{Name: "price", Role: catalog.Price, Value: "$119.00"},
			{Name: "description", Role: catalog.Description, Value: "Round.\nFor all hobs & ovens."},
			{Name: "material", Role: catalog.Attribute, Value: "Cast iron"},
			{Name: "weight", Role: catalog.Attribute, Value: "5.6kg"},
		}},
		{Key: "0041885", KeyCell: "0041885", Row: 3, Rows: []int{3}, Fields: []catalog.Field{{Name: "name", Role: catalog.Title, Value: "Knife"}}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if len(warnings) > 0 {
		t.Errorf("warnings %v", warnings)
	}
}

func TestKeysAreUnique(t *testing.T) {
	got, warnings := products(t, "sku,name\nA,One\nB,Two\nA,Three\n,Four\nA (row 4),Five\nn/a,Six\n A ,Seven\n")
	var keys []string
	for _, p := range got {
		keys = append(keys, p.Key+"|"+p.KeyCell)
	}
	want := []string{"A|A", "B|B", "A (row 4) #2|A", "row-5|", "A (row 4)|A (row 4)", "row-7|n/a", "A (row 8)| A "}
	if d := cmp.Diff(want, keys); d != "" {
		t.Error(d)
	}
	var kinds []string
	for _, w := range warnings {
		kinds = append(kinds, fmt.Sprint(w.Code, w.Rows))
	}
	if d := cmp.Diff([]string{"duplicate_key[2 4 8]", "missing_key[5 7]"}, kinds); d != "" {
		t.Error(d)
	}
	if !strings.Contains(warnings[0].Text, "rows 2, 4, 8") {
		t.Errorf("the warning %q doesn't name the rows", warnings[0].Text)
	}
}

func TestShopifyVariantsAreOneProduct(t *testing.T) {
	got, warnings := products(t, "Handle,Title,Body (HTML),Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant Price,Image Src\n"+
		"shirt,Shirt,<p>A shirt</p>,Size,S,Colour,Blue,20.00,https://x.example/1.jpg\n"+
		"shirt,,,,M,,Blue,20.00,https://x.example/2.jpg\n"+
		"cup,Cup,,Title,Default Title,,,9.00,https://x.example/3.jpg\n"+
		"shirt,,,,L,,Red,22.00,\n"+
		"cup,Another cup,,Title,Default Title,,,8.00,\n")
	want := []catalog.Product{
		{Key: "shirt", KeyCell: "shirt", Row: 2, Rows: []int{2, 3, 5}, Fields: []catalog.Field{
			{Name: "Title", Role: catalog.Title, Value: "Shirt"},
			{Name: "Body (HTML)", Role: catalog.Description, Value: "A shirt"},
			{Name: "Size", Role: catalog.Attribute, Value: "S, M, L"},
			{Name: "Colour", Role: catalog.Attribute, Value: "Blue, Red"},
			{Name: "Variant Price", Role: catalog.Price, Value: "20.00"},
		}},
		{Key: "cup", KeyCell: "cup", Row: 4, Rows: []int{4}, Fields: []catalog.Field{{Name: "Title", Role: catalog.Title, Value: "Cup"}, {Name: "Variant Price", Role: catalog.Price, Value: "9.00"}}},
		{Key: "cup (row 6)", KeyCell: "cup", Row: 6, Rows: []int{6}, Fields: []catalog.Field{{Name: "Title", Role: catalog.Title, Value: "Another cup"}, {Name: "Variant Price", Role: catalog.Price, Value: "8.00"}}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if len(warnings) != 1 || warnings[0].Code != catalog.DuplicateKey {
		t.Errorf("warnings %v", warnings)
	}
}

func TestEmptyProductsAreKept(t *testing.T) {
	got, warnings := products(t, "sku,name,price\nA,Cup,3\nB,,4\nC,Mug,5\n")
	if len(got) != 3 || got[1].Text() || !got[2].Text() {
		t.Fatalf("%+v", got)
	}
	if len(warnings) != 1 || warnings[0].Code != catalog.NoText || !cmp.Equal(warnings[0].Rows, []int{3}) {
		t.Errorf("warnings %v", warnings)
	}
}

func TestProductsRefuses(t *testing.T) {
	tb := table(t, "sku,name\nA,Cup\n")
	m := catalog.Map(tb)
	m.SetRole(1, catalog.Ignore)
	if _, _, err := catalog.Products(tb, m); !errors.Is(err, catalog.ErrNoText) {
		t.Errorf("nothing to write from: %v", err)
	}
	if _, _, err := catalog.Products(table(t, "sku,name,x\nA,Cup,1\n"), m); !errors.Is(err, catalog.ErrMapping) {
		t.Errorf("another table's mapping: %v", err)
	}
}

func TestLongDescriptionComesFirst(t *testing.T) {
	got, _ := products(t, "SKU,Name,Short description,Description\nA,Cup,Short text.,A much longer text about the cup.\n")
	if v := got[0].Value(catalog.Description); v != "A much longer text about the cup." {
		t.Errorf("description %q", v)
	}
}

func TestFacts(t *testing.T) {
	got, _ := products(t, "sku,name,brand,category,price,description,ean,material,image\nA,Cup,Acme,Cups,$3,A cup,4006381333931,Steel,https://x.example/1.jpg\n")
	var names []string
	for _, f := range got[0].Facts() {
		names = append(names, f.Name)
	}
	if d := cmp.Diff([]string{"brand", "category", "price", "material"}, names); d != "" {
		t.Error(d)
	}
}

func TestLanguage(t *testing.T) {
	for _, tt := range []struct{ title, description, want string }{
		{"Steel bottle", "Keeps tea hot", "en"},
		{"316不锈钢保温杯 480ml", "", "zh"},
		{"三合一 USB-C Hub PD 100W 4K HDMI", "手机、手表、耳机三台设备同时充", "zh"},
		{"Calligraphy brush 毛笔 with case and ink stone for beginners", "", "en"},
		{"", "双层真空", "zh"},
		{"007", "", "en"},
	} {
		p := catalog.Product{Fields: []catalog.Field{{Role: catalog.Title, Value: tt.title}, {Role: catalog.Description, Value: tt.description}}}
		if got := p.Language(); got != tt.want {
			t.Errorf("%q: %s", tt.title, got)
		}
	}
}

func TestLabel(t *testing.T) {
	for _, tt := range []struct{ header, en, zh string }{
		{"Material 材质", "Material", "材质"},
		{"材质/Material", "Material", "材质"},
		{"重量（Weight）", "Weight", "重量"},
		{"Weight (kg) 重量", "Weight (kg)", "重量"},
		{"Feature 特点 (2)", "Feature", "特点"},
		{"Colour", "Colour", "Colour"},
		{"颜色 (3)", "颜色", "颜色"},
		{"LED灯珠", "LED灯珠", "LED灯珠"},
		{"尺寸 Size 规格", "尺寸 Size 规格", "尺寸 Size 规格"},
		{"Pack contents 包装清单", "Pack contents", "包装清单"},
	} {
		if en, zh := catalog.Label(tt.header, "en"), catalog.Label(tt.header, "zh"); en != tt.en || zh != tt.zh {
			t.Errorf("%q: %q, %q; want %q, %q", tt.header, en, zh, tt.en, tt.zh)
		}
	}
}
