package mime

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// maxSignature is the number of lines a signature may have below its separator.
const maxSignature = 15

// tagline matches the line that phones and programs put below a mail.
var tagline = regexp.MustCompile(`(?i)^[-_*\s]*(?:` + strings.Join([]string{
	`sent (?:from|via|with|using) .{2,60}`,
	`get outlook for .{2,30}`,
	`download outlook for .{2,30}`,
	`(?:von|aus) .{2,40} gesendet`, `gesendet (?:von|mit|aus) .{2,60}`,
	`envoyé (?:de|depuis|à partir de|avec) .{2,60}`, `télécharger outlook pour .{2,30}`,
	`enviado (?:desde|do|de|a partir do|via) .{2,60}`, `obtener outlook para .{2,30}`, `obter o outlook para .{2,30}`,
	`inviato (?:da|dal|con) .{2,60}`, `scarica outlook per .{2,30}`,
	`verzonden (?:vanaf|met|via|van) .{2,60}`, `outlook voor .{2,20} downloaden`,
	`skickat från .{2,60}`, `sendt fra .{2,60}`, `lähetetty .{2,60}`, `wysłane? z .{2,60}`, `odesláno z .{2,60}`,
	`отправлено (?:с|из) .{2,60}`, `.{2,30}'den gönderildi`, `.{2,30} cihazımdan gönderildi`,
	`(?:发自|發自|发送自|来自|來自|从|從|通过|由).{0,3}我的.{1,30}(?:发送|傳送|寄出|发出)?`,
	`(?:发自|發自).{1,40}`, `从.{2,30}(?:发送|发出)`, `傳送自.{2,40}`, `使用.{2,20}发送`, `.{0,10}的.{0,10}iphone.{0,5}(?:发送|傳送)`,
	`获取 ?outlook.{2,20}`, `取得 ?outlook.{2,20}`, `下载适用于.{2,20}的 ?outlook`, `outlook for .{2,20} の入手`,
	`.{1,30}から送信`, `나의 .{2,30}에서 보냄`, `.{2,30}에서 보냄`,
	`签名由\s?网易邮箱(?:大师)?\s?定制`, `.{0,20}网易邮箱大师.{0,10}`,
}, "|") + `)\s*[.。]?\s*$`)

// dropSignature takes the sender's signature and the phone's tag line off the new words. history says that quoted
// history was cut below, where some programs put the sender's name and address.
func dropSignature(lines []line, from []Address, history bool) []line {
	rest := unsigned(lines)
	rest = dropTaglines(rest)
	if n := separatorAt(rest); n >= 0 {
		rest = trimBlank(rest[:n])
		rest = dropTaglines(rest)
	}
	if history && len(from) > 0 {
		rest = dropCard(rest, from[0])
	}
	if len(trimBlank(rest)) == 0 {
		return lines // nothing but a signature: then that is the mail
	}
	return rest
}

// unsigned drops the lines that HTML marks as signature.
func unsigned(lines []line) []line {
	out := make([]line, 0, len(lines))
	for _, l := range lines {
		if !l.sign {
			out = append(out, l)
		}
	}
	return trimBlank(out)
}

// separatorAt finds the line "-- " above a signature, -1 when there is none. Without the blank it is taken only where
// few short lines follow.
func separatorAt(lines []line) int {
	for i := max(0, len(lines)-maxSignature-1); i < len(lines); i++ {
		l := lines[i]
		if l.quote > 0 {
			continue
		}
		below := len(lines) - i - 1
		switch t := l.text; {
		case t == "-- ":
			return i
		case strings.TrimRight(t, " \u00a0") == "--" || strings.TrimRight(t, " \u00a0") == "—":
			short := below > 0 && below <= 10
			for _, s := range lines[i+1:] {
				short = short && utf8.RuneCountInString(s.text) <= 80
			}
			if short {
				return i
			}
		}
	}
	return -1
}

// dropTaglines drops tag lines from the end.
func dropTaglines(lines []line) []line {
	for range 4 {
		lines = trimRules(lines)
		n := len(lines)
		if n == 0 || lines[n-1].quote > 0 {
			break
		}
		last := strings.TrimSpace(strings.ReplaceAll(lines[n-1].text, "\u00a0", " "))
		if len(last) > 150 || !tagline.MatchString(strings.Trim(last, "|*<> ")) {
			break
		}
		lines = lines[:n-1]
		if strings.Contains(last, "网易") {
			lines = dropBars(lines)
		}
	}
	return lines
}

// dropBars drops the card that NetEase's program makes of a table: name and address between bars.
func dropBars(lines []line) []line {
	n := len(lines)
	for n > 0 && len(lines)-n < 12 {
		t := strings.TrimSpace(lines[n-1].text)
		if t != "" && !strings.HasPrefix(t, "|") && !(n > 1 && strings.TrimSpace(lines[n-2].text) == "|") && !strings.HasPrefix(t, "邮箱") {
			break
		}
		n--
	}
	return lines[:n]
}

// dropCard drops a last block that holds the sender's own address on a line of its own, with nothing but the sender's
// name and numbers around it: what Foxmail puts between the answer and the history.
func dropCard(lines []line, from Address) []line {
	lines = trimRules(lines)
	end := len(lines)
	start := end
	for start > 0 && strings.TrimSpace(lines[start-1].text) != "" && end-start < 8 {
		start--
	}
	if start == 0 || from.Address == "" {
		return lines
	}
	own := false
	for _, l := range lines[start:end] {
		t := strings.TrimSpace(l.text)
		switch {
		case strings.EqualFold(t, from.Address):
			own = true
		case strings.EqualFold(t, from.Name), strings.Trim(t, "0123456789+-() /") == "", strings.Trim(t, "-_=*— ") == "":
		case utf8.RuneCountInString(t) <= 4 && !strings.ContainsAny(t, ":：,，.。?？!！"):
		default:
			return lines
		}
	}
	if !own {
		return lines
	}
	return trimRules(lines[:start])
}
