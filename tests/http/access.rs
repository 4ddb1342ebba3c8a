//! Who may open what: every route of every portal, tried by everybody. `access.txt` is the reviewed answer; run with
//! `ENTENTE_BLESS=1` to write it anew, then read the difference.

use std::collections::HashMap;

use actix_web::http::Method;
use entente::{
    kit::{actor::Role, choice::Choice as _},
    modules, portals,
};

use crate::support::{
    Answer, Client, World,
    world::{ACREED, AGREEMENT, CHAMPIONS, MICKS, PENDING, PULSE, SIGNED, TOKENS},
};

/// The status in a word; the two reasons for 403 kept apart.
fn word(answer: &Answer) -> &'static str {
    match answer.status {
        303 if answer.location().starts_with("/sign-in") => "sign in",
        401 => "sign in",
        303 | 200 => "yes",
        403 if answer.says("You don't have access") => "lacks permission",
        403 => "needs its form",
        404 => "not found",
        409 => "not in this state",
        _ => "unexpected",
    }
}

async fn try_it(client: &Client, method: &Method, url: &str) -> &'static str {
    let answer = if *method == Method::GET { client.get(url).await } else { client.post(url, &[]).await };
    word(&answer)
}

/// A customer of each.
const ACREEDS: &str = "TA-0000-0000-0001";
const CHAMPIONSS: &str = "TA-0000-0000-0002";
/// One that stands below the first.
const ACREEDS_CUSTOMER: &str = "TA-0000-0000-0003";

/// Ids of the cast that are drawn anew each time.
pub struct Drawn {
    program: String,
    listing: String,
    request: String,
    template: String,
    medium: String,
    customer: String,
    subscription: String,
    order: String,
    change: String,
    /// A usage file that waits for the distributor.
    usage: String,
    /// One that its vendor may send again.
    invalid_usage: String,
    /// Somebody who is no administrator, at the distributor and at the two others.
    colleagues: [String; 2],
    /// A group of each role's company that is not built in.
    groups: HashMap<Role, String>,
    /// An object of each section that the company of each role may look at.
    own: HashMap<(Role, &'static str), String>,
}

impl Drawn {
    pub fn of(world: &World) -> Self {
        // the cast's vendor and reseller have no customers of their own
        for (id, owner) in [(ACREEDS, "PA-196-115"), (CHAMPIONSS, "VA-287-142")] {
            world.run(&format!(
                "INSERT INTO tier_accounts (id, owner_id, type, name, external_uid, country, city, postal_code, address_line1, \
                 first_name, last_name, email, created_at, updated_at) VALUES ('{id}', '{owner}', 'reseller', 'n', \
                 gen_random_uuid(), 'US', 'c', 'p', 'a', 'f', 'l', 'e@x', now(), now()); \
                 INSERT INTO tier_account_versions SELECT '{id}', 1, (SELECT data FROM tier_account_versions LIMIT 1), 'a', now()"
            ));
        }
        world.tokens();
        // the cast has no product groups
        world.run(
            "INSERT INTO product_groups (id, owner_id, name, created_at, updated_at) \
             VALUES ('PG-000-000-001', 'PA-469-206', 'n', now(), now())",
        );
        give_acreed_an_order(world);
        set_up_tiers(world);
        // the cast's vendor and reseller have invited nobody
        for (id, account) in [("UI-000-000-001", "PA-196-115"), ("UI-000-000-002", "VA-287-142")] {
            world.run(&format!(
                "INSERT INTO invitations (id, account_id, email, email_key, status, nonce, inviter_id, created_at, sent_at, expires_at) \
                 SELECT '{id}', '{account}', email, email_key, status, nonce, inviter_id, created_at, sent_at, expires_at FROM invitations LIMIT 1"
            ));
        }
        // nobody of the cast has named contacts or links
        for account in ["PA-469-206", "PA-196-115", "VA-287-142"] {
            world.run(&format!(
                "INSERT INTO account_contacts (account_id, number, kind, name, email) VALUES ('{account}', 1, 'business', 'n', 'e@x'); \
                 INSERT INTO account_links (account_id, number, place, title, url) SELECT '{account}', n, n, 'n', 'https://example.com' \
                 FROM generate_series(1, 2) n"
            ));
        }
        world.run(
            "SELECT setval(pg_get_serial_sequence('account_contacts', 'number'), 9), \
             setval(pg_get_serial_sequence('account_links', 'number'), 9)",
        );
        let group = |account: &str| {
            world
                .text(&format!("SELECT min(id) AS t FROM groups WHERE account_id = '{account}' AND NOT administrators"))
        };
        Self {
            colleagues: ["paulie", "bianca"]
                .map(|name| world.text(&format!("SELECT id AS t FROM users WHERE email LIKE '{name}@%'"))),
            groups: HashMap::from([
                (Role::Distributor, group("PA-469-206")),
                (Role::Reseller, group("PA-196-115")),
                (Role::Vendor, group("VA-287-142")),
            ]),
            own: owned(world),
            subscription: world.text("SELECT id AS t FROM subscriptions WHERE customer_name LIKE 'J&M%'"),
            order: world.text("SELECT id AS t FROM fulfillment_requests WHERE customer_name LIKE 'Adrian%'"),
            change: world.text("SELECT id AS t FROM tier_account_requests WHERE owner_id = 'PA-469-206'"),
            usage: world.text("SELECT id AS t FROM usage_files WHERE status = 'pending'"),
            invalid_usage: world.text("SELECT id AS t FROM usage_files WHERE status = 'invalid'"),
            customer: world.text("SELECT id AS t FROM tier_accounts WHERE name = 'Delphi Gyms'"),
            program: world.text("SELECT id AS t FROM agreements WHERE type = 'program'"),
            listing: world.text(&format!("SELECT id AS t FROM listings WHERE product_id = '{PULSE}'")),
            request: world.text("SELECT id AS t FROM listing_requests WHERE status = 'reviewing'"),
            template: world.text(&format!(
                "SELECT id AS t FROM templates WHERE product_id = '{PULSE}' ORDER BY scope, name LIMIT 1"
            )),
            medium: world.text(&format!("SELECT id AS t FROM product_media WHERE product_id = '{PULSE}'")),
        }
    }
}

/// The cast's reseller has ordered nothing: here it has, on a marketplace of its own, and the customer has changed.
fn give_acreed_an_order(world: &World) {
    world.run(&format!(
        "INSERT INTO tier_accounts (id, owner_id, type, parent_id, name, external_uid, country, city, postal_code, \
         address_line1, first_name, last_name, email, version, created_at, updated_at) \
         SELECT '{ACREEDS_CUSTOMER}', owner_id, 'customer', id, 'n', gen_random_uuid(), country, city, postal_code, \
         address_line1, first_name, last_name, email, 2, now(), now() FROM tier_accounts WHERE id = '{ACREEDS}'; \
         INSERT INTO tier_account_versions SELECT '{ACREEDS_CUSTOMER}', n, (SELECT data FROM tier_account_versions LIMIT 1), \
         'a', now() FROM generate_series(1, 2) n; \
         INSERT INTO marketplaces (id, owner_id, name, currency, countries, prices, created_at, updated_at) \
         VALUES ('MP-00001', 'PA-196-115', 'n', 'USD', '{{US}}', '{{price}}', now(), now()); \
         INSERT INTO subscriptions (id, status, environment, external_id, external_uid, product_id, version, vendor_id, buyer_id, \
         distributor_id, marketplace_id, contract_id, customer_id, tier1_id, customer_name, number, activated_at, created_at, updated_at) \
         SELECT 'AS-0000-0000-0001', 'active', environment, external_id, gen_random_uuid(), product_id, version, vendor_id, \
         'PA-196-115', 'PA-196-115', 'MP-00001', contract_id, '{ACREEDS_CUSTOMER}', '{ACREEDS}', 'n', 1, now(), now(), now() \
         FROM subscriptions LIMIT 1; \
         INSERT INTO fulfillment_requests (id, type, status, subscription_id, environment, product_id, version, vendor_id, buyer_id, \
         distributor_id, marketplace_id, customer_id, tier1_id, customer_name, tiers, creator_id, created_at, updated_at, due_at) \
         SELECT 'PR-0000-0000-0001-001', 'change', 'pending', 'AS-0000-0000-0001', environment, product_id, version, vendor_id, \
         'PA-196-115', 'PA-196-115', 'MP-00001', '{ACREEDS_CUSTOMER}', '{ACREEDS}', 'n', tiers, creator_id, now(), now(), now() \
         FROM fulfillment_requests LIMIT 1; \
         INSERT INTO tier_account_requests (id, status, tier_account_id, before_version, after_version, account_name, product_id, \
         vendor_id, owner_id, roles, environment, created_at, updated_at, due_at) SELECT 'TAR-0000-0000-0003-001-001', 'pending', \
         '{ACREEDS_CUSTOMER}', 1, 2, 'n', product_id, vendor_id, 'PA-196-115', roles, environment, now(), now(), now() \
         FROM tier_account_requests LIMIT 1"
    ));
}

/// A configuration with an open request for each buyer.
fn set_up_tiers(world: &World) {
    for (number, buyer, account) in [
        ("001", "PA-469-206", "(SELECT id FROM tier_accounts WHERE name = 'Delphi Gyms')".to_owned()),
        ("002", "PA-196-115", format!("'{ACREEDS}'")),
    ] {
        world.run(&format!(
            "INSERT INTO tier_configs (id, status, tier_account_id, account_name, level, product_id, vendor_id, buyer_id, \
             distributor_id, environment, number, created_at, updated_at) SELECT 'TC-000-000-{number}', 'processing', {account}, 'n', 1, \
             product_id, vendor_id, '{buyer}', '{buyer}', 'production', 1, now(), now() FROM subscriptions LIMIT 1; \
             INSERT INTO tier_config_requests (id, type, status, tier_config_id, account_name, product_id, vendor_id, buyer_id, \
             distributor_id, created_at, updated_at, due_at) SELECT 'TCR-000-000-{number}-001', 'setup', 'pending', \
             'TC-000-000-{number}', 'n', product_id, vendor_id, '{buyer}', '{buyer}', now(), now(), now() \
             FROM subscriptions LIMIT 1"
        ));
    }
}

/// For each section the first object, by its id, that the role's company of the cast may look at: its module says where they are kept.
fn owned(world: &World) -> HashMap<(Role, &'static str), String> {
    let mut found = HashMap::new();
    for section in modules::ALL.iter().flat_map(|module| module.sections).filter(|one| !one.parties.is_empty()) {
        for (role, base) in [(Role::Distributor, MICKS), (Role::Reseller, ACREED), (Role::Vendor, CHAMPIONS)] {
            let account = base.rsplit('/').next().unwrap_or_default();
            let first = world.text(&format!(
                "SELECT coalesce(min(id::text), '') AS t FROM {} WHERE '{account}' IN ({})",
                section.table,
                section.parties.join(", ")
            ));
            found.insert((role, section.path), first);
        }
    }
    found
}

/// What stands in for the id of a route without a case of its own; a role without such an object tries that of the distributor.
fn own<'a>(drawn: &'a Drawn, role: Role, path: &str) -> &'a str {
    let section = path.split('/').nth(1).unwrap_or_default();
    let of = |role| drawn.own.iter().find(|((of, known), id)| *of == role && *known == section && !id.is_empty());
    of(role).or_else(|| of(Role::Distributor)).map_or("", |(_, id)| id.as_str())
}

/// A portal of this role, and somebody at home there.
pub async fn portal(world: &World, role: Role) -> (&'static str, Client) {
    match role {
        Role::Distributor => (MICKS, world.michael().await),
        Role::Reseller => (ACREED, world.donnie().await),
        Role::Vendor => (CHAMPIONS, world.apollo().await),
    }
}

/// A real address for a route's pattern.
pub fn address(base: &str, path: &str, role: Role, drawn: &Drawn) -> String {
    let Drawn { program, listing, request, template, medium, customer, subscription, order, change, usage, .. } = drawn;
    let reseller = role == Role::Reseller;
    let (signee, vendor) = (role != Role::Distributor, role == Role::Vendor);
    let contract = if signee { SIGNED } else { PENDING };
    let id = match path {
        "/agreements/{id}/distribution" | "/agreements/{id}/distribution/new" => program,
        _ if path.contains("/auto-accept") || (vendor && path.starts_with("/agreements")) => "AGD-284-437-563",
        "/usage-files/{id}/upload" | "/usage-files/{id}/dry-run" if vendor => &drawn.invalid_usage,
        _ if path.starts_with("/usage-files") => usage,
        _ if path.starts_with("/usage-rules") => PULSE,
        _ if path.ends_with("/approve") || path.ends_with("/reject") => "CRD-58966-76817-84694",
        _ if path.ends_with("/conversation") => "CRD-40293-21272-66678",
        _ if path.starts_with("/products") => PULSE,
        _ if path.starts_with("/subscriptions") => {
            if reseller {
                "AS-0000-0000-0001"
            } else {
                subscription
            }
        }
        _ if path.starts_with("/fulfillment") => {
            if reseller {
                "PR-0000-0000-0001-001"
            } else {
                order
            }
        }
        _ if path.starts_with("/customer-requests") => {
            if reseller {
                "TAR-0000-0000-0003-001-001"
            } else {
                change
            }
        }
        _ if path.starts_with("/customers") => match role {
            Role::Distributor => customer,
            Role::Reseller => ACREEDS,
            Role::Vendor => CHAMPIONSS,
        },
        _ if path.starts_with("/listings") => listing,
        _ if path.starts_with("/listing-requests") => request,
        _ if path.ends_with("/terminate") || path.ends_with("/certificate") || path.ends_with("/pack") => SIGNED,
        _ if path.starts_with("/contracts") => contract,
        _ if path.starts_with("/agreements") => AGREEMENT,
        _ if path.starts_with("/tokens") => match role {
            Role::Distributor => TOKENS[0].0,
            Role::Reseller => TOKENS[3].0,
            Role::Vendor => TOKENS[2].0,
        },
        _ if path.starts_with("/directory/{id}") => "PA-196-115",
        "/users/{id}/groups" => drawn.colleagues[usize::from(signee)].as_str(),
        _ if path.starts_with("/groups") => drawn.groups[&role].as_str(),
        _ => own(drawn, role, path),
    };
    let version = if path.ends_with("/sign") || path.ends_with("/activate") { "2" } else { "1" };
    let nobodys = "00000000-0000-7000-8000-000000000000";
    let id = if path.contains("/views/") { nobodys } else { id };
    let path = path
        .replace("{id}", id)
        .replace("{version}", version)
        .replace("{wizard}", nobodys)
        .replace("{agreement}", AGREEMENT)
        .replace("{import}", nobodys)
        .replace("{sheet}", nobodys)
        .replace("{item}", "PRD-276-377-545-0001")
        .replace("{parameter}", "PRM-276-377-545-0001")
        .replace("{template}", template)
        .replace("{medium}", medium)
        .replace("{sort}", "contract_expires")
        .replace("{type}", "reservation")
        .replace("{place}", "1")
        .replace("{row}", "2")
        .replace("/notes/{number}", "/notes/1")
        .replace("{chunk}", "1")
        .replace("{session}", nobodys)
        .replace("{upload}", "1");
    format!("{base}{path}")
}

#[actix_web::test]
async fn every_route_lets_in_whom_it_should() {
    let world = World::new().await;
    let nobody = world.stranger();
    let (michael, paulie, donnie, apollo) =
        (world.michael().await, world.paulie().await, world.donnie().await, world.apollo().await);
    let drawn = Drawn::of(&world);
    let mut table = format!(
        "{:<12}{:<5}{:<58}{:<10}{:<12}{:<18}rightful\n",
        "portal", "how", "route", "nobody", "foreign", "who may look"
    );
    for role in Role::ALL {
        let (base, own, foreign) = match role {
            Role::Distributor => (MICKS, &michael, &donnie),
            Role::Reseller => (ACREED, &donnie, &michael),
            Role::Vendor => (CHAMPIONS, &apollo, &michael),
        };
        for mount in portals::screens(*role) {
            let url = address(base, &mount.path, *role, &drawn);
            let reader = if *role == Role::Distributor { try_it(&paulie, &mount.method, &url).await } else { "" };
            table.push_str(&format!(
                "{:<12}{:<5}{:<58}{:<10}{:<12}{:<18}{}\n",
                role.key(),
                mount.method.as_str(),
                if mount.path.is_empty() { "/" } else { &mount.path },
                try_it(&nobody, &mount.method, &url).await,
                try_it(foreign, &mount.method, &url).await,
                reader,
                try_it(own, &mount.method, &url).await,
            ));
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/http/access.txt");
    if std::env::var_os("ENTENTE_BLESS").is_some() {
        std::fs::write(path, &table).expect("access.txt is written");
    }
    let reviewed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(reviewed == table, "access.txt says something else; this is what happens:\n{table}");
}

/// Every field that any form has.
const FIELDS: &[&str] = &[
    "people",
    "before_people",
    "before_tokens",
    "tokens",
    "way",
    "pace",
    "opening",
    "closing",
    "emails",
    "groups",
    "before",
    "heir",
    "recipient_company",
    "recipient_email",
    "giver",
    "colleague",
    "colleague_email",
    "first_signer",
    "second_signer",
    "second_email",
    "permissions",
    "overlap",
    "form",
    "revision",
    "version",
    "name",
    "description",
    "type",
    "source",
    "link",
    "activate",
    "agreement",
    "kind",
    "note",
    "internal_note",
    "expires_on",
    "due_on",
    "reason",
    "accept",
    "instance",
    "countries",
    "currency",
    "hub",
    "external_id",
    "prices",
    "marketplace",
    "auto_accept",
    "on",
    "text",
    "query",
    "columns",
    "density",
    "view",
    "shared",
    "category",
    "short_description",
    "icon",
    "no_icon",
    "tier_accounts_sync",
    "administrative_hold",
    "usage_schema",
    "usage_late",
    "usage_future",
    "usage_dynamic",
    "usage_reservations",
    "reseller_authorization",
    "editable_ordering_parameters",
    "customer_description",
    "getting_started",
    "provisioning_message",
    "title",
    "url",
    "replacement",
    "mpn",
    "unit",
    "period",
    "commitment",
    "precision",
    "image",
    "alt",
    "to",
    "phase",
    "scope",
    "choices",
    "default",
    "min_length",
    "max_length",
    "depends_on",
    "depends_values",
    "body",
    "preview",
    "after",
    "changes",
    "visibility",
    "public",
    "parent",
    "external_uid",
    "tax_id",
    "country",
    "city",
    "postal_code",
    "address_line1",
    "first_name",
    "email",
    "phone",
    "anyway",
    "environment",
    "product",
    "customer",
    "id",
    "decision",
    "message",
    "effective",
    "at",
    "question",
    "reply",
    "at_once",
    "days",
    "language",
    "listing",
    "from",
    "billing_reference",
    "billing_note",
    "mapping",
    "control_rows",
    "repeats",
    "upload",
    "file_name",
    "control_total",
    "sheet",
    "date_order",
    "clock",
    "number_signs",
    "separator",
    "numbers",
    "dates",
    "zone",
    "currency_column",
    "record_id",
    "record_note",
    "item_search_criteria",
    "item_search_value",
    "quantity",
    "amount",
    "start_time_utc",
    "end_time_utc",
    "asset_search_criteria",
    "asset_search_value",
    "category_id",
    "tier",
    "reverses",
    "rate",
    "own",
    "replacements",
    "rules",
    "group_by",
    "together",
    "split",
    "count_at",
    "total_at",
    "decimals",
    "sure",
    "was",
    "first_of",
    "mode",
    "most_percent",
    "complete",
    "active_only",
    "second_factor",
    "code",
    "codes",
    "sheet",
    "region",
    "websites",
    "languages",
    "support_email",
    "support_phone",
    "support_url",
    "no_logo",
    "about",
    "usual",
    "controlled",
    "most_sum",
    "role",
    "how",
    "PRD-276-377-545-0001",
    "PRM-276-377-545-0001",
    "PRM-276-377-545-0003",
    "portal_name",
    "colour",
    "footer",
    "privacy_url",
    "terms_url",
    "sender_name",
    "mail_footer",
    "logo",
    "logo_dark",
    "no_logo_dark",
    "host",
    "sign_up_url",
    "issuer",
    "client_id",
    "client_secret",
    "active",
    "joining",
    "groups_claim",
    "claims",
    "exceptions",
    "domain",
    "products",
    "marketplaces",
    "words",
    "look",
];

/// All fields, in as few portions as weigh less than a form may when each of them has this value twice.
fn portions(value: &str) -> impl Iterator<Item = &'static [&'static str]> {
    let weight = serde_html_form::to_string([("a name of a field", value)]).expect("it encodes").len();
    FIELDS.chunks((60_000 / (2 * weight)).min(FIELDS.len()))
}

#[actix_web::test]
async fn every_form_takes_the_absurd_calmly() {
    let long = "x".repeat(300);
    for wild in ["", "\0\u{202e}<script>alert(1)</script>", "-1", "yes", long.as_str()] {
        let world = World::new().await;
        let (michael, donnie, apollo) = (world.michael().await, world.donnie().await, world.apollo().await);
        let drawn = Drawn::of(&world);
        for (role, base, client) in [
            (Role::Distributor, MICKS, &michael),
            (Role::Reseller, ACREED, &donnie),
            (Role::Vendor, CHAMPIONS, &apollo),
        ] {
            let token = client.get("/profile").await.value("csrf");
            for mount in portals::screens(role).into_iter().filter(|mount| mount.method == Method::POST) {
                let url = address(base, &mount.path, role, &drawn);
                for some in portions(wild) {
                    // each twice: what a repeated field does is no surprise either
                    let mut fields: Vec<(&str, &str)> =
                        some.iter().flat_map(|name| [(*name, wild), (*name, wild)]).collect();
                    fields.push(("csrf", &token));
                    // the client refuses 500 by itself
                    let status = client.post(&url, &fields).await.status;
                    // 200 is a preview
                    assert!(
                        [200, 303, 403, 404, 409, 422].contains(&status),
                        "{url} answers {status} to {}",
                        wild.len()
                    );
                }
            }
        }
    }
}
