-- Who of a long list is a member is asked of this index alone: a list of 100,000 is counted without reading a contact. It ends
-- with the columns of its condition, see the indexes of the CRM's tables.
CREATE INDEX segments_contact_members_id ON crm_app_contact (id, is_active, unsubscribed) WHERE is_active AND NOT unsubscribed;
