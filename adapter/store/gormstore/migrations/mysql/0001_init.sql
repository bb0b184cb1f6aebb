-- Times are microseconds since 1970 in UTC; 0 stands for none.
--
-- Text is compared by its bytes, trailing spaces included. MySQL and MariaDB call that collation by different names, hence the
-- comments that only one of them executes. MySQL commits after each of these statements: IF NOT EXISTS lets an interrupted
-- migration be run again.

-- +goose Up
CREATE TABLE IF NOT EXISTS accounts (
    id             BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
    uuid           VARCHAR(36)  NOT NULL,
    customer_id    VARCHAR(64)  NULL,
    phone          VARCHAR(32)  NULL,
    email          VARCHAR(254) NULL,
    username       VARCHAR(254) NULL,
    name           VARCHAR(200) NOT NULL,
    first_name     VARCHAR(100) NOT NULL,
    last_name      VARCHAR(100) NOT NULL,
    locale         VARCHAR(16)  NOT NULL,
    street         VARCHAR(200) NOT NULL,
    flat           VARCHAR(100) NOT NULL,
    building       VARCHAR(100) NOT NULL,
    district_id    BIGINT       NOT NULL,
    address_type   VARCHAR(32)  NOT NULL,
    permissions    TEXT         NOT NULL COMMENT 'a JSON list, empty for none',
    points_earned  BIGINT       NOT NULL,
    points_balance BIGINT       NOT NULL,
    password_hash  VARCHAR(255) NOT NULL,
    phone_verified BOOLEAN      NOT NULL,
    email_verified BOOLEAN      NOT NULL,
    disabled       BOOLEAN      NOT NULL,
    created_at     BIGINT       NOT NULL,
    updated_at     BIGINT       NOT NULL,
    UNIQUE KEY accounts_uuid (uuid),
    UNIQUE KEY accounts_customer_id (customer_id),
    UNIQUE KEY accounts_phone (phone),
    UNIQUE KEY accounts_email (email),
    UNIQUE KEY accounts_username (username)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE /*M! utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

CREATE TABLE IF NOT EXISTS challenges (
    contact_key  VARCHAR(64)    NOT NULL,
    purpose      VARCHAR(32)    NOT NULL,
    handle       VARCHAR(64)    NULL COMMENT 'null before the first code',
    dialect      VARCHAR(32)    NOT NULL,
    channel      VARCHAR(16)    NOT NULL,
    account_id   BIGINT         NOT NULL COMMENT '0 when there was no account',
    mac          VARBINARY(64)  NOT NULL,
    code_length  SMALLINT       NOT NULL,
    issued_at    BIGINT         NOT NULL,
    expires_at   BIGINT         NOT NULL,
    guesses_left INT            NOT NULL,
    used         BOOLEAN        NOT NULL,
    failures     INT            NOT NULL,
    wait_until   BIGINT         NOT NULL,
    sends        VARBINARY(800) NOT NULL COMMENT 'eight bytes, big endian, for each send; oldest first',
    idle_from    BIGINT         NOT NULL COMMENT 'from then on the row may be swept',
    PRIMARY KEY (contact_key, purpose),
    UNIQUE KEY challenges_handle (handle),
    KEY challenges_idle_from (idle_from)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE /*M! utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */
  COMMENT 'one row for each contact and purpose: the live code and what outlives it';

-- Deliberately without a foreign key: a reading lock on the account for each login would buy nothing, since sessions are
-- only ever read together with their account.
CREATE TABLE IF NOT EXISTS sessions (
    id         VARCHAR(64)   NOT NULL PRIMARY KEY,
    account_id BIGINT        NOT NULL,
    dialect    VARCHAR(32)   NOT NULL,
    scope      VARCHAR(16)   NOT NULL,
    created_at BIGINT        NOT NULL,
    idle_until BIGINT        NOT NULL,
    expires_at BIGINT        NOT NULL,
    revoked_at BIGINT        NOT NULL,
    user_agent VARCHAR(200)  NOT NULL,
    client_ip  VARCHAR(64)   NOT NULL,
    seed       VARBINARY(64) NOT NULL,
    generation INT UNSIGNED  NOT NULL,
    rotated_at BIGINT        NOT NULL,
    KEY sessions_account_id_expires_at (account_id, expires_at),
    KEY sessions_expires_at (expires_at)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE /*M! utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

CREATE TABLE IF NOT EXISTS outbox (
    id          VARCHAR(64)  NOT NULL PRIMARY KEY,
    sealed      MEDIUMBLOB   NOT NULL,
    channel     VARCHAR(16)  NOT NULL,
    expires_at  BIGINT       NOT NULL,
    attempts    INT          NOT NULL,
    not_before  BIGINT       NOT NULL,
    last_failed VARCHAR(200) NOT NULL,
    KEY outbox_not_before (not_before)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE /*M! utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

CREATE TABLE IF NOT EXISTS devices (
    platform   VARCHAR(16)  NOT NULL,
    handle     VARCHAR(700) NOT NULL,
    account_id BIGINT       NOT NULL,
    PRIMARY KEY (platform, handle),
    KEY devices_account_id (account_id),
    CONSTRAINT devices_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE /*M! utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

CREATE TABLE IF NOT EXISTS signing_keys (
    id         VARCHAR(64)     NOT NULL PRIMARY KEY,
    algorithm  VARCHAR(16)     NOT NULL,
    sealed     VARBINARY(8192) NOT NULL,
    created_at BIGINT          NOT NULL,
    retired_at BIGINT          NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE /*M! utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

CREATE TABLE IF NOT EXISTS audit_events (
    id         BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
    at         BIGINT       NOT NULL,
    action     VARCHAR(64)  NOT NULL,
    outcome    VARCHAR(64)  NOT NULL,
    dialect    VARCHAR(32)  NOT NULL,
    purpose    VARCHAR(32)  NOT NULL,
    account_id BIGINT       NOT NULL COMMENT '0 when unknown',
    contact    VARCHAR(320) NOT NULL COMMENT 'masked',
    actor      VARCHAR(100) NOT NULL,
    client_ip  VARCHAR(64)  NOT NULL,
    ref        VARCHAR(16)  NOT NULL,
    KEY audit_events_account_id (account_id, id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE /*M! utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;

-- +goose Down
DROP TABLE IF EXISTS audit_events;
DROP TABLE IF EXISTS signing_keys;
DROP TABLE IF EXISTS devices;
DROP TABLE IF EXISTS outbox;
DROP TABLE IF EXISTS sessions;
DROP TABLE IF EXISTS challenges;
DROP TABLE IF EXISTS accounts;
