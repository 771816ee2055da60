package web_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"frontline/internal/fault"
	"frontline/internal/web"
)

type place struct {
	At time.Time `json:"t"`
	ID int64     `json:"i"`
}

func TestAListGoesOnWhereItsPageEnded(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 8, 0, 0, 123456000, time.UTC)
	rows := []int64{9, 8, 7}
	page, err := web.NewPage(rows, 2, func(id int64) place { return place{at, id} })
	if err != nil || len(page.Items) != 2 || page.Next == "" {
		t.Fatalf("page = %+v, %v; want two rows and a next", page, err)
	}
	got, found, err := web.Place[place](page.Next)
	if err != nil || !found || !got.At.Equal(at) || got.ID != 8 {
		t.Errorf("Place = %+v, %t, %v; want that of row 8", got, found, err)
	}
	if last, err := web.NewPage(rows, 3, func(id int64) place { return place{at, id} }); err != nil || last.Next != "" || len(last.Items) != 3 {
		t.Errorf("last page = %+v, %v; want no next", last, err)
	}
	if _, found, err := web.Place[place](""); found || err != nil {
		t.Errorf("no cursor = %t, %v; want the beginning", found, err)
	}
}

func TestAForgedCursorIsRefused(t *testing.T) {
	t.Parallel()
	other, err := web.Cursor(map[string]any{"i": 1, "x": 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, cursor := range []string{"x", "!!", "e30=", strings.Repeat("A", 513), other, "bnVsbHg", "eyJpIjoxLCJpIjoyfQ", "eyJpIjoiMSJ9"} {
		if got, _, err := web.Place[place](cursor); !errors.Is(err, fault.Invalid) {
			t.Errorf("Place(%.20q) = %+v, %v; want invalid", cursor, got, err)
		}
	}
}
