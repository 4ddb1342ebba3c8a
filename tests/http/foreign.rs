//! Another company's objects are not found, wherever their ids are put: every route of every portal with an id in it is tried by whom it
//! belongs to, at the person's own URL, with ids of a company that the person has nothing to do with.

use std::collections::BTreeSet;

use actix_web::http::Method;
use entente::{
    kit::{actor::Role, choice::Choice as _},
    modules, portals,
};

use crate::{
    access::{Drawn, address},
    support::{
        World,
        world::{ACREED, CHAMPIONS, MICKS},
    },
};

/// A table, which row of the cast is copied, and what the copy has else.
const STRANGERS: [(&str, &str, &str); 26] = [
    ("accounts", "role = 'distributor'", r#"{"id": "PA-999-001", "name": "Strangers"}"#),
    ("accounts", "role = 'vendor'", r#"{"id": "VA-999-001", "name": "Strange Wares"}"#),
    ("agreements", "type = 'program'", r#"{"id": "AGP-999-999-001", "owner_id": "PA-999-001"}"#),
    (
        "agreements",
        "type = 'distribution'",
        r#"{"id": "AGD-999-999-001", "owner_id": "PA-999-001", "parent_id": "AGP-999-999-001", "marketplace_id": "MP-99901"}"#,
    ),
    (
        "agreement_versions",
        "status = 'active'",
        r#"{"agreement_id": "AGP-999-999-001", "number": 1, "id": "99999999-0000-7000-8000-000000000004"}"#,
    ),
    (
        "agreement_versions",
        "status = 'active'",
        r#"{"agreement_id": "AGD-999-999-001", "number": 1, "id": "99999999-0000-7000-8000-000000000005"}"#,
    ),
    (
        "contracts",
        "type = 'program' AND status = 'active'",
        r#"{"id": "CRP-99999-99999-00001", "agreement_id": "AGP-999-999-001", "version": 1, "issuer_id": "PA-999-001", "signee_id": "VA-999-001"}"#,
    ),
    ("marketplaces", "true", r#"{"id": "MP-99901", "owner_id": "PA-999-001"}"#),
    ("hubs", "true", r#"{"id": "HB-9999-0001", "owner_id": "PA-999-001"}"#),
    ("groups", "NOT administrators", r#"{"id": "UG-999-999-009", "account_id": "PA-999-001"}"#),
    ("invitations", "true", r#"{"id": "UI-999-999-001", "account_id": "PA-999-001"}"#),
    ("products", "version > 0", r#"{"id": "PRD-999-999-001", "vendor_id": "VA-999-001"}"#),
    ("product_versions", "number = 1", r#"{"product_id": "PRD-999-999-001"}"#),
    ("items", "true", r#"{"id": "PRD-999-999-001-0001", "product_id": "PRD-999-999-001"}"#),
    ("parameters", "true", r#"{"id": "PRM-999-999-001-0001", "product_id": "PRD-999-999-001"}"#),
    ("templates", "true", r#"{"id": "TL-999-999-001", "product_id": "PRD-999-999-001"}"#),
    ("product_media", "true", r#"{"id": "PRDM-999-999-001-00001", "product_id": "PRD-999-999-001"}"#),
    (
        "listings",
        "true",
        r#"{"id": "LST-999-999-001", "product_id": "PRD-999-999-001", "vendor_id": "VA-999-001", "owner_id": "PA-999-001", "marketplace_id": "MP-99901", "contract_id": "CRD-99999-99999-00001"}"#,
    ),
    (
        "listing_requests",
        "status = 'reviewing'",
        r#"{"id": "LSTR-999-999-001-001", "listing_id": "LST-999-999-001", "product_id": "PRD-999-999-001", "vendor_id": "VA-999-001", "owner_id": "PA-999-001"}"#,
    ),
    ("tier_accounts", "type = 'reseller'", r#"{"id": "TA-9999-9999-0001", "owner_id": "PA-999-001"}"#),
    (
        "subscriptions",
        "marketplace_id IS NOT NULL",
        r#"{"id": "AS-9999-9999-0001", "product_id": "PRD-999-999-001", "vendor_id": "VA-999-001", "buyer_id": "PA-999-001", "distributor_id": "PA-999-001", "marketplace_id": "MP-99901"}"#,
    ),
    (
        "fulfillment_requests",
        "marketplace_id IS NOT NULL AND status = 'pending'",
        r#"{"id": "PR-9999-9999-0001-001", "subscription_id": "AS-9999-9999-0001", "product_id": "PRD-999-999-001", "vendor_id": "VA-999-001", "buyer_id": "PA-999-001", "distributor_id": "PA-999-001", "marketplace_id": "MP-99901"}"#,
    ),
    (
        "tier_account_requests",
        "status = 'pending'",
        r#"{"id": "TAR-9999-9999-0001-001-001", "tier_account_id": "TA-9999-9999-0001", "product_id": "PRD-999-999-001", "vendor_id": "VA-999-001", "owner_id": "PA-999-001"}"#,
    ),
    (
        "tier_configs",
        "true",
        r#"{"id": "TC-999-999-001", "tier_account_id": "TA-9999-9999-0001", "product_id": "PRD-999-999-001", "vendor_id": "VA-999-001", "buyer_id": "PA-999-001", "distributor_id": "PA-999-001"}"#,
    ),
    (
        "usage_files",
        "status = 'pending'",
        r#"{"id": "UF-9999-99-9999-0001", "product_id": "PRD-999-999-001", "vendor_id": "VA-999-001", "owner_id": "PA-999-001", "marketplace_id": "MP-99901", "contract_id": "CRD-99999-99999-00001"}"#,
    ),
    ("usage_mappings", "true", r#"{"id": "UM-9999-0001", "product_id": "PRD-999-999-001", "vendor_id": "VA-999-001"}"#),
];

const OF_THEIRS: [(&str, &str); 1] = [(
    "tier_config_requests",
    r#"{"id": "TCR-999-999-001-001", "tier_config_id": "TC-999-999-001", "product_id": "PRD-999-999-001", "vendor_id": "VA-999-001", "buyer_id": "PA-999-001", "distributor_id": "PA-999-001"}"#,
)];

/// What begins a wizard, or is saved by a person, bears a number that nobody guesses.
const WIZARD: &str = "99999999-0000-7000-8000-000000000001";
const VIEW: &str = "99999999-0000-7000-8000-000000000002";
const IMPORT: &str = "99999999-0000-7000-8000-000000000003";
const SHEET: &str = "99999999-0000-7000-8000-000000000004";

const SESSION: &str = "99999999-0000-7000-8000-000000000006";

/// A function that makes another row like one that is there: `another(table, which, changes)`.
pub const ANOTHER: &str = "CREATE FUNCTION another(t regclass, which text, changes jsonb) RETURNS void LANGUAGE plpgsql AS $$ \
    DECLARE columns text; made bigint; BEGIN \
    SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute \
    WHERE attrelid = t AND attnum > 0 AND NOT attisdropped AND attgenerated = ''; \
    EXECUTE format('INSERT INTO %1$s (%2$s) SELECT %2$s FROM \
    (SELECT (jsonb_populate_record(r, $1)).* FROM %1$s r WHERE %3$s LIMIT 1) made', t, columns, which) USING changes; \
    GET DIAGNOSTICS made = ROW_COUNT; \
    IF made <> 1 THEN RAISE EXCEPTION 'the cast has no % with %', t, which; END IF; END $$";

/// Companies that have to do with each other and with nobody of the cast, with one object of each kind.
fn strangers(world: &World) {
    world.run(ANOTHER);
    let lines = STRANGERS.iter().copied().chain(OF_THEIRS.iter().map(|(table, changes)| (*table, "true", *changes)));
    let made: String = lines
        .map(|(table, which, changes)| {
            format!(
                "SELECT another('{table}', $w${which}$w$, '{changes}'::jsonb || '{{\"external_uid\": \"{IMPORT}\"}}');"
            )
        })
        .collect();
    world.run(&format!(
        "SET session_replication_role = replica; {made} \
         INSERT INTO users (id, name, email, email_key, time_zone, created_at) \
         SELECT 'UR-999-999-001', 'Stranger', 'stranger@strangers.example', 'stranger@strangers.example', time_zone, created_at \
         FROM users LIMIT 1; \
         INSERT INTO wizards (id, kind, account_id, user_id, created_at, updated_at) \
         VALUES ('{WIZARD}', 'contract', 'PA-999-001', 'UR-999-999-001', now(), now()); \
         INSERT INTO saved_views (id, grid, account_id, user_id, name, query, created_at) \
         VALUES ('{VIEW}', 'contracts', 'PA-999-001', 'UR-999-999-001', 'theirs', '', now()); \
         INSERT INTO customer_imports (id, owner_id, user_id, file_name, sha256, state, created_at, updated_at) \
         VALUES ('{IMPORT}', 'PA-999-001', 'UR-999-999-001', 'theirs.csv', repeat('9', 64), 'checked', now(), now()); \
         INSERT INTO partner_sheets (id, issuer_id, user_id, file_name, agreement_id, said, state, created_at, updated_at) \
         VALUES ('{SHEET}', 'PA-999-001', 'UR-999-999-001', 'theirs.csv', 'AGP-999-999-001', '{{}}', 'checked', now(), now()); \
         INSERT INTO sessions (key_hash, id, user_id, address, agent) VALUES (sha256('theirs'), '{SESSION}', 'UR-999-999-001', '', ''); \
         INSERT INTO session_places (session_id, account_id, user_id, came_at, seen_at, address) \
         VALUES ('{SESSION}', 'PA-999-001', 'UR-999-999-001', now(), now(), ''); \
         INSERT INTO product_groups (id, owner_id, name, created_at, updated_at) \
         VALUES ('PG-999-999-001', 'PA-999-001', 'Theirs', now(), now()); \
         INSERT INTO users (id, kind, name, created_at) VALUES ('SU-999-999-001', 'service', 'Theirs', now()); \
         INSERT INTO api_tokens (id, account_id, name, status, secret_hash, permissions, expires_at, creator_id, created_at, updated_at) \
         VALUES ('SU-999-999-001', 'PA-999-001', 'Theirs', 'active', sha256('theirs'), '{{}}', now() + interval '1 year', \
         'UR-999-999-001', now(), now());"
    ));
}

/// The strangers' id for a placeholder of a route, with the table in which it stands: as the route's module says.
fn theirs(path: &str, placeholder: &str) -> Option<(&'static str, &'static str)> {
    if placeholder == "{wizard}" {
        return Some(("wizards", WIZARD));
    }
    if path.contains("/views/") {
        return Some(("saved_views", VIEW));
    }
    if ["{id}", "{agreement}"].contains(&placeholder) {
        let section = if placeholder == "{id}" { path.split('/').nth(1)? } else { "agreements" };
        let mut sections = modules::ALL.iter().flat_map(|module| module.sections);
        return sections.find(|one| one.path == section).map(|one| (one.table, one.sample));
    }
    let mut parts = modules::ALL.iter().flat_map(|module| module.parts);
    parts.find(|one| one.placeholder == placeholder).map(|one| (one.table, one.sample))
}

/// A wizard and a view are of a section: here of that of the route, so that nothing but their owner keeps them from being found.
fn of_this_kind(world: &World, role: Role, path: &str, placeholder: &str) {
    let section = path.split('/').nth(1).unwrap_or_default();
    if placeholder == "{wizard}" {
        world.run(&format!("UPDATE wizards SET kind = rtrim('{section}', 's') WHERE id = '{WIZARD}'"));
    } else if path.contains("/views/") {
        let grid = if section == "products" && role != Role::Vendor { "offered-products" } else { section };
        world.run(&format!("UPDATE saved_views SET grid = '{grid}' WHERE id = '{VIEW}'"));
    }
}

/// Placeholders that are no object's id: numbers within one, or a word.
const NO_IDS: [&str; 8] = ["{sort}", "{version}", "{number}", "{type}", "{place}", "{row}", "{chunk}", "{upload}"];

fn placeholders(path: &str) -> Vec<&str> {
    path.split('/').filter(|part| part.starts_with('{')).collect()
}

#[actix_web::test]
async fn another_companys_id_is_not_found_by_any_verb_at_ones_own_url() {
    let world = World::new().await;
    let (michael, donnie, apollo) = (world.michael().await, world.donnie().await, world.apollo().await);
    let drawn = Drawn::of(&world);
    strangers(&world);
    let mut tried = 0;
    let mut wrong: Vec<String> = Vec::new();
    let mut tables = BTreeSet::new();
    for role in Role::ALL {
        let (base, own) = match role {
            Role::Distributor => (MICKS, &michael),
            Role::Reseller => (ACREED, &donnie),
            Role::Vendor => (CHAMPIONS, &apollo),
        };
        let token = own.get("/profile").await.value("csrf");
        for mount in portals::screens(*role) {
            for placeholder in placeholders(&mount.path) {
                let Some((table, id)) = theirs(&mount.path, placeholder) else {
                    assert!(NO_IDS.contains(&placeholder), "{}: what is {placeholder} of strangers?", mount.path);
                    continue;
                };
                tables.insert((table, id));
                of_this_kind(&world, *role, &mount.path, placeholder);
                let url = address(base, &mount.path.replace(placeholder, id), *role, &drawn);
                tried += 1;
                let answer = if mount.method == Method::GET {
                    own.get(&url).await
                } else {
                    // a complete form, so that nothing but the object can be wrong
                    own.post(&url, &[("csrf", &token), ("form", IMPORT)]).await
                };
                if answer.status != 404 {
                    wrong.push(format!("{} {} {url}: {}", role.key(), mount.method, answer.status));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(tried > 500, "only {tried} were tried");
    for (table, id) in tables {
        let there = world.number(&format!("SELECT count(*) AS n FROM {table} WHERE id::text = '{id}'"));
        assert_eq!(there, 1, "the strangers have no {table}, so nothing was shown about them");
    }
}
