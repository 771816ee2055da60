package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"frontline/internal/pg"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/procfs"
)

// BenchmarkProgram measures the built program as its users meet it, on its own durable Postgres,
// each figure beside a limit that is measured in the same run.
func BenchmarkProgram(b *testing.B) {
	w := newVictims(b)
	w.start()
	b.Run("ready", w.benchReady)
	b.Run("idle", w.benchIdle)
	// Once with this disk and once with one that takes 2 ms to be sure, as a small cloud machine's does: the faster the
	// disk, the more a bare commit costs processor alone, and the less of it is left for anything else to be compared with.
	for _, disk := range []struct {
		name string
		sync time.Duration
	}{{"this-disk", 0}, {"2ms-disk", 2 * time.Millisecond}} {
		w.slowDisk(b, disk.sync)
		for _, connections := range []int{8, 32} {
			b.Run(fmt.Sprintf("create/%s/%d", disk.name, connections), func(b *testing.B) { w.benchWrites(b, connections, w.createTicket) })
			b.Run(fmt.Sprintf("append/%s/%d", disk.name, connections), func(b *testing.B) { w.benchWrites(b, connections, w.appendMessage) })
		}
	}
	w.slowDisk(b, 0)
	for _, tickets := range []int{10_000, 1_000_000} {
		if tickets > 10_000 && testing.Short() {
			continue
		}
		w.load(b, tickets)
		b.Run(fmt.Sprint("list/", tickets), func(b *testing.B) { w.benchReads(b, "/tickets?state=open&queue=1&limit=50") })
		b.Run(fmt.Sprint("ticket/", tickets), func(b *testing.B) { w.benchReads(b, "/tickets/7", "/tickets/7/timeline?limit=50") })
	}
}

// benchReady starts the program on a warm folder: its CPU time until it says ready, Postgres left out.
func (w *victims) benchReady(b *testing.B) {
	for range b.N {
		w.end()
		w.start()
	}
	b.ReportMetric(w.cpu(b).Seconds(), "cpu-s/ready")
	b.ReportMetric(0, "ns/op")
}

// benchIdle looks at the program while nobody asks anything.
func (w *victims) benchIdle(b *testing.B) {
	const look = 10 * time.Second
	before := w.cpu(b)
	time.Sleep(look)
	p, err := procfs.NewProc(w.run.Process.Pid)
	if err != nil {
		b.Fatal(err)
	}
	s, err := p.Stat()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(s.ResidentMemory())/(1<<20), "MiB")
	b.ReportMetric(100*(w.cpu(b)-before).Seconds()/look.Seconds(), "%core")
	b.ReportMetric(0, "ns/op")
}

// benchWrites compares a write by API with a bare commit of one row, at so many connections.
func (w *victims) benchWrites(b *testing.B, connections int, write func(n int64) error) {
	const measured = 5 * time.Second
	bare := w.bareCommits(b, connections, measured)
	program, postgres := w.cpu(b), w.postgresCPU(b)
	n := together(b, connections, measured, write)
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / float64(n) }
	b.ReportMetric(float64(n)/measured.Seconds(), "writes/s")
	b.ReportMetric(bare, "bare-commits/s")
	b.ReportMetric(float64(n)/measured.Seconds()/bare, "of-bare")
	b.ReportMetric(each(w.cpu(b)-program), "program-ms/op")
	b.ReportMetric(each(w.postgresCPU(b)-postgres), "postgres-ms/op")
	b.ReportMetric(0, "ns/op")
}

// together calls f from many sides for some time, and counts.
func together(b *testing.B, sides int, during time.Duration, f func(n int64) error) int64 {
	b.Helper()
	var n, failed atomic.Int64
	var all sync.WaitGroup
	end := time.Now().Add(during)
	for range sides {
		all.Add(1)
		go func() {
			defer all.Done()
			for time.Now().Before(end) {
				if err := f(n.Add(1)); err != nil {
					failed.Add(1)
					b.Error(err)
					return
				}
			}
		}()
	}
	all.Wait()
	return n.Load() - failed.Load()
}

// slowDisk makes Postgres wait before each flush of its log, once for all that commit together: as a disk does.
func (w *victims) slowDisk(b *testing.B, sync time.Duration) {
	b.Helper()
	data := filepath.Join(w.place.Data, "postgres", "data")
	conf := fmt.Sprintf("commit_delay = %d\ncommit_siblings = 0\n", sync.Microseconds())
	if err := os.WriteFile(filepath.Join(data, "postgresql.auto.conf"), []byte(conf), 0o600); err != nil {
		b.Fatal(err)
	}
	pid, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		b.Fatal(err)
	}
	if err := exec.Command("kill", "-HUP", strings.Fields(string(pid))[0]).Run(); err != nil {
		b.Fatal(err)
	}
	for delay := ""; delay != fmt.Sprint(sync.Microseconds()); {
		if err := w.owner(b, 1).QueryRow(b.Context(), `select setting from pg_settings where name = 'commit_delay'`).Scan(&delay); err != nil {
			b.Fatal(err)
		}
	}
}

// owner is the program's Postgres as its owner sees it, on so many connections.
func (w *victims) owner(b *testing.B, connections int) *pgxpool.Pool {
	b.Helper()
	cluster, err := pg.Use(b.Context(), pg.ClusterOptions{Dir: filepath.Join(w.place.Data, "postgres")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cluster.Stop() }) // lets go of it; the program keeps it
	conf, err := pgxpool.ParseConfig(cluster.URL())
	if err != nil {
		b.Fatal(err)
	}
	conf.MaxConns = int32(connections)
	pool, err := pgxpool.NewWithConfig(b.Context(), conf)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	return pool
}

func (w *victims) bareCommits(b *testing.B, connections int, during time.Duration) float64 {
	b.Helper()
	pool := w.owner(b, connections)
	if _, err := pool.Exec(b.Context(), `create table if not exists bare (id bigint generated always as identity primary key, text text not null)`); err != nil {
		b.Fatal(err)
	}
	insert := func(int64) error {
		_, err := pool.Exec(context.Background(), `insert into bare (text) values ($1)`, "主轴转速不稳")
		return err
	}
	together(b, connections, time.Second, insert)
	return float64(together(b, connections, during, insert)) / during.Seconds()
}

func (w *victims) createTicket(n int64) error {
	_, err := w.call("POST", "/tickets", "", map[string]any{
		"subject": "主轴转速不稳", "channel": "api", "text": "请尽快处理",
		"contact": map[string]any{"name": "张三", "email": fmt.Sprintf("c%d.%d@customer.test", time.Now().UnixNano(), n)},
	}, nil)
	return err
}

func (w *victims) appendMessage(n int64) error {
	_, err := w.call("POST", fmt.Sprintf("/tickets/%d/messages", 1+n%500), "", map[string]any{"direction": "note", "text": "已联系客户"}, nil)
	return err
}

// benchReads reports the median time of what a screen asks for.
func (w *victims) benchReads(b *testing.B, paths ...string) {
	const tries = 300
	took := make([]time.Duration, 0, tries)
	for range tries {
		begun := time.Now()
		for _, p := range paths {
			if _, err := w.call("GET", p, "", nil, nil); err != nil {
				b.Fatal(err)
			}
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[tries/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[tries*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(0, "ns/op")
}

// load brings the program to a number of tickets with `frontline import`.
func (w *victims) load(b *testing.B, tickets int) {
	b.Helper()
	f, err := os.Create(filepath.Join(w.place.Data, "load.jsonl"))
	if err != nil {
		b.Fatal(err)
	}
	for n := range tickets {
		fmt.Fprintf(f, `{"contact":{"name":"客户 %d","email":"load%d@customer.test"},"subject":"历史工单 %d","status":"%s","at":"2026-01-01T00:00:00Z","messages":[{"at":"2026-01-01T00:00:00Z","direction":"in","text":"历史记录 %d"},{"at":"2026-01-01T01:00:00Z","direction":"out","text":"已处理"}]}`+"\n",
			n%200_000, n%200_000, n, []string{"open", "pending", "closed", "closed"}[n%4], n)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	begun := time.Now()
	if out, err := w.command("import", f.Name()).CombinedOutput(); err != nil {
		b.Fatalf("import: %v\n%s", err, out)
	}
	b.Logf("%d tickets imported, %.0f a second", tickets, float64(tickets)/time.Since(begun).Seconds())
}

// cpu is the CPU time that the program itself has used since its start.
func (w *victims) cpu(b *testing.B) time.Duration {
	b.Helper()
	return cpuOf(b, w.run.Process.Pid)
}

func cpuOf(b *testing.B, pid int) time.Duration {
	b.Helper()
	p, err := procfs.NewProc(pid)
	if err != nil {
		return 0 // it ended meanwhile
	}
	s, err := p.Stat()
	if err != nil {
		return 0
	}
	return time.Duration(s.CPUTime() * float64(time.Second))
}

// postgresCPU is the CPU time of all living processes of the program's Postgres.
func (w *victims) postgresCPU(b *testing.B) (sum time.Duration) {
	b.Helper()
	out, err := exec.Command("pgrep", "-f", filepath.Join(w.place.Data, "postgres")).Output()
	if err != nil {
		b.Fatal(err)
	}
	for _, line := range strings.Fields(string(out)) {
		var master int
		if _, err := fmt.Sscan(line, &master); err != nil {
			b.Fatal(err)
		}
		sum += cpuOf(b, master)
		children, err := exec.Command("pgrep", "-P", line).Output()
		if err != nil {
			continue // it has none
		}
		for _, child := range strings.Fields(string(children)) {
			var pid int
			if _, err := fmt.Sscan(child, &pid); err != nil {
				b.Fatal(err)
			}
			sum += cpuOf(b, pid)
		}
	}
	return sum
}
