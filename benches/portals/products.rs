//! A hundred thousand products and three hundred thousand listing requests, written by the database itself.

use diesel::{PgConnection, connection::SimpleConnection as _};
use entente::{kit::choice::Choice as _, modules::products::Category};

use super::load::{EMAIL, HEADS, Size, TRADES};

/// The vendor with this number; the first has three products in ten.
pub fn vendor(number: usize) -> String {
    format!("VA-{:03}-{:03}", number / 1_000, number % 1_000)
}

/// The product with this number: spread over the whole space, as drawn ids are, and never twice the same.
pub fn product(number: usize) -> String {
    let digits = format!("{:09}", number as u64 * 387_420_489 % 1_000_000_000);
    format!("PRD-{}-{}-{}", &digits[..3], &digits[3..6], &digits[6..])
}

/// The second request for the product with this number, to the largest distributor.
pub fn request(number: usize) -> String {
    format!("LSTR{}-002", &product(number)[3..])
}

/// SQL for nine digits in threes.
fn digits(number: &str) -> String {
    format!("regexp_replace(lpad(({number})::text, 9, '0'), '(...)(...)(...)', '\\1-\\2-\\3')")
}

fn array(words: &[&str]) -> String {
    format!("ARRAY['{}']", words.join("','"))
}

/// Each product is listed with the largest distributor, every second with one of the others as well, by two requests each.
pub fn fill(conn: &mut PgConnection, size: Size) -> diesel::QueryResult<()> {
    let (products, vendors, distributors) = (size.products, size.vendors, size.distributors);
    let spread = digits("i::bigint * 387420489 % 1000000000");
    let other = digits("(i::bigint * 387420489 + 500000000) % 1000000000");
    let (heads, trades) = (array(&HEADS), array(&TRADES));
    let categories: Vec<&str> = Category::ALL.iter().map(|one| one.key()).collect();
    let (kinds, categories) = (categories.len(), array(&categories));
    let item = r#"{"id": "%1$s-0001", "type": "reservation", "name": "Seat", "mpn": "SEAT", "description": "One seat", "precision": "integer", "unit": "users", "period": "monthly", "commitment": 0}"#;
    let general = r#"{"name": "%2$s", "category": "%3$s", "short_description": "What it does", "description": "At more length."}"#;
    let [first, second] = [0, 1].map(|place| {
        let owner = super::load::account(0);
        format!(
            "(SELECT id FROM contracts WHERE issuer_id = '{owner}' AND status = 'active' ORDER BY id OFFSET {place} LIMIT 1)"
        )
    });
    let snapshot =
        format!(r#"{{"general": {general}, "icon": null, "media": [], "items": [{item}], "templates": []}}"#);
    let owner = |number: &str| {
        format!("'PA-' || lpad((({number}) / 1000)::text, 3, '0') || '-' || lpad((({number}) % 1000)::text, 3, '0')")
    };
    let elsewhere = format!("(1 + (i / 2) % {})", distributors - 1);
    conn.batch_execute(&format!(
        "INSERT INTO accounts (id, role, name, founding, created_at) \
         SELECT 'VA-' || lpad((i / 1000)::text, 3, '0') || '-' || lpad((i % 1000)::text, 3, '0'), 'vendor', \
         ({heads})[1 + i % 24] || ' Makers ' || i, false, '2023-01-01' FROM generate_series(0, {vendors} - 1) i; \
         INSERT INTO marketplaces (id, owner_id, name, currency, countries, prices, created_at, updated_at) \
         SELECT 'MP-' || lpad(i::text, 5, '0'), {}, 'Market ' || i, 'EUR', '{{DE}}', '{{price}}', '2023-01-01', '2023-01-01' \
         FROM generate_series(0, {distributors} - 1) i",
        owner("i")
    ))?;
    for (place, number) in [0, size.vendors - 1].into_iter().enumerate() {
        let id = vendor(number);
        conn.batch_execute(&format!(
            "INSERT INTO memberships SELECT '{id}', id, now() FROM users WHERE email = '{EMAIL}'; \
             INSERT INTO groups (id, account_id, name, administrators, created_at) \
             VALUES ('UG-900-000-00{place}', '{id}', 'Administrators', true, now()); \
             INSERT INTO group_members (group_id, account_id, user_id) \
             SELECT 'UG-900-000-00{place}', '{id}', id FROM users WHERE email = '{EMAIL}'"
        ))?;
    }
    conn.batch_execute(&format!(
        "CREATE TEMP TABLE made AS SELECT i, 'PRD-' || {spread} AS id, {spread} AS digits, {other} AS other, \
         ({heads})[1 + i % 24] || ' ' || ({trades})[1 + (i / 24) % 20] || ' ' || (1 + i / 480) AS name, \
         ({categories})[1 + i % {kinds}] AS category, \
         'VA-' || lpad((v / 1000)::text, 3, '0') || '-' || lpad((v % 1000)::text, 3, '0') AS vendor, \
         '2023-01-01'::timestamptz + i * interval '3 years' / {products} AS at \
         FROM (SELECT i, CASE WHEN i % 10 < 3 THEN 0 ELSE 1 + i % ({vendors} - 1) END AS v \
               FROM generate_series(0, {products} - 1) i) s; \
         INSERT INTO products (id, vendor_id, status, name, category, version, public_version, item_number, created_at, updated_at) \
         SELECT id, vendor, 'published', name, category, 1, 1, 1, at, at FROM made; \
         INSERT INTO product_versions (product_id, number, public, changes, name, category, snapshot, author_id, created_at) \
         SELECT id, 1, true, 'The first', name, category, format('{snapshot}', id, name, category)::jsonb, 'UR-000-000-001', at FROM made; \
         INSERT INTO items (id, product_id, status, type, name, mpn, description, precision, unit, period, commitment, position, created_at, updated_at) \
         SELECT id || '-0001', id, 'published', 'reservation', 'Seat', 'SEAT', 'One seat', 'integer', 'users', 'monthly', 0, 10000, at, at FROM made; \
         INSERT INTO listings (id, status, product_id, contract_id, marketplace_id, vendor_id, owner_id, created_at, updated_at) \
         SELECT 'LST-' || digits, 'listed', id, {first}, 'MP-00000', vendor, {}, at, at FROM made \
         UNION ALL SELECT 'LST-' || other, 'listed', id, {second}, 'MP-' || lpad({elsewhere}::text, 5, '0'), vendor, {}, at, at \
         FROM made WHERE i % 2 = 0; \
         INSERT INTO sight (viewer_id, product_id, why, since, environment, search, category) \
         SELECT l.owner_id, l.product_id, 'listing', l.created_at, l.environment, v.search, v.category FROM listings l \
         JOIN product_versions v ON v.product_id = l.product_id; \
         INSERT INTO listing_requests (id, type, status, listing_id, product_id, version, marketplace_id, vendor_id, owner_id, note, \
         creator_id, created_at, updated_at, submitted_at, due_at) \
         SELECT 'LSTR-' || substr(l.id, 5) || '-00' || n, CASE n WHEN 1 THEN 'new' ELSE 'update' END, \
         CASE WHEN n = 1 THEN 'completed' WHEN m.i % 40 = 0 THEN 'reviewing' WHEN m.i % 40 = 1 THEN 'deploying' \
              WHEN m.i % 8 = 2 THEN 'cancelled' ELSE 'completed' END, \
         l.id, l.product_id, 1, l.marketplace_id, l.vendor_id, l.owner_id, 'Please', 'UR-000-000-001', \
         m.at + n * interval '1 day', m.at, m.at + n * interval '1 day', m.at + n * interval '4 days' \
         FROM listings l JOIN made m ON m.id = l.product_id CROSS JOIN generate_series(1, 2) n; \
         DROP TABLE made",
        owner("0"),
        owner(&elsewhere),
    ))
}
