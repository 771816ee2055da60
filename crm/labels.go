package crm

import (
	"context"
	"fmt"

	"frontline/internal/authority"
	"frontline/internal/fault"
)

// Label says what a point of a contact is called.
type Label struct {
	Point
	Label string `json:"label" enum:",business,mobile,home"`
}

// labelPoints names points that the contact has.
func labelPoints(ctx context.Context, tx *authority.Tx, contact int64, labels []Label) error {
	for i, l := range labels {
		kinds, addresses, err := normalIn("labels", []Point{l.Point})
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `update contact_points set label = $4 where contact_id = $1 and kind = $2 and address = $3`,
			contact, kinds[0], addresses[0], l.Label)
		if err != nil {
			return wrap("label a contact point", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.BadField(fmt.Sprintf("labels.%d.address", i), "not_of_contact")
		}
	}
	return nil
}
