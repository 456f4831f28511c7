-- What rules, lists and imports look rows up by. On a shared database the same are made by `migrate --indexes`, concurrently.
-- Those of members end with the columns of their condition: SQLite takes an index for covering only if it names them.
-- Those of a list's order end with the text that is searched, so that a search reads one index, in order, and nothing else.
CREATE INDEX segments_company_fold_name ON crm_app_company (segments_fold(name));
CREATE INDEX segments_company_fold_country ON crm_app_company (segments_fold(country), segments_fold(industry));
CREATE INDEX segments_company_fold_industry ON crm_app_company (segments_fold(industry));
CREATE INDEX segments_company_name ON crm_app_company (name, id, segments_fold(name || char(31) || legal_entity_name || char(31) || email || char(31) || country || char(31) || city));
CREATE INDEX segments_company_parent ON crm_app_company (parent_company_id);
CREATE INDEX segments_contact_company ON crm_app_contact (company_id);
CREATE INDEX segments_contact_name ON crm_app_contact (name, id, company_id, segments_fold(name || char(31) || email || char(31) || title));
CREATE INDEX segments_contact_members ON crm_app_contact (name, id, company_id, is_active, unsubscribed) WHERE is_active AND NOT unsubscribed;
CREATE INDEX segments_contact_members_company ON crm_app_contact (company_id, is_active, unsubscribed) WHERE is_active AND NOT unsubscribed;
CREATE INDEX segments_contact_members_type ON crm_app_contact (segments_fold(contact_type), company_id, is_active, unsubscribed) WHERE is_active AND NOT unsubscribed;
CREATE INDEX segments_contact_fold_email ON crm_app_contact (segments_fold(email));
CREATE INDEX segments_contract_company ON crm_app_contract (company_id);
CREATE INDEX segments_contract_fold_status ON crm_app_contract (segments_fold(status), company_id);
CREATE INDEX segments_contract_end_date ON crm_app_contract (end_date, id, company_id, segments_fold(contract_number || char(31) || service_type));
CREATE INDEX segments_contract_value ON crm_app_contract (value, company_id);
CREATE INDEX segments_contract_fold_number ON crm_app_contract (segments_fold(contract_number));
