package smtpout

import (
	"net/textproto"
	"regexp"
	"strings"

	"frontline/channels/email/wire"
)

// Outcome is what became of a mail.
type Outcome string

// The outcomes.
const (
	Sent      Outcome = "sent"      // the server has taken it
	Refused   Outcome = "refused"   // the server will never take it: tell a person now
	Deferred  Outcome = "deferred"  // surely not taken: try again later, with the same bytes
	Uncertain Outcome = "uncertain" // the line broke after the last dot: sending again could double it
)

// Step is where a session ended.
type Step string

// The steps, in order.
const (
	StepConnect Step = "connect"
	StepHello   Step = "hello" // EHLO and encryption
	StepLogin   Step = "login"
	StepMail    Step = "mail"
	StepRcpt    Step = "rcpt"
	StepData    Step = "data" // the content, up to the last dot
	StepDot     Step = "dot"
)

// Reply is a server's answer. The zero Reply is no answer.
type Reply struct {
	Code     int    // 250, 550 …
	Enhanced string // "5.1.1", where the server says (RFC 3463)
	Text     string // the rest, in one line, fit for a screen
}

// Recipient is what became of the mail for one of them.
type Recipient struct {
	Address string
	Outcome Outcome
	Reply   Reply
}

// Result is what became of a mail.
type Result struct {
	// Outcome is the best that any recipient got: sent also when others were refused or deferred, who are in Recipients and
	// may get the same bytes again. Uncertain goes before all.
	Outcome    Outcome
	Recipients []Recipient // in the order of Envelope.To

	Step  Step
	Reply Reply // to the last step
	// Code says what is wrong with the account or the line, in the words of package wire; empty when only this mail is.
	Code wire.Code
	Err  error // the cause, for the log

	// AssignedID is the Message-ID, without <>, that the provider gave the mail instead of ours, where its answer says.
	// Replies will refer to it.
	AssignedID string
}

func (r *Result) sumUp() {
	rank := map[Outcome]int{Refused: 1, Deferred: 2, Sent: 3, Uncertain: 4}
	for _, to := range r.Recipients {
		if rank[to.Outcome] > rank[r.Outcome] {
			r.Outcome = to.Outcome
		}
	}
	// Where no recipient was taken the session ended there, with the last answer.
	if r.Step == "" && len(r.Recipients) > 0 {
		r.Step, r.Reply = StepRcpt, r.Recipients[len(r.Recipients)-1].Reply
	}
}

// refuse notes a server's no to one recipient.
func (r *Recipient) refuse(said *textproto.Error) {
	r.Outcome, r.Reply = Deferred, replyOf(said.Code, said.Msg)
	if said.Code/100 == 5 {
		r.Outcome = Refused
	}
}

// TooMany says whether the server wants fewer mails of this account, now or for a while. That a recipient gets too many or has no
// room, or that this mail has too many recipients, says nothing about the account.
func (r Result) TooMany() bool {
	for _, to := range r.Recipients {
		if to.Reply.tooMany() {
			return true
		}
	}
	return r.Reply.tooMany()
}

func (r Reply) tooMany() bool {
	switch {
	case r.Code/100 < 4, strings.HasPrefix(r.Enhanced, "4.2."), r.Enhanced == "5.2.2", r.Enhanced == "4.5.3", r.Enhanced == "5.5.3", noRoom.MatchString(r.Text):
		return false
	case r.Code == 421 && strings.HasPrefix(r.Enhanced, "4.7."), r.Enhanced == "4.7.28", r.Enhanced == "5.4.5": // Google: rate, rate by address, daily quota
		return true
	}
	return tooMany.MatchString(r.Text)
}

var (
	// tooMany are the words in which servers say it. The short ones are NetEase's (163, 126, yeah.net).
	tooMany = regexp.MustCompile(`(?i)\b(?:HL:I[CF]C|MI:DMC|RP:DRC|RP:QRC)\b|too many (?:messages|mails?|e-?mails|connections|requests|login)|rate[ -]?limit|` +
		`(?:limit|quota) (?:was |has been |is )?(?:exceeded|reached)|exceeded[^.]{0,40}(?:quota|rate|limit)|throttl|too (?:fast|frequent|quickly)|frequency limit|` +
		`SubmissionQuotaExceeded|频率|频繁|发送.{0,12}(?:过多|超过|超出|上限)|(?:超过|超出).{0,12}(?:限制|上限)`)
	noRoom = regexp.MustCompile(`(?i)mailbox|storage|disk|over ?quota`)
)

var enhanced = regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3}(?:\s+|$)`)

func replyOf(code int, text string) Reply {
	r := Reply{Code: code, Text: wire.Words(text)}
	if found := enhanced.FindString(r.Text); found != "" {
		r.Text = r.Text[len(found):]
		r.Enhanced = wire.Words(found)
	}
	return r
}

// codeOf is what a refusal says about the account, if it does not only concern the mail.
func codeOf(step Step, code int) wire.Code {
	switch step {
	case StepConnect, StepHello:
		if code/100 == 4 {
			return wire.Throttled
		}
		return wire.RefusedByServer
	case StepLogin:
		if code/100 == 4 {
			return wire.Throttled
		}
		return wire.AuthFailed
	case StepMail:
		if code == 530 || code == 535 { // "authenticate first"
			return wire.AuthFailed
		}
	}
	if code == 421 {
		return wire.Throttled
	}
	return ""
}
