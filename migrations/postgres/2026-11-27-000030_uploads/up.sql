-- What somebody pasted or uploaded to change a list with: read, looked at and applied within a day.
CREATE TABLE segments_upload (
    id uuid NOT NULL PRIMARY KEY,
    segment_id uuid NOT NULL REFERENCES crm_app_customersegment (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES auth_user (id) ON DELETE CASCADE,
    made_at timestamptz NOT NULL,
    source text NOT NULL CHECK (source IN ('paste', 'csv')),
    name text NOT NULL,
    state text NOT NULL CHECK (state IN ('reading', 'ready', 'applying', 'applied', 'failed', 'cancelled')),
    touched_at timestamptz NOT NULL,
    percent integer NOT NULL,
    row_count integer NOT NULL,
    layout text NOT NULL,
    sentence text NOT NULL,
    batch_id uuid
);
CREATE INDEX segments_upload_segment ON segments_upload (segment_id);
CREATE INDEX segments_upload_user ON segments_upload (user_id);

-- Its rows, with whom each stands for as far as that is known.
CREATE TABLE segments_upload_row (
    upload_id uuid NOT NULL REFERENCES segments_upload (id) ON DELETE CASCADE,
    position integer NOT NULL,
    line integer NOT NULL,
    raw text NOT NULL,
    note text NOT NULL,
    outcome text NOT NULL,
    found_by text NOT NULL,
    contact_id uuid,
    company_id uuid,
    candidates text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (upload_id, position)
);
CREATE INDEX segments_upload_row_outcome ON segments_upload_row (upload_id, outcome, position);
CREATE INDEX segments_upload_row_contact ON segments_upload_row (upload_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX segments_upload_row_company ON segments_upload_row (upload_id, company_id) WHERE company_id IS NOT NULL;
