-- Failed sign-ins of the last minutes, one row for the user name and one for the address; both only as signatures.
CREATE TABLE segments_login_failure (
    id BLOB NOT NULL PRIMARY KEY,
    key TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
CREATE INDEX segments_login_failure_key ON segments_login_failure (key, at);
CREATE INDEX segments_login_failure_at ON segments_login_failure (at);

-- Links with which the first superuser is made. Only a hash of the token in the link is kept.
CREATE TABLE segments_setup_link (
    token_hash TEXT NOT NULL PRIMARY KEY,
    expires_at TEXT NOT NULL
) STRICT;
