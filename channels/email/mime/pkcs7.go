package mime

import (
	"bytes"
	"strings"
)

// isPKCS7 says whether a part is an S/MIME body: encrypted, or signed with the text inside.
func isPKCS7(typ string) bool {
	return typ == "application/pkcs7-mime" || typ == "application/x-pkcs7-mime"
}

// oidSignedData and oidData are 1.2.840.113549.1.7.2 and .1 in DER.
var (
	oidSignedData = []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02}
	oidData       = []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01}
)

// unwrapPKCS7 reads the mail inside an opaque signature, which is only wrapped, not secret. The part itself is kept as
// a file. ok is false when there is nothing to unwrap.
func (c *collector) unwrapPKCS7(p *part, content []byte) (body, bool) {
	inner, ok := signedContent(content, c.unpacked)
	if !ok {
		if !strings.Contains(p.ctype.param("smime-type"), "certs-only") {
			c.mail.Encrypted = "smime"
		}
		return body{}, false
	}
	c.mail.Signed = "smime"
	c.attach(p, p.name(), content)
	if c.wrapped >= maxWrapped {
		return body{}, true
	}
	c.wrapped++
	c.unpacked -= len(inner)
	block := readHeader(inner, c.limits.Header, never, keptInPart)
	hint := charsetHint(block.header, block.rest)
	block.header.toUTF8(hint)
	tree := &treeReader{limits: c.limits, rest: block.rest, charset: hint, problems: c.problems}
	root, _ := tree.read(block.header, "")
	root.inherit(false, false)
	return c.walk(root), true
}

// maxWrapped bounds the opaque signatures that are unwrapped in one mail.
const maxWrapped = 3

// signedContent finds the content of a CMS SignedData (RFC 5652): the octet string after the inner content type. DER
// and the indefinite lengths of BER both occur. It copies at most limit bytes.
func signedContent(b []byte, limit int) ([]byte, bool) {
	head := b[:min(len(b), 64)]
	i := bytes.Index(head, oidSignedData)
	if i < 0 {
		return nil, false
	}
	rest := b[i+len(oidSignedData):]
	j := bytes.Index(rest[:min(len(rest), 512)], oidData)
	if j < 0 {
		return nil, false
	}
	r := &berReader{b: rest[j+len(oidData):], left: limit}
	tag, n, ok := r.head()
	if !ok || tag != 0xa0 { // [0] EXPLICIT: without it the signature is detached
		return nil, false
	}
	_ = n
	out, ok := r.octets(nil, 0)
	return out, ok && len(out) > 0
}

// berReader reads the few forms of BER that hold an octet string.
type berReader struct {
	b    []byte
	left int // bytes that may still be copied
}

// head reads a tag and a length; n is -1 for an indefinite one.
func (r *berReader) head() (tag byte, n int, ok bool) {
	if len(r.b) < 2 {
		return 0, 0, false
	}
	tag, first := r.b[0], r.b[1]
	r.b = r.b[2:]
	switch {
	case first < 0x80:
		return tag, int(first), true
	case first == 0x80:
		return tag, -1, true
	}
	size := int(first & 0x7f)
	if size > 4 || size > len(r.b) {
		return 0, 0, false
	}
	for _, c := range r.b[:size] {
		n = n<<8 | int(c)
	}
	r.b = r.b[size:]
	return tag, n, true
}

// octets appends the next octet string, primitive or made of pieces.
func (r *berReader) octets(out []byte, depth int) ([]byte, bool) {
	tag, n, ok := r.head()
	switch {
	case !ok || depth > 8:
		return out, false
	case tag == 0x04 && n >= 0: // a cut one is read as far as it goes
		n = min(n, len(r.b), r.left)
		out = append(out, r.b[:n]...)
		r.b, r.left = r.b[n:], r.left-n
		return out, true
	case tag == 0x24:
		end := -1
		if n >= 0 {
			end = len(r.b) - min(n, len(r.b))
		}
		for len(r.b) > 0 && len(r.b) != end && r.left > 0 {
			if n < 0 && len(r.b) >= 2 && r.b[0] == 0 && r.b[1] == 0 {
				r.b = r.b[2:]
				return out, true
			}
			if out, ok = r.octets(out, depth+1); !ok {
				return out, len(out) > 0
			}
		}
		return out, true
	}
	return out, false
}
