-- Work that is done by the clock: when its last run began, and ended where it came to its end.
CREATE TABLE segments_job (
    name text NOT NULL PRIMARY KEY,
    began_at timestamptz NOT NULL,
    ended_at timestamptz
);
-- Counts that failed: when last, and why, in words for people. What was counted since then has left it behind.
CREATE TABLE segments_count_failure (
    segment_id uuid NOT NULL PRIMARY KEY REFERENCES crm_app_customersegment (id) ON DELETE CASCADE,
    failed_at timestamptz NOT NULL,
    reason text NOT NULL
);
