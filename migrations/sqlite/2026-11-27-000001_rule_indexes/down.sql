DROP INDEX segments_company_fold_country;
CREATE INDEX segments_company_fold_country ON crm_app_company (segments_fold(country), segments_fold(industry));
DROP INDEX segments_contract_fold_status;
CREATE INDEX segments_contract_fold_status ON crm_app_contract (segments_fold(status), company_id);
