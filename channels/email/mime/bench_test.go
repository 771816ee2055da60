package mime

import (
	"encoding/base64"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// BenchmarkRead reads mails as a service desk gets them every day.
func BenchmarkRead(b *testing.B) {
	picture := make([]byte, 2<<20)
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range picture {
		picture[i] = byte(rnd.Uint32())
	}
	withPicture := "From: zhang@lathe.example.cn\nSubject: photo\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nsee photo\n" +
		"--b\nContent-Type: image/jpeg; name=photo.jpg\nContent-Transfer-Encoding: base64\n\n" + folded(base64.StdEncoding.EncodeToString(picture)) + "\n--b--\n"
	mails := map[string][]byte{"with a photo": []byte(withPicture)}
	for _, name := range []string{"reply-foxmail-gbk", "reply-outlook-zh", "reply-gmail-zh", "bounce-rfc3464", "plain-form-zh"} {
		raw, err := os.ReadFile("testdata/mails/" + name + ".eml")
		if err != nil {
			b.Fatal(err)
		}
		mails[name] = raw
	}
	for name, raw := range mails {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				Read(raw, Limits{})
			}
		})
	}
}

// folded breaks base64 into lines.
func folded(s string) string {
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\r\n")
		s = s[76:]
	}
	return b.String() + s
}

// BenchmarkSafeHTML shows a long newsletter.
func BenchmarkSafeHTML(b *testing.B) {
	row := `<tr><td style="padding:4px;font-family:Arial" bgcolor="#ffffff"><a href="https://shop.example/p?id=1&amp;x=2"><img src="https://img.example/1.jpg" width="100" alt="part"></a><p class="MsoNormal">主轴轴承 7014C</p></td></tr>`
	source := "<html><body><table>" + strings.Repeat(row, 400) + "</table></body></html>"
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	for b.Loop() {
		SafeHTML(source, shown)
	}
}
