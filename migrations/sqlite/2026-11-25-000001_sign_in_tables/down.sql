DROP TABLE segments_setup_link;
DROP TABLE segments_login_failure;
