package studio

import (
	"context"
	"iter"
	"strings"

	"shelftalk/app/catalog"
	"shelftalk/app/channel"
	"shelftalk/app/compose"
	"shelftalk/app/sheet"
	"shelftalk/inference"
)

type Mapping struct {
	Columns   []Column
	KeyColumn int
}

type Column struct {
	Header      string
	Role        catalog.Role
	Why, Sample string
}

func (m *Mapping) SetRole(i int, role catalog.Role) {
	if role == catalog.Key {
		if m.KeyColumn >= 0 {
			m.Columns[m.KeyColumn].Role = catalog.Attribute
		}
		m.KeyColumn = i
	} else if m.KeyColumn == i {
		m.KeyColumn = -1
	}
	m.Columns[i].Role = role
}

func mapTable(t *sheet.Table) Mapping {
	m := Mapping{KeyColumn: -1}
	for i, h := range t.Header {
		c := Column{Header: h, Role: catalog.Attribute}
		for _, r := range t.Rows {
			if r[i] != "" {
				c.Sample = r[i]
				break
			}
		}
		low := strings.ToLower(h)
		for word, role := range map[string]catalog.Role{"item no": catalog.Key, "sku": catalog.Key, "title": catalog.Title, "name": catalog.Title, "brand": catalog.Brand, "categ": catalog.Category, "price": catalog.Price, "descr": catalog.Description} {
			if strings.Contains(low, word) {
				c.Role = role
			}
		}
		if c.Role == catalog.Key {
			m.KeyColumn = i
		}
		m.Columns = append(m.Columns, c)
	}
	return m
}

func tableProducts(t *sheet.Table, m Mapping) ([]catalog.Product, []sheet.Warning, error) {
	var out []catalog.Product
	for i, r := range t.Rows {
		p := catalog.Product{Row: t.RowNumbers[i]}
		for j, v := range r {
			if v == "" || m.Columns[j].Role == catalog.Ignore {
				continue
			}
			if j == m.KeyColumn {
				p.Key = v
			}
			p.Fields = append(p.Fields, catalog.Field{Name: t.Header[j], Role: m.Columns[j].Role, Value: v})
		}
		out = append(out, p)
	}
	return out, nil, nil
}

type noWriter struct{}

func newWriter([]channel.Channel) (Writer, error) { return noWriter{}, nil }

func (noWriter) Compose(context.Context, compose.Generator, iter.Seq[compose.Brief], compose.Options) iter.Seq2[compose.Outcome, error] {
	return func(func(compose.Outcome, error) bool) {}
}

func (noWriter) Rewrite(context.Context, compose.Generator, compose.Brief, compose.Variant, string, uint64) iter.Seq2[inference.Chunk, error] {
	return func(func(inference.Chunk, error) bool) {}
}
func (noWriter) Recheck(compose.Brief, *compose.Variant)                  {}
func (noWriter) Trace(compose.Brief, compose.Variant) []compose.TraceSpan { return nil }

type Report struct {
	Path                string
	Rows, Written, Left int
}
