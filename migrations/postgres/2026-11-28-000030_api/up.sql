-- Who is signed in to the API: a refresh token each, of which only the hash is kept.
CREATE TABLE segments_api_login (
    id uuid NOT NULL PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES auth_user (id) ON DELETE CASCADE,
    token_hash text NOT NULL UNIQUE,
    previous_hash text,
    auth_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX segments_api_login_user ON segments_api_login (user_id);
CREATE INDEX segments_api_login_previous ON segments_api_login (previous_hash) WHERE previous_hash IS NOT NULL;
CREATE INDEX segments_api_login_expires ON segments_api_login (expires_at);

-- Tokens that people make for their programs; likewise.
CREATE TABLE segments_api_token (
    id uuid NOT NULL PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES auth_user (id) ON DELETE CASCADE,
    name text NOT NULL,
    token_hash text NOT NULL UNIQUE,
    is_read_only boolean NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    last_used_at timestamptz
);
CREATE INDEX segments_api_token_user ON segments_api_token (user_id);

-- How many requests of a minute were handed out to nodes, by user and by address.
CREATE TABLE segments_api_quota (
    key text NOT NULL PRIMARY KEY,
    minute integer NOT NULL,
    taken integer NOT NULL
);

-- The answers to requests with an Idempotency-Key, for a day.
CREATE TABLE segments_api_answer (
    key text NOT NULL PRIMARY KEY,
    request_hash text NOT NULL,
    began_at timestamptz NOT NULL,
    status integer,
    headers text NOT NULL,
    body text NOT NULL
);
CREATE INDEX segments_api_answer_began ON segments_api_answer (began_at);
