// Package ui holds the agent desk that runs in the browser. The desk is a
// TypeScript program in this folder; its built files are embedded, and where
// none were built a placeholder page says how to make them.
package ui

import (
	"embed"
	"io/fs"
)

//go:embed all:dist placeholder
var files embed.FS

// Files gives the pages to serve: the built desk when the program was compiled
// with one, else the placeholder. The root of the result holds index.html.
func Files() fs.FS {
	if _, err := fs.Stat(files, "dist/index.html"); err == nil {
		return sub("dist")
	}
	return sub("placeholder")
}

// sub cannot fail: both folders are named in the embed directive, and a
// missing one would have stopped the compiler.
func sub(dir string) fs.FS {
	f, err := fs.Sub(files, dir)
	if err != nil {
		panic(err)
	}
	return f
}
