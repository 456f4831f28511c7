-- What somebody pasted or uploaded to change a list with: read, looked at and applied within a day.
CREATE TABLE segments_upload (
    id BLOB NOT NULL PRIMARY KEY,
    segment_id BLOB NOT NULL REFERENCES crm_app_customersegment (id) ON DELETE CASCADE,
    user_id BLOB NOT NULL REFERENCES auth_user (id) ON DELETE CASCADE,
    made_at TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('paste', 'csv')),
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('reading', 'ready', 'applying', 'applied', 'failed', 'cancelled')),
    touched_at TEXT NOT NULL,
    percent INTEGER NOT NULL,
    row_count INTEGER NOT NULL,
    layout TEXT NOT NULL,
    sentence TEXT NOT NULL,
    batch_id BLOB
) STRICT;
CREATE INDEX segments_upload_segment ON segments_upload (segment_id);
CREATE INDEX segments_upload_user ON segments_upload (user_id);

-- Its rows, with whom each stands for as far as that is known.
CREATE TABLE segments_upload_row (
    upload_id BLOB NOT NULL REFERENCES segments_upload (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    line INTEGER NOT NULL,
    raw TEXT NOT NULL,
    note TEXT NOT NULL,
    outcome TEXT NOT NULL,
    found_by TEXT NOT NULL,
    contact_id BLOB,
    company_id BLOB,
    candidates TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (upload_id, position)
) STRICT;
CREATE INDEX segments_upload_row_outcome ON segments_upload_row (upload_id, outcome, position);
CREATE INDEX segments_upload_row_contact ON segments_upload_row (upload_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX segments_upload_row_company ON segments_upload_row (upload_id, company_id) WHERE company_id IS NOT NULL;
