-- Times are microseconds since 1970 in UTC; 0 stands for none.

-- +goose Up
CREATE TABLE accounts (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid           TEXT    NOT NULL UNIQUE,
    customer_id    TEXT    UNIQUE,
    phone          TEXT    UNIQUE,
    email          TEXT    UNIQUE,
    username       TEXT    UNIQUE,
    name           TEXT    NOT NULL,
    first_name     TEXT    NOT NULL,
    last_name      TEXT    NOT NULL,
    locale         TEXT    NOT NULL,
    street         TEXT    NOT NULL,
    flat           TEXT    NOT NULL,
    building       TEXT    NOT NULL,
    district_id    INTEGER NOT NULL,
    address_type   TEXT    NOT NULL,
    permissions    TEXT    NOT NULL, -- a JSON list, empty for none
    points_earned  INTEGER NOT NULL,
    points_balance INTEGER NOT NULL,
    password_hash  TEXT    NOT NULL,
    phone_verified INTEGER NOT NULL,
    email_verified INTEGER NOT NULL,
    disabled       INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL
) STRICT;

-- One row for each contact and purpose: the live code and what outlives it.
CREATE TABLE challenges (
    contact_key  TEXT    NOT NULL,
    purpose      TEXT    NOT NULL,
    handle       TEXT    UNIQUE, -- null before the first code
    dialect      TEXT    NOT NULL,
    channel      TEXT    NOT NULL,
    account_id   INTEGER NOT NULL, -- 0 when there was no account
    mac          BLOB    NOT NULL,
    code_length  INTEGER NOT NULL,
    issued_at    INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    guesses_left INTEGER NOT NULL,
    used         INTEGER NOT NULL,
    failures     INTEGER NOT NULL,
    wait_until   INTEGER NOT NULL,
    sends        BLOB    NOT NULL, -- eight bytes, big endian, for each send; oldest first
    idle_from    INTEGER NOT NULL, -- from then on the row may be swept
    PRIMARY KEY (contact_key, purpose)
) STRICT, WITHOUT ROWID;

CREATE INDEX challenges_idle_from ON challenges (idle_from);

-- Deliberately without a foreign key: a reading lock on the account for each login would buy nothing, since sessions are
-- only ever read together with their account.
CREATE TABLE sessions (
    id         TEXT    NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL,
    dialect    TEXT    NOT NULL,
    scope      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    idle_until INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER NOT NULL,
    user_agent TEXT    NOT NULL,
    client_ip  TEXT    NOT NULL,
    seed       BLOB    NOT NULL,
    generation INTEGER NOT NULL,
    rotated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_account_id_expires_at ON sessions (account_id, expires_at);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

CREATE TABLE outbox (
    id          TEXT    NOT NULL PRIMARY KEY,
    sealed      BLOB    NOT NULL,
    channel     TEXT    NOT NULL,
    expires_at  INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    not_before  INTEGER NOT NULL,
    last_failed TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_not_before ON outbox (not_before);

CREATE TABLE devices (
    platform   TEXT    NOT NULL,
    handle     TEXT    NOT NULL,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    PRIMARY KEY (platform, handle)
) STRICT, WITHOUT ROWID;

CREATE INDEX devices_account_id ON devices (account_id);

CREATE TABLE signing_keys (
    id         TEXT    NOT NULL PRIMARY KEY,
    algorithm  TEXT    NOT NULL,
    sealed     BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    retired_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_events (
    id         INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    action     TEXT    NOT NULL,
    outcome    TEXT    NOT NULL,
    dialect    TEXT    NOT NULL,
    purpose    TEXT    NOT NULL,
    account_id INTEGER NOT NULL, -- 0 when unknown
    contact    TEXT    NOT NULL, -- masked
    actor      TEXT    NOT NULL,
    client_ip  TEXT    NOT NULL,
    ref        TEXT    NOT NULL
) STRICT;

CREATE INDEX audit_events_account_id ON audit_events (account_id, id);

-- +goose Down
DROP TABLE audit_events;
DROP TABLE signing_keys;
DROP TABLE devices;
DROP TABLE outbox;
DROP TABLE sessions;
DROP TABLE challenges;
DROP TABLE accounts;
