package main

import (
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
)

// sealFile is where the last seal of the audit trail is written down, apart from the database: who cuts the end of the
// trail with its seals there has not cut it here.
func (p Place) sealFile() string { return filepath.Join(p.Data, "audit.seal") }

// keepSeal writes a seal down; nil without a data folder.
func (p Place) keepSeal(log *slog.Logger) func(upto int64, sum []byte) {
	if p.Data == "" {
		return nil
	}
	return func(upto int64, sum []byte) {
		next := p.sealFile() + ".new"
		err := os.WriteFile(next, fmt.Appendf(nil, "%d %x\n", upto, sum), 0o600)
		if err == nil {
			err = os.Rename(next, p.sealFile())
		}
		if err != nil {
			log.Warn("seal of the audit trail not written down", "err", err)
		}
	}
}

// lastSeal is the seal that was written down last; known is false where none was, or where a full disk cut it.
func (p Place) lastSeal() (upto int64, sum []byte, known bool) {
	text, err := os.ReadFile(p.sealFile())
	if err != nil {
		return 0, nil, false
	}
	var digits string
	if _, err := fmt.Sscanf(string(text), "%d %s\n", &upto, &digits); err != nil {
		return 0, nil, false
	}
	sum, err = hex.DecodeString(digits)
	return upto, sum, err == nil && len(sum) > 0
}
