package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontline/internal/authority"
)

// cli is who acts on the command line.
var cli = authority.System("cli")

// UserCmd is about the people who work here.
type UserCmd struct {
	Add UserAddCmd `cmd:"" help:"Add somebody, and print the password once."`
}

// UserAddCmd adds somebody.
type UserAddCmd struct {
	Place
	Login    string   `required:"" help:"What they sign in with."`
	Name     string   `help:"Shown to colleagues and customers; without it the login."`
	Email    string   `help:"Mail address."`
	Role     []string `default:"agent" enum:"agent,engineer,dispatcher,supervisor,sales,editor,manager,admin" help:"${enum}; several with commas."`
	Tier     int      `help:"How much they may give away alone, 1 to 9; without it 1, for an administrator 9, who can give no more than that to others."`
	Language string   `default:"zh" enum:"zh,en" help:"zh or en."`
	Team     []string `help:"Teams, made when missing; several with commas."`
	Password string   `help:"Without it one is made."`
}

// Run adds the person and prints login and password.
func (c *UserAddCmd) Run(ctx context.Context, std stdio) error {
	return c.withAccounts(ctx, std, func(a *authority.Accounts) error {
		password := c.Password
		if password == "" {
			password = authority.NewPassword()
		}
		name := c.Name
		if name == "" {
			name = c.Login
		}
		tier := c.Tier
		if tier == 0 && slices.Contains(c.Role, authority.RoleAdmin) {
			tier = 9
		}
		teams, err := teams(ctx, a, c.Team)
		if err != nil {
			return err
		}
		if _, err := a.AddPerson(ctx, cli, authority.NewPerson{
			Login: c.Login, Name: name, Email: c.Email, Password: password, Roles: c.Role, Tier: tier, Language: c.Language, Teams: teams,
		}); err != nil {
			return err
		}
		_, err = fmt.Fprintf(std.Out, "login    %s\npassword %s\n", strings.ToLower(c.Login), password)
		return err
	})
}

// teams finds teams by name, and makes those that are missing.
func teams(ctx context.Context, a *authority.Accounts, names []string) ([]int64, error) {
	if len(names) == 0 {
		return nil, nil
	}
	there, err := a.Teams(ctx, cli)
	if err != nil {
		return nil, err
	}
	known := map[string]int64{}
	for _, t := range there {
		known[t.Name] = t.ID
	}
	var ids []int64
	for _, name := range names {
		id := known[name]
		if id == 0 {
			if id, err = a.SetTeam(ctx, cli, 0, name); err != nil {
				return nil, err
			}
			known[name] = id
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// TokenCmd is about API tokens.
type TokenCmd struct {
	Add TokenAddCmd `cmd:"" help:"Make a token with which a program acts as somebody, and print it once."`
}

// TokenAddCmd makes a token.
type TokenAddCmd struct {
	Place
	Login string        `required:"" help:"Whose rights the program has."`
	Name  string        `default:"api" help:"What it is for."`
	Life  time.Duration `help:"How long it is good, such as 720h; without it until it is withdrawn."`
}

// Run makes the token and prints it.
func (c *TokenAddCmd) Run(ctx context.Context, std stdio) error {
	return c.withAccounts(ctx, std, func(a *authority.Accounts) error {
		people, err := a.People(ctx, cli)
		if err != nil {
			return err
		}
		for _, p := range people {
			if p.Login != strings.ToLower(c.Login) {
				continue
			}
			_, token, err := a.AddToken(ctx, cli, p.ID, c.Name, c.Life)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(std.Out, token)
			return err
		}
		return fmt.Errorf("nobody has the login %q: frontline user add makes people", c.Login)
	})
}
