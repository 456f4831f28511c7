-- Changes of lists that can be undone: so many rows each, and by which other change they were.
CREATE TABLE segments_batch (
    id BLOB NOT NULL PRIMARY KEY,
    segment_id BLOB NOT NULL REFERENCES crm_app_customersegment (id) ON DELETE CASCADE,
    made_at TEXT NOT NULL,
    what TEXT NOT NULL,
    row_count INTEGER NOT NULL,
    undone_by BLOB
) STRICT;
CREATE INDEX segments_batch_segment ON segments_batch (segment_id, made_at);

-- What is known of who is or was on a list, and who is never to be; the batch that left it so, and how it was before.
CREATE TABLE segments_listed_contact (
    segment_id BLOB NOT NULL REFERENCES crm_app_customersegment (id) ON DELETE CASCADE,
    contact_id BLOB NOT NULL REFERENCES crm_app_contact (id) ON DELETE CASCADE,
    state TEXT NOT NULL CHECK (state IN ('listed', 'removed', 'never')),
    how TEXT NOT NULL,
    added_at TEXT,
    added_by_id BLOB REFERENCES auth_user (id) ON DELETE SET NULL,
    added_by_name TEXT NOT NULL,
    note TEXT NOT NULL CHECK (length(note) <= 1000),
    batch_id BLOB NOT NULL,
    state_before TEXT NOT NULL CHECK (state_before IN ('listed', 'removed', 'never')),
    note_before TEXT NOT NULL,
    PRIMARY KEY (segment_id, contact_id)
) STRICT;
CREATE INDEX segments_listed_contact_contact ON segments_listed_contact (contact_id);
CREATE INDEX segments_listed_contact_user ON segments_listed_contact (added_by_id);
CREATE INDEX segments_listed_contact_batch ON segments_listed_contact (batch_id, state);
CREATE INDEX segments_listed_contact_never ON segments_listed_contact (segment_id, contact_id) WHERE state = 'never';

CREATE TABLE segments_listed_company (
    segment_id BLOB NOT NULL REFERENCES crm_app_customersegment (id) ON DELETE CASCADE,
    company_id BLOB NOT NULL REFERENCES crm_app_company (id) ON DELETE CASCADE,
    state TEXT NOT NULL CHECK (state IN ('listed', 'removed')),
    how TEXT NOT NULL,
    added_at TEXT,
    added_by_id BLOB REFERENCES auth_user (id) ON DELETE SET NULL,
    added_by_name TEXT NOT NULL,
    note TEXT NOT NULL CHECK (length(note) <= 1000),
    batch_id BLOB NOT NULL,
    state_before TEXT NOT NULL CHECK (state_before IN ('listed', 'removed')),
    note_before TEXT NOT NULL,
    PRIMARY KEY (segment_id, company_id)
) STRICT;
CREATE INDEX segments_listed_company_company ON segments_listed_company (company_id);
CREATE INDEX segments_listed_company_user ON segments_listed_company (added_by_id);
CREATE INDEX segments_listed_company_batch ON segments_listed_company (batch_id, state);
