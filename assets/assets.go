// Package assets holds what the programs carry inside themselves: fonts, icons, the window's words, word lists, prompts,
// channel limits and the sample catalogue. It only embeds; each package that uses a folder reads it with io/fs and owns
// its format. Every folder has a README that says whose it is and where its contents come from.
//
// Paths start with the folder's name, so assets.Channels holds "channels/shopify.json".
package assets

import "embed"

// The folders, one file system each, so that a program carries only those that it names.
var (
	//go:embed all:fonts
	Fonts embed.FS
	//go:embed all:icons
	Icons embed.FS
	//go:embed all:lang
	Lang embed.FS
	//go:embed all:lexicons
	Lexicons embed.FS
	//go:embed all:glossary
	Glossary embed.FS
	//go:embed all:prompts
	Prompts embed.FS
	//go:embed all:channels
	Channels embed.FS
	//go:embed samples/*.xlsx samples/*.csv
	Samples embed.FS
)
