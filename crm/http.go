package crm

import (
	"context"
	"net/http"

	"frontline/internal/authority"
	"frontline/internal/web"
)

// Kept names the record that a command made.
type Kept struct {
	ID int64 `json:"id"`
}

type byID struct {
	ID int64 `path:"id" minimum:"1"`
}

// Routes adds the customer records to the API.
func (c *CRM) Routes(s *web.Server) {
	c.classRoutes(s)
	web.Query(s, web.Op{Method: "GET", Path: "/contacts", ID: "find-contacts", Tag: "customers", Summary: "Find contacts by the beginning of a name or address"},
		func(ctx context.Context, by authority.Actor, in *struct {
			Words string `query:"q" maxLength:"200" doc:"Beginning of the name, the mail address or the phone number; empty finds nobody"`
			Limit int    `query:"limit" minimum:"1" maximum:"50" default:"20"`
		},
		) (web.Page[Person], error) {
			found, err := c.Find(ctx, by, in.Words, in.Limit)
			return web.Page[Person]{Items: found}, err
		})
	web.Query(s, web.Op{Method: "GET", Path: "/contacts/{id}", ID: "get-contact", Tag: "customers", Summary: "One contact with all addresses and the account"},
		func(ctx context.Context, by authority.Actor, in *byID) (Person, error) {
			return c.Person(ctx, by, in.ID)
		})
	web.Command(s, web.Op{Method: "PATCH", Path: "/contacts/{id}", ID: "edit-contact", Tag: "customers", Summary: "Change a contact, its addresses and its account", Doc: "409 address_taken names in its args whose the address is; 409 stale_contact means that somebody else was faster: read again."},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body Change
		},
		) (web.Empty, error) {
			return web.Empty{}, c.EditContact(ctx, by, in.ID, in.Body)
		})
	web.Query(s, web.Op{Method: "GET", Path: "/accounts", ID: "find-accounts", Tag: "customers", Summary: "Find accounts by the beginning of their name"},
		func(ctx context.Context, by authority.Actor, in *struct {
			Words string `query:"q" maxLength:"200" doc:"Beginning of the name; empty finds none"`
			Limit int    `query:"limit" minimum:"1" maximum:"50" default:"20"`
		},
		) (web.Page[Account], error) {
			found, err := c.FindAccounts(ctx, by, in.Words, in.Limit)
			return web.Page[Account]{Items: found}, err
		})
	web.Query(s, web.Op{Method: "GET", Path: "/accounts/{id}", ID: "get-account", Tag: "customers", Summary: "One account with its contacts"},
		func(ctx context.Context, by authority.Actor, in *byID) (Company, error) {
			return c.Company(ctx, by, in.ID)
		})
	web.Query(s, web.Op{Method: "GET", Path: "/accounts/{id}/duplicates", ID: "list-account-duplicates", Tag: "customers", Summary: "Other accounts that may be the same one, with the reason"},
		func(ctx context.Context, by authority.Actor, in *byID) (web.Page[Twin], error) {
			found, err := c.Twins(ctx, by, in.ID)
			return web.Page[Twin]{Items: found}, err
		})
	web.Command(s, web.Op{Method: "POST", Path: "/accounts", ID: "add-account", Tag: "customers", Summary: "Make an account", Status: http.StatusCreated, Doc: "409 account_exists names in its args the account of that name."},
		func(ctx context.Context, by authority.Actor, in *struct{ Body AccountChange }) (Kept, error) {
			id, err := c.AddAccount(ctx, by, in.Body)
			return Kept{id}, err
		})
	web.Command(s, web.Op{Method: "PATCH", Path: "/accounts/{id}", ID: "edit-account", Tag: "customers", Summary: "Change an account, its links, its owner and its numbers", Doc: "409 stale_account means that somebody else was faster: read again."},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body AccountChange
		},
		) (web.Empty, error) {
			return web.Empty{}, c.EditAccount(ctx, by, in.ID, in.Body)
		})
}
