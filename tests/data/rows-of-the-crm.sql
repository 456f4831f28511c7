-- A company, its contact and its contract, as the CRM would have written them on its own database.
INSERT INTO crm_app_company
    (created_at, updated_at, id, name, country, current_plan, website, industry, location_count, music_zone_count,
     contracted_product, soundtrack_account_id, is_active, notes, seasonal_emails_enabled,
     soundtrack_offline_alerts_enabled, address_line1, address_line2, city, state, postal_code, phone, email, tax_id,
     branch, billing_entity, legal_entity_name, it_notes, is_corporate_parent)
VALUES
    ('2026-06-01 03:00:00+00', '2026-06-01 03:00:00+00', '00000000-0000-4000-8000-000000000001', 'Lotus Hotel', 'Thailand',
     '', '', 'Hotels', 0, 0, '', '', true, '', false, false, '', '', '', '', '', '', '', '', '', 'BMAsia Limited', '', '',
     false);
INSERT INTO crm_app_contact
    (created_at, updated_at, id, name, email, phone, title, department, contact_type, is_primary, is_active, mobile,
     preferred_contact_method, linkedin_url, notes, receives_notifications, notification_types, preferred_language,
     unsubscribed, unsubscribe_token, receives_renewal_emails, receives_seasonal_emails, receives_payment_emails,
     receives_quarterly_emails, receives_soundtrack_alerts, receives_quote_emails, receives_contract_emails,
     receives_invoice_emails, company_id)
VALUES
    ('2026-06-01 03:00:00+00', '2026-06-01 03:00:00+00', '00000000-0000-4000-8000-000000000002', 'สมชาย ใจดี',
     'somchai@lotus.example', '', '', '', 'Primary', false, true, '', '', '', '', false, '[]', 'th', false, '', false,
     false, false, false, false, false, false, false, '00000000-0000-4000-8000-000000000001');
INSERT INTO crm_app_contract
    (created_at, updated_at, id, contract_number, contract_type, service_type, status, start_date, end_date, value,
     tax_rate, tax_amount, total_value, currency, auto_renew, renewal_period_months, is_active, payment_terms,
     billing_frequency, discount_percentage, notes, soundtrack_account_id, renewal_notice_sent, send_renewal_reminders,
     contract_category, customer_signatory_name, customer_signatory_title, additional_customer_signatories,
     bmasia_signatory_name, bmasia_signatory_title, custom_terms, property_name, preamble_custom, payment_custom,
     activation_custom, custom_service_items, show_zone_pricing_detail, bmasia_contact_name, bmasia_contact_email,
     bmasia_contact_title, customer_contact_name, customer_contact_email, customer_contact_title, lifecycle_type,
     lifecycle_type_manually_set, first_followup_sent, second_followup_sent, company_id)
VALUES
    ('2026-06-01 03:00:00+00', '2026-06-01 03:00:00+00', '00000000-0000-4000-8000-000000000003', 'C-1', 'Annual', '',
     'Active', '2026-01-01', '2026-12-31', 125000.00, 0, 0, 0, 'USD', false, 0, true, '', '', 0, '', '', false, false, '',
     '', '', '[]', '', '', '', '', '', '', '', '[]', false, '', '', '', '', '', '', '', false, false, false,
     '00000000-0000-4000-8000-000000000001');
