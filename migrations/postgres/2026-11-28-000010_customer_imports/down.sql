DROP TABLE segments_import_refusal;
DROP TABLE segments_import_piece;
DROP TABLE segments_import;
