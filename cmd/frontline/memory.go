package main

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"
)

// returnMemory gives back what a burst has left behind once it is calm: a few logins take 19 MiB each, which the runtime
// by itself would keep for minutes.
func returnMemory(ctx context.Context) error {
	const (
		look = 20 * time.Second
		much = 16 << 20 // bytes: fewer made since the last look is calm, more since the last return is worth one
	)
	every := time.NewTicker(look)
	defer every.Stop()
	var m runtime.MemStats
	var seen, returned uint64
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-every.C:
		}
		runtime.ReadMemStats(&m)
		if m.TotalAlloc-seen < much && m.TotalAlloc-returned > much {
			debug.FreeOSMemory()
			returned = m.TotalAlloc
		}
		seen = m.TotalAlloc
	}
}
