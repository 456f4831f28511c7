DROP TABLE segments_list_source;
