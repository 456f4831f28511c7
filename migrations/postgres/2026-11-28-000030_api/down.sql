DROP TABLE segments_api_answer;
DROP TABLE segments_api_quota;
DROP TABLE segments_api_token;
DROP TABLE segments_api_login;
