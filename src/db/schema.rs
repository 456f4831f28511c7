//! The tables, as both engines have them: those of the old CRM, then our own (`segments_*`).
//!
//! Written by hand, for Diesel's generator knows one engine at a time; a test compares it with both databases. A shared
//! database has further columns in the CRM's tables: they are none of our business and are not here.

#![expect(missing_docs, reason = "Diesel's macro has no place for the documentation of what it makes")]

use diesel::{allow_tables_to_appear_in_same_query, joinable, table};

table! {
    use diesel::sql_types::{Bool, Nullable, Text};
    use crate::db::types::sql::{Instant, Uid};
    /// People who sign in.
    auth_user (id) {
        id -> Uid,
        username -> Text,
        password -> Text,
        first_name -> Text,
        last_name -> Text,
        email -> Text,
        role -> Text,
        phone -> Text,
        department -> Text,
        is_staff -> Bool,
        is_active -> Bool,
        is_superuser -> Bool,
        last_login -> Nullable<Instant>,
        date_joined -> Instant,
    }
}

table! {
    use diesel::sql_types::{Bool, Integer, Nullable, Text};
    use crate::db::types::sql::{Instant, Uid};
    /// Customers.
    crm_app_company (id) {
        id -> Uid,
        name -> Text,
        legal_entity_name -> Text,
        country -> Text,
        city -> Text,
        state -> Text,
        address_line1 -> Text,
        address_line2 -> Text,
        postal_code -> Text,
        industry -> Text,
        website -> Text,
        phone -> Text,
        email -> Text,
        location_count -> Integer,
        music_zone_count -> Integer,
        current_plan -> Text,
        billing_entity -> Text,
        parent_company_id -> Nullable<Uid>,
        is_corporate_parent -> Bool,
        is_active -> Bool,
        seasonal_emails_enabled -> Bool,
        notes -> Text,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

table! {
    use diesel::sql_types::{Bool, Nullable, Text};
    use crate::db::types::sql::{Instant, Uid};
    /// People at the customers: what segments select.
    crm_app_contact (id) {
        id -> Uid,
        company_id -> Uid,
        name -> Text,
        email -> Text,
        phone -> Text,
        mobile -> Text,
        title -> Text,
        department -> Text,
        contact_type -> Text,
        is_primary -> Bool,
        is_active -> Bool,
        preferred_contact_method -> Text,
        preferred_language -> Text,
        linkedin_url -> Text,
        receives_notifications -> Bool,
        receives_renewal_emails -> Bool,
        receives_seasonal_emails -> Bool,
        receives_payment_emails -> Bool,
        receives_quarterly_emails -> Bool,
        unsubscribed -> Bool,
        last_contacted -> Nullable<Instant>,
        notes -> Text,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

table! {
    use diesel::sql_types::{Bool, Date, Text};
    use crate::db::types::sql::{Amount, Instant, Uid};
    /// What a company has bought.
    crm_app_contract (id) {
        id -> Uid,
        company_id -> Uid,
        contract_number -> Text,
        contract_type -> Text,
        service_type -> Text,
        status -> Text,
        start_date -> Date,
        end_date -> Date,
        value -> Amount,
        currency -> Text,
        auto_renew -> Bool,
        is_active -> Bool,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql::{Document, Instant, Uid};
    /// Segments.
    crm_app_customersegment (id) {
        id -> Uid,
        created_at -> Instant,
        updated_at -> Instant,
        name -> Text,
        description -> Text,
        segment_type -> Text,
        status -> Text,
        filter_criteria -> Document,
        member_count -> Integer,
        last_calculated_at -> Nullable<Instant>,
        tags -> Text,
        last_used_at -> Nullable<Instant>,
        times_used -> Integer,
        created_by_id -> Nullable<Uid>,
    }
}

table! {
    use crate::db::types::sql::Uid;
    /// Contacts listed in a static segment. The table has an identity column besides, which nothing of ours reads.
    crm_app_customersegment_static_contacts (customersegment_id, contact_id) {
        customersegment_id -> Uid,
        contact_id -> Uid,
    }
}

table! {
    use crate::db::types::sql::Uid;
    /// Companies listed in a static segment; likewise.
    crm_app_customersegment_static_companies (customersegment_id, company_id) {
        customersegment_id -> Uid,
        company_id -> Uid,
    }
}

table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql::{Document, Instant, Uid};
    /// Who did what to which object: history, versions and audit in one. Append-only, without foreign keys.
    segments_event (id) {
        id -> Uid,
        at -> Instant,
        actor_id -> Nullable<Uid>,
        actor_name -> Text,
        action -> Text,
        model -> Text,
        object_id -> Text,
        object_name -> Text,
        message -> Text,
        before -> Nullable<Document>,
        after -> Nullable<Document>,
        count_before -> Nullable<Integer>,
        count_after -> Nullable<Integer>,
        batch -> Nullable<Uid>,
    }
}

table! {
    use crate::db::types::sql::{Instant, Uid};
    /// Changes of segments that left their members alone.
    segments_freshness (segment_id) {
        segment_id -> Uid,
        updated_at -> Instant,
        members_changed_at -> Instant,
    }
}

table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::db::types::sql::{Instant, Uid};
    /// Signed-in browsers; only a hash of the cookie's key is kept.
    segments_session (key_hash) {
        key_hash -> Text,
        user_id -> Nullable<Uid>,
        state -> Text,
        created_at -> Instant,
        seen_at -> Instant,
        address -> Text,
        user_agent -> Text,
    }
}

table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::db::types::sql::Instant;
    /// Work that is done by the clock: when its last run began, and ended where it came to its end.
    segments_job (name) {
        name -> Text,
        began_at -> Instant,
        ended_at -> Nullable<Instant>,
    }
}

table! {
    use diesel::sql_types::Text;
    use crate::db::types::sql::{Instant, Uid};
    /// Counts that failed: when last, and why, in words for people.
    segments_count_failure (segment_id) {
        segment_id -> Uid,
        failed_at -> Instant,
        reason -> Text,
    }
}

table! {
    use diesel::sql_types::Text;
    use crate::db::types::sql::Instant;
    /// Leases: who holds what until when (migrating, a folded name being saved, jobs).
    segments_lease (name) {
        name -> Text,
        holder -> Text,
        until -> Instant,
    }
}

table! {
    use diesel::sql_types::Text;
    use crate::db::types::sql::{Instant, Uid};
    /// Failed sign-ins of the last minutes, by user name and by address.
    segments_login_failure (id) {
        id -> Uid,
        key -> Text,
        at -> Instant,
    }
}

table! {
    use diesel::sql_types::Text;
    use crate::db::types::sql::Instant;
    /// Links with which the first superuser is made; only a hash of the token is kept.
    segments_setup_link (token_hash) {
        token_hash -> Text,
        expires_at -> Instant,
    }
}

table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql::{Instant, Uid};
    /// Campaigns that took a segment.
    segments_use (id) {
        id -> Uid,
        segment_id -> Uid,
        campaign -> Text,
        used_by_id -> Nullable<Uid>,
        used_by_name -> Text,
        used_at -> Instant,
        member_count -> Integer,
    }
}

table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql::{Instant, Uid};
    /// Changes of lists that can be undone, and by which other change they were.
    segments_batch (id) {
        id -> Uid,
        segment_id -> Uid,
        made_at -> Instant,
        what -> Text,
        row_count -> Integer,
        undone_by -> Nullable<Uid>,
    }
}

table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::db::types::sql::{Instant, Uid};
    /// What is known of contacts that are or were listed, or never are to be.
    segments_listed_contact (segment_id, contact_id) {
        segment_id -> Uid,
        contact_id -> Uid,
        state -> Text,
        how -> Text,
        added_at -> Nullable<Instant>,
        added_by_id -> Nullable<Uid>,
        added_by_name -> Text,
        note -> Text,
        batch_id -> Uid,
        state_before -> Text,
        note_before -> Text,
    }
}

table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::db::types::sql::{Instant, Uid};
    /// What is known of companies that are or were listed.
    segments_listed_company (segment_id, company_id) {
        segment_id -> Uid,
        company_id -> Uid,
        state -> Text,
        how -> Text,
        added_at -> Nullable<Instant>,
        added_by_id -> Nullable<Uid>,
        added_by_name -> Text,
        note -> Text,
        batch_id -> Uid,
        state_before -> Text,
        note_before -> Text,
    }
}

table! {
    use diesel::sql_types::Text;
    use crate::db::types::sql::{Instant, Uid};
    /// Lists that were saved from the members of another segment.
    segments_list_source (segment_id) {
        segment_id -> Uid,
        source_id -> Uid,
        source_name -> Text,
        saved_at -> Instant,
    }
}

table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql::{Instant, Uid};
    /// What somebody pasted or uploaded to change a list with.
    segments_upload (id) {
        id -> Uid,
        segment_id -> Uid,
        user_id -> Uid,
        made_at -> Instant,
        source -> Text,
        name -> Text,
        state -> Text,
        touched_at -> Instant,
        percent -> Integer,
        row_count -> Integer,
        layout -> Text,
        sentence -> Text,
        batch_id -> Nullable<Uid>,
    }
}

table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql::Uid;
    /// The rows of uploads, with whom each stands for.
    segments_upload_row (upload_id, position) {
        upload_id -> Uid,
        position -> Integer,
        line -> Integer,
        raw -> Text,
        note -> Text,
        outcome -> Text,
        found_by -> Text,
        contact_id -> Nullable<Uid>,
        company_id -> Nullable<Uid>,
        candidates -> Text,
        reason -> Text,
    }
}

table! {
    use diesel::sql_types::{Integer, Text};
    use crate::db::types::sql::{Instant, Uid};
    /// Files of customers that somebody uploaded.
    segments_import (id) {
        id -> Uid,
        user_id -> Uid,
        model -> Text,
        name -> Text,
        made_at -> Instant,
        touched_at -> Instant,
        state -> Text,
        run -> Integer,
        percent -> Integer,
        choices -> Text,
        sentence -> Text,
        added -> Integer,
        updated -> Integer,
        unchanged -> Integer,
        refused -> Integer,
        companies_added -> Integer,
    }
}

table! {
    use diesel::sql_types::{Binary, Integer};
    use crate::db::types::sql::Uid;
    /// Those files, in pieces.
    segments_import_piece (import_id, position) {
        import_id -> Uid,
        position -> Integer,
        bytes -> Binary,
    }
}

table! {
    use diesel::sql_types::{Integer, Text};
    use crate::db::types::sql::Uid;
    /// The rows of those files that were refused.
    segments_import_refusal (import_id, position) {
        import_id -> Uid,
        position -> Integer,
        line -> Integer,
        label -> Text,
        value -> Text,
        reason -> Text,
    }
}

table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::db::types::sql::{Instant, Uid};
    /// Who is signed in to the API.
    segments_api_login (id) {
        id -> Uid,
        user_id -> Uid,
        token_hash -> Text,
        previous_hash -> Nullable<Text>,
        auth_hash -> Text,
        created_at -> Instant,
        expires_at -> Instant,
    }
}

table! {
    use diesel::sql_types::{Bool, Nullable, Text};
    use crate::db::types::sql::{Instant, Uid};
    /// Tokens that people make for their programs.
    segments_api_token (id) {
        id -> Uid,
        user_id -> Uid,
        name -> Text,
        token_hash -> Text,
        is_read_only -> Bool,
        created_at -> Instant,
        expires_at -> Nullable<Instant>,
        last_used_at -> Nullable<Instant>,
    }
}

table! {
    use diesel::sql_types::{Integer, Text};
    /// How many requests of a minute were handed out.
    segments_api_quota (key) {
        key -> Text,
        minute -> Integer,
        taken -> Integer,
    }
}

table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql::Instant;
    /// The answers to requests that may be repeated.
    segments_api_answer (key) {
        key -> Text,
        request_hash -> Text,
        began_at -> Instant,
        status -> Nullable<Integer>,
        headers -> Text,
        body -> Text,
    }
}

joinable!(crm_app_contact -> crm_app_company (company_id));
joinable!(crm_app_contract -> crm_app_company (company_id));
joinable!(crm_app_customersegment -> auth_user (created_by_id));
joinable!(segments_count_failure -> crm_app_customersegment (segment_id));
joinable!(segments_freshness -> crm_app_customersegment (segment_id));

allow_tables_to_appear_in_same_query!(
    auth_user,
    crm_app_company,
    crm_app_contact,
    crm_app_contract,
    crm_app_customersegment,
    crm_app_customersegment_static_contacts,
    crm_app_customersegment_static_companies,
    segments_api_answer,
    segments_api_login,
    segments_api_quota,
    segments_api_token,
    segments_batch,
    segments_count_failure,
    segments_event,
    segments_freshness,
    segments_import,
    segments_import_piece,
    segments_import_refusal,
    segments_job,
    segments_list_source,
    segments_listed_company,
    segments_listed_contact,
    segments_session,
    segments_lease,
    segments_login_failure,
    segments_setup_link,
    segments_upload,
    segments_upload_row,
    segments_use,
);
