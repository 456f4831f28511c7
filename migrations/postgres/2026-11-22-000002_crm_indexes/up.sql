-- What rules, lists and imports look rows up by. On a shared database the same are made by `migrate --indexes`, concurrently.
CREATE INDEX segments_company_fold_name ON crm_app_company (lower(name));
CREATE INDEX segments_company_fold_country ON crm_app_company (lower(country), lower(industry));
CREATE INDEX segments_company_fold_industry ON crm_app_company (lower(industry));
CREATE INDEX segments_company_name ON crm_app_company (name COLLATE "C", id);
CREATE INDEX segments_company_parent ON crm_app_company (parent_company_id);
CREATE INDEX segments_contact_company ON crm_app_contact (company_id);
CREATE INDEX segments_contact_name ON crm_app_contact (name COLLATE "C", id);
CREATE INDEX segments_contact_members ON crm_app_contact (name COLLATE "C", id, company_id) WHERE is_active AND NOT unsubscribed;
CREATE INDEX segments_contact_members_company ON crm_app_contact (company_id) WHERE is_active AND NOT unsubscribed;
CREATE INDEX segments_contact_members_type ON crm_app_contact (lower(contact_type), company_id) WHERE is_active AND NOT unsubscribed;
CREATE INDEX segments_contact_fold_email ON crm_app_contact (lower(email));
CREATE INDEX segments_contract_company ON crm_app_contract (company_id);
CREATE INDEX segments_contract_fold_status ON crm_app_contract (lower(status), company_id);
CREATE INDEX segments_contract_end_date ON crm_app_contract (end_date, id, company_id);
CREATE INDEX segments_contract_value ON crm_app_contract (value, company_id);
CREATE INDEX segments_contract_fold_number ON crm_app_contract (lower(contract_number));
