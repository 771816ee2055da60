package main

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strconv"

	"frontline/channels/email"
)

// demoMail is where the demo takes mail, when no other address is set and nobody else is there.
const demoMail = "127.0.0.1:2525"

// freeAddress is the wanted address, or another port where it is taken: by a second demo, most likely.
func freeAddress(ctx context.Context, wanted string) string {
	for _, address := range []string{wanted, "127.0.0.1:0"} {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
		if err == nil {
			defer l.Close() //nolint:errcheck // it is opened anew
			return l.Addr().String()
		}
	}
	return wanted
}

// demoAddress is the demo company's own.
const demoAddress = "kefu@polaris.example"

// openMail gives the company a mailbox: mail comes in at the port, and what the desk sends goes to a
// postbox on this machine, where it can be looked at.
func (d *demo) openMail(ctx context.Context) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("open the demo's postbox: %w", err)
	}
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return err
	}
	box := &postbox{dir: d.postbox()}
	d.h.parts = append(d.h.parts, func(ctx context.Context) error { return box.serve(ctx, l) })
	_, err = d.h.mail.Save(ctx, visitor, 0, email.Edit{
		Name: "北辰机床客服 Polaris", Address: demoAddress, QueueID: d.queues[queues[0].key],
		TicketLink: true,
		SMTP:       &email.Server{Host: host, Port: number, Security: "plain"},
	})
	return err
}

func (d *demo) postbox() string { return filepath.Join(d.settings.Data, "postbox") }

// mailWords says how to write to the company and where its answers go.
func (d *demo) mailWords() string {
	return fmt.Sprintf(`
Write to the company:

  swaks --server %s --to %s --from zhang@customer.example --header "Subject: 主轴转速不稳" --body "请尽快处理"

What the desk sends is kept in %s
`, d.settings.MailListen, demoAddress, d.postbox())
}
