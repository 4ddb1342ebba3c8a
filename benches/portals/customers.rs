//! Three hundred thousand tier accounts of the largest distributor, in trees of up to ten levels, written by the database itself.

use diesel::{PgConnection, connection::SimpleConnection as _};

use super::load::{HEADS, Size, TAILS, TRADES, account};

/// What an account was at one time, of a row of `tier_accounts`, as the program keeps it.
pub const STATE: &str = "jsonb_build_object('parent', parent_id, 'name', name, 'external_id', external_id, 'external_uid', external_uid, \
    'tax_id', tax_id, 'country', country, 'state', state, 'city', city, 'postal_code', postal_code, 'address_line1', address_line1, \
    'address_line2', address_line2, 'first_name', first_name, 'last_name', last_name, 'email', email, 'phone', phone)";

/// The account with this number: spread over the whole space, as drawn ids are, and never twice the same.
pub fn id(number: usize) -> String {
    let digits = format!("{:012}", number as u64 * 387_420_489 % 1_000_000_000_000);
    format!("TA-{}-{}-{}", &digits[..4], &digits[4..8], &digits[8..])
}

/// More tops than a tree shows, however few accounts there are: then its page is the same.
const TOPS: usize = 300;

/// Each ten accounts are one branch: number 0 hangs below one of the tops, a hundredth of all, and each of the next below the one before.
/// The last is a customer; of every other ten, all but the first are customers of it.
pub fn fill(conn: &mut PgConnection, size: Size) -> diesel::QueryResult<()> {
    let (all, owner) = (size.customers, account(0));
    let tops = (all / 100).max(TOPS);
    let words = |words: &[&str]| format!("ARRAY['{}']", words.join("','"));
    let spread = |number: &str| {
        format!(
            "'TA-' || regexp_replace(lpad((({number})::bigint * 387420489 % 1000000000000)::text, 12, '0'), \
             '(....)(....)(....)', '\\1-\\2-\\3')"
        )
    };
    let parent = format!(
        "CASE WHEN i < {tops} THEN NULL WHEN i % 10 = 0 THEN i % {tops} \
         WHEN (i / 10) % 2 = 0 AND i % 10 < 9 THEN i - 1 ELSE i - i % 10 END"
    );
    let reseller = format!("i < {tops} OR i % 10 = 0 OR ((i / 10) % 2 = 0 AND i % 10 < 8)");
    conn.batch_execute(&format!(
        "INSERT INTO tier_accounts (id, owner_id, type, parent_id, name, external_id, external_uid, country, city, postal_code, \
         address_line1, first_name, last_name, email, created_at, updated_at) \
         SELECT {}, '{owner}', CASE WHEN {reseller} THEN 'reseller' ELSE 'customer' END, \
         CASE WHEN p IS NULL THEN NULL ELSE {} END, \
         ({})[1 + i % 24] || ({})[1 + (i / 24) % 16] || ' ' || ({})[1 + i % 20] || ' ' || (1 + i / 1920), 'C-' || i, \
         gen_random_uuid(), 'DE', 'Berlin', '10115', 'Street ' || i, 'First', 'Last', 'contact' || i || '@load.example', \
         '2023-01-01'::timestamptz + i * interval '3 years' / {all}, '2026-01-01' \
         FROM (SELECT i, {parent} AS p FROM generate_series(0, {all} - 1) i) s; \
         INSERT INTO tier_account_versions SELECT id, 1, {STATE}, 'Lena Load', created_at FROM tier_accounts",
        spread("i"),
        spread("p"),
        words(&HEADS),
        words(&TAILS),
        words(&TRADES),
    ))
}
