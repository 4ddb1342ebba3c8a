//! Tests stand apart from real ones in every list of what hangs under a contract, and no number counts them together.

use entente::kit::actor::Role;

use super::{fill, lists, portals_with_people};
use crate::{
    changes, orders,
    support::{
        Answer, Client, World,
        world::{CHAMPIONS, MICKS, PULSE},
    },
};

/// Lists whose rows hang under no contract, so that none of them is a test.
const NEITHER: [&str; 12] = [
    "/activity",
    "/sessions",
    "/tokens",
    "/customers",
    "/agreements",
    "/marketplaces",
    "/hubs",
    "/product-groups",
    "/usage-mappings",
    "/usage-rules",
    "/users",
    "/groups",
];

/// The environments of a list's rows, as SQL: one row of `environment` for each. Nothing where no row is a test.
fn environments(role: Role, account: &str, list: &str) -> Option<String> {
    let of = |table: &str, own: [&str; 3]| {
        let own = match role {
            Role::Distributor => own[0],
            Role::Vendor => own[1],
            Role::Reseller => own[2],
        };
        format!("SELECT environment FROM {table} WHERE {own} = '{account}'")
    };
    let ordered = ["distributor_id", "vendor_id", "buyer_id"];
    let listed = ["owner_id", "vendor_id", "owner_id"];
    Some(match list {
        _ if NEITHER.contains(&list) => return None,
        // a vendor's own products are no offer of one contract
        "/products" if role == Role::Vendor => return None,
        "/products" => format!("{} AND why <> 'catalog'", of("sight", ["viewer_id"; 3])),
        "/catalog/all" => format!("{} AND why = 'catalog'", of("sight", ["viewer_id"; 3])),
        "/directory" => format!(
            "SELECT environment FROM partners WHERE issuer_id = '{account}' UNION ALL SELECT kind FROM contracts \
             WHERE issuer_id = '{account}' AND status = 'pending' AND type <> 'distribution' AND predecessor_id IS NULL"
        ),
        "/contracts" => {
            format!("SELECT kind AS environment FROM contracts WHERE '{account}' IN (issuer_id, signee_id)")
        }
        "/listings" => of("listings", listed),
        "/listing-requests" => of("listing_requests", listed),
        "/customer-requests" => of("tier_account_requests", listed),
        "/subscriptions" => of("subscriptions", ordered),
        "/fulfillment" => of("fulfillment_requests", ordered),
        "/tier-configs" => of("tier_configs", ordered),
        "/tier-config-requests" => of("tier_config_requests", ordered),
        "/usage-files" => match role {
            Role::Vendor => of("usage_files", ["vendor_id"; 3]),
            _ => format!("{} AND submitted_at IS NOT NULL", of("usage_files", ["owner_id"; 3])),
        },
        other => panic!("{other}: is any of its rows a test? Say so here"),
    })
}

/// Makes every tenth row of every list a test, and some a preview where there are such.
fn some_are_tests(world: &World) {
    fill::fill(world);
    let apart = |table: &str, id: &str| format!("UPDATE {table} SET environment = 'test' WHERE {id} ~ '3(-001)?$'; ");
    let mut statements: String = [
        "listings",
        "listing_requests",
        "tier_account_requests",
        "subscriptions",
        "fulfillment_requests",
        "tier_configs",
        "tier_config_requests",
        "usage_files",
    ]
    .map(|table| apart(table, "id"))
    .concat();
    statements.push_str(&apart("sight", "product_id"));
    // what a copy is found by is its own
    statements
        .push_str("UPDATE contracts SET search = folded(id); UPDATE contracts SET kind = 'test' WHERE id LIKE '%3'; ");
    statements.push_str("UPDATE partners SET tests = contracts WHERE partner_id LIKE '%3'; ");
    statements.push_str("UPDATE tier_account_requests SET environment = 'preview' WHERE id LIKE '%7'; ");
    world.run(&format!("BEGIN; SET LOCAL session_replication_role = replica; {statements} COMMIT"));
}

/// "27", "27 · 3 tests", "3 tests": what a list must say above its rows, told by hand.
fn words(real: Option<i64>, tests: i64, previews: i64) -> String {
    let named = |count: i64, one: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {one}s")),
    };
    [real.map(|real| real.to_string()), named(tests, "test"), named(previews, "preview")]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · ")
}

/// The number in a list's heading, which its offer of files repeats, and its pager as a sentence.
fn number(page: &Answer) -> String {
    let number = page.texts("h1 .count").concat();
    let rows = page.texts("tbody tr").len();
    if rows > 0 {
        let mut parts: Vec<String> = number.split(" · ").map(str::to_owned).collect();
        if parts.len() > 1 && parts[0].parse::<usize>().is_ok() {
            parts[0].push_str(" in production");
        }
        let last = parts.pop().unwrap_or_default();
        let all = if parts.is_empty() { last } else { format!("{} and {last}", parts.join(", ")) };
        page.must_say(&format!("1–{rows} of {all}")).must_say(&format!("Matching rows: {number}"));
    }
    number
}

/// Each row of a file, by the words of its Environment; nothing when it has no such column.
fn in_file(file: &Answer) -> Option<Vec<String>> {
    let text = file.must_be(200).body_text();
    let mut rows = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let at = rows.headers().expect("a header").iter().position(|name| name == "Environment")?;
    Some(rows.records().map(|row| row.expect("a row")[at].to_owned()).collect())
}

async fn counts_are_apart(world: &World, client: &Client, url: &str, environments: &str) -> (i64, i64) {
    let count = |word: &str| {
        world.number(&format!("SELECT count(*) AS n FROM ({environments}) e WHERE e.environment = '{word}'"))
    };
    let (real, tests, previews) = (count("production"), count("test"), count("preview"));
    let all = client.get(&format!("{url}?")).await;
    assert_eq!(number(&all), words(Some(real), tests, previews), "{url}");
    let only = client.get(&format!("{url}?environment=production")).await;
    assert_eq!(number(&only), real.to_string(), "{url}, what is real");
    assert!(!only.texts("tbody th .badge").contains(&"Test".to_owned()), "{url}: nothing real bears the badge");
    let only = client.get(&format!("{url}?environment=test&size=100")).await;
    let shown = only.texts("tbody tr").len();
    assert_eq!(i64::try_from(shown), Ok(tests), "{url}, tests");
    if tests > 0 {
        assert_eq!(number(&only), words(None, tests, 0), "{url}, tests");
        let badges = only.texts("tbody th .badge").into_iter().filter(|badge| badge == "Test").count();
        assert_eq!(badges, shown, "{url}: each test bears the badge");
        // found by its id, it is still no real one
        let id = only.texts("tbody th .cell-id").remove(0);
        assert_eq!(number(&client.get(&format!("{url}?q={id}")).await), "0 · 1 test", "{url}?q={id}");
    }
    if let (true, Some(id)) =
        (real > 0, client.get(&format!("{url}?environment=production")).await.texts("tbody th .cell-id").first())
    {
        assert_eq!(number(&client.get(&format!("{url}?q={id}")).await), "1", "{url}?q={id}");
    }
    let mixed = client.get(&format!("{url}?environment=production&environment=test")).await;
    assert_eq!(number(&mixed), words(Some(real), tests, 0), "{url}, both");
    // and in files
    for (query, expected) in
        [("", real + tests + previews), ("?environment=test", tests), ("?environment=production", real)]
    {
        let rows = in_file(&client.get(&format!("{url}/export.csv{query}")).await);
        let rows = rows.unwrap_or_else(|| panic!("{url}: the file has a column Environment"));
        assert_eq!(i64::try_from(rows.len()), Ok(expected), "{url}/export.csv{query}");
        assert!(rows.iter().all(|row| ["Production", "Test", "Preview"].contains(&row.as_str())), "{rows:?}");
        let found = rows.iter().filter(|row| *row == "Test").count();
        assert_eq!(i64::try_from(found), Ok(if query.ends_with("production") { 0 } else { tests }), "{url}{query}");
    }
    (real, tests)
}

#[actix_web::test]
async fn every_list_counts_tests_apart_and_tells_them_by_the_same_words() {
    let world = World::new().await;
    some_are_tests(&world);
    for (role, base, client) in portals_with_people(&world).await {
        let account = base.rsplit('/').next().expect("an account");
        for list in lists(role) {
            let url = format!("{base}{list}");
            // without the question mark, a queue shows what waits
            let page = client.get(&format!("{url}?")).await;
            let offered = page.attributes("input[type='checkbox'][name='environment']", "value");
            let Some(environments) = environments(role, account, &list) else {
                assert!(offered.is_empty(), "{url} has tests, but the filter only");
                continue;
            };
            // the cast's reseller has little, and nothing is not filtered
            let rows = world.number(&format!("SELECT count(*) AS n FROM ({environments}) e"));
            if role == Role::Reseller && rows == 0 {
                assert!(page.texts("tbody tr").is_empty(), "{url}");
                continue;
            }
            assert!(offered.starts_with(&["production".into(), "test".into()]), "{url} has no filter: {offered:?}");
            assert!(page.texts("legend").contains(&"Environment".to_owned()), "{url}");
            let (real, tests) = counts_are_apart(&world, &client, &url, &environments).await;
            assert!(role == Role::Reseller || (real > 0 && tests > 0), "{url} shows both: {real} and {tests}");
        }
    }
}

#[actix_web::test]
async fn numbers_in_a_list_count_tests_apart() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let contract = world.text("SELECT contract_id AS t FROM listings LIMIT 1");
    let count = |page: &Answer, select: &str| page.texts(select).join(", ");
    let listed = apollo.get(&format!("{CHAMPIONS}/products?q={PULSE}")).await;
    assert_eq!(count(&listed, "td[data-label='Listed on']"), "1");
    world.run(&format!(
        "BEGIN; SET LOCAL session_replication_role = replica; UPDATE contracts SET kind = 'test' WHERE id = '{contract}'; \
         UPDATE listings SET environment = 'test' WHERE contract_id = '{contract}'; \
         UPDATE partners SET tests = 1 WHERE partner_id = 'VA-287-142'; COMMIT"
    ));
    let listed = apollo.get(&format!("{CHAMPIONS}/products?q={PULSE}")).await;
    assert_eq!(count(&listed, "td[data-label='Listed on']"), "0 · 1 test");
    let agreement = world.text(&format!("SELECT agreement_id AS t FROM contracts WHERE id = '{contract}'"));
    let real = world.number(&format!(
        "SELECT count(*) AS n FROM contracts WHERE agreement_id = '{agreement}' AND kind = 'production'"
    ));
    let row = michael.get(&format!("{MICKS}/agreements?q={agreement}")).await;
    assert_eq!(count(&row, "td[data-label='Contracts']"), format!("{real} · 1 test"));
    let versions = michael.get(&format!("{MICKS}/agreements/{agreement}/versions")).await;
    versions.must_say(&format!("{real} · 1 test"));
    let partner = michael.get(&format!("{MICKS}/directory?q=VA-287-142")).await;
    let others = world.number(
        "SELECT contracts::bigint - tests AS n FROM partners WHERE issuer_id = 'PA-469-206' AND partner_id = 'VA-287-142'",
    );
    assert_eq!(count(&partner, "td[data-label='Contracts']"), format!("{others} · 1 test"));
}

#[actix_web::test]
async fn home_counts_no_test_among_orders_and_names_tests_among_contracts() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let figure = |page: &Answer, kind: &str| page.waits(kind);
    let request = orders::waiting(&world);
    let page = apollo.get(CHAMPIONS).await;
    page.must_say("Adrian").must_say("What is in Test or Preview is not counted here");
    assert_eq!((figure(&page, "Orders to fulfil"), figure(&page, "Customer changes")), ("1".into(), "1".into()));
    for environment in ["test", "preview"] {
        world.run(&format!(
            "BEGIN; SET LOCAL session_replication_role = replica; \
             UPDATE fulfillment_requests SET environment = '{environment}' WHERE id = '{request}'; \
             UPDATE tier_account_requests SET environment = '{environment}'; COMMIT"
        ));
        let page = apollo.get(CHAMPIONS).await;
        page.must_not_say("Adrian");
        assert_eq!((figure(&page, "Orders to fulfil"), figure(&page, "Customer changes")), ("0".into(), "0".into()));
    }
    assert_eq!(figure(&michael.get(MICKS).await, "Contracts to approve"), "1");
    world.run(
        "BEGIN; SET LOCAL session_replication_role = replica; UPDATE contracts SET kind = 'test' \
         WHERE type = 'distribution' AND status = 'pending'; COMMIT",
    );
    let page = michael.get(MICKS).await;
    assert_eq!(figure(&page, "Contracts to approve"), "0 · 1 test");
    assert_eq!(page.texts(".waiting .badge"), ["Test"], "it still waits for a signature, and is marked");
}

#[actix_web::test]
async fn what_is_asked_for_under_a_test_contract_is_a_test_from_the_start() {
    let world = World::new().await;
    let contract = world.text("SELECT contract_id AS t FROM listings LIMIT 1");
    world.run(&format!(
        "BEGIN; SET LOCAL session_replication_role = replica; UPDATE contracts SET kind = 'test' WHERE id = '{contract}'; COMMIT"
    ));
    // whatever is written, the contract decides
    world.run(&format!("UPDATE listings SET environment = 'production' WHERE contract_id = '{contract}'"));
    let real = format!("SELECT count(*) AS n FROM listings WHERE contract_id = '{contract}' AND environment <> 'test'");
    assert_eq!(world.number(&real), 0);
}

#[actix_web::test]
async fn a_change_of_a_customer_is_a_test_while_only_tests_use_it() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let fish = orders::account(&world, "J&M Tropical Fish");
    let environment =
        |id: &str| world.text(&format!("SELECT environment AS t FROM tier_account_requests WHERE id = '{id}'"));
    world.run(&format!("UPDATE subscriptions SET environment = 'test' WHERE customer_id = '{fish}'"));
    orders::uses_are_true(&world);
    let tried = changes::moves_to(&world, &michael, &fish, "Camden").await;
    assert_eq!(tried.iter().map(|id| environment(id)).collect::<Vec<_>>(), ["test"]);
    for (client, url) in [(&michael, MICKS), (&apollo, CHAMPIONS)] {
        let page = client.get(&format!("{url}/customer-requests/{}", tried[0])).await;
        assert_eq!(page.texts("dl.facts .badge"), ["Test"]);
    }
    michael.get(&format!("{MICKS}/customers/{fish}/requests")).await.must_say("Test");
    apollo
        .get(&format!("{CHAMPIONS}/customer-requests?status=pending&environment=production&sort=created"))
        .await
        .must_not_say(&tried[0]);
    // something real uses it as well
    world.run(&format!("UPDATE subscriptions SET environment = 'production' WHERE customer_id = '{fish}'"));
    orders::uses_are_true(&world);
    let meant = changes::moves_to(&world, &michael, &fish, "Boston").await;
    assert_eq!((environment(&meant[0]), environment(&tried[0])), ("production".into(), "test".into()));
}

#[actix_web::test]
async fn a_partner_is_a_test_while_all_that_binds_it_is() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (vendor, url) = ("VA-610-774", format!("{MICKS}/directory"));
    let badges = async |place: String| michael.get(&place).await.texts("tbody th .badge, .facts-list .badge");
    let listed = format!("{url}?q={vendor}");
    assert_eq!(badges(listed.clone()).await, Vec::<String>::new());
    // its contract ends, and it goes on by a test
    world.run(&format!("UPDATE contracts SET status = 'terminated', ended_at = now() WHERE signee_id = '{vendor}' AND status = 'active'"));
    assert_eq!(michael.get(&listed).await.texts("tbody .status"), ["Ended"]);
    let bound = |number: u8, agreement: &str, kind: &str| {
        format!(
            "INSERT INTO agreements (id, type, owner_id, name, created_at, updated_at) \
             VALUES ('{agreement}', 'program', 'PA-469-206', 'Program {number}', now(), now()); \
             INSERT INTO agreement_versions (agreement_id, number, status, document_type, link, author_id, created_at, activator_id, \
             activated_at) SELECT '{agreement}', 1, 'active', 'external', 'https://x.example', creator_id, now(), creator_id, now() \
             FROM contracts LIMIT 1; \
             INSERT INTO contracts (id, type, kind, status, agreement_id, version, issuer_id, signee_id, note, creator_id, created_at, \
             updated_at, activated_at, search) SELECT 'CRP-00000-00000-0000{number}', 'program', '{kind}', 'active', '{agreement}', \
             1, 'PA-469-206', '{vendor}', 'n', creator_id, now(), now(), now(), 'x' FROM contracts LIMIT 1"
        )
    };
    world.run(&bound(1, "AGP-000-000-001", "test"));
    assert_eq!(badges(listed.clone()).await, ["Test"]);
    assert_eq!(badges(format!("{url}/{vendor}/contracts")).await, ["Test", "Test"], "the partner and its contract");
    // a real one beside it
    world.run(&bound(2, "AGP-000-000-002", "production"));
    assert_eq!(badges(listed.clone()).await, Vec::<String>::new());
    assert_eq!(badges(format!("{url}/{vendor}/contracts")).await, ["Test"], "one of its contracts is a test still");
    world.run("UPDATE contracts SET status = 'terminated', ended_at = now() WHERE id = 'CRP-00000-00000-00002'");
    assert_eq!(badges(listed).await, ["Test"]);
}

/// The view that somebody saved of contracts by the word of before.
#[actix_web::test]
async fn views_of_contracts_by_kind_are_views_by_environment_now() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/contracts?type=service&environment=test&sort=-environment")).await;
    michael.submit_to(&page, Some("/views"), &[("name", "Trials")]).await.must_be(303);
    let kept = world.text("SELECT query AS t FROM saved_views WHERE name = 'Trials'");
    let (down, up) = (
        include_str!("../../../migrations/2026-11-26-000200_tests_counted_apart/down.sql"),
        include_str!("../../../migrations/2026-11-26-000200_tests_counted_apart/up.sql"),
    );
    let of_views = |migration: &str| {
        migration.split_inclusive(";\n").filter(|one| one.contains("UPDATE saved_views")).collect::<String>()
    };
    world.run(&of_views(down));
    let before = world.text("SELECT query AS t FROM saved_views WHERE name = 'Trials'");
    assert_eq!(before, "type=service&kind=test&sort=-kind");
    world.run(&of_views(up));
    assert_eq!(world.text("SELECT query AS t FROM saved_views WHERE name = 'Trials'"), kept);
}
