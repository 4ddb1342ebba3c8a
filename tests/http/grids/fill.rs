//! Rows whose names try a list: long, equal, of many scripts, odd, and as if there were none.

use crate::support::{
    World,
    world::{AGREEMENT, PENDING, PULSE, SIGNED, TOKENS},
};

/// Names of at most so many signs, many of them alike.
pub fn names(most: usize) -> Vec<String> {
    let same = "Z\u{e9}".repeat(most);
    let long = |tail: &str| same.chars().take(most - tail.chars().count()).chain(tail.chars()).collect::<String>();
    let mut names: Vec<String> = ["1", "2", "3", "10", "a", "b", "\u{e9}", ""].iter().map(|tail| long(tail)).collect();
    names.extend([long("!"), long("!"), long("!")]);
    names.extend(["Same", "Same", "Same", "same"].map(str::to_owned));
    names.extend(
        [
            "ΔΗΜΟΣ ΑΘΗΝΑΙΩΝ",
            "شركة الأمل",
            "חברה בע״מ",
            "日本語株式会社",
            "Ärger GmbH",
            "zebra",
            "Zebra",
            "éclair",
            "🙂 smile",
            "a~b~c%&+=?#'\"\\",
            "NULL",
            "null",
            "0",
            "Store 2",
            "Store 10",
        ]
        .map(str::to_owned),
    );
    names
}

/// How many rows there are of each.
pub const ROWS: usize = 30;

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Copies a row of `table` as often as there are names, with some columns said anew, each as SQL.
fn copies(
    world: &World,
    table: &str,
    row: &str,
    most: usize,
    new: impl Fn(usize, &str) -> Vec<(&'static str, String)>,
) {
    let columns = world.text(&format!(
        "SELECT string_agg(column_name, ',' ORDER BY ordinal_position) AS t FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name = '{table}' AND is_generated = 'NEVER' AND is_identity = 'NO'"
    ));
    let columns: Vec<&str> = columns.split(',').collect();
    let mut statements = String::new();
    for (at, name) in names(most).iter().enumerate() {
        let new = new(at, &quoted(name));
        let values: Vec<String> = columns
            .iter()
            .map(|column| {
                new.iter()
                    .find(|(key, _)| key == column)
                    .map_or_else(|| format!("\"{column}\""), |(_, sql)| sql.clone())
            })
            .collect();
        let names: Vec<String> = columns.iter().map(|column| format!("\"{column}\"")).collect();
        statements.push_str(&format!(
            "INSERT INTO {table} ({}) SELECT {} FROM {table} WHERE {row} LIMIT 1;\n",
            names.join(", "),
            values.join(", ")
        ));
    }
    world.run(&statements);
}

/// Equal for some, so that the id decides.
fn when(at: usize) -> String {
    format!("now() - interval '{} days'", at / 5)
}

/// Rows for every list of the distributor and of the vendor.
pub fn fill(world: &World) {
    companies_and_contracts(world);
    marketplaces_and_products(world);
    customers_and_orders(world);
    tokens(world);
    usage(world);
    people(world);
    activity(world);
    let short = world.number("SELECT count(*) AS n FROM accounts WHERE id LIKE 'PA-900%'");
    assert_eq!(usize::try_from(short), Ok(ROWS), "as many names as rows");
}

fn companies_and_contracts(world: &World) {
    let made = |at: usize| ("created_at", when(at));
    copies(world, "accounts", "id = 'PA-196-115'", 64, |at, name| {
        vec![("id", format!("'PA-900-{at:03}'")), ("name", name.to_owned()), made(at)]
    });
    copies(world, "contracts", &format!("id = '{SIGNED}'"), 64, |at, _| {
        vec![
            ("id", format!("'CRS-90000-00000-{at:05}'")),
            ("signee_id", format!("'PA-900-{at:03}'")),
            ("activated_at", when(at)),
            made(at),
        ]
    });
    copies(world, "contracts", &format!("id = '{PENDING}'"), 200, |at, name| {
        vec![("id", format!("'CRS-90001-00000-{at:05}'")), ("note", name.to_owned()), made(at)]
    });
    copies(world, "agreements", "type = 'program'", 100, |at, name| {
        let id = format!("'AGP-900-000-{at:03}'");
        vec![("id", id), ("name", name.to_owned()), ("last_version", "0".into()), made(at), ("updated_at", when(at))]
    });
    let document = format!("agreement_id = '{AGREEMENT}' AND number = 1");
    copies(world, "agreement_versions", &document, 10, |at, _| {
        vec![("agreement_id", format!("'AGP-900-000-{at:03}'")), ("id", "gen_random_uuid()".into())]
    });
    copies(world, "contracts", "type = 'program' AND signee_id = 'VA-287-142'", 10, |at, _| {
        vec![
            ("id", format!("'CRP-90000-00000-{at:05}'")),
            ("agreement_id", format!("'AGP-900-000-{at:03}'")),
            ("version", "1".into()),
            ("status", "'terminated'".into()),
            ("ended_at", "now()".into()),
            made(at),
        ]
    });
}

fn marketplaces_and_products(world: &World) {
    let made = |at: usize| ("created_at", when(at));
    let groups = names(100).into_iter().enumerate().map(|(at, name)| {
        format!(
            "INSERT INTO product_groups (id, owner_id, name, created_at, updated_at) \
             VALUES ('PG-900-000-{at:03}', 'PA-469-206', {}, {when}, {when});",
            quoted(&name),
            when = when(at)
        )
    });
    world.run(&groups.collect::<String>());
    for (table, row, id) in [("hubs", "true", "HB-9000-0"), ("marketplaces", "owner_id = 'PA-469-206'", "MP-90")] {
        copies(world, table, row, 250, |at, name| {
            // no two of a company bear one name
            let name = format!("{name} || '{at:03}'");
            let instance = if at % 3 == 0 { "NULL".into() } else { name.clone() };
            vec![("id", format!("'{id}{at:03}'")), ("name", name), ("instance", instance), made(at)]
        });
    }
    let product = |at: usize| format!("'PRD-900-000-{at:03}'");
    copies(world, "products", &format!("id = '{PULSE}'"), 255, |at, name| {
        vec![("id", product(at)), ("name", name.to_owned()), ("public_version", "NULL".into()), made(at)]
    });
    copies(world, "product_versions", &format!("product_id = '{PULSE}'"), 255, |at, name| {
        vec![("product_id", product(at)), ("number", "1".into()), ("public", "true".into()), ("name", name.to_owned())]
    });
    world.run("UPDATE products SET public_version = 1 WHERE id LIKE 'PRD-900%'");
    copies(world, "sight", &format!("viewer_id = 'PA-469-206' AND product_id = '{PULSE}'"), 10, |at, _| {
        vec![("product_id", product(at)), ("since", when(at))]
    });
    let place = |at: usize| {
        vec![
            ("product_id", product(at)),
            ("marketplace_id", format!("'MP-90{at:03}'")),
            ("created_at", when(at)),
            ("submitted_at", when(at)),
            ("due_at", when(at)),
        ]
    };
    copies(world, "listings", "true", 10, |at, _| [vec![("id", format!("'LST-900-000-{at:03}'"))], place(at)].concat());
    copies(world, "listing_requests", "true", 10, |at, _| {
        let of = |sort: &str, end: &str| format!("'{sort}-900-000-{at:03}{end}'");
        let new = vec![
            ("id", of("LSTR", "-001")),
            ("listing_id", of("LST", "")),
            ("version", "1".into()),
            ("status", "'completed'".into()),
        ];
        [new, place(at)].concat()
    });
}

fn usage(world: &World) {
    // those that were submitted: both sides see them
    copies(world, "usage_files", "status = 'pending'", 100, |at, name| {
        vec![
            ("id", format!("'UF-9000-00-0000-{at:04}'")),
            ("name", name.to_owned()),
            ("external_id", "''".into()),
            ("created_at", when(at)),
            ("updated_at", when(at)),
            ("submitted_at", when(at)),
        ]
    });
    copies(world, "usage_mappings", "true", 100, |at, name| {
        vec![
            ("id", format!("'UM-9000-{at:04}'")),
            ("name", format!("left({name}, 90) || ' {at}'")),
            ("created_at", when(at)),
            ("updated_at", when(at)),
        ]
    });
}

fn tokens(world: &World) {
    world.tokens();
    for ((token, ..), group) in [(TOKENS[0], "900"), (TOKENS[2], "901")] {
        let new = |at: usize, name: &str| {
            // no two of a company bear one name
            let name = format!("{name} || '{at:03}'");
            vec![("id", format!("'SU-{group}-000-{at:03}'")), ("name", name), ("created_at", when(at))]
        };
        copies(world, "users", &format!("id = '{token}'"), 120, new);
        copies(world, "api_tokens", &format!("id = '{token}'"), 120, |at, name| {
            let more = [("expires_at", format!("now() + interval '{} days'", 1 + at / 5)), ("updated_at", when(at))];
            new(at, name).into_iter().chain(more).collect()
        });
    }
}

fn people(world: &World) {
    for (number, account) in [("900", "PA-469-206"), ("901", "VA-287-142")] {
        copies(world, "users", "email LIKE 'paulie%'", 120, |at, name| {
            let email = format!("'u{number}-{at}@example.com'");
            vec![
                ("id", format!("'UR-{number}-000-{at:03}'")),
                ("name", name.to_owned()),
                ("email", email.clone()),
                ("email_key", email),
                ("created_at", when(at)),
            ]
        });
        world.run(&format!(
            "INSERT INTO memberships (account_id, user_id, joined_at, last_seen_at) \
             SELECT '{account}', id, created_at, created_at FROM users WHERE id LIKE 'UR-{number}-%'"
        ));
        copies(world, "groups", "name = 'Readers'", 28, |at, name| {
            vec![
                ("id", format!("'UG-{number}-000-{at:03}'")),
                ("account_id", quoted(account)),
                // no two of a company bear one name
                ("name", format!("left({name}, 27) || ' {at:03}'")),
                ("created_at", when(at)),
            ]
        });
    }
}

/// What people did, and where they are signed in.
fn activity(world: &World) {
    // the cast's own is too much for a list of one page
    world.run(
        "BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM events; DELETE FROM security_events; COMMIT",
    );
    for (number, account) in [("900", "PA-469-206"), ("901", "VA-287-142")] {
        let mut statements = String::new();
        for (at, name) in names(120).iter().enumerate() {
            statements.push_str(&format!(
                "INSERT INTO events (at, name, object, actor_kind, actor_name, account_id, note, address, credential) VALUES \
                 ({}, 'group.updated', 'UG-{number}-000-{at:03}', 'member', {}, '{account}', '', '203.0.113.7', 'session');",
                when(at),
                quoted(name)
            ));
        }
        world.run(&statements);
        world.run(&format!(
            "WITH places AS (SELECT u.id, gen_random_uuid() AS session, right(u.id, 3)::integer / 5 AS place \
               FROM users u WHERE u.id LIKE 'UR-{number}-%'), \
             made AS (INSERT INTO sessions (key_hash, id, user_id, address, agent, created_at, seen_at) \
               SELECT sha256(session::text::bytea), session, id, '203.0.113.7', 'Firefox/140 Linux', now() - (place + 1) * interval '1 minute', \
               now() - (place + 1) * interval '1 minute' FROM places) \
             INSERT INTO session_places (session_id, account_id, user_id, came_at, seen_at, address) \
             SELECT session, '{account}', id, now() - (place + 1) * interval '1 minute', now() - (place + 1) * interval '1 minute', '203.0.113.7' \
             FROM places"
        ));
    }
}

fn customers_and_orders(world: &World) {
    let times = |at: usize| vec![("created_at", when(at)), ("updated_at", when(at)), ("due_at", when(at))];
    let product = |at: usize| ("product_id", format!("'PRD-900-000-{at:03}'"));
    for (owner, group) in [("PA-469-206", "9000"), ("VA-287-142", "9001")] {
        copies(world, "tier_accounts", "type = 'reseller'", 255, |at, name| {
            let external = if at % 2 == 0 { "''".into() } else { format!("left({name}, 128)") };
            let new = vec![
                ("id", format!("'TA-{group}-0000-{at:04}'")),
                ("owner_id", quoted(owner)),
                ("parent_id", "NULL".into()),
                ("external_uid", "gen_random_uuid()".into()),
                ("name", name.to_owned()),
                ("external_id", external),
                ("first_name", "'Renée'".into()),
            ];
            [new, times(at)].concat()
        });
    }
    copies(world, "tier_account_requests", "owner_id = 'PA-469-206'", 255, |at, name| {
        let new =
            vec![("id", format!("'TAR-9000-0000-0000-001-{at:03}'")), ("account_name", name.to_owned()), product(at)];
        [new, times(at)].concat()
    });
    copies(world, "subscriptions", "customer_name LIKE 'J&M%'", 255, |at, name| {
        let new = vec![
            ("id", format!("'AS-9000-0000-{at:04}'")),
            ("external_uid", "gen_random_uuid()".into()),
            ("customer_name", name.to_owned()),
            ("external_id", format!("left({name}, 128)")),
        ];
        [new, times(at)].concat()
    });
    copies(world, "fulfillment_requests", "customer_name LIKE 'Adrian%'", 255, |at, name| {
        let new = vec![
            ("id", format!("'PR-9000-0000-{at:04}-001'")),
            ("subscription_id", format!("'AS-9000-0000-{at:04}'")),
            ("customer_name", name.to_owned()),
        ];
        [new, times(at)].concat()
    });
    world.run(
        "INSERT INTO tier_configs (id, status, tier_account_id, account_name, level, product_id, vendor_id, buyer_id, \
         distributor_id, environment, created_at, updated_at) SELECT 'TC-000-000-001', 'processing', tier1_id, 'n', 1, \
         product_id, vendor_id, buyer_id, distributor_id, 'production', now(), now() FROM subscriptions LIMIT 1; \
         INSERT INTO tier_config_requests (id, type, status, tier_config_id, account_name, product_id, vendor_id, buyer_id, \
         distributor_id, created_at, updated_at, due_at) SELECT 'TCR-000-000-001-001', 'setup', 'pending', id, 'n', product_id, \
         vendor_id, buyer_id, distributor_id, now(), now(), now() FROM tier_configs",
    );
    copies(world, "tier_configs", "id = 'TC-000-000-001'", 255, |at, name| {
        let new = vec![
            ("id", format!("'TC-900-000-{at:03}'")),
            ("account_name", name.to_owned()),
            ("level", (at % 2 + 1).to_string()),
            product(at),
        ];
        [new, times(at)].concat()
    });
    copies(world, "tier_config_requests", "id = 'TCR-000-000-001-001'", 255, |at, name| {
        let new = vec![
            ("id", format!("'TCR-900-000-{at:03}-001'")),
            ("tier_config_id", format!("'TC-900-000-{at:03}'")),
            ("account_name", name.to_owned()),
            product(at),
        ];
        [new, times(at)].concat()
    });
}
