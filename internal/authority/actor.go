// Package authority decides who may do what, and is the only way to write.
//
// A change is an act, done by an actor. Do opens the transaction; Allow decides, records the
// decision in the same transaction, and only then does Postgres accept writes.
package authority

import "strconv"

// Kind says what sort of actor acts. The zero Kind is nobody and is refused.
type Kind uint8

// The kinds of actor.
const (
	Nobody  Kind = iota
	Agent        // a person at a desk, or a program holding that person's token
	Contact      // a customer
	Program      // a named part of the program
)

// Roles an agent may have.
const (
	RoleAgent      = "agent"
	RoleEngineer   = "engineer"
	RoleDispatcher = "dispatcher"
	RoleSupervisor = "supervisor"
	RoleSales      = "sales"
	RoleEditor     = "editor"
	RoleManager    = "manager"
	RoleAdmin      = "admin"
)

// Actor is whoever acts. Only the kind and the id decide: roles, tier and teams are read anew
// in every transaction, so that a demotion counts at once.
type Actor struct {
	Kind    Kind
	ID      int64  // of the agent or the contact
	Name    string // shown to people; for a Program the part's name
	Session int64  // the session the agent acts in; 0 for tokens and programs
	Token   int64  // the API token the agent's program acts with; 0 for sessions
}

// somebody says whether there is anybody who acts.
func (a Actor) somebody() bool {
	switch a.Kind {
	case Agent, Contact:
		return a.ID > 0
	case Program:
		return a.Name != ""
	}
	return false
}

// System is a named part of the program acting by itself, for example System("email").
func System(part string) Actor { return Actor{Kind: Program, Name: part} }

// AgentActor is the agent with that id.
func AgentActor(id int64, name string) Actor { return Actor{Kind: Agent, ID: id, Name: name} }

// ContactActor is the customer's contact with that id.
func ContactActor(id int64, name string) Actor { return Actor{Kind: Contact, ID: id, Name: name} }

// String names the actor in audit rows and events: "agent:12", "contact:5", "system:email".
func (a Actor) String() string {
	switch a.Kind {
	case Agent:
		return "agent:" + strconv.FormatInt(a.ID, 10)
	case Contact:
		return "contact:" + strconv.FormatInt(a.ID, 10)
	case Program:
		return "system:" + a.Name
	}
	return "nobody"
}
