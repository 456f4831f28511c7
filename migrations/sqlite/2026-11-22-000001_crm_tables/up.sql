-- The tables of the CRM, as it has them itself. On a shared database they are there already and this migration is left out.

CREATE TABLE auth_user (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    username TEXT NOT NULL UNIQUE CHECK (length(username) <= 150),
    password TEXT NOT NULL CHECK (length(password) <= 128),
    first_name TEXT NOT NULL CHECK (length(first_name) <= 150),
    last_name TEXT NOT NULL CHECK (length(last_name) <= 150),
    email TEXT NOT NULL CHECK (length(email) <= 254),
    role TEXT NOT NULL CHECK (length(role) <= 20),
    phone TEXT NOT NULL CHECK (length(phone) <= 20),
    department TEXT NOT NULL CHECK (length(department) <= 50),
    is_staff INTEGER NOT NULL CHECK (is_staff IN (0, 1)),
    is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    is_superuser INTEGER NOT NULL CHECK (is_superuser IN (0, 1)),
    last_login TEXT,
    date_joined TEXT NOT NULL
) STRICT;

CREATE TABLE crm_app_company (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name TEXT NOT NULL UNIQUE CHECK (length(name) <= 255),
    legal_entity_name TEXT NOT NULL CHECK (length(legal_entity_name) <= 255),
    country TEXT NOT NULL CHECK (length(country) <= 100),
    city TEXT NOT NULL CHECK (length(city) <= 100),
    state TEXT NOT NULL CHECK (length(state) <= 100),
    address_line1 TEXT NOT NULL CHECK (length(address_line1) <= 255),
    address_line2 TEXT NOT NULL CHECK (length(address_line2) <= 255),
    postal_code TEXT NOT NULL CHECK (length(postal_code) <= 20),
    industry TEXT NOT NULL CHECK (length(industry) <= 50),
    website TEXT NOT NULL CHECK (length(website) <= 200),
    phone TEXT NOT NULL CHECK (length(phone) <= 50),
    email TEXT NOT NULL CHECK (length(email) <= 254),
    location_count INTEGER NOT NULL CHECK (location_count BETWEEN -2147483648 AND 2147483647),
    music_zone_count INTEGER NOT NULL CHECK (music_zone_count BETWEEN -2147483648 AND 2147483647),
    current_plan TEXT NOT NULL CHECK (length(current_plan) <= 100),
    billing_entity TEXT NOT NULL CHECK (length(billing_entity) <= 50),
    parent_company_id BLOB REFERENCES crm_app_company (id) ON DELETE SET NULL,
    is_corporate_parent INTEGER NOT NULL CHECK (is_corporate_parent IN (0, 1)),
    is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    seasonal_emails_enabled INTEGER NOT NULL CHECK (seasonal_emails_enabled IN (0, 1)),
    notes TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE crm_app_contact (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    company_id BLOB NOT NULL REFERENCES crm_app_company (id) ON DELETE RESTRICT,
    name TEXT NOT NULL CHECK (length(name) <= 100),
    email TEXT NOT NULL CHECK (length(email) <= 254),
    phone TEXT NOT NULL CHECK (length(phone) <= 20),
    mobile TEXT NOT NULL CHECK (length(mobile) <= 20),
    title TEXT NOT NULL CHECK (length(title) <= 100),
    department TEXT NOT NULL CHECK (length(department) <= 100),
    contact_type TEXT NOT NULL CHECK (length(contact_type) <= 20),
    is_primary INTEGER NOT NULL CHECK (is_primary IN (0, 1)),
    is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    preferred_contact_method TEXT NOT NULL CHECK (length(preferred_contact_method) <= 20),
    preferred_language TEXT NOT NULL CHECK (length(preferred_language) <= 2),
    linkedin_url TEXT NOT NULL CHECK (length(linkedin_url) <= 200),
    receives_notifications INTEGER NOT NULL CHECK (receives_notifications IN (0, 1)),
    receives_renewal_emails INTEGER NOT NULL CHECK (receives_renewal_emails IN (0, 1)),
    receives_seasonal_emails INTEGER NOT NULL CHECK (receives_seasonal_emails IN (0, 1)),
    receives_payment_emails INTEGER NOT NULL CHECK (receives_payment_emails IN (0, 1)),
    receives_quarterly_emails INTEGER NOT NULL CHECK (receives_quarterly_emails IN (0, 1)),
    unsubscribed INTEGER NOT NULL CHECK (unsubscribed IN (0, 1)),
    last_contacted TEXT,
    notes TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE crm_app_contract (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    company_id BLOB NOT NULL REFERENCES crm_app_company (id) ON DELETE RESTRICT,
    contract_number TEXT NOT NULL UNIQUE CHECK (length(contract_number) <= 50),
    contract_type TEXT NOT NULL CHECK (length(contract_type) <= 20),
    service_type TEXT NOT NULL CHECK (length(service_type) <= 50),
    status TEXT NOT NULL CHECK (length(status) <= 20),
    start_date TEXT NOT NULL,
    end_date TEXT NOT NULL,
    value INTEGER NOT NULL CHECK (abs(value) <= 999999999999),
    currency TEXT NOT NULL CHECK (length(currency) <= 3),
    auto_renew INTEGER NOT NULL CHECK (auto_renew IN (0, 1)),
    is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE crm_app_customersegment (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE CHECK (length(name) <= 200),
    description TEXT NOT NULL,
    segment_type TEXT NOT NULL CHECK (length(segment_type) <= 20) CHECK (segment_type IN ('dynamic', 'static')),
    status TEXT NOT NULL CHECK (length(status) <= 20) CHECK (status IN ('active', 'paused', 'archived')),
    filter_criteria TEXT NOT NULL CHECK (json_valid(filter_criteria)),
    member_count INTEGER NOT NULL DEFAULT 0 CHECK (member_count BETWEEN -2147483648 AND 2147483647),
    last_calculated_at TEXT,
    tags TEXT NOT NULL CHECK (length(tags) <= 500),
    last_used_at TEXT,
    times_used INTEGER NOT NULL DEFAULT 0 CHECK (times_used BETWEEN -2147483648 AND 2147483647),
    created_by_id BLOB REFERENCES auth_user (id) ON DELETE SET NULL
) STRICT;

CREATE TABLE crm_app_customersegment_static_contacts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customersegment_id BLOB NOT NULL REFERENCES crm_app_customersegment (id) ON DELETE CASCADE,
    contact_id BLOB NOT NULL REFERENCES crm_app_contact (id) ON DELETE CASCADE,
    UNIQUE (customersegment_id, contact_id)
) STRICT;

CREATE TABLE crm_app_customersegment_static_companies (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customersegment_id BLOB NOT NULL REFERENCES crm_app_customersegment (id) ON DELETE CASCADE,
    company_id BLOB NOT NULL REFERENCES crm_app_company (id) ON DELETE CASCADE,
    UNIQUE (customersegment_id, company_id)
) STRICT;

-- An address belongs to one contact of a company; blank ones do not count.
CREATE UNIQUE INDEX crm_app_contact_company_id_email_uniq ON crm_app_contact (company_id, email) WHERE email <> '';

-- The old migration's indexes, by their names.
CREATE INDEX crm_app_cus_status_22b6f8_idx ON crm_app_customersegment (status, created_at DESC);
CREATE INDEX crm_app_cus_segment_ce31ea_idx ON crm_app_customersegment (segment_type, status);
CREATE INDEX crm_app_cus_created_129e97_idx ON crm_app_customersegment (created_by_id, status);
CREATE INDEX crm_app_customersegment_created_by_id_idx ON crm_app_customersegment (created_by_id);
CREATE INDEX crm_app_customersegment_static_contacts_segment_idx ON crm_app_customersegment_static_contacts (customersegment_id);
CREATE INDEX crm_app_customersegment_static_contacts_contact_idx ON crm_app_customersegment_static_contacts (contact_id);
CREATE INDEX crm_app_customersegment_static_companies_segment_idx ON crm_app_customersegment_static_companies (customersegment_id);
CREATE INDEX crm_app_customersegment_static_companies_company_idx ON crm_app_customersegment_static_companies (company_id);
