package mime

// Limits bound what one mail may cost. A zero field means the default. A mail beyond a limit is still read: as far as
// the limit goes, with a Problem that says so.
type Limits struct {
	Size     int // bytes of the raw mail; of a larger one only the header is read
	Header   int // bytes of one header block
	Parts    int // MIME parts, all levels together
	Depth    int // nested multiparts
	Text     int // bytes of Mail.Text
	HTML     int // bytes of Mail.HTML
	Unpacked int // bytes that winmail.dat, uuencode and signed wrappers may unpack to, all together
}

// DefaultLimits are those of a public mailbox: no input up to Size costs more than two seconds and 512 MB.
func DefaultLimits() Limits {
	return Limits{
		Size:     50 << 20,
		Header:   1 << 20,
		Parts:    2000,
		Depth:    30,
		Text:     1 << 20,
		HTML:     2 << 20,
		Unpacked: 64 << 20,
	}
}

// orDefault replaces fields that are not set.
func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	for _, f := range []struct{ have, standard *int }{
		{&l.Size, &d.Size},
		{&l.Header, &d.Header},
		{&l.Parts, &d.Parts},
		{&l.Depth, &d.Depth},
		{&l.Text, &d.Text},
		{&l.HTML, &d.HTML},
		{&l.Unpacked, &d.Unpacked},
	} {
		if *f.have <= 0 {
			*f.have = *f.standard
		}
	}
	return l
}

// Codes of Problem.
const (
	ProblemTooLarge     = "mail_too_large"   // larger than Limits.Size: only the header was read
	ProblemHeader       = "header_too_large" // the rest of the header was skipped
	ProblemParts        = "too_many_parts"   // the rest of the parts was skipped
	ProblemDepth        = "too_deep"         // parts below were kept as one file
	ProblemTextCut      = "text_cut"         // the whole text is in an attachment
	ProblemHTMLCut      = "html_cut"         // the whole HTML is in an attachment
	ProblemUnpacked     = "unpacked_too_large"
	ProblemNoHeader     = "no_header" // the mail starts with its body
	ProblemNoSender     = "no_sender"
	ProblemBadDate      = "bad_date"
	ProblemBoundary     = "boundary_missing"  // a multipart without its boundary
	ProblemUnclosed     = "boundary_unclosed" // the mail may have been cut
	ProblemBase64       = "bad_base64"
	ProblemCharset      = "charset_unknown" // detail: the label
	ProblemMislabelled  = "charset_wrong"   // detail: what it was read as
	ProblemTNEF         = "winmail_broken"
	ProblemUnreadable   = "unreadable" // a fault of the reader: the mail is shown as plain bytes
	ProblemAddressCount = "too_many_addresses"
)
