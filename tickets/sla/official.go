package sla

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"frontline/internal/fault"
)

//go:embed official/*.json
var officialFiles embed.FS

// Year is what a country's government announced for one year: which days are free and which days of a weekend are worked
// instead. As JSON it has the form of the holiday-cn project; official/README.md says how the next year is added.
type Year struct {
	Country string   `json:"country"` // ISO 3166: "CN"
	Year    int      `json:"year"`
	Papers  []string `json:"papers"` // the notices it was taken from: title, number, date
	Days    []struct {
		Name string `json:"name"` // of the holiday to which it belongs
		Date Date   `json:"date"`
		Off  bool   `json:"isOffDay"`
	} `json:"days"`
}

// ParseYear reads a year and refuses one that names no notice, has no days, has a day twice, a day of another year than
// its own and the week before and after it, or a make-up day that is an ordinary workday anyway.
func ParseYear(b []byte) (Year, error) {
	var y Year
	if err := json.Unmarshal(b, &y); err != nil {
		return Year{}, fault.BadField("year", "bad_year").Because(err)
	}
	switch {
	case y.Country == "" || y.Year < firstYear || y.Year > lastYear:
		return Year{}, fault.BadField("year", "bad_year")
	case len(y.Papers) == 0:
		return Year{}, fault.BadField("papers", "required")
	case len(y.Days) == 0:
		return Year{}, fault.BadField("days", "required")
	}
	seen := map[Date]bool{}
	for i, d := range y.Days {
		field := fmt.Sprint("days.", i, ".date")
		weekend := d.Date.Weekday() == 0 || d.Date.Weekday() == 6
		switch {
		case d.Date < DateOf(y.Year, 1, 1)-7 || d.Date > DateOf(y.Year, 12, 31)+7:
			return Year{}, fault.BadField(field, "other_year", "year", y.Year)
		case seen[d.Date]:
			return Year{}, fault.BadField(field, "duplicate")
		case !d.Off && !weekend:
			return Year{}, fault.BadField(field, "no_weekend")
		}
		seen[d.Date] = true
	}
	return y, nil
}

// builtIn are the years that the program brings along.
var builtIn = sync.OnceValue(func() (years []Year) {
	files, err := officialFiles.ReadDir("official")
	if err != nil {
		panic(err) // the folder is embedded
	}
	for _, f := range files {
		b, err := officialFiles.ReadFile("official/" + f.Name())
		if err != nil {
			panic(err)
		}
		y, err := ParseYear(b)
		if err != nil {
			panic(fmt.Errorf("%s: %w", f.Name(), err)) // a test reads every file
		}
		years = append(years, y)
	}
	return years
})

// AllOfficial are the years that the program brings along, by country and year.
func AllOfficial() []Year { return slices.Clone(builtIn()) }

// Official are the years of a country that the program brings along, oldest first.
func Official(country string) []Year {
	return slices.DeleteFunc(slices.Clone(builtIn()), func(y Year) bool { return y.Country != country })
}

// officialDays gives the days of a country's years, and which years are known. Of two notices for one year the later in
// the list holds: a government may change a year after it has begun, as China did in January 2020.
func officialDays(country string, more []Year) (days map[Date]Day, known map[int]bool) {
	byYear := map[int]Year{}
	for _, y := range append(Official(country), more...) {
		if y.Country == country {
			byYear[y.Year] = y
		}
	}
	days, known = map[Date]Day{}, map[int]bool{}
	for n, y := range byYear {
		known[n] = true
		for _, d := range y.Days {
			// A day at the turn of the year may be named by both notices; its own year's decides.
			if _, there := days[d.Date]; !there || d.Date.Year() == n {
				days[d.Date] = Day{Date: d.Date, Name: d.Name, Work: !d.Off}
			}
		}
	}
	return days, known
}

// countries that have official years, for what a user may choose.
func countries(more []Year) (names []string) {
	for _, y := range append(slices.Clone(builtIn()), more...) {
		if !slices.Contains(names, y.Country) {
			names = append(names, y.Country)
		}
	}
	slices.SortFunc(names, strings.Compare)
	return names
}
