package agentdesk

import (
	"encoding/json"
	"errors"
	"unicode/utf8"

	"frontline/internal/event"
	"frontline/internal/fault"
	"frontline/tickets"

	jsonx "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gorilla/websocket"
)

// said is what a client says. Which members count depends on the type.
type said struct {
	Type   string         `json:"type"`
	ID     jsontext.Value `json:"id"` // a number or a short text, given back with the answer
	After  int64          `json:"after"`
	Object string         `json:"object"`
	On     bool           `json:"on"`
	Silent bool           `json:"silent"`
	State  string         `json:"state"`
	Reason string         `json:"reason"`
	Offer  int64          `json:"offer"`
}

const (
	maxFrame = 4 << 10  // bytes that a client may say at once
	maxDrain = 64 << 10 // above this the line is cut without reading on
	maxID    = 64       // bytes of an id
)

// parse reads what a client says. What is wrong with it is fault.Invalid; the id is given where one was found.
func parse(frame []byte) (said, error) {
	var m said
	if len(frame) > maxFrame {
		return m, fault.New(fault.Invalid, "frame_too_long", "max", maxFrame)
	}
	if !utf8.Valid(frame) {
		return m, fault.New(fault.Invalid, "frame_not_utf8")
	}
	err := jsonx.Unmarshal(frame, &m, jsonx.RejectUnknownMembers(true))
	if k := m.ID.Kind(); len(m.ID) > 0 && (k != '"' && k != '0' || len(m.ID) > maxID) {
		m.ID = nil
		return m, fault.New(fault.Invalid, "frame_bad_field", "field", "id")
	}
	var syntax *jsontext.SyntacticError
	var meaning *jsonx.SemanticError
	switch {
	case err == nil && m.Type == "":
		return m, fault.New(fault.Invalid, "frame_bad_field", "field", "type")
	case err == nil:
		return m, nil
	case errors.As(err, &syntax) && errors.Is(err, jsontext.ErrDuplicateName):
		return m, fault.New(fault.Invalid, "frame_bad_field", "field", clip(syntax.JSONPointer.LastToken()))
	case errors.As(err, &meaning):
		return m, fault.New(fault.Invalid, "frame_bad_field", "field", clip(meaning.JSONPointer.LastToken()))
	}
	return m, fault.New(fault.Invalid, "frame_not_json").Because(err)
}

// clip keeps a stranger's long name out of our answers.
func clip(name string) string {
	if len(name) > 50 {
		return name[:50] + "…"
	}
	return name
}

// What the server says.
type (
	welcomeFrame struct {
		Type  string     `json:"type"`
		Seq   int64      `json:"seq"`
		Agent agentFrame `json:"agent"`
	}
	agentFrame struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	}
	eventFrame struct {
		Type   string `json:"type"`
		Seq    int64  `json:"seq"`
		Kind   string `json:"kind"`
		Object string `json:"object"`
		Topic  string `json:"topic"`
	}
	resetFrame struct {
		Type string `json:"type"`
		Seq  int64  `json:"seq"`
	}
	okFrame struct {
		Type string         `json:"type"`
		ID   jsontext.Value `json:"id"`
	}
	errorFrame struct {
		Type   string         `json:"type"`
		ID     jsontext.Value `json:"id,omitempty"`
		Code   string         `json:"code"`
		Detail string         `json:"detail"`
		Args   map[string]any `json:"args,omitempty"`
	}
	liveFrame struct {
		Type    string           `json:"type"`
		Object  string           `json:"object"`
		Viewers []viewer         `json:"viewers"`
		Visitor *tickets.Visitor `json:"visitor,omitempty"`
	}
	presenceFrame struct {
		Type   string `json:"type"`
		Agent  int64  `json:"agent"`
		State  string `json:"state"`
		Reason string `json:"reason"`
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

// prepare makes a frame that is written to many lines.
func prepare(frame any) *websocket.PreparedMessage {
	p, err := websocket.NewPreparedMessage(websocket.TextMessage, encode(frame))
	if err != nil {
		panic(err) // only compression can fail
	}
	return p
}

// prepareEvent is what an event looks like on every line; made once for all of them.
func prepareEvent(e *event.Event) any {
	topic := ""
	if len(e.Topics) > 0 {
		topic = e.Topics[0]
	}
	return prepare(eventFrame{"event", e.Seq, e.Kind, e.Object, topic})
}
