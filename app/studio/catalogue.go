package studio

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"time"

	"shelftalk/app/catalog"
	"shelftalk/app/sheet"
	"shelftalk/assets"
	"shelftalk/store"
)

// SampleFile is the sample catalogue's file name.
const SampleFile = "sample-catalogue.xlsx"

const sourceKey = "source"

// source is the stored part of a catalogue that isn't its products.
type source struct {
	Name      string // file name
	Path      string // "" for the sample
	KeyHeader string // header of the key column
	Imported  time.Time
	// Roles remembers what the user said of each column, by header, for the next file with the same columns.
	Roles map[string]catalog.Role
}

// Catalogue is what was imported.
type Catalogue struct {
	Name     string // the file's name; "" before the first import
	Source   string // its path; "" for the sample
	Products int
	Imported time.Time
}

// Import is a spreadsheet that was read but not kept: a table, with what each of its columns means.
type Import struct {
	Table   *sheet.Table
	Mapping catalog.Mapping
	path    string
}

// Read reads a spreadsheet and maps its columns.
func Read(path string, o sheet.Options) (*Import, error) {
	table, err := sheet.Read(path, o)
	if err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		abs = path
	}
	return &Import{Table: table, Mapping: catalog.Map(table), path: abs}, nil
}

// ReadSample reads the catalogue that the program carries.
func ReadSample() (*Import, error) {
	data, err := fs.ReadFile(assets.Samples, "samples/"+SampleFile)
	if err != nil {
		return nil, fmt.Errorf("read the sample: %w", err)
	}
	table, err := sheet.ReadFrom(SampleFile, bytes.NewReader(data), int64(len(data)), sheet.Options{})
	if err != nil {
		return nil, err
	}
	return &Import{Table: table, Mapping: catalog.Map(table)}, nil
}

// Preview is Read; columns that the user has given a role before, in a file with the same headers, have it again. Nothing
// is kept yet.
func (s *Studio) Preview(path string, o sheet.Options) (*Import, error) {
	return s.remembered(Read(path, o))
}

// Sample is ReadSample with the roles that the user has given before.
func (s *Studio) Sample() (*Import, error) { return s.remembered(ReadSample()) }

// KeepSample makes the sample the catalogue when there is none yet.
func (s *Studio) KeepSample() error {
	if s.Catalogue().Products > 0 {
		return nil
	}
	in, err := s.Sample()
	if err == nil {
		_, err = s.Keep(in)
	}
	return err
}

func (s *Studio) remembered(in *Import, err error) (*Import, error) {
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	roles := s.source.Roles
	s.mu.Unlock()
	for i, column := range in.Mapping.Columns {
		if role, ok := roles[column.Header]; ok {
			in.SetRole(i, role)
		}
	}
	return in, nil
}

// SetRole says what a column means. There is one key column: a new one takes the role from the old.
func (in *Import) SetRole(column int, role catalog.Role) { in.Mapping.SetRole(column, role) }

// Products are the products that the table gives as it is mapped now, with what was odd about them.
func (in *Import) Products() ([]catalog.Product, []catalog.Warning, error) {
	return catalog.Products(in.Table, in.Mapping)
}

// Keep makes an import the catalogue. Drafts stay, and belong to the new products where these are the same.
func (s *Studio) Keep(in *Import) (Catalogue, error) {
	products, _, err := in.Products()
	if err != nil {
		return Catalogue{}, err
	}
	src := source{Name: in.Table.Source, Path: in.path, KeyHeader: in.Mapping.KeyHeader(), Imported: time.Now(), Roles: map[string]catalog.Role{}}
	s.mu.Lock()
	maps.Copy(src.Roles, s.source.Roles)
	s.mu.Unlock()
	for _, column := range in.Mapping.Columns {
		if column.Why == catalog.ByUser {
			src.Roles[column.Header] = column.Role
		}
	}
	err = s.db.Update(func(tx *store.Tx) error {
		if err := productsIn.DeleteAll(tx, ""); err != nil {
			return err
		}
		for i, p := range products {
			if err := productsIn.Put(tx, fmt.Sprintf("%08d", i), p); err != nil {
				return err
			}
		}
		return sourceIn.Put(tx, sourceKey, src)
	})
	if err != nil {
		return Catalogue{}, fmt.Errorf("keep the catalogue: %w", err)
	}
	s.mu.Lock()
	s.source, s.products = src, products
	s.mu.Unlock()
	s.tell(Event{Kind: CatalogueChanged})
	return s.Catalogue(), nil
}

// Catalogue returns what was imported last.
func (s *Studio) Catalogue() Catalogue {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Catalogue{Name: s.source.Name, Source: s.source.Path, Products: len(s.products), Imported: s.source.Imported}
}

// ProductStatus is the state of a product's copy.
type ProductStatus string

// The states of a product's copy.
const (
	ProductNone     ProductStatus = "none"
	ProductDraft    ProductStatus = "draft"
	ProductEdited   ProductStatus = "edited"
	ProductApproved ProductStatus = "approved"
	ProductExported ProductStatus = "exported"
	ProductThin     ProductStatus = "thin"   // not enough data
	ProductFailed   ProductStatus = "failed" // Reason says why
)

// ProductView is a product in the catalogue's list.
type ProductView struct {
	Product  catalog.Product
	DraftID  string // of the latest draft; "" when there is none
	Status   ProductStatus
	Reason   string // for ProductThin and ProductFailed
	Findings int    // of the latest draft
	Facts    int
}

// Products returns the catalogue's products in the order of the source.
func (s *Studio) Products() ([]ProductView, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	latest := s.latest(func(DraftView) bool { return true })
	out := make([]ProductView, 0, len(s.products))
	for _, p := range s.products {
		draft, has := latest[p.Key]
		f, tried := s.fates[p.Key]
		v := ProductView{Product: p, DraftID: draft.ID, Status: productStatus(draft, has, f, tried), Findings: draft.Findings, Facts: len(p.Facts())}
		if tried {
			v.Reason = f.reason
		}
		out = append(out, v)
	}
	return out, nil
}

// latest returns the newest draft of each product, by key, among those that suit. The caller holds s.mu.
func (s *Studio) latest(suits func(DraftView) bool) map[string]DraftView {
	out := map[string]DraftView{}
	for _, v := range s.ours() {
		if old, ok := out[v.ProductKey]; suits(v) && (!ok || v.Updated.After(old.Updated)) {
			out[v.ProductKey] = v
		}
	}
	return out
}

// ours returns the drafts of the catalogue's products. The caller holds s.mu.
func (s *Studio) ours() []DraftView {
	byKey := make(map[string]catalog.Product, len(s.products))
	for _, p := range s.products {
		byKey[p.Key] = p
	}
	var out []DraftView
	for _, m := range s.index {
		if p, ok := byKey[m.view.ProductKey]; ok && same(m.product, p) {
			m.view.Row = p.Row
			out = append(out, m.view)
		}
	}
	return out
}

// same says whether two products of one key are the same thing: another supplier's file may use the same numbers for
// other goods, and a new edition of a file may have some cells corrected.
func same(a, b catalog.Product) bool {
	if a.Value(catalog.Title) == b.Value(catalog.Title) {
		return true
	}
	values := map[string]bool{}
	for _, f := range a.Fields {
		values[f.Value] = f.Role != catalog.Key
	}
	shared := 0
	for _, f := range b.Fields {
		if values[f.Value] {
			shared++
		}
	}
	return shared*2 >= len(b.Fields)
}

// Product returns one product of the catalogue, or an error that wraps ErrNotFound.
func (s *Studio) Product(key string) (catalog.Product, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.products {
		if p.Key == key {
			return p, nil
		}
	}
	return catalog.Product{}, fmt.Errorf("product %q: %w", key, ErrNotFound)
}
