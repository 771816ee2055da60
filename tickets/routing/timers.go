package routing

import "container/heap"

// timers are the waiting contacts by the instant at which each is worth looking at again. A contact knows its place, so
// that one that leaves takes its timer with it.
type timers []*waiting

func (t timers) Len() int           { return len(t) }
func (t timers) Less(i, j int) bool { return t[i].look < t[j].look }

func (t timers) Swap(i, j int) {
	t[i], t[j] = t[j], t[i]
	t[i].timer, t[j].timer = i, j
}

// Push implements heap.Interface.
func (t *timers) Push(x any) {
	w := x.(*waiting)
	w.timer = len(*t)
	*t = append(*t, w)
}

// Pop implements heap.Interface.
func (t *timers) Pop() any {
	last := len(*t) - 1
	w := (*t)[last]
	(*t)[last] = nil
	*t = (*t)[:last]
	w.timer = -1
	return w
}

// set gives the contact its next instant; never takes it out.
func (t *timers) set(w *waiting, look instant) {
	was := w.look
	w.look = look
	switch {
	case w.timer >= 0 && look == never:
		heap.Remove(t, w.timer)
	case w.timer >= 0 && look != was:
		heap.Fix(t, w.timer)
	case w.timer < 0 && look != never:
		heap.Push(t, w)
	}
}

// next is the earliest instant; never when there is none.
func (t timers) next() instant {
	if len(t) == 0 {
		return never
	}
	return t[0].look
}
