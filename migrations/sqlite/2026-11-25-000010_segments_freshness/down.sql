DROP TABLE segments_freshness;
