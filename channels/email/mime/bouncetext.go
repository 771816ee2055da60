package mime

import (
	"regexp"
	"strings"
)

// Reports that follow no standard: qmail's, those of old servers, those of webmail providers. A mail is taken for one
// only when its sender is a mail server and its text says that something did not arrive, or when subject, text and a
// copy of a mail below all say so. A customer who writes about a bounce has none of that.

// bounceSubject matches the subjects of failure reports.
var bounceSubject = regexp.MustCompile(`(?i)^\s*\W{0,3}(?:` + strings.Join([]string{
	`undeliver(?:able|ed)`, `.{0,30}\bundeliverable\b`, `un-?delivered`, `not delivered`, `returned? (?:mail|message|to sender)`, `mail returned`,
	`returned (?:e-?mail|mail)`, `return(?:ed)? mail`,
	`failure notice`, `failed mail`, `failure delivery`, `delivery (?:status )?(?:notification|failure|failed|problem|error|report|has failed|unsuccessful|incomplete|delayed?)`,
	`(?:e-?mail|message|mail)[ -]?(?:delivery|system)[ -]?(?:failure|failed|failures|error|problem|notification|status|has failed|report|delay|warning|unsuccessful)`,
	`mail (?:could not|cannot|can't) be delivered`, `(?:your )?(?:mail|message|e-?mail) (?:could not|cannot|can't|was not|not) (?:be )?(?:delivered|sent)`,
	`non[- ]?(?:delivery|deliverable|delivered|receipt|remis)`, `nondeliverable`, `mail system error`, `mail status report`, `message status`, `error sending`,
	`permanent delivery failure`, `warning: (?:could not send|message .{0,40}delayed|e?mail)`, `(?:message|mail|delivery) delayed`, `delayed mail`, `bounced? mail`, `rejected`, `mailbox full`,
	`unable to deliver`, `could not deliver`, `can'?t deliver`, `user unknown`, `unknown user`, `invalid (?:address|recipient)`, `no such user`, `nicht zustellbar`, `unzustellbar`, `zustellung`,
	`échec de (?:remise|distribution|livraison)`, `impossible de remettre`, `non remis`, `no se puede entregar`, `no entregado`, `error al enviar`, `mancato recapito`, `impossibile recapitare`, `mensagem não entregue`,
	`não foi possível entregar`, `onbestelbaar`, `niet afgeleverd`, `ikke leveret`, `inte levererat`, `niedostarczon`, `nedoručitelné`, `недоставлен`, `не доставлено`, `сообщение не доставлено`,
	`系统退信`, `退信`, `退件`, `.{0,12}退信通知`, `邮件(?:投递|发送|传递|递送)失败`, `郵件(?:投遞|傳送|傳遞|遞送)失敗`, `投递失败`, `投遞失敗`, `未(?:能)?(?:送达|送達|投递|递送|傳遞|传递)`,
	`(?:邮件|郵件)?无法(?:送达|投递|递送|传递)`, `(?:郵件)?無法(?:送達|投遞|遞送|傳遞)`, `邮件被退回`, `郵件被退回`, `您的邮件被退回`, `传递状态通知`, `傳遞狀態通知`, `递送状态通知`, `遞送狀態通知`,
	`送信できません`, `配信(?:不能|エラー|失敗|できません)`, `メール(?:配信|送信)エラー`, `未配信`, `반송`, `메일 ?전송 ?실패`, `전송 ?실패`, `배달되지`,
}, "|") + `)`)

// bounceWords match what a server says of a mail that did not arrive.
var bounceWords = regexp.MustCompile(`(?i)` + strings.Join([]string{
	`(?:could|can|was|were|has|have|did|is|are) ?(?:not|n't) ?(?:been |be |able to be )?(?:deliver|reach|sent|forward|process|accept|found)`, `cannot (?:be )?(?:deliver|reach|send)`,
	`undeliver`, `(?:delivery|deliver).{0,60}(?:fail|unsuccess|not possible|error|impossible|problem|delayed|abort)`, `fail(?:ed|ure)?.{0,60}(?:deliver|recipient|address)`, `unable to (?:deliver|relay|send)`,
	`user (?:is )?unknown`, `unknown (?:user|recipient|address|mailbox|local|host)`, `no such (?:user|address|recipient|mailbox|person|domain|host)`, `does ?n[o']t exist`, `not (?:a )?(?:known|valid|listed|found|exist)`,
	`recipient.{0,40}(?:reject|refus|not|unknown|invalid)`, `(?:mailbox|quota|user).{0,30}(?:full|exceeded|over ?quota|disabled|inactive|unavailable|suspended)`, `over(?: |-)?quota`,
	`(?:returned?|bounced?) (?:to|mail|message|because)`, `rejected`, `invalid (?:recipient|address|user)`, `permanent (?:fatal )?error`, `host (?:unknown|not found)`, `mail delivery`, `dns error`,
	`\b5\d\d[ -]`, `\b5\.\d\.\d{1,3}\b`, `account.{0,30}(?:disabled|closed|inactive|not)`, `relay(?:ing)? (?:denied|not)`, `message (?:was )?not (?:sent|delivered)`, `not (?:yet )?(?:been )?delivered`, `still (?:being )?(?:retr|try|attempt)`,
	`退信`, `退回`, `投递失败`, `(?:未能|无法|不能|未|無法|不能)(?:被)?(?:送达|投递|发送|递送|传递|送達|投遞|傳遞|寄送)`, `(?:用户|收件人|地址|邮箱|信箱|帐号|账号|帳號).{0,12}(?:不存在|已满|错误|被禁用|無效|无效|停用|拒绝|已滿|找不到)`, `发送失败`, `被拒(?:绝|收)`,
	`配信でき`, `届けることができ`, `存在しません`, `zugestellt werden`, `nicht zustell`, `unzustellbar`, `n'a pas (?:pu|été)`, `no (?:se )?pud?o (?:ser )?entreg`, `não (?:pôde|foi)`, `niet (?:worden )?(?:af|be)geleverd`, `impossibile`, `не (?:может|удалось|был)`,
}, "|"))

// delayWords match what a server says while it keeps trying.
var delayWords = regexp.MustCompile(`(?i)` + strings.Join([]string{
	`this is (?:only )?a warning`, `warning message only`, `(?:do|need) not (?:need to )?re-?send`, `no need to re-?send`, `(?:will|shall|still) (?:continue|keep|be) (?:to )?(?:try|retr|attempt|deliver)`, `still trying`, `continue trying`,
	`not yet been delivered`, `has been postponed`, `advisory-only`, `has been delayed`, `delivery (?:is |was )?delayed`, `delayed in delivery`, `will be (?:retried|re-?tried|attempted|queued)`, `delivery attempts will continue`, `will try again`, `系统(?:将|会)继续(?:尝试|重试)`, `延迟投递`, `稍后重试`, `投递延迟`,
}, "|"))

// giveUpWords match what a server says when it tries no longer, though it may also tell of delays.
var giveUpWords = regexp.MustCompile(`(?i)(?:giving|given|gave) up|permanent(?:ly)? (?:fatal|fail|error)|will not (?:be )?(?:retr|try)|no further|could not be delivered for|unable to deliver|not be (?:retried|attempted)|fatal error`)

// copyStart matches the line above the copy of the mail that bounced.
var copyStart = regexp.MustCompile(`(?i)^[\s>|*]*(?:[-=_*+]{2,}.{0,40}(?:copy of|original|unsent|returned|your message (?:below|follows)|begin|start of|header|forwarded|body|message text|原始|原邮件|邮件头|信件).{0,60}[-=_*+ :]*|` +
	`.{0,40}(?:below this line is a copy|copy of (?:the|your) (?:original )?(?:message|mail)|original (?:message|mail) (?:follows|headers?|text)|(?:headers?|text) of (?:the )?(?:original|your|message).{0,30}follow|the original message (?:is attached|included)|message (?:headers?|text|contents?) (?:follow|is|are)|unsent message (?:below|follows)|your (?:original )?message (?:follows|reads|below)|old message|(?:first|beginning).{0,20}(?:lines|bytes) of|message header follows|returned message follows|原邮件内容|原始邮件|原信).{0,60}[:：\-=]*)\s*$`)

var copyHeader = regexp.MustCompile(`(?i)^[\s>|]*(?:received:\s+(?:from|by|\()|return-path:\s|message-id:\s*<|x-mailer:|mime-version:|dkim-signature:|delivered-to:)`)

// bounceOfText reads a failure report in free form; nil when the mail is none.
func (m *Mail) bounceOfText(r reportParts, root *part) *Bounce {
	subject := bounceSubject.MatchString(m.Subject)
	within := failureWithin.MatchString(m.Subject)
	daemon := m.fromDaemon() || len(m.From) == 0 && subject
	status := strings.Contains(root.ctype.param("report-type"), "delivery-status") || len(r.status) > 0
	failed := m.Header.Has("X-Failed-Recipients") || m.Header.Has("X-MS-Exchange-Message-Is-Ndr")
	if !subject && !within && !daemon && !status && !failed && !m.NullReturnPath {
		return nil // before the text, which takes longer, is looked at
	}
	report, copied := splitCopy(m.reportText())
	words := bounceWords.MatchString(report)
	hasCopy := copied != "" || r.original != nil
	announced := len(triggered(report)) > 0
	proof := announced || statusCode(report) != "" || replyCode.MatchString(report)
	fresh := len(m.References) == 0 && m.InReplyTo == ""
	switch {
	case failed, status && (subject || words || daemon):
	case autoSubject.MatchString(m.Subject): // a vacation notice also has the null return path
		return nil
	case m.fromMailer() && (subject || words || hasCopy):
	case daemon && (subject || words && (proof || hasCopy)): // a postmaster may be a person
	case m.NullReturnPath && words && (subject || proof || hasCopy):
	case fresh && subject && words && hasCopy && proof:
	case fresh && (subject || within) && announced:
	default:
		return nil
	}
	b := &Bounce{Kind: BounceFailed}
	if delayWords.MatchString(report) && !giveUpWords.MatchString(report) || delaySubject.MatchString(m.Subject) {
		b.Kind = BounceDelayed
	}
	for _, a := range m.bounceAddresses(report, copied, r) {
		b.add(a)
	}
	b.Reason, b.Status = bounceReason(report)
	b.Permanent = b.Kind == BounceFailed && isPermanent(b.Status, b.Reason)
	if copied != "" {
		h := readHeader(skipBlank([]byte(copied)), maxReport, never, func(name string) bool { return strings.EqualFold(name, "Message-ID") })
		id, _ := h.header.raw("Message-ID")
		b.MessageID = firstID(id)
	}
	return b
}

// failureWithin matches subjects that keep the subject of the mail and say behind it that it failed.
var failureWithin = regexp.MustCompile(`(?i)delivery failed|undeliverable|non remis|undelivered|not delivered|退信|投递失败`)

var delaySubject = regexp.MustCompile(`(?i)^\W*(?:warning|delayed|.{0,30}\bdelay(?:ed)?\b|.{0,20}still being retried)`)

// reportText is what the server wrote: the text of the mail, not more than a report would have.
func (m *Mail) reportText() string { return string(cutAt([]byte(m.Text), 32<<10)) }

// fromMailer says whether the sender has a name that only programs have.
func (m *Mail) fromMailer() bool {
	return len(m.From) > 0 && mailerLocal.MatchString(strings.Trim(m.From[0].Address, `\"`))
}

var mailerLocal = regexp.MustCompile(`(?i)^(?:mailer-?daemon|mail-?daemon|mdaemon)(?:[-+_.@].*)?$`)

// fromDaemon says whether a mail server sent the mail.
func (m *Mail) fromDaemon() bool {
	for _, list := range [][]Address{m.From, m.Sender, {{Address: m.ReturnPath}}} {
		for _, a := range list {
			local, _, _ := strings.Cut(strings.ToLower(a.Address), "@")
			local = strings.Trim(local, `\"`)
			if serverLocal.MatchString(local) || daemonName.MatchString(a.Name) {
				return true
			}
		}
	}
	return false
}

var daemonName = regexp.MustCompile(`(?i)mail ?(?:er)?[- ]?(?:delivery|daemon|system|administrator|router)|postmaster|delivery (?:subsystem|system|service)|system administrator|系统管理员|邮件系统|退信|邮件服务`)

// splitCopy parts a report from the copy of the mail that stands below it.
func splitCopy(text string) (report, copied string) {
	at := 0
	for l := range strings.Lines(text) {
		if copyHeader.MatchString(l) || copyStart.MatchString(l) && at > 0 {
			if copyHeader.MatchString(l) {
				return text[:at], text[at:]
			}
			return text[:at], text[at+len(l):]
		}
		at += len(l)
	}
	return text, ""
}

// bounceReason finds the line in which the server says why, and its status code.
func bounceReason(report string) (reason, status string) {
	best := 0
	for l := range strings.Lines(report) {
		l = strings.TrimSpace(l)
		if l == "" || len(l) > 1000 {
			continue
		}
		rank := 0
		switch {
		case statusCode(l) != "":
			rank = 3
		case replyCode.MatchString(l):
			rank = 2
		case bounceWords.MatchString(l):
			rank = 1
		}
		if rank > best {
			best, reason = rank, oneLine(l)
			status = statusCode(l)
		}
	}
	return reason, status
}
