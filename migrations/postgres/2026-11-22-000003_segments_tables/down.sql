DROP TABLE segments_use;
DROP TABLE segments_session;
DROP TABLE segments_event;
