package tickets_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/internal/pg"
	"frontline/tickets"

	"github.com/prometheus/procfs"
)

// BenchmarkReceive measures a first contact that becomes a ticket, beside a bare commit of one row on the same durable
// Postgres over the same number of connections. The processor's time is that of this program, which is the generator
// too, and of all processes of Postgres.
func BenchmarkReceive(b *testing.B) {
	for _, connections := range []int{1, 8, 32} {
		b.Run(strconv.Itoa(connections), func(b *testing.B) { benchReceive(b, connections) })
	}
}

func benchReceive(b *testing.B, connections int) {
	dir := filepath.Join(b.TempDir(), "pg")
	cluster, err := pg.StartPrivate(b.Context(), pg.ClusterOptions{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			b.Error(err)
		}
	})
	if err := pg.Migrate(b.Context(), cluster.URL(), tickets.Schemas()...); err != nil {
		b.Fatal(err)
	}
	db, err := pg.Open(b.Context(), cluster.URL(), pg.Options{WriteConns: int32(connections)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(db.Close)
	gate := authority.New(db, authority.Options{})
	files, err := blob.Folder(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	tt := tickets.New(gate, crm.New(gate), files, &outbox{})
	var numbers atomic.Int64
	receive := func(ctx context.Context) error {
		n := numbers.Add(1)
		_, err := tt.Receive(ctx, email, tickets.Inbound{
			Channel: "email", RemoteID: fmt.Sprintf("%d@customer.test", n), From: crm.Point{Kind: crm.Email, Address: fmt.Sprintf("c%d@customer.test", n)},
			Name: "张三", Subject: "主轴转速不稳", Text: "请尽快处理", Keys: []string{fmt.Sprintf("%d@customer.test", n)},
		})
		return err
	}
	bare := func(ctx context.Context) error {
		_, err := db.Write().Exec(ctx, `insert into idempotency (actor, key, hash) values ('bench', $1, '')`, strconv.FormatInt(numbers.Add(1), 10))
		return err
	}
	const warm, measured = 500 * time.Millisecond, 3 * time.Second
	for _, f := range []func(context.Context) error{bare, receive} {
		together(b, connections, warm, f)
	}
	commits := together(b, connections, measured, bare)
	program, postgres := processor(b), postgresTime(b, dir)
	made := together(b, connections, measured, receive)
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / float64(made) }
	b.ReportMetric(float64(made)/measured.Seconds(), "made/s")
	b.ReportMetric(float64(commits)/measured.Seconds(), "bare/s")
	b.ReportMetric(float64(made)/float64(commits), "of-bare")
	b.ReportMetric(each(processor(b)-program), "program-ms/op")
	b.ReportMetric(each(postgresTime(b, dir)-postgres), "postgres-ms/op")
	b.ReportMetric(0, "ns/op")
}

// together calls f from many sides for some time, and counts.
func together(b *testing.B, sides int, during time.Duration, f func(context.Context) error) (n int64) {
	b.Helper()
	var count atomic.Int64
	var all sync.WaitGroup
	end := time.Now().Add(during)
	for range sides {
		all.Go(func() {
			for time.Now().Before(end) {
				if err := f(b.Context()); err != nil {
					b.Error(err)
					return
				}
				count.Add(1)
			}
		})
	}
	all.Wait()
	return count.Load()
}

// processor is the time that this program took of it.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// postgresTime is that of all living processes of a cluster.
func postgresTime(b *testing.B, dir string) (sum time.Duration) {
	b.Helper()
	file, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		b.Fatal(err)
	}
	master, err := strconv.Atoi(strings.Fields(string(file))[0])
	if err != nil {
		b.Fatal(err)
	}
	all, err := procfs.AllProcs()
	if err != nil {
		b.Fatal(err)
	}
	for _, p := range all {
		s, err := p.Stat()
		if err == nil && (p.PID == master || s.PPID == master) {
			sum += time.Duration(s.CPUTime() * float64(time.Second))
		}
	}
	return sum
}
