package web

import (
	"context"
	"time"
)

// maxZone bounds the name of a zone; the longest of the IANA database has 32 bytes.
const maxZone = 64

// Zone is where the reader's clock hangs: the request's Time-Zone header, an IANA name such as Asia/Shanghai. UTC outside
// a request, and where the name says nothing. Times in JSON are in UTC all the same; it is for times within words.
func Zone(ctx context.Context) *time.Location {
	q := requestOf(ctx)
	if q == nil || q.r == nil {
		return time.UTC
	}
	return chooseZone(q.r.Header.Get("Time-Zone"))
}

func chooseZone(name string) *time.Location {
	if name == "Local" || len(name) > maxZone {
		return time.UTC // "Local" would be another zone on another node
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return loc
}
