package tickets

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
)

// Alike is another ticket of the same customer that is perhaps about the same.
type Alike struct {
	Row
	Alike int `json:"alike" doc:"How much the subjects are alike, 0 to 100"`
}

const (
	alikeSeen  = 50 // of a customer's tickets, the latest
	alikeShown = 5
	alikeLeast = 60
)

// Similar finds the tickets of the same contact, or of a colleague of the same account, that are still worked on and have much
// the same subject: the likeliest first.
func (t *Tickets) Similar(ctx context.Context, by authority.Actor, ticket int64) (out []Alike, err error) {
	out = []Alike{}
	err = t.gate.View(ctx, by, func(q authority.Query) error {
		var subject string
		var contact int64
		var account *int64
		var led bool
		if err := q.QueryRow(ctx, `select subject, contact_id, account_id, merged_into is not null from tickets where id = $1`, ticket).Scan(&subject, &contact, &account, &led); err != nil {
			return notFound(err, "ticket")
		}
		if led {
			return nil
		}
		rows, err := q.Query(ctx, `select `+rowColumns+` from (
				(select * from tickets where contact_id = $2 and id <> $1 order by last_at desc, id desc limit $4)
				union (select * from tickets where account_id = $3 and id <> $1 order by last_at desc, id desc limit $4)) t`+rowJoins+`
			where t.state in ('open', 'pending', 'on_hold') and t.merged_into is null order by t.last_at desc, t.id desc`, ticket, contact, account, alikeSeen)
		if err != nil {
			return fmt.Errorf("similar tickets: %w", err)
		}
		found, err := pgx.CollectRows(rows, scanRow)
		if err != nil {
			return fmt.Errorf("similar tickets: %w", err)
		}
		for _, r := range found {
			if n := alike(subject, r.Subject); n >= alikeLeast {
				out = append(out, Alike{r, n})
			}
		}
		slices.SortStableFunc(out, func(a, b Alike) int { return b.Alike - a.Alike })
		out = out[:min(len(out), alikeShown)]
		return nil
	})
	return out, err
}

// prefixes are what mail programs put before the subject of an answer, and our own numbers.
var prefixes = regexp.MustCompile(`(?i)^(\s*(re|aw|fw|fwd|wg|sv|回复|答复|转发)\s*(\[\d+\])?\s*[:：]|\s*\[#?\d+\])+`)

// alike is how much two subjects share, 0 to 100: twice the pairs of neighbouring letters in both, by all pairs (Dice).
func alike(a, b string) int {
	x, y := pairsOf(a), pairsOf(b)
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	n, common := len(x)+len(y), 0
	left := map[[2]rune]int{}
	for _, p := range x {
		left[p]++
	}
	for _, p := range y {
		if left[p] > 0 {
			left[p]--
			common++
		}
	}
	return 200 * common / n
}

// pairsOf are the neighbouring letters and digits of a subject. Of a single one it is that one.
func pairsOf(subject string) (out [][2]rune) {
	var letters []rune
	for _, r := range strings.ToLower(prefixes.ReplaceAllString(subject, "")) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			letters = append(letters, r)
		}
	}
	if len(letters) == 1 {
		return [][2]rune{{letters[0]}}
	}
	for i := 1; i < len(letters); i++ {
		out = append(out, [2]rune{letters[i-1], letters[i]})
	}
	return out
}
