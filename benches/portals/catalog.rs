//! Two resellers of the largest distributor: one whose catalog is all products, one whose catalog is twenty. What they see is written as the
//! program keeps it.

use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, connection::SimpleConnection as _, sql_query,
    sql_types::Bool,
};
use entente::modules::catalog::sight::CATALOG;

use super::{
    Outcome,
    load::{EMAIL, Size, account},
};

/// Who has the whole catalog, and who has twenty products of it.
pub const LARGEST: &str = "PA-990-000";
pub const SMALLEST: &str = "PA-990-001";

/// Products of one group.
const GROUP: usize = 1_000;
/// The first products, which the smallest reseller sees.
const FEW: usize = 20;

#[derive(QueryableByName)]
struct There {
    #[diesel(sql_type = Bool)]
    there: bool,
}

/// Whether they are there already.
pub fn there(url: &str) -> Outcome<bool> {
    let mut conn = PgConnection::establish(url)?;
    Ok(sql_query("SELECT EXISTS (SELECT FROM product_groups) AS there").get_result::<There>(&mut conn)?.there)
}

/// Groups of a thousand products in the order of their dates, and one of the first twenty; an agreement for each reseller, a contract on
/// it, and a syndication agreement on the larger one's.
pub fn fill(url: &str, size: Size) -> Outcome {
    let (products, owner) = (size.products, account(0));
    let mut conn = PgConnection::establish(url)?;
    // foreign keys are right by construction; indexes and checks work as always
    conn.batch_execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")?;
    let group = "'PG-' || lpad((n / 1000)::text, 3, '0') || '-' || lpad((n % 1000)::text, 3, '0') || '-001'";
    // the lists are of these two alone, and of all products
    let truth = CATALOG
        .replace("m.product_id = ANY ($2)", "true")
        .replace("ANY ($1)", &format!("ANY (ARRAY['{LARGEST}', '{SMALLEST}'])"));
    conn.transaction(|conn| {
        conn.batch_execute(&format!(
            "CREATE TEMP TABLE placed AS SELECT (row_number() OVER (ORDER BY created_at, id) - 1)::int AS i, id, created_at AS at FROM products; \
             INSERT INTO product_groups (id, owner_id, name, created_at, updated_at) \
             SELECT {group}, '{owner}', 'Group ' || n, '2023-01-01', '2026-01-01' FROM generate_series(0, ({products} - 1) / {GROUP}) n; \
             INSERT INTO product_groups (id, owner_id, name, created_at, updated_at) \
             VALUES ('PG-999-999-001', '{owner}', 'A few', '2023-01-01', '2026-01-01'); \
             INSERT INTO product_group_members SELECT {group}, id, at FROM (SELECT i / {GROUP} AS n, id, at FROM placed) s; \
             INSERT INTO product_group_members SELECT 'PG-999-999-001', id, at FROM placed WHERE i < {FEW}; \
             DROP TABLE placed; \
             INSERT INTO agreements (id, type, owner_id, parent_id, name, created_at, updated_at) VALUES \
             ('AGS-990-000-001', 'service', '{owner}', NULL, 'All of it', '2023-01-01', '2023-01-01'), \
             ('AGS-990-000-002', 'service', '{owner}', NULL, 'A few', '2023-01-01', '2023-01-01'), \
             ('AGU-990-000-001', 'syndication', '{owner}', 'AGS-990-000-001', 'Resale', '2023-01-01', '2023-01-01'), \
             ('AGU-990-000-002', 'syndication', '{owner}', 'AGS-990-000-002', 'Resale of a few', '2023-01-01', '2023-01-01'); \
             INSERT INTO agreement_versions (agreement_id, number, status, document_type, link, author_id, created_at, \
             activator_id, activated_at) SELECT id, 1, 'active', 'external', 'https://terms.example/1', 'UR-000-000-001', now(), \
             'UR-000-000-001', now() FROM agreements WHERE id LIKE 'AG_-990-000-00_' AND name IN ('All of it', 'A few', 'Resale', 'Resale of a few'); \
             INSERT INTO agreement_groups (agreement_id, group_id, owner_id) \
             SELECT CASE id WHEN 'PG-999-999-001' THEN 'AGS-990-000-002' ELSE 'AGS-990-000-001' END, id, '{owner}' FROM product_groups",
        ))?;
        for (place, reseller) in [LARGEST, SMALLEST].into_iter().enumerate() {
            let number = place + 1;
            conn.batch_execute(&format!(
                "INSERT INTO accounts (id, role, name, founding, created_at) \
                 VALUES ('{reseller}', 'reseller', 'Reseller {number}', false, '2023-01-01'); \
                 INSERT INTO memberships SELECT '{reseller}', id, now() FROM users WHERE email = '{EMAIL}'; \
                 INSERT INTO groups (id, account_id, name, administrators, created_at) \
                 VALUES ('UG-910-000-00{number}', '{reseller}', 'Administrators', true, now()); \
                 INSERT INTO group_members (group_id, account_id, user_id) \
                 SELECT 'UG-910-000-00{number}', '{reseller}', id FROM users WHERE email = '{EMAIL}'; \
                 INSERT INTO contracts (id, type, kind, status, agreement_id, version, issuer_id, signee_id, note, creator_id, created_at, \
                 updated_at, activated_at, search) VALUES ('CRS-00000-00000-0000{number}', 'service', 'production', 'active', \
                 'AGS-990-000-00{number}', 1, '{owner}', '{reseller}', 'Welcome', 'UR-000-000-001', '2023-01-01', '2023-01-01', \
                 '2023-01-01', 'crs-00000-00000-0000{number} reseller {number}'); \
                 INSERT INTO partners SELECT issuer_id, signee_id, count(*), min(activated_at), 0 FROM contracts \
                 WHERE signee_id = '{reseller}' GROUP BY 1, 2"
            ))?;
        }
        conn.batch_execute(&format!(
            "INSERT INTO sight (viewer_id, product_id, why, since, environment, search, category) \
             SELECT t.viewer_id, t.product_id, 'catalog', v.created_at, t.environment, v.search, v.category FROM ({truth}) t \
             JOIN product_versions v ON v.product_id = t.product_id AND v.number = 1"
        ))
    })?;
    Ok(conn.batch_execute("VACUUM ANALYZE")?)
}
