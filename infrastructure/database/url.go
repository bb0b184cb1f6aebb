package database

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// Names of the SQL dialects, the values of DB.Dialect.
const (
	SQLite = "sqlite"
	MySQL  = "mysql"
)

// defaultMySQLPort is used for hosts given without a port.
const defaultMySQLPort = "3306"

// Target is a parsed database URL.
type Target struct {
	Dialect string // SQLite or MySQL

	Path string // SQLite: the database file, relative to the working directory or absolute

	User, Password string   // MySQL
	Hosts          []string // MySQL: HOST:PORT, in the order in which they are tried
	Name           string   // MySQL: the schema
	TLS            string   // MySQL: "", "true", "skip-verify" or "preferred"
}

// ParseURL reads sqlite://PATH or mysql://USER:PASSWORD@HOST:PORT[,HOST:PORT]/NAME[?tls=true].
// User, password, path and name may be percent-encoded. Errors say what is
// wrong without repeating any part of the URL, which may hold a password.
func ParseURL(raw string) (Target, error) {
	scheme, rest, found := strings.Cut(raw, "://")
	switch {
	case found && scheme == SQLite:
		return parseSQLite(rest)
	case found && scheme == MySQL:
		return parseMySQL(rest)
	}
	return Target{}, errors.New("must be sqlite://PATH or mysql://USER:PASSWORD@HOST:PORT/NAME")
}

func parseSQLite(rest string) (Target, error) {
	if strings.ContainsAny(rest, "?#") {
		return Target{}, errors.New("sqlite://PATH takes no parameters")
	}
	path, err := url.PathUnescape(rest)
	if err != nil {
		return Target{}, errors.New("has a wrong percent escape in the path")
	}
	if path == "" || strings.HasSuffix(path, "/") {
		return Target{}, errors.New("names no file after sqlite://")
	}
	if strings.HasPrefix(path, ":memory:") || strings.ContainsRune(path, 0) {
		return Target{}, errors.New("must name a file: a database in memory is not supported")
	}
	return Target{Dialect: SQLite, Path: path}, nil
}

func parseMySQL(rest string) (Target, error) {
	rest, query, _ := strings.Cut(rest, "?")
	authority, name, _ := strings.Cut(rest, "/")
	target := Target{Dialect: MySQL}
	var err error
	if target.Name, err = url.PathUnescape(name); err != nil || target.Name == "" || strings.Contains(target.Name, "/") {
		return Target{}, errors.New("names no database after the last /")
	}
	userinfo, hosts := "", authority
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		userinfo, hosts = authority[:at], authority[at+1:]
	}
	user, password, _ := strings.Cut(userinfo, ":")
	if target.User, err = url.PathUnescape(user); err != nil {
		return Target{}, errors.New("has a wrong percent escape in the user")
	}
	if target.Password, err = url.PathUnescape(password); err != nil {
		return Target{}, errors.New("has a wrong percent escape in the password")
	}
	if target.User == "" {
		return Target{}, errors.New("names no user before @")
	}
	if target.Hosts, err = parseHosts(hosts); err != nil {
		return Target{}, err
	}
	target.TLS, err = parseMySQLParameters(query)
	return target, err
}

func parseHosts(list string) ([]string, error) {
	var hosts []string
	for host := range strings.SplitSeq(list, ",") {
		name, port, err := net.SplitHostPort(host)
		if err != nil {
			name, port = strings.Trim(host, "[]"), defaultMySQLPort
		}
		if number, err := strconv.ParseUint(port, 10, 16); err != nil || number == 0 {
			return nil, errors.New("has a host with a port that is no number from 1 to 65535")
		}
		if name == "" || strings.ContainsAny(name, " /@") {
			return nil, errors.New("has an empty or malformed host")
		}
		hosts = append(hosts, net.JoinHostPort(name, port))
	}
	return hosts, nil
}

// parseMySQLParameters returns the tls parameter, the only one there is.
func parseMySQLParameters(query string) (string, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return "", errors.New("has malformed parameters after ?")
	}
	for key := range values {
		if key != "tls" {
			return "", fmt.Errorf("has the unknown parameter %q; tls is the only one", key)
		}
	}
	mode := values.Get("tls")
	switch mode {
	case "", "true", "skip-verify", "preferred":
		return mode, nil
	case "false":
		return "", nil
	}
	return "", errors.New("has a tls parameter that is not true, false, skip-verify or preferred")
}

// String is the target as a URL for people to read, the password masked.
func (t Target) String() string {
	if t.Dialect == SQLite {
		return SQLite + "://" + t.Path
	}
	user := t.User
	if t.Password != "" {
		user += ":***"
	}
	return fmt.Sprintf("%s://%s@%s/%s", MySQL, user, strings.Join(t.Hosts, ","), t.Name)
}
