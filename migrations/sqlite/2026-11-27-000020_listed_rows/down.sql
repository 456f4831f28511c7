DROP TABLE segments_listed_company;
DROP TABLE segments_listed_contact;
DROP TABLE segments_batch;
