package smtpout

import "testing"

func TestTooManyIsToldFromWhatConcernsOneMail(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"421 4.7.0 Try again later, closing connection.":                             true,
		"421 4.7.28 Our system has detected an unusual rate":                         true,
		"550 5.4.5 Daily user sending limit exceeded.":                               true,
		"432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded":              true,
		"554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException":   true,
		"450 MI:DMC 163 smtp1,ABC 当前连接发送的邮件数量超出限制":                                   true,
		"550 RP:QRC 163 smtp1,ABC":                                                   true,
		"451 4.7.1 Too many messages, slow down":                                     true,
		"550 Domain frequency limited":                                               true,
		"450 4.7.1 Error: too frequent, try later":                                   true,
		"550 发送频率过高":                                                                 true,
		"451 4.7.1 greylisted":                                                       false,
		"421 4.3.2 shutting down":                                                    false,
		"450 4.2.1 The user you are trying to contact is receiving mail too quickly": false,
		"452 4.5.3 Too many recipients":                                              false,
		"552 5.2.2 quota exceeded":                                                   false,
		"552 mailbox quota exceeded":                                                 false,
		"550 5.7.1 spam":                                                             false,
		"250 2.0.0 OK, too many messages":                                            false,
	} {
		code := int(text[0]-'0')*100 + int(text[1]-'0')*10 + int(text[2]-'0')
		r := Result{Recipients: []Recipient{{Address: "a@b.test", Reply: replyOf(code, text[4:])}}}
		if got := r.TooMany(); got != want {
			t.Errorf("%s: too many = %t, want %t", text, got, want)
		}
	}
}
