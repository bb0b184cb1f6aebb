package gormstore

import (
	"encoding/binary"
	"encoding/json"
	"strings"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

// The rows, their columns in the order of the migrations, keys first. Times are microseconds since 1970 in UTC: exact, in order,
// and the same on every engine.

type accountRow struct {
	ID            int64 `gorm:"primaryKey"`
	UUID          string
	CustomerID    *string
	Phone         *string
	Email         *string
	Username      *string
	Name          string
	FirstName     string
	LastName      string
	Locale        string
	Street        string
	Flat          string
	Building      string
	DistrictID    int64
	AddressType   string
	Permissions   string
	PointsEarned  int64
	PointsBalance int64
	PasswordHash  string
	PhoneVerified bool
	EmailVerified bool
	Disabled      bool
	CreatedAt     int64 `gorm:"autoCreateTime:false"`
	UpdatedAt     int64 `gorm:"autoUpdateTime:false"`
}

func (accountRow) TableName() string { return "accounts" }

func rowOfAccount(a *domain.Account) (accountRow, error) {
	permissions := ""
	if len(a.Permissions) > 0 {
		list, err := json.Marshal(a.Permissions)
		if err != nil {
			return accountRow{}, err
		}
		permissions = string(list)
	}
	return accountRow{
		ID: a.ID, UUID: a.UUID, CustomerID: nullable(a.CustomerID), Phone: nullable(a.Phone), Email: nullable(a.Email),
		Username: nullable(a.Username), Name: a.Name, FirstName: a.FirstName, LastName: a.LastName, Locale: a.Locale,
		Street: a.Address.Street, Flat: a.Address.Flat, Building: a.Address.Building, DistrictID: a.Address.DistrictID,
		AddressType: a.Address.Type, Permissions: permissions, PointsEarned: a.PointsEarned, PointsBalance: a.PointsBalance,
		PasswordHash: a.PasswordHash, PhoneVerified: a.PhoneVerified, EmailVerified: a.EmailVerified, Disabled: a.Disabled,
		CreatedAt: micros(a.CreatedAt), UpdatedAt: micros(a.UpdatedAt),
	}, nil
}

func (r *accountRow) account() (domain.Account, error) {
	var permissions []string
	if r.Permissions != "" {
		if err := json.Unmarshal([]byte(r.Permissions), &permissions); err != nil {
			return domain.Account{}, err
		}
	}
	return domain.Account{
		ID: r.ID, UUID: r.UUID, CustomerID: text(r.CustomerID), Phone: text(r.Phone), Email: text(r.Email),
		Username: text(r.Username), Name: r.Name, FirstName: r.FirstName, LastName: r.LastName, Locale: r.Locale,
		Address: domain.Address{
			Street: r.Street, Flat: r.Flat, Building: r.Building, DistrictID: r.DistrictID, Type: r.AddressType,
		},
		Permissions: permissions, PointsEarned: r.PointsEarned, PointsBalance: r.PointsBalance,
		PasswordHash: r.PasswordHash, PhoneVerified: r.PhoneVerified, EmailVerified: r.EmailVerified, Disabled: r.Disabled,
		CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt),
	}, nil
}

type challengeRow struct {
	ContactKey  string `gorm:"primaryKey"`
	Purpose     string `gorm:"primaryKey"`
	Handle      *string
	Dialect     string
	Channel     string
	AccountID   int64
	MAC         []byte
	CodeLength  int
	IssuedAt    int64
	ExpiresAt   int64
	GuessesLeft int
	Used        bool
	Failures    int
	WaitUntil   int64
	Sends       []byte
	IdleFrom    int64
}

func (challengeRow) TableName() string { return "challenges" }

func rowOfChallenge(c *domain.Challenge) challengeRow {
	return challengeRow{
		ContactKey: c.Key.Contact, Purpose: string(c.Key.Purpose), Handle: nullable(c.Handle), Dialect: c.Dialect,
		Channel: string(c.Channel), AccountID: c.AccountID, MAC: present(c.MAC), CodeLength: c.CodeLength,
		IssuedAt: micros(c.IssuedAt), ExpiresAt: micros(c.ExpiresAt), GuessesLeft: c.GuessesLeft, Used: c.Used,
		Failures: c.Failures, WaitUntil: micros(c.WaitUntil), Sends: packTimes(c.Sends), IdleFrom: micros(c.IdleFrom()),
	}
}

func (r *challengeRow) challenge() *domain.Challenge {
	return &domain.Challenge{
		Key:    domain.ChallengeKey{Contact: r.ContactKey, Purpose: domain.Purpose(r.Purpose)},
		Handle: text(r.Handle), Dialect: r.Dialect, Channel: domain.Channel(r.Channel), AccountID: r.AccountID, MAC: absent(r.MAC),
		CodeLength: r.CodeLength, IssuedAt: moment(r.IssuedAt), ExpiresAt: moment(r.ExpiresAt), GuessesLeft: r.GuessesLeft,
		Used: r.Used, GuessMemory: domain.GuessMemory{Failures: r.Failures, WaitUntil: moment(r.WaitUntil)},
		Sends: unpackTimes(r.Sends),
	}
}

type sessionRow struct {
	ID         string `gorm:"primaryKey"`
	AccountID  int64
	Dialect    string
	Scope      string
	CreatedAt  int64 `gorm:"autoCreateTime:false"`
	IdleUntil  int64
	ExpiresAt  int64
	RevokedAt  int64
	UserAgent  string
	ClientIP   string
	Seed       []byte
	Generation uint32
	RotatedAt  int64
}

func (sessionRow) TableName() string { return "sessions" }

func rowOfSession(s *domain.Session) sessionRow {
	return sessionRow{
		ID: s.ID, AccountID: s.AccountID, Dialect: s.Dialect, Scope: string(s.Scope), CreatedAt: micros(s.CreatedAt),
		IdleUntil: micros(s.IdleUntil), ExpiresAt: micros(s.ExpiresAt), RevokedAt: micros(s.RevokedAt),
		UserAgent: readable(s.UserAgent), ClientIP: s.ClientIP, Seed: present(s.Seed), Generation: s.Generation, RotatedAt: micros(s.RotatedAt),
	}
}

func (r *sessionRow) session() domain.Session {
	return domain.Session{
		ID: r.ID, AccountID: r.AccountID, Dialect: r.Dialect, Scope: domain.Scope(r.Scope), CreatedAt: moment(r.CreatedAt),
		IdleUntil: moment(r.IdleUntil), ExpiresAt: moment(r.ExpiresAt), RevokedAt: moment(r.RevokedAt),
		UserAgent: r.UserAgent, ClientIP: r.ClientIP, Seed: absent(r.Seed), Generation: r.Generation, RotatedAt: moment(r.RotatedAt),
	}
}

type outboxRow struct {
	ID         string `gorm:"primaryKey"`
	Sealed     []byte
	Channel    string
	ExpiresAt  int64
	Attempts   int
	NotBefore  int64
	LastFailed string
}

func (outboxRow) TableName() string { return "outbox" }

func rowOfMessage(m *usecase.OutboxMessage) outboxRow {
	return outboxRow{
		ID: m.ID, Sealed: present(m.Sealed), Channel: string(m.Channel), ExpiresAt: micros(m.ExpiresAt), Attempts: m.Attempts,
		NotBefore: micros(m.NotBefore), LastFailed: readable(m.LastFailed),
	}
}

func (r *outboxRow) message() usecase.OutboxMessage {
	return usecase.OutboxMessage{
		ID: r.ID, Sealed: absent(r.Sealed), Channel: domain.Channel(r.Channel), ExpiresAt: moment(r.ExpiresAt), Attempts: r.Attempts,
		NotBefore: moment(r.NotBefore), LastFailed: r.LastFailed,
	}
}

type deviceRow struct {
	Platform  string `gorm:"primaryKey"`
	Handle    string `gorm:"primaryKey"`
	AccountID int64
}

func (deviceRow) TableName() string { return "devices" }

func (r *deviceRow) device() domain.Device {
	return domain.Device{AccountID: r.AccountID, Platform: r.Platform, Handle: r.Handle}
}

type keyRow struct {
	ID        string `gorm:"primaryKey"`
	Algorithm string
	Sealed    []byte
	CreatedAt int64 `gorm:"autoCreateTime:false"`
	RetiredAt int64
}

func (keyRow) TableName() string { return "signing_keys" }

func (r *keyRow) key() usecase.SigningKey {
	return usecase.SigningKey{
		ID: r.ID, Algorithm: r.Algorithm, Sealed: absent(r.Sealed), CreatedAt: moment(r.CreatedAt), RetiredAt: moment(r.RetiredAt),
	}
}

type eventRow struct {
	ID        int64 `gorm:"primaryKey"`
	At        int64
	Action    string
	Outcome   string
	Dialect   string
	Purpose   string
	AccountID int64
	Contact   string
	Actor     string
	ClientIP  string
	Ref       string
}

func (eventRow) TableName() string { return "audit_events" }

func rowOfEvent(e *domain.Event) eventRow {
	return eventRow{
		At: micros(e.At), Action: e.Action, Outcome: e.Outcome, Dialect: e.Dialect, Purpose: string(e.Purpose),
		AccountID: e.AccountID, Contact: readable(e.Contact), Actor: readable(e.Actor), ClientIP: e.ClientIP, Ref: readable(e.Ref),
	}
}

func (r *eventRow) event() domain.Event {
	return domain.Event{
		At: moment(r.At), Action: r.Action, Outcome: r.Outcome, Dialect: r.Dialect, Purpose: domain.Purpose(r.Purpose),
		AccountID: r.AccountID, Contact: r.Contact, Actor: r.Actor, ClientIP: r.ClientIP, Ref: r.Ref,
	}
}

// micros is 0 for the zero time, which is long before 1970.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// nullable is nil for the empty string: any number of rows may lack a unique value.
func nullable(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// readable is s without the octets that are no UTF-8, which MySQL refuses: text that a stranger sent must not fail a login.
func readable(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// absent is b, and nil when there is nothing in it.
func absent(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}

// present is b, and never null.
func present(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func packTimes(times []time.Time) []byte {
	packed := make([]byte, 0, 8*len(times))
	for _, t := range times {
		packed = binary.BigEndian.AppendUint64(packed, uint64(micros(t)))
	}
	return packed
}

func unpackTimes(packed []byte) []time.Time {
	if len(packed) < 8 {
		return nil
	}
	times := make([]time.Time, 0, len(packed)/8)
	for ; len(packed) >= 8; packed = packed[8:] {
		times = append(times, moment(int64(binary.BigEndian.Uint64(packed))))
	}
	return times
}
