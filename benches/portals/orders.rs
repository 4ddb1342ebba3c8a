//! Six hundred thousand subscriptions of the largest distributor, a million requests, and changes of customers, written by the
//! database itself.

use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, connection::SimpleConnection as _, sql_query,
};

use super::{
    Outcome,
    customers::STATE,
    load::{Size, account},
};

/// The account that fifty products are used with, and one that none is.
pub const BUSY: &str = "TA-9999-9999-0050";
pub const IDLE: &str = "TA-9999-9999-0000";

#[derive(QueryableByName)]
struct There {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    there: bool,
}

/// Whether they are there already.
pub fn there(url: &str) -> Outcome<bool> {
    let mut conn = PgConnection::establish(url)?;
    Ok(sql_query("SELECT EXISTS (SELECT FROM subscriptions) AS there").get_result::<There>(&mut conn)?.there)
}

/// Every subscription was ordered by an approved request, or waits for one; two in three were changed once.
pub fn fill(url: &str, size: Size) -> Outcome {
    let (all, owner) = (size.customers * 2, account(0));
    let mut conn = PgConnection::establish(url)?;
    // foreign keys are right by construction; indexes and checks work as always
    conn.batch_execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")?;
    let spread = "regexp_replace(lpad(((i + 1)::bigint * 387420489 % 1000000000000)::text, 12, '0'), '(....)(....)(....)', '\\1-\\2-\\3')";
    let tier = |id: &str, name: &str| {
        format!(
            "jsonb_build_object('id', {id}, 'version', 1, 'name', {name}, 'external_id', '', 'external_uid', NULL, 'tax_id', '', \
             'country', 'DE', 'state', '', 'city', 'Berlin', 'postal_code', '10115', 'address_line1', 'Street', \
             'address_line2', '', 'first_name', 'First', 'last_name', 'Last', 'email', 'contact@load.example', 'phone', '')"
        )
    };
    let (customer, tier1, tier2) = (tier("customer", "name"), tier("tier1", "'Tier 1'"), tier("tier2", "'Tier 2'"));
    conn.transaction(|conn| {
        conn.batch_execute(&format!(
            "CREATE TEMP TABLE buyers AS SELECT (row_number() OVER (ORDER BY t.id) - 1)::int AS n, t.id, t.name, t.parent_id AS tier1, \
             p.parent_id AS tier2 FROM tier_accounts t JOIN tier_accounts p ON p.id = t.parent_id WHERE t.type = 'customer'; \
             CREATE TEMP TABLE sold AS SELECT (row_number() OVER (ORDER BY created_at, id) - 1)::int AS n, id, vendor_id FROM products; \
             CREATE TEMP TABLE ordered AS SELECT i, {spread} AS digits, b.id AS customer, b.name, b.tier1, b.tier2, p.id AS product, \
             p.vendor_id AS vendor, '2023-01-01'::timestamptz + i * interval '3 years' / {all} AS at, \
             CASE WHEN i % 50 = 0 THEN 'processing' WHEN i % 20 = 1 THEN 'terminated' ELSE 'active' END AS status \
             FROM generate_series(0, {all} - 1) i JOIN buyers b ON b.n = i % (SELECT count(*) FROM buyers) \
             JOIN sold p ON p.n = i % (SELECT count(*) FROM sold); \
             INSERT INTO subscriptions (id, status, environment, external_id, external_uid, product_id, version, vendor_id, buyer_id, \
             distributor_id, marketplace_id, contract_id, customer_id, tier1_id, tier2_id, customer_name, number, activated_at, \
             created_at, updated_at) SELECT 'AS-' || digits, status, 'production', 'SO-' || i, gen_random_uuid(), product, 1, vendor, \
             '{owner}', '{owner}', 'MP-00000', 'CRD-00000-00000-00000', customer, tier1, tier2, name, 2, \
             CASE status WHEN 'processing' THEN NULL ELSE at END, at, at FROM ordered; \
             INSERT INTO fulfillment_requests (id, type, status, subscription_id, environment, product_id, version, vendor_id, \
             buyer_id, distributor_id, marketplace_id, customer_id, tier1_id, tier2_id, customer_name, tiers, creator_id, \
             effective_at, created_at, updated_at, due_at) \
             SELECT 'PR-' || digits || '-00' || n, CASE n WHEN 1 THEN 'purchase' ELSE 'change' END, state, 'AS-' || digits, \
             'production', product, 1, vendor, '{owner}', '{owner}', 'MP-00000', customer, tier1, tier2, name, \
             jsonb_build_object('customer', {customer}, 'tier1', {tier1}, \
             'tier2', CASE WHEN tier2 IS NULL THEN NULL ELSE {tier2} END), 'UR-000-000-001', \
             CASE state WHEN 'approved' THEN at END, at + n * interval '1 day', at + n * interval '1 day', at + n * interval '4 days' \
             FROM (SELECT o.*, n, CASE WHEN n = 1 AND status = 'processing' OR n = 2 AND i % 40 = 2 THEN 'pending' \
             ELSE 'approved' END AS state FROM ordered o CROSS JOIN generate_series(1, 2) n \
             WHERE n = 1 OR (status = 'active' AND i % 3 < 2)) o; \
             INSERT INTO request_items SELECT r.id, r.product_id || '-0001', 1, 'Seat', 'SEAT', 'reservation', 'users', 'monthly', 5, 0 \
             FROM fulfillment_requests r; \
             INSERT INTO subscription_items SELECT id, product_id || '-0001', 5 FROM subscriptions WHERE status = 'active'; \
             INSERT INTO tier_account_versions SELECT id, 2, {STATE}, 'Lena Load', '2026-01-01' FROM tier_accounts \
             WHERE id IN (SELECT id FROM buyers WHERE n < {all} / 6); \
             INSERT INTO tier_account_requests (id, status, tier_account_id, before_version, after_version, account_name, product_id, \
             vendor_id, owner_id, roles, environment, decided_by_id, created_at, updated_at, due_at) \
             SELECT 'TAR-' || substr(b.id, 4) || '-001-001', CASE WHEN b.n % 10 = 0 THEN 'pending' ELSE 'accepted' END, b.id, 1, 2, \
             b.name, p.id, p.vendor_id, '{owner}', '{{customer}}', 'production', CASE WHEN b.n % 10 > 0 THEN 'UR-000-000-001' END, \
             '2025-01-01'::timestamptz + b.n * interval '1 year' / {all}, '2026-01-01', '2026-01-05' \
             FROM buyers b JOIN sold p ON p.n = b.n % (SELECT count(*) FROM sold) WHERE b.n < {all} / 6; \
             INSERT INTO tier_accounts (id, owner_id, type, name, external_uid, country, city, postal_code, address_line1, first_name, \
             last_name, email, created_at, updated_at) SELECT id, '{owner}', 'reseller', id, gen_random_uuid(), 'DE', 'Berlin', \
             '10115', 'Street', 'First', 'Last', 'busy@load.example', now(), now() FROM unnest(ARRAY['{BUSY}', '{IDLE}']) id; \
             INSERT INTO tier_account_versions SELECT id, 1, {STATE}, 'Lena Load', now() FROM tier_accounts WHERE id IN ('{BUSY}', '{IDLE}'); \
             UPDATE products SET tier_accounts_sync = true; \
             UPDATE subscriptions s SET tier2_id = '{BUSY}' FROM sold p WHERE p.n < 50 AND s.product_id = p.id AND s.status = 'active'; \
             INSERT INTO tier_account_uses SELECT account, product_id, role, vendor_id, count(*), environment FROM (\
             SELECT customer_id, 'customer', product_id, vendor_id, environment FROM subscriptions WHERE status <> 'terminated' \
             UNION ALL SELECT tier1_id, 'tier1', product_id, vendor_id, environment FROM subscriptions WHERE status <> 'terminated' \
             UNION ALL SELECT tier2_id, 'tier2', product_id, vendor_id, environment FROM subscriptions WHERE status <> 'terminated' \
             AND tier2_id IS NOT NULL) u (account, role, product_id, vendor_id, environment) GROUP BY 1, 2, 3, 4, 6; \
             INSERT INTO tier_account_sight SELECT DISTINCT u.vendor_id, t.id, t.created_at FROM tier_account_uses u \
             JOIN tier_accounts t ON t.id = u.tier_account_id WHERE u.live > 0 AND t.owner_id <> u.vendor_id; \
             DROP TABLE ordered, buyers, sold"
        ))
    })?;
    Ok(conn.batch_execute("VACUUM ANALYZE")?)
}

/// A request that an active subscription was changed by; the same number in both databases.
pub fn request(number: usize) -> String {
    let digits = format!("{:012}", (number as u64 + 1) * 387_420_489 % 1_000_000_000_000);
    format!("PR-{}-{}-{}-001", &digits[..4], &digits[4..8], &digits[8..])
}
