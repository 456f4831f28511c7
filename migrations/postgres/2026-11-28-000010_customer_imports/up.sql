-- Files of companies, contacts or contracts that somebody uploaded: looked at, checked and imported within a day.
CREATE TABLE segments_import (
    id uuid NOT NULL PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES auth_user (id) ON DELETE CASCADE,
    model text NOT NULL CHECK (model IN ('company', 'contact', 'contract')),
    name text NOT NULL,
    made_at timestamptz NOT NULL,
    touched_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('storing', 'ready', 'checking', 'checked', 'importing', 'stopping', 'stopped', 'imported', 'discarded')),
    run integer NOT NULL,
    percent integer NOT NULL,
    choices text NOT NULL,
    sentence text NOT NULL,
    added integer NOT NULL,
    updated integer NOT NULL,
    unchanged integer NOT NULL,
    refused integer NOT NULL,
    companies_added integer NOT NULL
);
CREATE INDEX segments_import_user ON segments_import (user_id);

-- The files, in pieces: any node can serve the next page.
CREATE TABLE segments_import_piece (
    import_id uuid NOT NULL REFERENCES segments_import (id) ON DELETE CASCADE,
    position integer NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (import_id, position)
);

-- The rows that were refused, by the last run over the file.
CREATE TABLE segments_import_refusal (
    import_id uuid NOT NULL REFERENCES segments_import (id) ON DELETE CASCADE,
    position integer NOT NULL,
    line integer NOT NULL,
    label text NOT NULL,
    value text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (import_id, position)
);
