-- Files of companies, contacts or contracts that somebody uploaded: looked at, checked and imported within a day.
CREATE TABLE segments_import (
    id BLOB NOT NULL PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES auth_user (id) ON DELETE CASCADE,
    model TEXT NOT NULL CHECK (model IN ('company', 'contact', 'contract')),
    name TEXT NOT NULL,
    made_at TEXT NOT NULL,
    touched_at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('storing', 'ready', 'checking', 'checked', 'importing', 'stopping', 'stopped', 'imported', 'discarded')),
    run INTEGER NOT NULL,
    percent INTEGER NOT NULL,
    choices TEXT NOT NULL,
    sentence TEXT NOT NULL,
    added INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    companies_added INTEGER NOT NULL
) STRICT;
CREATE INDEX segments_import_user ON segments_import (user_id);

-- The files, in pieces: any node can serve the next page.
CREATE TABLE segments_import_piece (
    import_id BLOB NOT NULL REFERENCES segments_import (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (import_id, position)
) STRICT;

-- The rows that were refused, by the last run over the file.
CREATE TABLE segments_import_refusal (
    import_id BLOB NOT NULL REFERENCES segments_import (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    line INTEGER NOT NULL,
    label TEXT NOT NULL,
    value TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (import_id, position)
) STRICT;
