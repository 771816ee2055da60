package imapbox

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"frontline/channels/email/wire"
)

// sentNames are the names that mail programs and providers give to the folder of sent mail, likeliest first, for servers that do
// not say which it is.
var sentNames = []string{
	"Sent", "Sent Messages", "Sent Items", "Sent Mail", "已发送", "已发送邮件", "已发邮件", "寄件備份", "INBOX.Sent", "INBOX/Sent", "INBOX.Sent Messages", "INBOX.Sent Items",
}

// SentFolder gives the folder of sent mail: the one that the server marks \Sent (RFC 6154), else one that is called so. None
// is a *wire.Error with FolderMissing.
func (b *Box) SentFolder(ctx context.Context) (string, error) {
	var options *imap.ListOptions
	if b.caps.Has(imap.CapSpecialUse) && (b.caps.Has(imap.CapListExtended) || b.caps.Has(imap.CapIMAP4rev2)) {
		options = &imap.ListOptions{ReturnSpecialUse: true} // others say it unasked, or not at all
	}
	marked := ""
	var names []string
	err := b.do(ctx, "list", listAnswer, func() error {
		list := b.client.List("", "*", options)
		for data := list.Next(); data != nil; data = list.Next() {
			switch {
			case slices.Contains(data.Attrs, imap.MailboxAttrNoSelect), slices.Contains(data.Attrs, imap.MailboxAttrNonExistent):
			case slices.Contains(data.Attrs, imap.MailboxAttrSent) && marked == "":
				marked = data.Mailbox
			default:
				names = append(names, data.Mailbox)
			}
		}
		return list.Close()
	})
	if err != nil || marked != "" {
		return marked, err
	}
	for _, want := range sentNames {
		for _, name := range names {
			if strings.EqualFold(name, want) {
				return name, nil
			}
		}
	}
	return "", &wire.Error{Code: wire.FolderMissing, Op: "list", Text: `no folder is marked \Sent`}
}

// Append puts a mail into a folder, as read, dated at. The answer's loss leaves open whether it is there; Find tells.
func (b *Box) Append(ctx context.Context, folder string, mail []byte, at time.Time) error {
	return b.do(ctx, "append", smallAnswer, func() error {
		command := b.client.Append(folder, int64(len(mail)), &imap.AppendOptions{Flags: []imap.Flag{imap.FlagSeen}, Time: at})
		_, wrote := command.Write(mail)
		closed := command.Close()
		_, err := command.Wait()
		// A server that refuses does so before it takes the mail; its words say more than the broken write.
		var no *imap.Error
		if errors.As(err, &no) {
			return err
		}
		return errors.Join(err, wrote, closed)
	})
}
