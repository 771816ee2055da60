package mime

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// maxSignature is the number of lines a signature may have below its separator.
const maxSignature = 15

// program matches what people send mail with.
const program = `(?:outlook|hotmail|mail|yahoo|gmail|iphone|ipad|ipod|ios|samsung|galaxy|blackberry|android|windows|aol|proton|mailbox|spark|` +
	`sparrow|airmail|acompli|thunderbird|foxmail|mobile|huawei|honor|xiaomi|redmi|oppo|vivo|nokia|htc|motorola|sony|nexus|pixel|phone|tablet|` +
	`smartphone|handy|téléphone|móvil|celular|telefon|mobil|nine|bluemail|edison|canary|newton|postbox|fastmail|superhuman|front|zoho|tutanota|` +
	`polymail|handheld|wireless|surface|mac|pc|computer|telefoon|puhelin|телефон|смартфон|手机|手機|邮箱|信箱|微信|客户端|华为|華為|小米|三星|荣耀|` +
	`安卓|平板|电脑|電腦|钉钉|飞书|スマート|端末|휴대폰|아이폰|갤럭시|яндекс|mail\.ru)`

// tagline matches the line that phones and programs put below a mail. It is no sentence: no comma, no full stop within.
var tagline = regexp.MustCompile(`(?i)^[-_*\s]*(?:` + strings.Join([]string{
	`sent from my [\p{L}\p{N}'’+ -]{2,40}`,
	`sent (?:from|via|with|using) [^,.!?，。]{0,20}\b` + program + `\b.{0,60}`,
	`(?:get|download|obtenir|télécharger|obtener|obter|scarica|获取|取得|下载).{1,20}outlook.{0,30}`, `outlook (?:for|voor|für) .{2,30}`,
	`(?:von|aus|mit) (?:meinem?|der|my|mobil)?[^,.!?]{0,20}` + program + `.{0,30} gesendet`,
	`(?:diese nachricht wurde |von |mobil |gesendet )gesendet.{0,40}`, `gesendet (?:von|mit|aus|via) [^,.!?]{0,20}` + program + `.{0,40}`,
	`envoyé (?:de|depuis|à partir de|avec) [^,.!?]{0,20}` + program + `.{0,40}`,
	`enviad[oa] (?:desde|do|de|a partir do|via|con|com) [^,.!?]{0,20}` + program + `.{0,40}`,
	`inviato (?:da|dal|con|dallo) [^,.!?]{0,20}` + program + `.{0,40}`,
	`verzonden (?:vanaf|met|via|van) [^,.!?]{0,20}` + program + `.{0,40}`,
	`skickat från [^,.!?]{2,40}`, `sendt fra [^,.!?]{2,40}`, `lähetetty [^,.!?]{2,40}`, `wysłan[eo]? z [^,!?]{2,40}`, `odesláno z [^,!?]{2,40}`,
	`отправлено (?:с|из) .{2,60}`, `.{2,30}['’]?(?:den|dan|ten|tan|mdan|umdan) gönderildi`,
	`(?:发自|發自|发送自|傳送自|来自|來自)\s?(?:我的|my)?[^，。！？,!?]{0,14}` + program + `[^，。！？,!?]{0,15}`, `(?:发自|發自)我的[^，。！？,!?]{1,20}`,
	`(?:从|從|通过|由|使用|用)\s?(?:我的)?[^，。！？,!?]{0,20}` + program + `[^，。！？,!?]{0,12}(?:发送|发出|傳送|寄出|送出)`,
	`[^，。！？]{0,20}` + program + `[^，。！？]{0,10}(?:から送信|에서 보냄)`,
	`签名由\s?网易邮箱(?:大师)?\s?定制`, `[^，。！？]{0,20}网易邮箱大师[^，。！？]{0,10}`,
}, "|") + `)\s*[.。]?\s*$`)

// linkInAngles is how a plain text shows where words of the HTML link to.
var linkInAngles = regexp.MustCompile(`<https?://[^<>\s]*>`)

// signedOff matches a name behind a dash, as people sign.
var signedOff = regexp.MustCompile(`^\s?[-–—]{1,2}\s?\p{Lu}[\p{L}.'’-]*(?:\s\p{Lu}[\p{L}.'’-]*){0,3}\s*$`)

// dropSignature takes the sender's signature and the phone's tag line off the new words. history says that quoted
// history was cut below, where some programs put the sender's name and address.
func dropSignature(lines []line, from []Address, history bool) []line {
	rest := dropFooter(unsigned(lines))
	rest = dropTaglines(rest)
	if n := separatorAt(rest); n >= 0 {
		rest = trimBlank(rest[:n])
		rest = dropTaglines(rest)
	}
	if history && len(from) > 0 {
		rest = dropCard(rest, from[0])
	}
	if n := len(rest); n > 2 && signedOff.MatchString(rest[n-1].text) && isRule(rest[n-2].text) {
		rest = trimRules(rest[:n-1])
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

// dropFooter drops what a mailing list puts below every mail: a rule of underscores, its name, its links.
func dropFooter(lines []line) []line {
	for i := max(0, len(lines)-10); i < len(lines); i++ {
		t := strings.TrimSpace(lines[i].text)
		if len(t) < 20 || strings.Trim(t, "_") != "" {
			continue
		}
		below := strings.ToLower(joinLines(lines[i+1:]))
		if strings.Contains(below, "mailing list") || strings.Contains(below, "listinfo") || strings.Contains(below, "unsubscribe") {
			return trimRules(lines[:i])
		}
	}
	return lines
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
		last = strings.TrimSpace(linkInAngles.ReplaceAllString(last, ""))
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
