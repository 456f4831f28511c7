-- History, versions and audit in one. No foreign keys: an event outlives what it speaks of.
CREATE TABLE segments_event (
    id uuid NOT NULL PRIMARY KEY,
    at timestamptz NOT NULL,
    actor_id uuid,
    actor_name text NOT NULL,
    action text NOT NULL,
    model text NOT NULL,
    object_id text NOT NULL,
    object_name text NOT NULL,
    message text NOT NULL,
    before jsonb,
    after jsonb,
    count_before integer,
    count_after integer,
    batch uuid
);
CREATE INDEX segments_event_object ON segments_event (model, object_id, at);
CREATE INDEX segments_event_actor ON segments_event (actor_id, at);
CREATE INDEX segments_event_at ON segments_event (at);

-- Signed-in browsers. Only a hash of the key in the cookie is kept.
CREATE TABLE segments_session (
    key_hash text NOT NULL PRIMARY KEY,
    user_id uuid REFERENCES auth_user (id) ON DELETE CASCADE,
    state text NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    address text NOT NULL,
    user_agent text NOT NULL
);
CREATE INDEX segments_session_user ON segments_session (user_id);
CREATE INDEX segments_session_seen_at ON segments_session (seen_at);

-- Campaigns that took a segment.
CREATE TABLE segments_use (
    id uuid NOT NULL PRIMARY KEY,
    segment_id uuid NOT NULL REFERENCES crm_app_customersegment (id) ON DELETE CASCADE,
    campaign text NOT NULL,
    used_by_id uuid REFERENCES auth_user (id) ON DELETE SET NULL,
    used_by_name text NOT NULL,
    used_at timestamptz NOT NULL,
    member_count integer NOT NULL
);
CREATE INDEX segments_use_segment ON segments_use (segment_id, used_at);
CREATE INDEX segments_use_used_by ON segments_use (used_by_id);
