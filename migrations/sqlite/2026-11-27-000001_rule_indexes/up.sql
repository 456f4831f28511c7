-- The index of statuses holds what else rules ask of a contract, that of countries the key that they ask a company for: SQLite
-- then reads neither table.
DROP INDEX segments_company_fold_country;
CREATE INDEX segments_company_fold_country ON crm_app_company (segments_fold(country), segments_fold(industry), id);
DROP INDEX segments_contract_fold_status;
CREATE INDEX segments_contract_fold_status ON crm_app_contract (segments_fold(status), company_id, value, end_date);
