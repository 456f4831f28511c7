-- Changes of a segment that left its members alone: since the one at `updated_at`, type, criteria and list are those of `members_changed_at`.
CREATE TABLE segments_freshness (
    segment_id BLOB NOT NULL PRIMARY KEY REFERENCES crm_app_customersegment (id) ON DELETE CASCADE,
    updated_at TEXT NOT NULL,
    members_changed_at TEXT NOT NULL
) STRICT;
