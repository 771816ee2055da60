package mime

import (
	"encoding/json"
	"fmt"
	"runtime"
	"sort"
	"testing"
)

// BenchmarkHostile measures what each hostile mail of the greatest size costs, the showing of its HTML included.
func BenchmarkHostile(b *testing.B) {
	names := make([]string, 0, len(hostile))
	for name := range hostile {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		// Some hit the limit of the header, which is lower.
		for _, size := range []int{900 << 10, 49 << 20} {
			b.Run(fmt.Sprintf("%s/%d", name, size>>10), func(b *testing.B) { benchmarkHostile(b, hostile[name](size)) })
		}
	}
}

func benchmarkHostile(b *testing.B, raw []byte) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if _, err := json.Marshal(Read(raw, Limits{})); err != nil {
			b.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/(1<<20), "MB/op")
}
