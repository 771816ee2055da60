package webchat

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"frontline/channels"
	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// Words are a text in the languages of visitors.
type Words struct {
	Zh string `json:"zh" maxLength:"1000"`
	En string `json:"en" maxLength:"1000"`
}

// in is the text in a language, or in the other where there is none.
func (w Words) in(lang string) string {
	if lang == "zh" && w.Zh != "" || w.En == "" {
		return w.Zh
	}
	return w.En
}

// Question is asked before a chat.
type Question struct {
	Name     string   `json:"name" pattern:"^[a-z][a-z0-9_]{0,31}$" example:"email"`
	Kind     string   `json:"kind" enum:"name,email,phone,subject,serial,text,choice"`
	Label    Words    `json:"label"`
	Required bool     `json:"required,omitempty"`
	Options  []Option `json:"options,omitempty" maxItems:"50" doc:"Of a choice"`
}

// Option is one answer of a choice.
type Option struct {
	Value string `json:"value" minLength:"1" maxLength:"50"`
	Label Words  `json:"label"`
}

// Route sends conversations to another queue, by the page they begin on, by an answer, or by both.
type Route struct {
	Pages    string `json:"pages,omitempty" maxLength:"500" doc:"* is any run of characters"`
	Question string `json:"question,omitempty" maxLength:"32"`
	Answer   string `json:"answer,omitempty" maxLength:"200"`
	Queue    int64  `json:"queue_id" minimum:"1"`
}

// site is a place where a chat may be opened, as lines need it.
type site struct {
	ID        int64
	Key       string
	Name      string
	Origins   []string
	Colour    string
	Title     Words
	Greeting  Words
	Offline   Words
	Questions []Question
	Calendar  string
	Queue     int64
	Routes    []Route
	secret    []byte // sealed
	mailAfter time.Duration
	awayAfter time.Duration
	online    bool // somebody is ready for its queue
	open      bool
}

// siteShown is what a browser is told of a site.
type siteShown struct {
	Key       string          `json:"site"`
	Title     string          `json:"title"`
	Colour    string          `json:"colour"`
	Greeting  string          `json:"greeting"`
	Offline   string          `json:"offline"`
	Questions []questionShown `json:"questions"`
	Open      bool            `json:"open"`
	Online    bool            `json:"online"`
	Files     filesShown      `json:"files"`
}

type questionShown struct {
	Name     string        `json:"name"`
	Kind     string        `json:"kind"`
	Label    string        `json:"label"`
	Required bool          `json:"required"`
	Options  []optionShown `json:"options,omitempty"`
}

type optionShown struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

type filesShown struct {
	Max    int64    `json:"max"`
	AtOnce int      `json:"at_once"`
	Types  []string `json:"types"`
}

func (s *site) shown(lang string) siteShown {
	out := siteShown{
		Key: s.Key, Title: s.Title.in(lang), Colour: s.Colour, Greeting: s.Greeting.in(lang), Offline: s.Offline.in(lang),
		Questions: []questionShown{}, Open: s.open, Online: s.open && s.online,
		Files: filesShown{channels.MaxFile, maxFiles, channels.FileTypes},
	}
	for _, q := range s.Questions {
		shown := questionShown{Name: q.Name, Kind: q.Kind, Label: q.Label.in(lang), Required: q.Required}
		for _, o := range q.Options {
			shown.Options = append(shown.Options, optionShown{o.Value, o.Label.in(lang)})
		}
		out.Questions = append(out.Questions, shown)
	}
	return out
}

// queueFor is where a conversation that begins goes.
func (s *site) queueFor(page string, answers map[string]string) int64 {
	for _, r := range s.Routes {
		if (r.Pages == "" || fits(r.Pages, page)) && (r.Question == "" || strings.EqualFold(answers[r.Question], r.Answer)) {
			return r.Queue
		}
	}
	return s.Queue
}

// fits says whether a page is one of a pattern, in which * is any run of characters.
func fits(pattern, page string) bool {
	parts := strings.Split(pattern, "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	ok, err := regexp.MatchString("^"+strings.Join(parts, ".*")+"$", page)
	return ok && err == nil
}

// sites are all that there are, kept for a moment: every visitor's first frame asks.
type sites struct {
	chat *Chat

	mu    sync.Mutex
	byKey map[string]*site
	until time.Time
}

// keptFor is how long a change of a site takes to reach new lines of other nodes.
const keptFor = 2 * time.Second

// get is a site by its key; fault.NotFound where there is none, or it is disabled.
func (s *sites) get(ctx context.Context, key string) (*site, error) {
	s.mu.Lock()
	defer s.mu.Unlock() // many who ask at once wait for one reading
	if time.Now().After(s.until) {
		all, err := s.chat.readSites(ctx)
		if err != nil {
			return nil, err
		}
		s.byKey, s.until = all, time.Now().Add(keptFor)
	}
	if found := s.byKey[key]; found != nil {
		return found, nil
	}
	return nil, fault.New(fault.NotFound, "not_found", "what", "site")
}

// forget makes the next asker read anew.
func (s *sites) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.until = time.Time{}
}

func (c *Chat) readSites(ctx context.Context) (map[string]*site, error) {
	all := map[string]*site{}
	err := c.o.Gate.View(ctx, self, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select s.id, s.key, s.name, s.origins, s.colour, s.title, s.greeting, s.offline, s.questions, s.calendar, s.queue_id, s.routes,
				s.identity_secret, s.mail_after_s, s.away_after_s,
				exists (select from seats p join agents a on a.id = p.agent_id and a.disabled_at is null join queues q on q.id = s.queue_id
					where p.presence = 'ready' and (p.queues = '{}' or q.id = any (p.queues))
						and (q.team_id is null or exists (select from team_members m where m.team_id = q.team_id and m.agent_id = a.id)))
			from chat_sites s where s.disabled_at is null`)
		if err != nil {
			return wrap("sites", err)
		}
		defer rows.Close()
		for rows.Next() {
			s := &site{open: true}
			var texts [5][]byte
			var mail, away int
			if err := rows.Scan(&s.ID, &s.Key, &s.Name, &s.Origins, &s.Colour, &texts[0], &texts[1], &texts[2], &texts[3], &s.Calendar, &s.Queue, &texts[4],
				&s.secret, &mail, &away, &s.online); err != nil {
				return wrap("sites", err)
			}
			for i, to := range []any{&s.Title, &s.Greeting, &s.Offline, &s.Questions, &s.Routes} {
				if err := json.Unmarshal(texts[i], to); err != nil {
					return wrap("site "+s.Key, err)
				}
			}
			s.mailAfter, s.awayAfter = time.Duration(mail)*time.Second, time.Duration(away)*time.Second
			all[s.Key] = s
		}
		if err := rows.Err(); err != nil {
			return wrap("sites", err)
		}
		c.readHours(ctx, q, all)
		return nil
	})
	return all, err
}

// readHours says which sites are open now. One whose calendar cannot be read stays open: a visitor too many is better than none.
func (c *Chat) readHours(ctx context.Context, q authority.Query, all map[string]*site) {
	for _, s := range all {
		if s.Calendar == "" {
			continue
		}
		hours, err := c.o.Tickets.Hours(ctx, q, s.Calendar)
		if err != nil {
			c.o.Log.WarnContext(ctx, "hours of a chat site not read", "site", s.Key, "calendar", s.Calendar, "err", err)
			continue
		}
		s.open, _ = hours.At(time.Now())
	}
}

// allows says whether a page of that origin may open the site's chat.
func (s *site) allows(origin string) bool { return slices.Contains(s.Origins, origin) }

// siteByID is a site that may be disabled meanwhile: its conversations go on.
func siteByID(ctx context.Context, q authority.Query, id int64) (s site, err error) {
	var mail, away int
	err = q.QueryRow(ctx, `select id, key, name, queue_id, mail_after_s, away_after_s from chat_sites where id = $1`, id).
		Scan(&s.ID, &s.Key, &s.Name, &s.Queue, &mail, &away)
	s.mailAfter, s.awayAfter = time.Duration(mail)*time.Second, time.Duration(away)*time.Second
	if err == pgx.ErrNoRows { //nolint:errorlint // QueryRow returns it bare
		err = fault.New(fault.NotFound, "not_found", "what", "site")
	}
	return s, err
}
