DROP TABLE segments_count_failure;
DROP TABLE segments_job;
