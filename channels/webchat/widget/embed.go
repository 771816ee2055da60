// Package widget holds what runs in the browsers of customers: the chat for foreign pages, and the page of a ticket's
// secret link. They are TypeScript programs in this folder; their built files are embedded, and where none were built
// placeholders say how to make them.
package widget

import (
	"embed"
	"encoding/json"
	"io/fs"
)

//go:embed all:dist placeholder words
var files embed.FS

// Files gives what to serve: widget.js, the one script of a site's tag; and link.html, the page of a ticket's secret link,
// which asks for link.js and link.css at /c/assets/.
func Files() fs.FS {
	if _, err := fs.Stat(files, "dist/widget.js"); err == nil {
		return sub("dist")
	}
	return sub("placeholder")
}

// Words gives the script's own words in a language, "zh" or "en", English in any other: a JSON object of strings. They
// go to the script with the site's, in `words` of its configuration, so that nobody fetches languages he does not read.
func Words(language string) json.RawMessage {
	b, err := fs.ReadFile(files, "words/"+language+".json")
	if err != nil {
		b, err = fs.ReadFile(files, "words/en.json")
	}
	if err != nil {
		panic(err) // it is named in the embed directive
	}
	return b
}

// sub cannot fail: both folders are named in the embed directive, and a missing one would have stopped the compiler.
func sub(dir string) fs.FS {
	f, err := fs.Sub(files, dir)
	if err != nil {
		panic(err)
	}
	return f
}
