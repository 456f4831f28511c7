-- History, versions and audit in one. No foreign keys: an event outlives what it speaks of.
CREATE TABLE segments_event (
    id BLOB NOT NULL PRIMARY KEY,
    at TEXT NOT NULL,
    actor_id BLOB,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    model TEXT NOT NULL,
    object_id TEXT NOT NULL,
    object_name TEXT NOT NULL,
    message TEXT NOT NULL,
    before TEXT CHECK (before IS NULL OR json_valid(before)),
    after TEXT CHECK (after IS NULL OR json_valid(after)),
    count_before INTEGER,
    count_after INTEGER,
    batch BLOB
) STRICT;
CREATE INDEX segments_event_object ON segments_event (model, object_id, at);
CREATE INDEX segments_event_actor ON segments_event (actor_id, at);
CREATE INDEX segments_event_at ON segments_event (at);

-- Signed-in browsers. Only a hash of the key in the cookie is kept.
CREATE TABLE segments_session (
    key_hash TEXT NOT NULL PRIMARY KEY,
    user_id BLOB REFERENCES auth_user (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL
) STRICT;
CREATE INDEX segments_session_user ON segments_session (user_id);
CREATE INDEX segments_session_seen_at ON segments_session (seen_at);

-- Campaigns that took a segment.
CREATE TABLE segments_use (
    id BLOB NOT NULL PRIMARY KEY,
    segment_id BLOB NOT NULL REFERENCES crm_app_customersegment (id) ON DELETE CASCADE,
    campaign TEXT NOT NULL,
    used_by_id BLOB REFERENCES auth_user (id) ON DELETE SET NULL,
    used_by_name TEXT NOT NULL,
    used_at TEXT NOT NULL,
    member_count INTEGER NOT NULL
) STRICT;
CREATE INDEX segments_use_segment ON segments_use (segment_id, used_at);
CREATE INDEX segments_use_used_by ON segments_use (used_by_id);
