package email

import (
	"context"
	"slices"
	"strings"

	"frontline/channels/email/mime"
	"frontline/crm"
	"frontline/internal/authority"
	"frontline/tickets"
)

// writer is who a mail is from, as far as the mail itself says.
type writer struct {
	mime.Address          // the customer
	claimed      bool     // the customer is who Reply-To names: From is the program that passed the words on
	ours         bool     // with claimed: that program is at home in our domain
	replyTo      []string // where answers go; empty: to the customer
	others       []string // who else got it in the open, us left out
}

// sender is who sent the mail; one without a sender gets the zero Address.
func sender(m mime.Mail) mime.Address {
	for _, a := range append(append([]mime.Address{}, m.From...), m.Sender...) {
		if p, err := (crm.Point{Kind: crm.Email, Address: a.Address}).Normal(); err == nil {
			return mime.Address{Name: a.Name, Address: p.Address}
		}
	}
	return mime.Address{}
}

// writer tells the customer from the program that mailed the customer's words, such as a web form: the customer is who
// Reply-To names where From is one of our own addresses, in our own domain, a robot's, or the mail says that it is a form.
// Otherwise the customer is From, and answers go to Reply-To. docs/decisions/015 says why.
func (e *Email) writer(ctx context.Context, tx *authority.Tx, m mime.Mail, from mime.Address) (writer, error) {
	w := writer{Address: from}
	local, domain, _ := strings.Cut(from.Address, "@")
	to, others := normal(m.ReplyTo), normal(m.To, m.Cc)
	asked := []string{withoutToken(from.Address)}
	for _, a := range slices.Concat(to, others) {
		asked = append(asked, withoutToken(a.Address))
	}
	var own []string
	var house bool
	err := tx.QueryRow(ctx, `select coalesce(array_agg(address) filter (where address = any ($1)), '{}'), coalesce(bool_or(split_part(address, '@', 2) = $2), false) from mailboxes`,
		asked, domain).Scan(&own, &house)
	if err != nil {
		return w, wrap("addresses of ours", err)
	}
	us := func(a mime.Address) bool { return slices.Contains(own, withoutToken(a.Address)) }
	// An address that the mail came to us by is one of ours too: an alias, a group.
	others = slices.DeleteFunc(others, func(a mime.Address) bool {
		return us(a) || slices.ContainsFunc(m.DeliveredTo, func(d string) bool { return strings.EqualFold(d, a.Address) })
	})
	to = slices.DeleteFunc(to, us) // an answer to ourselves would come back as a mail of ours
	if len(to) > 0 && to[0].Address != from.Address {
		w.ours = us(from) || house && !publicDomains[domain]
		if w.claimed = w.ours || mime.Robot(local) || m.Form(); w.claimed {
			w.Address = to[0]
		}
	}
	if len(to) != 1 || to[0].Address != w.Address.Address {
		w.replyTo = addresses(to)
	}
	for _, a := range others {
		if a.Address != w.Address.Address && !slices.Contains(w.replyTo, a.Address) {
			w.others = append(w.others, a.Address)
		}
	}
	return w, nil
}

// normal are the addresses in lists that can be written to, each once.
func normal(lists ...[]mime.Address) (out []mime.Address) {
	for _, a := range slices.Concat(lists...) {
		p, err := (crm.Point{Kind: crm.Email, Address: a.Address}).Normal()
		if err == nil && len(out) < 100 && !slices.ContainsFunc(out, func(o mime.Address) bool { return o.Address == p.Address }) {
			out = append(out, mime.Address{Name: a.Name, Address: p.Address})
		}
	}
	return out
}

// signed says whether only who got a mail of ours can give the hint.
func signed(h tickets.Hint) bool { return h.Ticket != 0 && h.Kind != "subject" }

// publicDomains belong to providers who give addresses to anybody: sharing one with our mailbox makes nobody a part of us.
var publicDomains = func() map[string]bool {
	m := map[string]bool{}
	for _, d := range strings.Fields(`qq.com vip.qq.com foxmail.com 163.com vip.163.com 126.com vip.126.com yeah.net 188.com sina.com sina.cn vip.sina.com sohu.com
		aliyun.com 139.com 189.cn wo.cn 21cn.com tom.com gmail.com googlemail.com outlook.com outlook.cn hotmail.com live.com live.cn msn.com icloud.com me.com mac.com
		yahoo.com yahoo.cn yahoo.com.cn yahoo.co.jp ymail.com aol.com gmx.de gmx.net gmx.com web.de t-online.de mail.ru yandex.ru yandex.com proton.me protonmail.com
		zoho.com fastmail.com naver.com daum.net hanmail.net`) {
		m[d] = true
	}
	return m
}()
