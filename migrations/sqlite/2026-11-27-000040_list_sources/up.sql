-- Lists that were saved from the members of another segment, which may be gone since.
CREATE TABLE segments_list_source (
    segment_id BLOB NOT NULL PRIMARY KEY REFERENCES crm_app_customersegment (id) ON DELETE CASCADE,
    source_id BLOB NOT NULL,
    source_name TEXT NOT NULL,
    saved_at TEXT NOT NULL
) STRICT;
