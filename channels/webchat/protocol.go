package webchat

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"frontline/channels"
	"frontline/internal/fault"

	jsonx "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// said is what a visitor's browser says. Which members count depends on the type.
type said struct {
	Type     string            `json:"type"`
	ID       string            `json:"id"`
	Token    string            `json:"token"`
	After    int64             `json:"after"`
	Lang     string            `json:"lang"`
	Page     string            `json:"page"`
	Identity string            `json:"identity"`
	What     string            `json:"what"`
	Answers  map[string]string `json:"answers"`
	Text     string            `json:"text"`
	Files    []int64           `json:"files"`
	On       bool              `json:"on"`
	Upto     int64             `json:"upto"`
}

const (
	maxFrame = 16 << 10 // bytes that a browser may say at once
	maxDrain = 64 << 10 // above this the line is cut without reading on
	maxText  = 4000     // characters of one message
	maxFiles = 5        // of one message
)

// said ids are made by browsers.
var clientID = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`)

// parse reads what a browser says. What is wrong with it is fault.Invalid.
func parse(frame []byte) (said, error) {
	var m said
	if len(frame) > maxFrame {
		return m, fault.New(fault.Invalid, "frame_too_long", "max", maxFrame)
	}
	if !utf8.Valid(frame) {
		return m, fault.New(fault.Invalid, "frame_not_utf8")
	}
	err := jsonx.Unmarshal(frame, &m, jsonx.RejectUnknownMembers(true))
	if !clientID.MatchString(m.ID) && m.ID != "" {
		m.ID = ""
		return m, badFrame("id")
	}
	var syntax *jsontext.SyntacticError
	var meaning *jsonx.SemanticError
	switch {
	case err == nil:
		return m, m.check()
	case errors.As(err, &syntax) && errors.Is(err, jsontext.ErrDuplicateName):
		return m, badFrame(syntax.JSONPointer.LastToken())
	case errors.As(err, &meaning):
		return m, badFrame(meaning.JSONPointer.LastToken())
	}
	return m, fault.New(fault.Invalid, "frame_not_json").Because(err)
}

// badFrame names the member that is wrong, without giving a stranger's long name back.
func badFrame(field string) error {
	if len(field) > 50 {
		field = strings.ToValidUTF8(field[:50], "") + "…"
	}
	return fault.New(fault.Invalid, "frame_bad_field", "field", field)
}

// check refuses what no state of a chat makes right.
func (m said) check() error {
	switch m.Type {
	case "":
		return badFrame("type")
	case "hello":
		if m.After < 0 {
			return badFrame("after")
		}
		if m.Lang != "" && m.Lang != "zh" && m.Lang != "en" {
			return badFrame("lang")
		}
		if len(m.Page) > 2000 {
			return badFrame("page")
		}
	case "start", "message", "choose", "end":
		if m.ID == "" {
			return badFrame("id")
		}
		if len(m.Files) > maxFiles {
			return fault.New(fault.Invalid, "too_many_files", "max", maxFiles)
		}
	case "received", "read":
		if m.Upto < 0 {
			return badFrame("upto")
		}
	case "typing", "ping":
	default:
		return fault.New(fault.Invalid, "frame_unknown_type")
	}
	return nil
}

// What the server says.
type (
	welcomeFrame struct {
		Type    string     `json:"type"`
		Token   string     `json:"token"`
		Seq     int64      `json:"seq"`
		Site    siteShown  `json:"site"`
		State   string     `json:"state"`
		Agent   *agentName `json:"agent"`
		Visitor claimed    `json:"visitor"`
	}
	agentName struct {
		Name string `json:"name"`
	}
	claimed struct {
		Verified bool   `json:"verified"`
		Name     string `json:"name"`
		Email    string `json:"email"`
		Phone    string `json:"phone"`
	}
	messageFrame struct {
		Type  string          `json:"type"`
		Seq   int64           `json:"seq"`
		ID    string          `json:"id"`
		From  string          `json:"from"`
		Name  string          `json:"name"`
		Text  string          `json:"text"`
		Parts []channels.Part `json:"parts"`
		Files []fileShown     `json:"files"`
		At    time.Time       `json:"at"`
	}
	fileShown struct {
		ID      int64  `json:"id"`
		Name    string `json:"name"`
		Type    string `json:"type"`
		Size    int64  `json:"size"`
		URL     string `json:"url,omitempty"`
		Picture bool   `json:"picture"`
	}
	okFrame struct {
		Type string `json:"type"`
		ID   string `json:"id"`
		Seq  int64  `json:"seq"`
	}
	errorFrame struct {
		Type   string         `json:"type"`
		ID     string         `json:"id,omitempty"`
		Code   string         `json:"code"`
		Detail string         `json:"detail"`
		Args   map[string]any `json:"args,omitempty"`
	}
	stateFrame struct {
		Type    string     `json:"type"`
		State   string     `json:"state"`
		Agent   *agentName `json:"agent"`
		CanMail bool       `json:"can_mail"`
		Call    bool       `json:"call"` // the visitor asked to be called
	}
	queueFrame struct {
		Type    string   `json:"type"`
		Place   int      `json:"place"`
		WaitS   *int     `json:"wait_s"`
		Choices []string `json:"choices"`
	}
	typingFrame struct {
		Type string `json:"type"`
		On   bool   `json:"on"`
		Name string `json:"name"`
	}
	uptoFrame struct {
		Type string `json:"type"`
		Upto int64  `json:"upto"`
	}
	bareFrame struct {
		Type string `json:"type"`
	}
)

// encode is for frames of ours, which always can be.
func encode(frame any) []byte {
	b, err := json.Marshal(frame)
	if err != nil {
		panic(err)
	}
	return b
}
