package pgtest_test

import (
	"testing"

	"frontline/internal/pg/pgtest"
)

// BenchmarkClone measures a test's own database, from asking to open.
func BenchmarkClone(b *testing.B) {
	pgtest.URL(b, notes)
	b.ResetTimer()
	for range b.N {
		pgtest.New(b, notes)
	}
}
