DROP TABLE crm_app_customersegment_static_companies;
DROP TABLE crm_app_customersegment_static_contacts;
DROP TABLE crm_app_customersegment;
DROP TABLE crm_app_contract;
DROP TABLE crm_app_contact;
DROP TABLE crm_app_company;
DROP TABLE auth_user;
