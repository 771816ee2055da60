package tickets_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets"

	"github.com/jackc/pgx/v5/pgconn"
)

var cli = authority.System("cli")

// load imports lines and answers what was refused.
func (w *world) load(lines string) (tickets.Imported, []string) {
	w.t.Helper()
	var refused []string
	sum, err := w.tickets.Import(w.t.Context(), cli, strings.NewReader(lines), tickets.Watch{
		Refused: func(line int, reason error) { refused = append(refused, fmt.Sprintf("line %d: %v", line, reason)) },
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return sum, refused
}

const spindle = `{"contact":{"name":"张伟","email":"Zhang@Example.cn","phone":"138 0013 8000"},"subject":"主轴转速不稳","status":"resolved","agent":"LI",` +
	`"at":"2025-03-01T08:00:00Z","type":"故障","severity":"停机","priority":1,"tags":["主轴","机床"],"queue":"二线","messages":[` +
	`{"at":"2025-03-01T10:00:00+08:00","direction":"in","text":"报警\nAL-401"},` +
	`{"at":"2025-03-02T09:00:00Z","direction":"note","text":"编码器","note_type":"diagnosis"},` +
	`{"at":"2025-03-01T09:30:00Z","direction":"out","text":"工程师明天到"}]}` + "\n"

func TestAnImportedTicketIsLikeAnyOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	second := w.queue("二线")
	sum, refused := w.load(spindle)
	if sum.Tickets != 1 || sum.Messages != 3 || sum.Contacts != 1 || len(refused) != 0 {
		t.Fatalf("imported %+v, refused %q", sum, refused)
	}
	rows, err := w.tickets.List(t.Context(), li, tickets.Filter{Queue: second, Limit: 5})
	if err != nil || len(rows) != 1 {
		t.Fatalf("list %+v, %v", rows, err)
	}
	v := w.view(rows[0].ID)
	if v.Subject != "主轴转速不稳" || v.State != "resolved" || v.Priority != 1 || v.Type != "故障" || v.Severity != "停机" || !slices.Equal(v.Tags, []string{"主轴", "机床"}) ||
		v.Assignee == nil || v.Assignee.ID != li.ID || v.Contact.Address != "zhang@example.cn" || v.Channel != "import" || v.LastDirection != "out" || v.LastSnippet != "工程师明天到" ||
		!v.CreatedAt.Equal(time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)) || !v.LastAt.Equal(time.Date(2025, 3, 1, 9, 30, 0, 0, time.UTC)) || len(v.Customer.Contact.Points) != 2 {
		t.Errorf("ticket %+v of %+v", v.Row, v.Customer.Contact)
	}
	if n := w.count(`select count(*) from tickets where resolved_at = last_at and first_reply_at = last_at and closed_at is null`); n != 1 {
		t.Error("the times of first reply and resolution are not those of the messages")
	}
	// In the order of their times, whatever the order in the file.
	if story := w.story(v.ID); !slices.Equal(story, []string{"in", "out", "note"}) {
		t.Errorf("story %q", story)
	}
	in, out := w.timeline(v.ID)[0], w.timeline(v.ID)[1]
	if in.Text != "报警\nAL-401" || in.Author.Kind != "contact" || in.Author.Address != "zhang@example.cn" || out.Author.Kind != "agent" || out.Author.Name != "li" || out.Delivery != nil ||
		!slices.Equal(out.To, []string{"zhang@example.cn"}) {
		t.Errorf("messages %+v and %+v", in, out)
	}
	// It goes on like any other: it is answered, and written to.
	w.reply(li, v.ID, "still well?")
	if m := w.out.last(); !slices.Equal(m.To, []string{"zhang@example.cn"}) {
		t.Errorf("sent %+v", m)
	}
	if got := w.mail("ZHANG@example.cn", "yes", names("token", v.ID)); got.Ticket != v.ID || got.ContactID != v.Contact.ID {
		t.Errorf("received %+v", got)
	}
	if n := w.count(`select count(*) from events where kind = 'ticket.created' and object = $1`, fmt.Sprint("ticket:", v.ID)); n != 0 {
		t.Error("every desk was told of an imported ticket")
	}
}

func TestAFileIsImportedOnceHoweverOften(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Hire("li", "agent")
	w.queue("二线")
	var file strings.Builder
	file.WriteString("\uFEFF" + spindle + "\r\n" + spindle) // an empty line, and one that is there twice
	for i := range 2500 {                                   // more than a batch
		fmt.Fprintf(&file, `{"key":"old-%d","contact":{"email":"c%d@example.cn"},"subject":"s%d"}`+"\n", i, i%400, i)
	}
	first, refused := w.load(strings.TrimSuffix(file.String(), "\n"))
	if first.Tickets != 2501 || first.Already != 1 || first.Contacts != 401 || first.Lines != 2503 || first.Bytes != int64(file.Len()-1) || len(refused) != 0 {
		t.Errorf("first %+v, refused %q", first, refused)
	}
	// Again, broken off before, beside another, and with a line that says more under its old key.
	crowd(2, func(int) {
		if again, _ := w.load(file.String() + `{"key":"old-7","contact":{"email":"new@example.cn"},"subject":"changed"}`); again.Tickets != 0 || again.Already != 2503 {
			t.Errorf("again %+v", again)
		}
	})
	if n := w.count(`select count(*) from tickets`); n != 2501 {
		t.Errorf("%d tickets, want 2501", n)
	}
}

// Two imports of one file at once: each ticket is made by one of them.
func TestTwoImportsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var file strings.Builder
	for i := range 1500 {
		fmt.Fprintf(&file, `{"contact":{"email":"c%d@example.cn"},"subject":"s%d"}`+"\n", i%200, i)
	}
	var made [2]int
	crowd(2, func(i int) {
		sum, _ := w.load(file.String())
		made[i] = sum.Tickets
	})
	if n, c := w.count(`select count(*) from tickets`), w.count(`select count(*) from contacts`); n != 1500 || made[0]+made[1] != 1500 || c != 200 {
		t.Errorf("%d tickets, made %v, of %d contacts", n, made, c)
	}
}

func TestARefusedLineHasAReasonAndHoldsNoOtherUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const contact = `"contact":{"email":"a@x"},`
	lines := []string{
		`{"contact":{"name":"only a name"},"subject":"good"}`,
		`{"contact":{},"subject":"x"}`,
		`{` + contact + `"subject":" "}`,
		`{"contact":{"email":"nobody"},"subject":"x"}`,
		`{"contact":{"phone":"123"},"subject":"x"}`,
		`not json`,
		`["a"]`,
		`{` + contact + `"subject":"x","status":"done"}`,
		`{` + contact + `"subject":"x","colour":"red"}`,
		`{` + contact + `"subject":"x","subject":"y"}`,
		`{` + contact + `"subject":"x","at":"yesterday"}`,
		`{` + contact + `"subject":"x","at":"1901-01-01T00:00:00Z"}`,
		`{` + contact + `"subject":"x","messages":[{"direction":"up","text":"x"}]}`,
		`{` + contact + `"subject":"x","messages":[{"direction":"in","text":7}]}`,
		`{` + contact + `"subject":"x","messages":[{"direction":"in","text":"x","at":"2999-01-01T00:00:00Z"}]}`,
		`{` + contact + `"subject":"x","agent":"ghost"}`,
		`{` + contact + `"subject":"x","queue":"nowhere"}`,
		`{` + contact + `"subject":"x","priority":5}`,
		`{` + contact + `"subject":"x","tags":[" "]}`,
		`{` + contact + `"subject":"x","channel":"Brief Post"}`,
		`{` + contact + `"subject":"` + strings.Repeat("x", 1001) + `"}`,
		`{` + contact + `"subject":"x","key":"` + strings.Repeat("k", 301) + `"}`,
		"{" + contact + `"subject":"` + "\xff" + `"}`,
		`{` + contact + `"subject":"last \u0000 one"}`,
	}
	sum, refused := w.load(strings.Join(lines, "\n"))
	want := []string{
		"line 2: contact: wants a name, an email or a phone", "line 3: subject: is missing", `line 4: contact: "nobody" is no email address`,
		`line 5: contact: "123" is no phone address`, "line 6: not JSON, from byte 1 on", "line 7: not a JSON object",
		`line 8: status: "done" is none of open, pending, on_hold, resolved, closed`, "line 9: colour: is not a field of a ticket", "line 10: subject: is there twice",
		"line 11: at: is not a time such as 2026-11-21T08:00:00Z", "line 12: at: 1901-01-01 is not between 1970 and now",
		`line 13: messages.0.direction: "up" is none of in, out, note`, "line 14: messages.0.text: is of the wrong type",
		"line 15: messages.0.at: 2999-01-01 is not between 1970 and now", `line 16: agent: nobody has the login "ghost"`, `line 17: queue: there is none of the name "nowhere"`,
		"line 18: priority: wants 1 (urgent) to 4 (low)", "line 19: tags: one is empty or too long", `line 20: channel: "Brief Post" is no name of one`,
		"line 21: subject: longer than 1000 characters", "line 22: key: longer than 300 characters, or with characters that cannot be kept",
	}
	if !slices.Equal(refused[:min(len(want), len(refused))], want) || len(refused) != 22 || !strings.HasPrefix(refused[21], "line 23: not JSON") {
		t.Errorf("refused\n%s\nwant\n%s", strings.Join(refused, "\n"), strings.Join(want, "\n"))
	}
	if sum.Tickets != 2 || sum.Refused != 22 || sum.Lines != 24 {
		t.Errorf("imported %+v", sum)
	}
	if v := w.view(2); v.Subject != "last one" {
		t.Errorf("subject %q", v.Subject)
	}
}

func TestALineThatIsTooLongIsPassedOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := io.MultiReader(
		strings.NewReader(`{"contact":{"email":"a@x"},"subject":"`), io.LimitReader(zeros{}, 33<<20), strings.NewReader("\"}\n"+`{"contact":{"email":"a@x"},"subject":"after"}`))
	var refused []string
	sum, err := w.tickets.Import(t.Context(), cli, long, tickets.Watch{Refused: func(n int, err error) { refused = append(refused, fmt.Sprint(n, err)) }})
	if err != nil || sum.Tickets != 1 || !slices.Equal(refused, []string{"1 longer than 32 MiB"}) {
		t.Errorf("imported %+v, refused %q, %v", sum, refused, err)
	}
	broken := errors.New("the disk is gone")
	_, err = w.tickets.Import(t.Context(), cli, io.MultiReader(strings.NewReader(spindle), failing{broken}), tickets.Watch{})
	if !errors.Is(err, broken) {
		t.Errorf("Import of a file that breaks off = %v", err)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = '0'
	}
	return len(b), nil
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// What is exported makes the same tickets elsewhere, and none where it came from.
func TestAnExportIsAnImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	w.queue("二线")
	w.load(spindle)
	got := w.mail("wang@example.cn", "by mail", func(in *tickets.Inbound) { in.Text = "two\nlines" })
	if err := w.crm.EditContact(t.Context(), li, got.ContactID, changePoints("wang@home.cn")); err != nil {
		t.Fatal(err)
	}
	w.reply(li, got.Ticket, "answer")
	if _, err := w.tickets.Create(t.Context(), li, tickets.Opening{Subject: "no address", Channel: "phone", Text: "x", Contact: tickets.Given{Name: "只有名字"}}); err != nil {
		t.Fatal(err)
	}
	export := func(w *world) string {
		var b bytes.Buffer
		sum, err := w.tickets.Export(t.Context(), cli, &b, nil)
		if err != nil || sum.Tickets != 3 {
			t.Fatalf("Export = %+v, %v", sum, err)
		}
		return b.String()
	}
	file := export(w)
	if again, refused := w.load(file); again.Tickets != 0 || again.Already != 3 || len(refused) != 0 {
		t.Errorf("imported where it came from %+v, refused %q\n%s", again, refused, file)
	}
	other := newWorld(t)
	other.Hire("li", "agent")
	other.queue("二线")
	if sum, refused := other.load(file); sum.Tickets != 3 || sum.Messages != 6 || len(refused) != 0 {
		t.Errorf("imported elsewhere %+v, refused %q\n%s", sum, refused, file)
	}
	if again := export(other); again != file {
		t.Errorf("exported again\n%s, want\n%s", again, file)
	}
	_, err := w.tickets.Export(t.Context(), li, io.Discard, nil)
	w.wants("an export by an agent", err, fault.Forbidden)
	if _, err := w.tickets.Export(t.Context(), cli, refusing{}, nil); err == nil {
		t.Error("an export onto a full disk = nil")
	}
}

type refusing struct{}

func (refusing) Write([]byte) (int, error) { return 0, errors.New("no room") }

// FuzzImport gives strangers' lines: each makes a ticket or is refused by us, and what it made is exported again.
func FuzzImport(f *testing.F) {
	for _, s := range []string{
		strings.TrimSpace(spindle), `{"contact":{"name":"a"},"subject":"b"}`, "{}", "null", "\x00", `{"contact":{"email":"a@x"},"subject":"\u0000\ud800"}`,
		`{"contact":{"points":[{"kind":"chat","address":"v"}]},"subject":"x","messages":[{"direction":"in","text":"\u001f"}],"tags":["a\u001fb"]}`, "\n\n", `{"contact":{"email":"a@x"},"subject":"x","at":"9999-12-31T23:59:59Z"}`,
	} {
		f.Add([]byte(s))
	}
	tt := forFuzz(f)
	f.Fuzz(func(t *testing.T, file []byte) {
		sum, err := tt.Import(t.Context(), cli, bytes.NewReader(file), tickets.Watch{})
		var p *pgconn.PgError
		if errors.As(err, &p) {
			t.Fatalf("Postgres refused: %v", err)
		}
		if err != nil {
			t.Fatalf("Import = %v", err)
		}
		again, err := tt.Import(t.Context(), cli, bytes.NewReader(file), tickets.Watch{})
		if err != nil || again.Tickets != 0 || again.Refused != sum.Refused || again.Already != sum.Tickets+sum.Already {
			t.Errorf("the same again = %+v, %v after %+v", again, err, sum)
		}
		if sum.Tickets == 0 {
			return
		}
		var b bytes.Buffer
		if _, err := tt.Export(t.Context(), cli, &b, nil); err != nil {
			t.Fatalf("Export: %v", err)
		}
		if again, err := tt.Import(t.Context(), cli, &b, tickets.Watch{}); err != nil || again.Tickets+again.Refused != 0 {
			t.Errorf("what was exported is not what is there: %+v, %v", again, err)
		}
	})
}
