package agentdesk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontline/internal/event"
	"frontline/internal/fault"
	"frontline/tickets"
)

// offerFrame asks the agent to take a contact, or with auto says that they have it.
type offerFrame struct {
	Type    string     `json:"type"`
	ID      int64      `json:"id"`
	Channel string     `json:"channel"`
	Object  string     `json:"object"`
	Expires *time.Time `json:"expires"`
	Auto    bool       `json:"auto"`
}

func frameOf(o tickets.Offer) offerFrame {
	return offerFrame{"offer", o.ID, o.Channel, "ticket:" + strconv.FormatInt(o.TicketID, 10), o.ExpiresAt, o.Auto}
}

// showOffer follows an event that says that somebody was made an offer. One that is over by now is not shown.
func (l *line) showOffer(ctx context.Context, e *event.Event) error {
	if !slices.Contains(e.Topics, agentObject(l.by.ID)) {
		return nil // who leads others hears of theirs too
	}
	id, err := strconv.ParseInt(strings.TrimPrefix(e.Object, "offer:"), 10, 64)
	if err != nil {
		return nil //nolint:nilerr // no offer
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	o, err := l.desk.o.Work.Offer(ctx, l.by, id)
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return l.send(encode(frameOf(o)))
}
