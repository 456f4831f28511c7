-- Who is signed in to the API: a refresh token each, of which only the hash is kept.
CREATE TABLE segments_api_login (
    id BLOB NOT NULL PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES auth_user (id) ON DELETE CASCADE,
    token_hash TEXT NOT NULL UNIQUE,
    previous_hash TEXT,
    auth_hash TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX segments_api_login_user ON segments_api_login (user_id);
CREATE INDEX segments_api_login_previous ON segments_api_login (previous_hash) WHERE previous_hash IS NOT NULL;
CREATE INDEX segments_api_login_expires ON segments_api_login (expires_at);

-- Tokens that people make for their programs; likewise.
CREATE TABLE segments_api_token (
    id BLOB NOT NULL PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES auth_user (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    is_read_only INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT,
    last_used_at TEXT
) STRICT;
CREATE INDEX segments_api_token_user ON segments_api_token (user_id);

-- How many requests of a minute were handed out to nodes, by user and by address.
CREATE TABLE segments_api_quota (
    key TEXT NOT NULL PRIMARY KEY,
    minute INTEGER NOT NULL,
    taken INTEGER NOT NULL
) STRICT;

-- The answers to requests with an Idempotency-Key, for a day.
CREATE TABLE segments_api_answer (
    key TEXT NOT NULL PRIMARY KEY,
    request_hash TEXT NOT NULL,
    began_at TEXT NOT NULL,
    status INTEGER,
    headers TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX segments_api_answer_began ON segments_api_answer (began_at);
