DROP TABLE segments_upload_row;
DROP TABLE segments_upload;
