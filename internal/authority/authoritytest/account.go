// Package authoritytest holds a module to the rule that whoever has no right is refused: every exported method that
// takes an actor is called by somebody without any, so that a command which forgets to ask fails in its own module.
package authoritytest

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/pg"
)

// Calls are, by the name of a method, a call of it with arguments that it would act on.
type Calls map[string]func(ctx context.Context, by authority.Actor) error

// Account calls each exported method of v that takes (context.Context, authority.Actor, …) by nobody, by a stranger,
// who is somebody without any right (a disabled agent), and by a master, who has all. It fails where
//   - a method has no call, or a call no method;
//   - nobody is not refused as such;
//   - a stranger gets through: a command must be denied, and the try written down; a reader must find nothing or little
//     and act not at all.
//
// What is a command shows in the audit trail: it alone writes there.
func Account(t testing.TB, db *pg.DB, v any, stranger, master authority.Actor, calls Calls) {
	t.Helper()
	names := Methods(v)
	for _, name := range slices.Sorted(maps.Keys(calls)) {
		if !slices.Contains(names, name) {
			t.Errorf("%T has no method %s that takes an actor", v, name)
		}
	}
	for _, name := range names {
		call := calls[name]
		if call == nil {
			t.Errorf("%T.%s takes an actor and has no refusal case", v, name)
			continue
		}
		c := &account{t: t, db: db, name: reflect.TypeOf(v).String() + "." + name, call: call}
		c.nobody()
		if !c.refused(stranger) {
			c.reads(master)
		}
	}
}

// Methods are the exported methods of v that take a context and an actor.
func Methods(v any) (names []string) {
	ctx, actor := reflect.TypeFor[context.Context](), reflect.TypeFor[authority.Actor]()
	of := reflect.TypeOf(v)
	for i := range of.NumMethod() {
		m := of.Method(i)
		if m.Type.NumIn() >= 3 && m.Type.In(1) == ctx && m.Type.In(2) == actor {
			names = append(names, m.Name)
		}
	}
	return names
}

type account struct {
	t    testing.TB
	db   *pg.DB
	name string
	call func(context.Context, authority.Actor) error
}

func (c *account) nobody() {
	c.t.Helper()
	if err := c.call(c.t.Context(), authority.Actor{}); !errors.Is(err, fault.Unauthorized) {
		c.t.Errorf("%s by nobody = %v, want unauthorized", c.name, err)
	}
}

// refused says whether the method denied the stranger, as a command must.
func (c *account) refused(by authority.Actor) bool {
	c.t.Helper()
	allowed, denied, err := c.watch(by)
	switch {
	case allowed > 0:
		c.t.Errorf("%s acted for somebody without any right", c.name)
	case denied == 0:
		if err != nil && !errors.Is(err, fault.NotFound) {
			c.t.Errorf("%s by somebody without any right = %v, want a refusal or nothing found", c.name, err)
		}
		return false
	case !errors.Is(err, fault.Forbidden):
		c.t.Errorf("%s by somebody without any right = %v, want forbidden", c.name, err)
	}
	return true
}

// reads makes sure that a method which refused nobody is no command.
func (c *account) reads(by authority.Actor) {
	c.t.Helper()
	if allowed, _, _ := c.watch(by); allowed > 0 {
		c.t.Errorf("%s is a command and did not refuse somebody without any right", c.name)
	}
}

// watch calls the method and counts what the trail says of it.
func (c *account) watch(by authority.Actor) (allowed, denied int, err error) {
	c.t.Helper()
	a, d := c.trail(by)
	err = c.call(c.t.Context(), by)
	allowed, denied = c.trail(by)
	return allowed - a, denied - d, err
}

func (c *account) trail(by authority.Actor) (allowed, denied int) {
	c.t.Helper()
	if err := c.db.Read.QueryRow(c.t.Context(), `select count(*) filter (where outcome = 'allow'), count(*) filter (where outcome = 'deny')
		from audit where actor = $1`, by.String()).Scan(&allowed, &denied); err != nil {
		c.t.Fatal(err)
	}
	return allowed, denied
}
