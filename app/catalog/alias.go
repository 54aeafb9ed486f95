package catalog

import (
	"regexp"
	"strings"
)

// aliases are the names under which columns of each role are known: shops' and marketplaces' export formats, and
// suppliers' lists in English and Chinese. Earlier names win where a file has several columns of a role that it needs
// once. All are in the form that normalise gives.
var aliases = []struct {
	role  Role
	names string // parted by |
}{
	{Key, "sku|seller sku|item sku|contribution sku|variant sku|stock keeping unit|商家编码|商品编码|货号|商品货号|产品货号|款号|sku编码|sku 编码|商品编号|产品编号|产品编码|物料编码|物料号|" +
		"item no|item number|item code|item id|article no|article number|article|art no|product code|product no|product number|product id|stock code|style no|style number|style code|model no|model number|part number|part no|reference|ref|ref no|code|number|no|handle|url handle|id|编码|编号|商品id|产品id|宝贝id"},
	{Title, "title|product title|product name|item name|item title|name|product|item|post title|display name|列表标题|商品标题|宝贝标题|商品名称|宝贝名称|产品名称|产品标题|品名|名称|标题|商品名|产品名|产品|商品"},
	{Brand, "brand|brand name|vendor|label|maker|manufacturer|品牌|品牌名|品牌名称|牌子|厂牌"},
	{Category, "product category|category|categories|product type|department|collection|category name|tax:product cat|google product category|google shopping / google product category|item type|item type keyword|feed product type|product group|类目|分类|类别|品类|商品分类|产品分类|商品类目|产品类别|商品类别|所属类目|宝贝类目"},
	{Price, "price|regular price|retail price|unit price|sale price|selling price|variant price|standard price|our price|list price|rrp|srp|msrp|recommended retail price|price usd|price eur|price gbp|usd|价格|售价|零售价|销售价|单价|一口价|建议零售价|吊牌价|商品价格"},
	{Description, "description|product description|body html|body|long description|full description|details|product details|about|about this item|content|post content|text|copy|marketing text|supplier text|short description|post excerpt|summary|描述|商品描述|产品描述|宝贝描述|商品详情|产品详情|详情|详细描述|产品介绍|商品介绍|产品说明|简介|介绍|文案|短描述"},
	{GTIN, "gtin|ean|ean13|ean 13|ean code|upc|upc code|barcode|barcodes|variant barcode|bar code|isbn|jan|jan code|external product id|gtin ean upc or isbn|global unique id|条码|条形码|商品条码|国际条码|商品条形码|69码"},
	{Attribute, "material|materials|composition|fabric|color|colour|size|sizes|dimension|dimensions|measurements|weight|net weight|gross weight|capacity|volume|power|voltage|wattage|battery|feature|features|key features|bullet point|bullet point1|bullet points|highlights|product highlight|style|pattern|shape|finish|season|fit|gender|age group|age|care|care instructions|ingredients|origin|country of origin|made in|warranty|pack contents|package contents|included|includes|what is in the box|quantity per pack|pack size|compatibility|compatible with|suits|suitable for|certification|certificates|shelf life|storage|" +
		"材质|材料|面料|成分|成份|配料|颜色|尺寸|规格|尺码|重量|净重|毛重|净含量|容量|功率|电压|电池|续航|特点|卖点|亮点|产品特点|功能|款式|风格|图案|形状|工艺|季节|版型|适用|适用人群|适用对象|适用年龄|性别|保养|洗涤|洗涤说明|产地|原产地|质保|保修|包装清单|包装|装箱清单|配件|兼容|认证|执行标准|保质期|储存|储存方法|型号"},
	{Ignore, "image|images|image src|image url|image link|main image|main image url|product image url|variant image|variant image url|additional image link|image position|image alt text|picture|pictures|photo|photos|thumbnail|gallery|link|links|url|product url|external url|mobile link|canonical url|video|video url|" +
		"stock|in stock?|in stock|stock quantity|inventory|inventory quantity|inventory tracker|inventory policy|variant inventory qty|variant inventory tracker|variant inventory policy|qty|quantity|quantity available|availability|available|low stock amount|backorders allowed?|sold individually?|continue selling when out of stock|warehouse|bin|location|" +
		"published|published on online store|status|visibility in catalog|is featured?|active|enabled|gift card|requires shipping|variant requires shipping|charge tax|variant taxable|taxable|tax status|tax class|tax code|variant tax code|shipping class|shipping weight|shipping|allow customer reviews?|purchase note|position|parent|parent sku|parent child|variation theme|relationship type|record action|::record action|product tax code|" +
		"cost|cost per item|cost of goods|cost price|purchase price|buying price|wholesale price|wholesale|trade price|margin|compare at price|variant compare at price|date sale price starts|date sale price ends|download limit|download expiry days|button text|upsells|cross sells|grouped products|" +
		"seo title|seo description|meta title|meta description|meta keywords|keywords|generic keywords|generic keyword|search terms|tags|tag|tax:product tag|template suffix|unit price total measure|unit price total measure unit|unit price base measure|unit price base measure unit|weight unit for display|variant weight unit|variant grams|weight value grams|condition|item group id|mpn|identifier exists|external product id type|custom label 0|custom label 1|custom label 2|custom label 3|custom label 4|adult|" +
		"supplier|supplier code|supplier sku|supplier name|vendor code|vendor sku|buyer|internal note|internal notes|notes internal|comment|comments|remark|remarks|moq|minimum order|min order|lead time|carton|cartons|carton qty|carton size|cbm|hs code|commodity code|commodity code hs code|customs description|tariff code|date|created|created at|updated|updated at|date added|launch date|line|row|#|seq|s/n|" +
		"图片|主图|图片链接|主图链接|商品图片|产品图片|图片地址|白底图|详情图|视频|主图视频|链接|商品链接|宝贝链接|网址|库存|库存数量|现货|数量|起订量|最小起订量|箱规|装箱数|外箱尺寸|体积|状态|上架状态|是否上架|上架时间|下架时间|创建时间|更新时间|日期|成本|成本价|进价|进货价|供货价|批发价|出厂价|采购价|代发价|市场价|原价|划线价|运费|运费模板|供应商|供应商编码|供货商|仓库|库位|海关编码|备注|内部备注|序号|行号|排序|关键词|标签|seo标题|seo描述"},
}

// aliasIndex finds an alias: its role, and its place among the role's names (lower wins).
type aliasIndex map[string]alias

type alias struct {
	role Role
	rank int
}

func newAliasIndex() aliasIndex {
	index := aliasIndex{}
	for _, a := range aliases {
		for rank, name := range strings.Split(a.names, "|") {
			if _, taken := index[name]; !taken {
				index[name] = alias{a.role, rank}
			}
		}
	}
	return index
}

// find looks a header up: whole, then either language's part of it, then without what stands in brackets.
func (index aliasIndex) find(header string) (alias, bool) {
	for _, candidate := range []string{header, Label(header, "en"), Label(header, "zh"), beforeBracket(header)} {
		if a, ok := index[normalise(candidate)]; ok {
			return a, true
		}
	}
	name := normalise(header)
	for _, p := range ignoredPrefixes {
		if strings.HasPrefix(name, p) {
			return alias{Ignore, 0}, true
		}
	}
	if bullets.MatchString(name) {
		return alias{Attribute, 0}, true
	}
	return alias{}, false
}

// Families of columns that shops' programs add.
var ignoredPrefixes = []string{"google shopping /", "meta:", "download ", "price /", "compare at price /", "included /", "image ", "variant image", "fulfil", "variant fulfil", "other image url", "图片"}

var (
	bullets  = regexp.MustCompile(`^(bullet points?|key product features|key features?|features?|highlights?|product highlights?|attributes?|specs?|卖点|特点|亮点) ?\d+$`)
	brackets = regexp.MustCompile(`\s*[\[(（【].*$`)
	noise    = regexp.MustCompile(`[\s_\-*.:：]+`)
)

func beforeBracket(header string) string {
	if i := strings.IndexByte(header, '#'); i > 0 { // Amazon: item_name[…]#1.value
		header = header[:i]
	}
	return brackets.ReplaceAllString(header, "")
}

// normalise makes header names comparable: lower case, and one space for any run of spaces and separators. Names that
// begin with a colon family ("meta: x", "tax:product_type") keep their colon.
func normalise(header string) string {
	h := strings.ToLower(strings.TrimSpace(header))
	h = numbered.ReplaceAllString(h, "")
	colon := strings.HasPrefix(h, "meta:") || strings.HasPrefix(h, "tax:") || strings.HasPrefix(h, "::")
	if colon {
		return strings.ReplaceAll(h, "_", " ")
	}
	h = strings.NewReplacer("(html)", "html", "（", "(", "）", ")").Replace(h)
	h = strings.NewReplacer("(", "", ")", "").Replace(h)
	return strings.TrimSpace(noise.ReplaceAllString(h, " "))
}
