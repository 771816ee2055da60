package tickets

import (
	"context"
	"fmt"
	"strings"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// Tag is a tag in use.
type Tag struct {
	Name    string `json:"name"`
	Tickets int    `json:"tickets" doc:"How many of the latest tagged tickets have it"`
}

// tagsSeen is of how many tickets, the latest ones that have any, the tags are looked at.
const tagsSeen = 5000

// Tags are the tags in use on the tickets that the actor may see, the most frequent first, of those that have the words.
func (t *Tickets) Tags(ctx context.Context, by authority.Actor, words string, limit int) (out []Tag, err error) {
	err = t.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select tag, count(*) from (select tags from tickets where tags <> '{}' order by last_at desc limit $2) t, unnest(t.tags) tag
			where $1 = '' or strpos(lower(tag), lower($1)) > 0 group by tag order by count(*) desc, tag limit $3`, strings.TrimSpace(words), tagsSeen, limit)
		if err != nil {
			return fmt.Errorf("tags: %w", err)
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Tag])
		return err
	})
	return out, err
}

// renamedAtOnce is how many tickets one transaction of a renaming changes.
const renamedAtOnce = 1000

// RenameTag gives all tickets that have a tag another one in its place; where that is in use already the two become one.
// It may be broken off and asked again. It answers how many tickets had it.
func (t *Tickets) RenameTag(ctx context.Context, by authority.Actor, from, to string) (changed int, err error) {
	to = plain.Line(to, 100)
	if err := checkTags([]string{to}); err != nil {
		return 0, fault.BadField("to", "bad_tag")
	}
	if from == to {
		return 0, fault.BadField("to", "same_tag")
	}
	for {
		var n int64
		err := t.gate.Do(authority.WithKey(ctx, authority.Once{}), by, func(tx *authority.Tx) error {
			if err := tx.Allow(ctx, authority.Act{Name: "tag.edit", Object: "tag:" + from, Reason: to}); err != nil {
				return err
			}
			tag, err := tx.Exec(ctx, `update tickets set updated_at = now(),
					tags = array(select tag from unnest(array_replace(tags, $1, $2)) with ordinality x(tag, n) group by tag order by min(n))
				where id in (select id from tickets where tags @> array[$1] and tags <> '{}' order by id limit $3 for update)`, from, to, renamedAtOnce)
			if err != nil {
				return fmt.Errorf("rename the tag: %w", err)
			}
			n = tag.RowsAffected()
			if n > 0 {
				tx.Emit("tickets.imported", "tickets", "staff") // too many to name: lists are read again
			}
			return nil
		})
		changed += int(n)
		if err != nil || n < renamedAtOnce {
			return changed, err
		}
	}
}
