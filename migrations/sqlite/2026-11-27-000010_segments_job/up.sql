-- Work that is done by the clock: when its last run began, and ended where it came to its end.
CREATE TABLE segments_job (
    name TEXT NOT NULL PRIMARY KEY,
    began_at TEXT NOT NULL,
    ended_at TEXT
) STRICT;
-- Counts that failed: when last, and why, in words for people. What was counted since then has left it behind.
CREATE TABLE segments_count_failure (
    segment_id BLOB NOT NULL PRIMARY KEY REFERENCES crm_app_customersegment (id) ON DELETE CASCADE,
    failed_at TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
