package mime

import (
	"unicode"
	"unicode/utf8"
)

// commonHan are the characters that make most of Chinese text, in both scripts, and words of letters to a service desk.
// A wrong charset yields rare characters, so their share tells right from wrong even in a subject of two characters.
const commonHan = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里" +
	"用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意" +
	"无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等" +
	"产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口" +
	"认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保" +
	"至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交" +
	"规万取拉格望觉术领共确传师观清今切院让识候带导争运您请谢订单退款客服维修测试转复答附邮箱故障排尽快序列号器错" +
	"误启动购买发票货价钱咨询联络支持版本装配置登录码密账户申收付款寄送箱号码网站技术工程师设备机床合同投诉周六七" +
	"八九零节假日早午晚好贵司附呢吧吗啊嗯哪谁怎每星期点半块元米公斤李刘陈杨黄赵吴林郑云飞华丽红亮" +
	"這個們來為國說時會對過發後裡樣經學當沒動還進實開從無長機與問應體見產話類電數報結場計資領傳師觀爭運請謝訂單" +
	"頭戰關點業將兩間種國給員論處義條氣題爾變總務許統區隊書則聽達權設記難邊規術覺讓識導帶復郵維測試轉錯誤啟購買" +
	"貨價錢詢聯絡裝錄碼賬戶號寫寄貴碼內並對嗎據東車馬門風飛魚鳥麼兒樂舊專轉啲嘢嘅哋唔呢咁係冇喺佢嚟咗"

// commonHangul are frequent Korean syllables.
const commonHangul = "이다는에을의가하고를은지기사리도로한서시자대어나아해수그일라인정있게보과면제스전주습니안장부들으니상구여" +
	"문드생공동유원만세요않연조트비관오물했된중분거신었학화우래소없치마실모등감사합입드녕하세문의질문답변"

var commonRunes = func() map[rune]bool {
	m := map[rune]bool{}
	for _, r := range commonHan + commonHangul {
		m[r] = true
	}
	return m
}()

// detect finds the charset that the bytes, of which some are 8-bit, most likely have. A declared charset is believed
// unless it does badly and another one does well.
func detect(b []byte, declared charset, known bool) charset {
	sample := detectSample(b)
	have := 0.0
	if known {
		have = fit(declared.decode(sample))
	}
	if utf8.Valid(sample) {
		// Two-byte UTF-8 is also good GBK; longer sequences hardly ever are.
		if !known || declared.name == csUTF8.name || fit(string(sample)) >= have {
			return csUTF8
		}
		return declared
	}
	if known && have >= goodFit {
		return declared
	}
	best, bestFit := csLatin, -10.0
	for _, cs := range []charset{csGB18030, csBig5, csUTF8, csShiftJIS, csEUCJP, csEUCKR, csCyrillic, csKOI8, csLatin} {
		if known && (cs.name == declared.name || !cs.wide()) {
			continue // one charset of single bytes is as good as another: the sender knows best
		}
		if f := fit(cs.decode(sample)); f > bestFit+0.001 {
			best, bestFit = cs, f
		}
	}
	enough := 0.6
	if declared.name == csUTF8.name {
		enough = 0 // what is not UTF-8 shows it, even in the few bytes of a name
	}
	if known && (bestFit < enough || bestFit < have+0.5) {
		return declared
	}
	return best
}

// goodFit is the fit from which on a declared charset is not doubted.
const goodFit = 0.3

// wide says whether a charset has characters of more than one byte, so that wrong bytes can be told.
func (c charset) wide() bool {
	switch c.name {
	case csCyrillic.name, csKOI8.name, csLatin.name:
		return false
	}
	return true
}

// detectSample cuts the lines with the first 8-bit bytes from b, some kilobytes at most, between characters.
func detectSample(b []byte) []byte {
	const size = 4 << 10
	var out []byte
	for len(b) > 0 && len(out) < size {
		i := 0
		for i < len(b) && b[i] < 0x80 {
			i++
		}
		// A blank or line end is never the second byte of a character, so a line may be taken as it is.
		start := max(0, i-20)
		for start > 0 && b[start] > ' ' {
			start--
		}
		end := i
		for end < len(b) && b[end] != '\n' && end < i+size {
			end++
		}
		if end == i+size { // a line without end: step back to ASCII
			for end > i && b[end-1] >= 0x80 {
				end--
			}
			for end > i && b[end-1] > ' ' {
				end--
			}
			if end == i {
				end = min(len(b), i+size)
				for end > i && !utf8.RuneStart(b[min(end, len(b)-1)]) && end > i+size-4 {
					end--
				}
			}
		}
		if i < len(b) {
			out = append(out, b[start:end]...)
			out = append(out, '\n')
		}
		b = b[end:]
		if end == 0 {
			break
		}
	}
	return out
}

// fit says how much a decoded text looks like language: about 1 for good text, below 0 for nonsense.
func fit(text string) float64 {
	sum, n := 0.0, 0
	prev := rune(0)
	for i, r := range text {
		if r >= 0x80 {
			next, _ := utf8.DecodeRuneInString(text[min(len(text), i+utf8.RuneLen(r)):])
			n++
			sum += runeFit(prev, r, next)
		}
		prev = r
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// runeFit rates one character between its neighbours.
func runeFit(prev, r, next rune) float64 {
	switch {
	case r == utf8.RuneError:
		return -3
	case r < 0xa0, unicode.Is(unicode.Co, r):
		return -2
	case commonRunes[r]:
		return 1
	case r >= 0x3040 && r < 0x3100: // kana
		return 0.95
	case r >= 0x3001 && r <= 0x3011, r >= 0xff01 && r <= 0xff1f, r >= 0x2013 && r <= 0x201d, r == 0x2026, r == 0xb7:
		return 0.8 // punctuation
	case r >= 0x4e00 && r < 0xa000, r >= 0xac00 && r < 0xd7a4:
		return 0.1
	case r >= 0xff61 && r < 0xffa0: // half width katakana: what Shift_JIS makes of other charsets
		return -0.3
	case unicode.Is(unicode.Cyrillic, r):
		return cyrillicFit(prev, r, next)
	case r >= 0xc0 && r < 0x250 && unicode.IsLetter(r):
		return latinFit(prev, r, next)
	case r < 0x100:
		return 0.1 // signs
	case unicode.IsLetter(r):
		return 0.3
	}
	return 0
}

func isASCIILetter(r rune) bool { return r < 0x80 && unicode.IsLetter(r) }

// cyrillicFit rates a Cyrillic letter. Words are of one script, and capitals stand at their start: read in the wrong
// charset, small letters become capitals.
func cyrillicFit(prev, r, next rune) float64 {
	switch {
	case r < 0x410 || r > 0x451 || r == 0x450:
		return -0.2
	case isASCIILetter(prev) || isASCIILetter(next):
		return -0.6
	case unicode.IsLower(r):
		return 0.9
	case !unicode.IsLetter(prev):
		return 0.8
	case unicode.IsUpper(prev) && (unicode.IsUpper(next) || !unicode.IsLetter(next)):
		return 0.4
	}
	return -0.6
}

// latinFit rates an accented letter, which stands among plain ones.
func latinFit(prev, r, next rune) float64 {
	switch {
	case unicode.IsUpper(r) && isASCIILetter(prev) && unicode.IsLower(prev):
		return -0.4
	case isASCIILetter(prev) || isASCIILetter(next):
		return 0.8
	case !unicode.IsLetter(prev) && !unicode.IsLetter(next):
		return 0.3
	}
	return 0
}
