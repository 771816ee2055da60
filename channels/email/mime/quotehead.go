package mime

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Words with which mail programs head the history they quote. All are in lower case.

// wroteVerbs end a line such as "On 1 March 2024, Li wrote:".
var wroteVerbs = []string{
	"wrote", "sent", "wrote the following", "a écrit", "écrit", "ecrit", "schrieb", "geschrieben", "geschreven", "schreef", "escribió", "escribio",
	"scritto", "escreveu", "va escriure", "napisał", "napisał(a)", "napisała", "napisał/a", "napsal", "napsal(a)", "napsala",
	"napísal", "napísal(a)", "skrev", "kirjoitti", "написал", "написала", "написал(а)", "пишет", "писал", "писал(а)", "пише",
	"написав", "написа", "yazdı", "şunu yazdı", "şunları yazdı", "írta", "a scris", "έγραψε", "đã viết", "menulis", "kirjutas",
	"rakstīja", "rašė", "je napisal", "je napisal(a)", "je napisao", "je napisao/la", "כתב", "כתב/ה", "כתבה", "كتب", "เขียนว่า", "เขียน",
	"写道", "寫道", "写到", "來信", "来信", "のメール", "書きました", "作成", "님이 작성", "작성", "님이 씀", "の投稿",
}

// wroteLeads begin such a line.
var wroteLeads = []string{
	"on ", "at ", "le ", "am ", "el ", "il ", "il giorno ", "em ", "op ", "w dniu ", "dnia ", "den ", "på ", "pe ", "dne ", "dňa ",
	"vào ", "pada ", "a ", "în data", "la data", "στις ", "el dia ", "el día ", "il giorno", "on:", "在", "于", "於", "from ",
	"mon", "tue", "wed", "thu", "fri", "sat", "sun", "lun", "mar", "mer", "jeu", "ven", "sam", "dim",
}

// originalWords stand between dashes above the history.
var originalWords = []string{
	"original message", "original", "original mail", "original email", "original e-mail", "originalnachricht", "replied message", "reply message",
	"ursprüngliche nachricht", "original-nachricht", "original nachricht", "originale nachricht", "message d'origine", "message original",
	"message d’origine", "mensaje original", "mensaje originial", "messaggio originale", "mensagem original", "oorspronkelijk bericht",
	"originele bericht", "oprindelig meddelelse", "ursprungligt meddelande", "ursprungsmeddelande", "opprinnelig melding",
	"opprinnelig e-post", "alkuperäinen viesti", "wiadomość oryginalna", "oryginalna wiadomość", "original wiadomość", "původní zpráva",
	"pôvodná správa", "eredeti üzenet", "orijinal mesaj", "исходное сообщение", "исходное письмо", "оригинальное сообщение",
	"оригінальне повідомлення", "αρχικό μήνυμα", "mesaj original", "thư gốc", "tin nhắn gốc", "原始邮件", "原始郵件", "原始信件", "原邮件", "原件",
	"邮件原件", "郵件原件", "邮件原文", "原文", "原始信息", "原始訊息", "回复的原邮件", "回覆的原郵件", "回复的邮件", "答复的原邮件", "回复邮件信息",
	"历史邮件", "元のメッセージ", "元のメール", "オリジナルメッセージ", "원본 메시지", "원본 메일", "원본메시지",
}

// forwardWords head a mail that was passed on. It is what the sender wants read, so it counts as new.
var forwardWords = []string{
	"forwarded message", "forwarded email", "forwarded mail", "forwarded", "weitergeleitete nachricht", "message transféré",
	"message transmis", "mensaje reenviado", "messaggio inoltrato", "mensagem encaminhada", "doorgestuurd bericht",
	"videresendt meddelelse", "videresendt melding", "vidarebefordrat meddelande", "välitetty viesti", "wiadomość przekazana dalej",
	"przekazana wiadomość", "přeposlaná zpráva", "továbbított üzenet", "iletilen mesaj", "пересылаемое сообщение",
	"пересланное сообщение", "конец пересылаемого сообщения", "转发的邮件", "转发邮件", "转发邮件信息", "轉寄的郵件", "轉寄郵件", "转发的信息",
	"已转发邮件", "转发信息", "転送メッセージ", "転送されたメッセージ", "전달된 메시지", "전달된 메일", "begin forwarded message",
	"开始转发的邮件", "開始轉寄郵件", "début du message transféré", "anfang der weitergeleiteten nachricht", "inicio del mensaje reenviado",
	"inizio messaggio inoltrato", "início da mensagem reencaminhada", "下記は転送メッセージです",
}

// forwardSubjects begin the subject of a mail that was passed on.
var forwardSubjects = []string{"fw:", "fwd:", "wg:", "tr:", "rv:", "enc:", "i:", "vs:", "pd:", "转发:", "转发：", "轉寄:", "轉寄：", "転送:", "전달:", "fw：", "fwd："}

// headKind is what a field in the head of a quoted mail tells.
type headKind byte

const (
	headFrom headKind = 1 << iota
	headDate
	headTo
	headSubject
)

// headFields are the names of those fields.
var headFields = func() map[string]headKind {
	m := map[string]headKind{}
	for kind, names := range map[headKind][]string{
		headFrom: {
			"from", "von", "de", "da", "van", "fra", "från", "od", "от", "от кого", "від", "lähettäjä", "kimden", "gönderen", "feladó",
			"απο", "από", "expéditeur", "remitente", "mittente", "remetente", "afzender", "nadawca", "odesílatel", "expeditor", "từ", "người gửi",
			"发件人", "發件人", "寄件者", "寄件人", "发信人", "發信人", "发送人", "发件者", "差出人", "送信者", "送信元", "보낸 사람", "보낸사람", "보낸이", "발신",
			"dari", "de la", "de parte de", "saatja", "pošiljatelj", "odosielateľ",
		},
		headDate: {
			"date", "sent", "datum", "gesendet", "gesendet am", "envoyé", "envoyé le", "enviado", "enviado el", "enviado em", "fecha", "data", "data/ora",
			"inviato", "verzonden", "sendt", "dato", "skickat", "lähetetty", "päivämäärä", "päiväys", "wysłano", "data wysłania", "odesláno",
			"odoslané", "elküldve", "dátum", "gönderildi", "gönderme tarihi", "tarih", "дата", "отправлено", "надіслано", "ημερομηνία", "trimis", "đã gửi", "ngày",
			"发送时间", "发送日期", "日期", "时间", "发信时间", "发件时间", "寄件日期", "發送時間", "傳送日期", "时 间", "日 期", "日　期", "時間",
			"送信日時", "日付", "日時", "보낸 날짜", "보낸날짜", "날짜", "발송일", "sent at", "sent on", "date sent", "received", "dikirim", "tanggal", "saadetud",
		},
		headTo: {
			"to", "an", "à", "a", "para", "aan", "til", "till", "do", "dla", "кому", "vastaanottaja", "kime", "alıcı", "címzett", "προς", "destinataire",
			"destinatario", "destinatário", "pour", "adresat", "komu", "către", "đến", "tới", "收件人", "收件者", "收信人", "发给", "收 件 人", "宛先", "送信先",
			"받는 사람", "받는사람", "받는이", "수신", "empfänger", "ontvanger", "kepada",
			"cc", "bcc", "kopie", "copie", "copia", "kopia", "kopi", "cópia", "копия", "копія", "másolatot kap", "bilgi", "抄送", "抄送至", "副本", "抄 送",
			"密送", "참조", "reply-to", "reply to", "antwort an", "answer to",
		},
		headSubject: {
			"subject", "betreff", "betrifft", "objet", "sujet", "asunto", "oggetto", "assunto", "onderwerp", "emne", "ämne", "aihe", "temat", "předmět",
			"predmet", "tárgy", "konu", "тема", "θέμα", "subiect", "chủ đề", "tiêu đề", "subjek", "perihal", "主题", "主旨", "主 题", "主　题", "标题",
			"主題", "件名", "題名", "제목", "teema", "zadeva",
		},
	} {
		for _, n := range names {
			m[n] = kind
		}
	}
	return m
}()

// headField reads a line as a field of a quoted mail's head: "发件人：李", "*From:* Li", "| 主题 | … |".
func headField(text string) (kind headKind, value string) {
	t := strings.TrimLeft(text, " \t|*>_-")
	bar := strings.HasPrefix(strings.TrimLeft(text, " \t"), "|")
	n := strings.IndexAny(t, ":：|")
	if n < 1 || n > 60 {
		return 0, ""
	}
	if t[n] == '|' && !bar {
		return 0, ""
	}
	name := strings.ToLower(strings.Trim(strings.ReplaceAll(t[:n], "\u00a0", " "), " \t*_\u3000"))
	_, size := utf8.DecodeRuneInString(t[n:])
	value = strings.Trim(t[n+size:], " \t*|_\u00a0")
	kind = headFields[name]
	if kind == 0 {
		kind = headFields[strings.Join(strings.Fields(strings.ReplaceAll(name, "\u3000", "")), "")]
	}
	return kind, value
}

var (
	timePattern  = regexp.MustCompile(`\d{1,2}[:：.hH]\d{2}|\d{4}[-/年.]\s?\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}\D{1,12}\d{4}`)
	emailPattern = regexp.MustCompile(`[^\s@<>()\[\]"'：:，,;；]{1,64}@[a-zA-Z0-9.-]{2,100}`)
)

// headBlock says how many lines from i on are the head of a quoted mail; 0 when they are none. It takes fields of at
// least two kinds that look like a mail's, because people write forms with the same words.
func (q *quoteReader) headBlock(i int) int {
	first, _ := headField(q.text(i))
	if first != headFrom && first != headDate && first != headTo {
		return 0
	}
	if q.budget -= 5; q.budget < 0 {
		return 0
	}
	var seen headKind
	proof := false // a value only a mail's head has
	last, wrapped := i, 0
	for j := i; j < len(q.lines) && j < i+14; j++ {
		t := q.text(j)
		if strings.TrimSpace(t) == "" {
			// Programs that make text of HTML put blank lines between the fields.
			if j+1 < len(q.lines) {
				if k, _ := headField(q.text(j + 1)); k != 0 && seen != 0 {
					continue
				}
			}
			break
		}
		kind, value := headField(t)
		if kind == 0 {
			if wrapped++; wrapped > 3 {
				break
			}
			if strings.Contains(t, "@") {
				proof = true
			}
			continue
		}
		wrapped = 0
		seen |= kind
		last = j
		switch kind {
		case headFrom:
			proof = proof || strings.Contains(value, "@")
		case headTo:
			proof = proof || strings.Contains(value, "@") && seen&(headFrom|headDate) != 0
		case headDate:
			proof = proof || timePattern.MatchString(value) && seen&headFrom != 0 && clockPattern.MatchString(value)
		}
	}
	kinds := 0
	for _, k := range []headKind{headFrom, headDate, headTo, headSubject} {
		if seen&k != 0 {
			kinds++
		}
	}
	switch {
	case kinds >= 3 && seen&headFrom != 0 && (proof || seen&headDate != 0 && seen&headSubject != 0 && seen&headTo != 0),
		kinds >= 2 && proof && seen&(headFrom|headDate) != 0:
		return last - i + 1
	}
	return 0
}

// framed gives the words between dashes, such as those of "----- Original Message -----".
func framed(text string) (words string, ok bool) {
	t := strings.TrimSpace(strings.ReplaceAll(text, "\u00a0", " "))
	inner := strings.Trim(t, "-_=*— \t>")
	left := len(t) - len(strings.TrimLeft(t, "-_=*— \t>"))
	right := len(t) - len(strings.TrimRight(t, "-_=*— \t>"))
	return strings.ToLower(strings.TrimRight(inner, ":： ")), left >= 2 && right >= 2 && inner != "" && len(inner) < 200
}

func isOriginalLine(text string) bool {
	words, ok := framed(text)
	return ok && contains(originalWords, words)
}

// isForwardLine says whether a line heads a mail that was passed on.
func isForwardLine(text string) bool {
	if words, ok := framed(text); ok {
		return contains(forwardWords, words)
	}
	t := strings.ToLower(strings.TrimSpace(text))
	if !strings.HasSuffix(t, ":") && !strings.HasSuffix(t, "：") {
		return false
	}
	t = strings.TrimRight(t, ":： ")
	return len(t) > 15 && contains(forwardWords, t)
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// maxHead is the longest head of a quotation, in bytes.
const maxHead = 500

// wroteLine says how many lines from i on say who wrote what is quoted below; 0 when they do not.
func (q *quoteReader) wroteLine(i int) int {
	first := strings.TrimSpace(q.text(i))
	if first == "" || len(first) > maxHead {
		return 0
	}
	lower := strings.ToLower(strings.TrimLeft(first, "-_*> \"<"))
	lead := false
	for _, l := range wroteLeads {
		if strings.HasPrefix(lower, l) {
			lead = true
			break
		}
	}
	joined := ""
	blanks := 0
	for n := 1; n <= 6 && i+n <= len(q.lines); n++ {
		t := strings.TrimSpace(q.text(i + n - 1))
		if t == "" {
			// One program leaves a blank line within.
			if blanks++; blanks > 1 || !lead || !strings.ContainsAny(joined, "0123456789") {
				return 0
			}
			continue
		}
		if n > 1 && q.quoted(i+n-1) && !q.quoted(i) && !strings.HasPrefix(t, "> wrote") {
			return 0
		}
		joined = strings.TrimSpace(joined + " " + t)
		if len(joined) > maxHead || n > 1 && !lead && !strings.ContainsAny(first, "<@0123456789") {
			return 0
		}
		if i+n < len(q.lines) && strings.TrimSpace(q.lines[i+n].text) == "> wrote:" {
			continue // the bracket of an address, broken off
		}
		if q.isWrote(joined, lead, i+n) {
			return n
		}
	}
	return 0
}

// isWrote says whether a line, put together from several, heads a quotation that begins at line next.
func (q *quoteReader) isWrote(joined string, lead bool, next int) bool {
	if q.budget--; q.budget < 0 {
		return false
	}
	body := strings.TrimRight(joined, " -_*—")
	open := strings.HasSuffix(body, ">")
	body = strings.TrimRight(body, " -_*—>")
	colon := strings.HasSuffix(body, ":") || strings.HasSuffix(body, "：")
	framed := strings.HasPrefix(joined, "--") && strings.HasSuffix(joined, "--")
	body = strings.ToLower(strings.TrimRight(body, " :：*_"))
	digit := strings.ContainsAny(body, "0123456789")
	email := strings.Contains(body, "@") && emailPattern.MatchString(body)
	quotedNext := q.quotedAfter(next)
	verb := false
	for _, v := range wroteVerbs {
		if strings.HasSuffix(body, v) {
			before := body[:len(body)-len(v)]
			r, _ := utf8.DecodeLastRuneInString(before)
			if before == "" || r > 0x2e80 || v[0] >= 0x80 || strings.ContainsRune(" \t\"'>),:：-|", r) {
				verb = true
				break
			}
		}
	}
	switch {
	case verb && (colon || framed):
		return lead && digit && (timePattern.MatchString(body) || email || quotedNext) || email || quotedNext || framed
	case verb && quotedNext:
		return lead && digit || email
	case colon && digit && (lead || email) && containsVerb(body):
		// "Op 13-02-2014 3:18 schreef Julius Caesar:" has the name behind the verb, Notes' "Li <…> wrote on 1 March:" the time.
		return timePattern.MatchString(body)
	case email && timePattern.MatchString(body) && (colon || open):
		// "2014-10-17 11:28 GMT+03:00 Li <li@example.com>:" has no verb at all.
		return quotedNext || colon && strings.HasSuffix(body, ">")
	}
	return false
}

// containsVerb says whether one of wroteVerbs stands within a line.
func containsVerb(body string) bool {
	for _, v := range wroteVerbs {
		if v != "sent" && strings.Contains(body, " "+v+" ") {
			return true
		}
	}
	return strings.Contains(body, "写于") || strings.Contains(body, "寫於")
}
