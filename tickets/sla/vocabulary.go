package sla

import "strings"

// meaning of a word in the text of a target: the part that it is, and what it sets. Without a part it only joins others.
type meaning struct {
	part string
	set  func(*Target)
}

// vocabulary has the words of ParseTarget in lower case.
var vocabulary, longestWord = func() (map[string]meaning, int) {
	words, longest := map[string]meaning{}, 0
	add := func(part string, set func(*Target), list string) {
		for w := range strings.SplitSeq(list, "|") {
			words[w] = meaning{part, set}
			longest = max(longest, len(w))
		}
	}
	kind := func(k Kind, list string) { add("kind", func(t *Target) { t.Kind = k }, list) }
	kind(Answer, "answer|answered|接听|应答|接通")
	kind(FirstReply, "first reply|first response|first_reply|首次回复|首次响应|首次答复")
	kind(NextReply, "next reply|next response|next_reply|后续回复|后续响应|再次回复")
	kind(Resolution, "resolution|resolve|resolved|解决|修复")
	kind(Arrival, "arrival on site|arrival|on site|on-site|onsite|到场|抵达现场|到达现场|上门")

	inDays := func(n int, list string) { add("day", func(t *Target) { t.Days = n }, list) }
	inDays(0, "same business day|same working day|same day|当个工作日|当日|当天")
	inDays(1, "next business day|next working day|nbd|下一工作日|下一个工作日|下个工作日|次一工作日|次工作日")

	by := func(b By, list string) { add("by", func(t *Target) { t.By = b }, list) }
	by(EndOfDay, "by end of day|by the end of the day|by the end of day|end of day|eod|by eod|下班前|当日下班前")
	by(SameHour, "by the same hour|by same hour|same hour|同一时刻前|同一时刻|同时刻")

	pause := func(p Pausing) {
		add("pause", func(t *Target) { t.Pause = p }, pauseWords["en"][p]+"|"+pauseWords["zh"][p])
	}
	pause(PauseNever)
	pause(PausePending)
	pause(PauseOnHold)

	add("", nil, "within|in|and|warn at|warn|at|内|之内|以内|预警|的|于")
	return words, longest
}()
