package main

import (
	"bytes"
	"net"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	composecli "github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/jackc/pgx/v5"
)

// compose reads compose.yaml as docker compose would, with only env in the environment.
func compose(t *testing.T, env ...string) (*types.Project, error) {
	t.Helper()
	options, err := composecli.NewProjectOptions([]string{"../../compose.yaml"}, composecli.WithEnv(env))
	if err != nil {
		t.Fatal(err)
	}
	return options.LoadProject(t.Context())
}

// service is one of compose.yaml's services; a missing one ends the test.
func service(t *testing.T, name string) types.ServiceConfig {
	t.Helper()
	p, err := compose(t, "FRONTLINE_DB_PASSWORD=s3cret/@:?")
	if err != nil {
		t.Fatal(err)
	}
	s, err := p.GetService(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// parser is the program's command line, without running anything.
func parser(t *testing.T) *kong.Kong {
	t.Helper()
	k, err := commandLine(&program{}, kong.Exit(func(int) {}), kong.Writers(&bytes.Buffer{}, &bytes.Buffer{}))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// settings names the environment variables that a command reads.
func settings(t *testing.T, command string) (names []string) {
	t.Helper()
	k := parser(t)
	at := slices.IndexFunc(k.Model.Children, func(n *kong.Node) bool { return n.Name == command })
	if at < 0 {
		t.Fatalf("no command %q", command)
	}
	for _, flag := range slices.Concat(k.Model.Flags, k.Model.Children[at].Flags) {
		names = append(names, flag.Envs...)
	}
	return names
}

// value is what a service's environment says for name.
func value(t *testing.T, s types.ServiceConfig, name string) string {
	t.Helper()
	v := s.Environment[name]
	if v == nil {
		t.Fatalf("service %s does not set %s", s.Name, name)
	}
	return *v
}

func dockerfile(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestComposeSetsOnlyWhatServeReads(t *testing.T) {
	t.Parallel()
	known := settings(t, "serve")
	var set []string
	for name := range service(t, "frontline").Environment {
		set = append(set, name)
	}
	set = append(set, regexp.MustCompile(`FRONTLINE_\w+`).FindAllString(
		regexp.MustCompile(`(?m)^ENV .*$`).FindString(dockerfile(t)), -1)...)
	for _, name := range set {
		if strings.HasPrefix(name, "FRONTLINE_") && !slices.Contains(known, name) {
			t.Errorf("%s is set, but serve reads only %v", name, known)
		}
	}
}

func TestComposePublishesThePortThatTheProgramListensOn(t *testing.T) {
	t.Parallel()
	s := service(t, "frontline")
	_, port, err := net.SplitHostPort(value(t, s, "FRONTLINE_LISTEN"))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Ports) != 1 || s.Ports[0].HostIP != "127.0.0.1" || s.Ports[0].Published != port {
		t.Errorf("ports are %v, want %s on 127.0.0.1 only", s.Ports, port)
	}
	if want := "EXPOSE " + port + "\n"; !strings.Contains(dockerfile(t), want) {
		t.Errorf("the Dockerfile has no %q", want)
	}
}

func TestHealthChecksAreCommandsOfTheProgram(t *testing.T) {
	t.Parallel()
	in := regexp.MustCompile(`(?m)^HEALTHCHECK .*CMD \["frontline", "(\w+)"\]$`).FindStringSubmatch(dockerfile(t))
	if in == nil {
		t.Fatal("the Dockerfile has no health check by the program")
	}
	check := service(t, "frontline").HealthCheck
	if check == nil || !slices.Equal(check.Test, []string{"CMD", "frontline", in[1]}) {
		t.Fatalf("compose.yaml's health check %+v is not the Dockerfile's", check)
	}
	if _, err := parser(t).Parse([]string(check.Test[2:])); err != nil {
		t.Error(err)
	}
	// It must call the address that the program listens on, by the same setting.
	if names := settings(t, in[1]); !slices.Contains(names, "FRONTLINE_LISTEN") {
		t.Errorf("%s reads %v, not FRONTLINE_LISTEN", in[1], names)
	}
	command := regexp.MustCompile(`(?m)^CMD \["(\w+)"\]$`).FindStringSubmatch(dockerfile(t))
	if command == nil {
		t.Fatal("the Dockerfile names no command to start")
	}
	if _, err := parser(t).Parse(command[1:]); err != nil {
		t.Error(err)
	}
}

func TestComposeWaitsForItsDatabase(t *testing.T) {
	t.Parallel()
	program, database := service(t, "frontline"), service(t, "postgres")
	if d := program.DependsOn["postgres"]; d.Condition != types.ServiceConditionHealthy || database.HealthCheck == nil {
		t.Errorf("frontline depends on postgres %q, want it healthy, by a check", d.Condition)
	}
	c, err := pgx.ParseConfig(value(t, program, "FRONTLINE_DATABASE_URL"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Host != database.Name || c.User != value(t, database, "POSTGRES_USER") || c.Database != value(t, database, "POSTGRES_DB") {
		t.Errorf("the program calls %s@%s/%s, which is not the database that compose.yaml starts", c.User, c.Host, c.Database)
	}
	if got, want := value(t, program, "PGPASSWORD"), value(t, database, "POSTGRES_PASSWORD"); got != want || c.Password != "" {
		t.Errorf("the program's password is %q, the database's %q, the URL's %q; want the first two equal", got, want, c.Password)
	}
	if len(database.Ports) != 0 {
		t.Errorf("the database is published: %v", database.Ports)
	}
	// The image's own server and tools are of the same major version.
	_, major, _ := strings.Cut(database.Image, ":")
	if want := "postgresql-" + major + " "; !strings.Contains(dockerfile(t), want) {
		t.Errorf("compose.yaml starts Postgres %s, the Dockerfile installs another", major)
	}
}

func TestComposeKeepsDataAndKeyApart(t *testing.T) {
	t.Parallel()
	s := service(t, "frontline")
	volumes := map[string]string{}
	for _, v := range s.Volumes {
		if v.Type != types.VolumeTypeVolume {
			t.Errorf("%s is a %s, want a volume", v.Target, v.Type)
		}
		volumes[v.Target] = v.Source
	}
	data, key := value(t, s, "FRONTLINE_DATA"), path.Dir(value(t, s, "FRONTLINE_SECRET_KEY_FILE"))
	for _, folder := range []string{data, key} {
		if volumes[folder] == "" {
			t.Errorf("%s is no volume, its content would go with the container", folder)
		}
		if !regexp.MustCompile(`(?m)^VOLUME .*"` + folder + `"`).MatchString(dockerfile(t)) {
			t.Errorf("%s is no VOLUME of the Dockerfile", folder)
		}
	}
	if volumes[data] == volumes[key] {
		t.Error("the key lies on the volume of the data that it opens")
	}
}

func TestComposeRefusesToStartWithoutPassword(t *testing.T) {
	t.Parallel()
	if _, err := compose(t); err == nil || !strings.Contains(err.Error(), "FRONTLINE_DB_PASSWORD") {
		t.Errorf("without a password: %v, want an error that names it", err)
	}
}
