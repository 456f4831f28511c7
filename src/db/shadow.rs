//! Something in front of the tables of customers that takes what a dry run writes, on PostgreSQL.
//!
//! Called by the import, whose questions and statements are the same in a dry run. On SQLite it is nothing: a dry run has a copy
//! (`copy::rehearsal`). References are not checked by it: the import looks up itself what a row names.

use diesel::Connection;
use diesel::connection::SimpleConnection;

use super::connection::AnyConnection;
use super::dialect;

/// Before each table stands a view of its name, of the rows that were written and of those of the table that were not; what is written
/// to it goes to a temporary table with the same checks. Whoever in the table itself has the same key comes there first, so that the
/// one refuses the other. All of it is gone when the transaction is taken back. Statements that were prepared before mean the tables
/// themselves, so they are forgotten.
const BEFORE: &str = "
CREATE FUNCTION pg_temp.segments_rehearse() RETURNS trigger LANGUAGE plpgsql AS $write$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        EXECUTE format('DELETE FROM pg_temp.%I WHERE id = $1', TG_ARGV[0]) USING OLD.id;
    END IF;
    EXECUTE format(
        'INSERT INTO pg_temp.%1$I SELECT kept.* FROM %2$I.%3$I AS kept WHERE %4$s AND kept.id <> ($1).id
            AND NOT EXISTS (SELECT FROM pg_temp.%1$I AS written WHERE written.id = kept.id)',
        TG_ARGV[0], TG_ARGV[1], TG_TABLE_NAME, TG_ARGV[2]
    ) USING NEW;
    EXECUTE format('INSERT INTO pg_temp.%I SELECT ($1).*', TG_ARGV[0]) USING NEW;
    RETURN NEW;
END $write$;
DO $make$
DECLARE
    named text;
    twin text;
    written text;
    home text;
BEGIN
    FOR named, twin IN VALUES
        ('crm_app_company', 'kept.name = ($1).name'),
        ('crm_app_contact', 'kept.company_id = ($1).company_id AND kept.email = ($1).email AND kept.email <> '''''),
        ('crm_app_contract', 'kept.contract_number = ($1).contract_number')
    LOOP
        written := named || '_rehearsed';
        SELECT nspname INTO STRICT home FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
            WHERE pg_class.oid = to_regclass(named);
        EXECUTE format('CREATE TEMPORARY TABLE %I (LIKE %I.%I INCLUDING ALL) ON COMMIT DROP', written, home, named);
        EXECUTE format(
            'CREATE TEMPORARY VIEW %1$I AS SELECT * FROM pg_temp.%2$I UNION ALL SELECT * FROM %3$I.%1$I AS kept
                WHERE NOT EXISTS (SELECT FROM pg_temp.%2$I AS written WHERE written.id = kept.id)',
            named, written, home
        );
        EXECUTE format(
            'CREATE TRIGGER segments_rehearse INSTEAD OF INSERT OR UPDATE ON pg_temp.%I
                FOR EACH ROW EXECUTE FUNCTION pg_temp.segments_rehearse(%L, %L, %L)',
            named, written, home, twin
        );
    END LOOP;
END $make$;
DISCARD PLANS;";

/// Puts it there until the transaction ends, which is to be taken back. Where one may make no temporary tables the tables themselves
/// are written, as without it.
pub fn put_before_customers(connection: &mut AnyConnection) {
    let Some(connection) = dialect::as_postgres(connection) else { return };
    if let Err(error) = connection.transaction(|connection| connection.batch_execute(BEFORE)) {
        tracing::warn!(%error, "a dry run writes the tables themselves and takes it back, so others may wait for it");
    }
}
