package pg

import (
	"log/slog"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// BenchmarkStart measures the start of a private cluster, made anew and with its data there. The processor's time is
// that of this program and of Postgres, and includes the orderly stop.
func BenchmarkStart(b *testing.B) {
	once := func(b *testing.B, dir string) {
		b.Helper()
		c, err := StartPrivate(b.Context(), ClusterOptions{Dir: dir, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := c.Stop(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.Run("cold", func(b *testing.B) {
		root, before := b.TempDir(), processor(b)
		for i := range b.N {
			once(b, filepath.Join(root, strconv.Itoa(i)))
		}
		b.ReportMetric((processor(b)-before)/float64(b.N), "cpu-s/op")
	})
	b.Run("warm", func(b *testing.B) {
		dir := filepath.Join(b.TempDir(), "pg")
		once(b, dir)
		b.ResetTimer()
		before := processor(b)
		for range b.N {
			once(b, dir)
		}
		b.ReportMetric((processor(b)-before)/float64(b.N), "cpu-s/op")
	})
}

// processor is the time in seconds that this program and its ended children took of it.
func processor(b *testing.B) (s float64) {
	b.Helper()
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			b.Fatal(err)
		}
		s += float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
	}
	return s
}
