package emailtest

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"text/template"
	"time"
)

// The first person that every DovecotServer knows, and the folders besides INBOX that every mailbox has.
const (
	User     = "kefu@example.test"
	Secret   = "口令 \"of\" \\ kefu" // what a password may hold; the quotes and the backslash are a trap in IMAP
	Token    = "ya29.good-token"   // accepted by XOAUTH2 and OAUTHBEARER
	Sent     = "Sent"
	AfterFix = "售后" // a name that IMAP sends in its own UTF-7
)

// DovecotServer is a running Dovecot. Addresses stay the same over Stop and Start. Its own Deliver, Drop and WipeUIDs are
// those of User.
type DovecotServer struct {
	*DovecotUser

	Host  string // 127.0.0.1
	IMAP  int    // port with STARTTLS
	IMAPS int    // port with TLS
	LMTP  int
	CAs   *x509.CertPool // trusts the server's certificate

	t        testing.TB
	dir      string
	uid, gid int // of the program and of all mail; -1: as this process
	greeting string
	cmd      *exec.Cmd
	exited   chan struct{}
	dropped  atomic.Int64
	users    string // the lines of Dovecot's file of users
}

// Dovecot starts a Dovecot of its own with an empty mailbox of User. It runs as this process's user, or as Debian's user
// for it when this process is root, since Dovecot reads no mail as root. A machine without Dovecot fails the test.
func Dovecot(t testing.TB) *DovecotServer {
	t.Helper()
	// A folder of our own instead of t.TempDir, whose parent another user may not enter.
	dir, err := os.MkdirTemp("", "dovecot")
	if err != nil {
		t.Fatalf("folder for dovecot: %v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &DovecotServer{Host: "127.0.0.1", t: t, dir: dir, uid: -1, gid: -1, greeting: "test " + rand.Text()}
	who, err := user.Current()
	if os.Geteuid() == 0 {
		if who, err = user.Lookup("dovecot"); err == nil {
			s.uid, _ = strconv.Atoi(who.Uid)
			s.gid, _ = strconv.Atoi(who.Gid)
		}
	}
	if err != nil {
		t.Fatalf("user for dovecot (install dovecot-imapd and dovecot-lmtpd): %v", err)
	}
	authority := NewAuthority(t)
	s.CAs = authority.Pool
	cert, key := files(t, authority.Local())
	s.write("cert.pem", cert)
	s.write("key.pem", key)
	s.DovecotUser = s.AddUser(User, Secret)
	s.write("oauth.conf", []byte("introspection_mode = get\nintrospection_url = "+introspection(t)+"/?token=\n"+
		"username_attribute = user\nactive_attribute = active\nactive_value = yes\n"))

	// Another program may take a port between our look and Dovecot's bind, so try again with other ports.
	for attempt := range 5 {
		s.IMAP, s.IMAPS, s.LMTP = freePort(t), freePort(t), freePort(t)
		s.configure(who)
		if err = s.start(); err == nil {
			break
		}
		t.Logf("dovecot, attempt %d: %v", attempt+1, err)
	}
	if err != nil {
		t.Fatalf("dovecot does not start: %v", err)
	}
	t.Cleanup(s.kill)
	return s
}

// introspection is the service at which Dovecot asks whether a token is good.
func introspection(t testing.TB) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("token") != Token {
			_, _ = io.WriteString(w, `{"active":"no"}`)
			return
		}
		_, _ = io.WriteString(w, `{"user":"`+User+`","active":"yes"}`)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

var dovecotConf = template.Must(template.New("dovecot.conf").Parse(`
base_dir = {{.Dir}}/run
state_dir = {{.Dir}}/state
log_path = {{.Dir}}/log
protocols = imap lmtp
listen = {{.Host}}
login_greeting = {{.Greeting}}
default_internal_user = {{.User}}
default_internal_group = {{.Group}}
default_login_user = {{.User}}
first_valid_uid = 1
mail_uid = {{.User}}
mail_gid = {{.Group}}
mail_location = maildir:~/mail
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
mail_max_userip_connections = 100
ssl = yes
ssl_cert = <{{.Dir}}/cert.pem
ssl_key = <{{.Dir}}/key.pem
namespace inbox {
  inbox = yes
  mailbox Sent {
    auto = create
    special_use = \Sent
  }
  mailbox "售后" {
    auto = create
  }
}
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {{.Dir}}/oauth.conf
}
passdb {
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN username_format=%u {{.Dir}}/users
}
userdb {
  driver = passwd-file
  args = username_format=%u {{.Dir}}/users
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
service imap-login {
  chroot =
  process_min_avail = 1
  inet_listener imap {
    port = {{.IMAP}}
  }
  inet_listener imaps {
    port = {{.IMAPS}}
    ssl = yes
  }
}
service lmtp {
  user = {{.User}}
  inet_listener lmtp {
    port = {{.LMTP}}
  }
}
`))

func (s *DovecotServer) configure(who *user.User) {
	group, err := user.LookupGroupId(who.Gid)
	if err != nil {
		s.t.Fatalf("group for dovecot: %v", err)
	}
	var conf bytes.Buffer
	if err := dovecotConf.Execute(&conf, map[string]any{
		"Dir": s.dir, "Host": s.Host, "User": who.Username, "Group": group.Name, "Greeting": s.greeting,
		"IMAP": s.IMAP, "IMAPS": s.IMAPS, "LMTP": s.LMTP,
	}); err != nil {
		s.t.Fatalf("dovecot.conf: %v", err)
	}
	s.write("dovecot.conf", conf.Bytes())
	s.own(s.dir)
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("free port: %v", err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// Start starts the server again after Stop.
func (s *DovecotServer) Start() {
	s.t.Helper()
	if err := s.start(); err != nil {
		s.t.Fatalf("dovecot does not start again: %v", err)
	}
}

func (s *DovecotServer) start() error {
	var output bytes.Buffer
	cmd := exec.Command("dovecot", "-F", "-c", filepath.Join(s.dir, "dovecot.conf"))
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.dir, &output, &output
	// A group of its own can be killed whole; and no Dovecot outlives a killed test.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if s.uid >= 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(s.uid), Gid: uint32(s.gid)}
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(exited)
	}()
	s.cmd, s.exited = cmd, exited
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		if s.greets() {
			return nil
		}
		select {
		case <-exited:
			log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			return fmt.Errorf("it ended: %s%s", output.Bytes(), log)
		case <-time.After(5 * time.Millisecond): // nothing tells us that another program listens
		}
	}
	s.kill()
	return errors.New("it does not answer")
}

// greets is whether our server, and not another on that port, says hello.
func (s *DovecotServer) greets() bool {
	conn, err := net.Dial("tcp", net.JoinHostPort(s.Host, strconv.Itoa(s.IMAP)))
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(time.Second)) // a connection in the first moments may be forgotten
	line, _ := bufio.NewReader(conn).ReadString('\n')
	return strings.Contains(line, s.greeting)
}

// Stop ends the server as a power cut does: every connection breaks at once.
func (s *DovecotServer) Stop() {
	s.t.Helper()
	s.kill()
	// The next Dovecot would wait for minutes for a lock whose holder is dead.
	locks, _ := filepath.Glob(filepath.Join(s.dir, "home", "*", "mail", "*.lock"))
	for _, lock := range locks {
		_ = os.Remove(lock)
	}
}

func (s *DovecotServer) kill() {
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	<-s.exited
}

// Log is what the server has written to its log so far.
func (s *DovecotServer) Log() string {
	log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	return string(log)
}

func (s *DovecotServer) write(name string, content []byte) {
	s.t.Helper()
	file := filepath.Join(s.dir, name)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		s.t.Fatalf("write for dovecot: %v", err)
	}
	s.ownOne(file)
}

// own gives a folder and all in it to the server's user; mails already there are the server's since they came.
func (s *DovecotServer) own(dir string) {
	s.t.Helper()
	if s.uid < 0 {
		return
	}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			s.ownOne(path)
		}
		return nil // files come and go while the server runs
	})
	if err != nil {
		s.t.Fatalf("own %s: %v", dir, err)
	}
}

func (s *DovecotServer) ownOne(path string) {
	if s.uid >= 0 {
		if err := os.Chown(path, s.uid, s.gid); err != nil && !errors.Is(err, os.ErrNotExist) {
			s.t.Fatalf("own %s: %v", path, err)
		}
	}
}
