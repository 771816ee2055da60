package sla_test

import (
	"fmt"
	"testing"
	"time"

	"frontline/tickets/sla"
)

var from = time.Date(2026, 3, 2, 8, 50, 0, 0, time.UTC)

func BenchmarkAddFourHours(b *testing.B) {
	h := hours["8*5"]
	for b.Loop() {
		h.Add(from, 4*time.Hour)
	}
}

func BenchmarkAddTenYears(b *testing.B) {
	h := hours["8*5"]
	for b.Loop() {
		h.Add(from, 20_000*time.Hour)
	}
}

func BenchmarkBetweenTenYears(b *testing.B) {
	h := hours["8*5"]
	to := from.AddDate(10, 0, 0)
	for b.Loop() {
		h.Between(from, to)
	}
}

// A calendar that was just read computes its first year when it is first asked.
func BenchmarkFirstQuestion(b *testing.B) {
	c := calendars["8*5"]
	c.Name = "8*5"
	for b.Loop() {
		h, err := c.Hours()
		if err != nil {
			b.Fatal(err)
		}
		h.Add(from, 4*time.Hour)
	}
}

// A ticket with an answer owed, a pause and a message every hour.
func BenchmarkClocks(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		b.Run(fmt.Sprint(n, " events"), func(b *testing.B) {
			events := []sla.Event{{Seq: 1, At: from, Ticket: 1, What: sla.Governed, Policy: sla.Ref{Name: "VIP phone", Version: 3}}, {Seq: 2, At: from, Ticket: 1, What: sla.Opened, Author: sla.Contact}}
			for i := 2; i < n; i++ {
				e := sla.Event{Seq: int64(i + 1), At: from.Add(time.Duration(i) * time.Hour), Ticket: 1}
				switch i % 4 {
				case 0:
					e.What, e.Author = sla.In, sla.Contact
				case 1:
					e.What, e.Author = sla.Out, sla.Agent
				case 2:
					e.What, e.State = sla.Changed, sla.Pending
				case 3:
					e.What, e.State = sla.Changed, sla.Open
				}
				events = append(events, e)
			}
			for b.Loop() {
				if _, err := sla.Clocks(events, book, from.AddDate(0, 2, 0)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
