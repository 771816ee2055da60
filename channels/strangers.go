package channels

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"frontline/internal/blob"
	"frontline/internal/fault"
	"frontline/internal/plain"
	"frontline/tickets"
)

// MaxFile is how large a file a stranger may send, in bytes.
const MaxFile = 10 << 20

// FileTypes are those that strangers may send, as found in the bytes. None of them runs anything in a browser, and whatever is
// no picture is only ever saved.
var FileTypes = []string{
	"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain", "application/zip",
	"video/mp4", "video/webm", "audio/mpeg", "audio/wave", "audio/ogg",
}

// Accept takes a stranger's file in: no larger and of no other type than may be, whatever its name says. The type is found in
// the bytes; the content is durable when it returns.
func Accept(ctx context.Context, blobs blob.Store, name string, body io.Reader) (tickets.File, error) {
	name = plain.Line(name, 300)
	if name == "" {
		return tickets.File{}, fault.BadField("name", "required")
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(body, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return tickets.File{}, err
	}
	kind, _, _ := strings.Cut(http.DetectContentType(head[:n]), ";")
	if n == 0 || !slices.Contains(FileTypes, kind) {
		return tickets.File{}, fault.BadField("body", "file_type_refused", "type", kind)
	}
	ref, err := blobs.Put(ctx, io.MultiReader(bytes.NewReader(head[:n]), body))
	if err != nil {
		return tickets.File{}, fmt.Errorf("keep the file: %w", err)
	}
	return tickets.File{Ref: ref, Name: name, Type: kind}, nil
}

// Picture says whether a browser may show a file of that type.
func Picture(kind string) bool { return strings.HasPrefix(kind, "image/") }
