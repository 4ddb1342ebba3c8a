//! What each page asks the database. `statements.txt` is the reviewed answer; run with `ENTENTE_BLESS=1` to write it anew, then read
//! the difference.

use actix_web::http::Method;
use diesel::RunQueryDsl as _;
use entente::{
    config::Config,
    kit::{actor::Role, choice::Choice as _, route::Mount, statement::statement},
    portals,
};

use crate::{
    access::{Drawn, address, portal},
    support::{
        Client, World,
        world::{AGREEMENT, MICKS},
    },
};

/// What a list may cost, with the session and whoever looks at it…
const LIST: usize = 4;
/// …any page of details, each tab of it, and Home…
const PAGE: usize = 6;
/// …and a form or a page that asks before an act: it counts what the act touches, and shows what it binds to.
const ASKED: usize = 14;

/// A search that looks through everything.
const SEARCH: &str = "/search?q=a";

/// How often statements that stay prepared were run on the program's connection.
#[derive(diesel::QueryableByName)]
struct Runs {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    all: i64,
    /// Those that asked whether a connection that was idle for a second still lives: on a slow machine that is any.
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    alive: i64,
}

async fn runs(world: &World) -> Runs {
    let sum = "SELECT sum(generic_plans + custom_plans)::bigint AS all, \
        coalesce(sum(generic_plans + custom_plans) FILTER (WHERE statement = 'SELECT 1'), 0)::bigint AS alive \
        FROM pg_prepared_statements";
    let runs = world.program.db.open(move |conn| Ok(statement(sum).get_result::<Runs>(conn)?));
    runs.await.expect("the statements of the connection")
}

/// Statements that a page costs, and how many of them PostgreSQL had to parse; nothing when it does not open.
async fn cost(world: &World, client: &Client, url: &str) -> Option<(usize, usize)> {
    if client.get(url).await.status != 200 {
        return None;
    }
    let mut least = (usize::MAX, 0);
    // once a minute it is noted that the person is here, which is no part of the page
    for _ in 0..2 {
        let (before, sent) = (runs(world).await, world.program.db.statements());
        client.get(url).await.must_be(200);
        let sent = world.program.db.statements() - sent;
        let after = runs(world).await;
        let count = |n: i64| usize::try_from(n).expect("no fewer than before");
        let kept = count(after.all - before.all - 1);
        let parsed = sent.saturating_sub(kept);
        least = least.min((kept - count(after.alive - before.alive) + parsed, parsed));
    }
    Some(least)
}

/// What a page may cost: a form has a route of its own to be sent to, while details take only messages at theirs.
fn most(screens: &[Mount], path: &str) -> usize {
    let posted = screens.iter().any(|other| other.method == Method::POST && other.path == path);
    let details = path.ends_with("/{id}") || path.ends_with("/conversation");
    if screens.iter().any(|other| other.path == format!("{path}/export.csv")) {
        LIST
    } else if posted && !details {
        ASKED
    } else {
        PAGE
    }
}

#[actix_web::test]
async fn every_page_costs_few_statements_and_none_of_them_is_parsed_again() {
    let world = World::with(|config| Config { pool: 1, ..config }).await;
    let drawn = Drawn::of(&world);
    let mut table = format!("{:<12}{:<58}statements\n", "portal", "page");
    let mut faults = Vec::new();
    for role in Role::ALL {
        let (base, client) = portal(&world, *role).await;
        let screens = portals::screens(*role);
        let mut paths = Vec::new();
        for mount in screens.iter().filter(|mount| mount.method == Method::GET) {
            paths.push(mount.path.clone());
            // with nothing to look for, a search looks nowhere
            if SEARCH.split('?').next() == Some(&mount.path) {
                paths.push(SEARCH.to_owned());
            }
        }
        assert!(paths.iter().any(|path| path == SEARCH), "one can search in every portal");
        for path in &paths {
            let url = address(base, path, *role, &drawn);
            let Some((statements, parsed)) = cost(&world, &client, &url).await else {
                assert_ne!(path, SEARCH, "a search shows a page");
                continue;
            };
            let page = if path.is_empty() { "/" } else { path };
            table.push_str(&format!("{:<12}{page:<58}{statements}\n", role.key()));
            let most = most(&screens, path);
            if statements > most {
                faults.push(format!("{} {page} costs {statements} statements, and may cost {most}", role.key()));
            }
            if parsed > 0 {
                faults.push(format!("{} {page}: {parsed} statements are parsed each time", role.key()));
            }
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/http/statements.txt");
    if std::env::var_os("ENTENTE_BLESS").is_some() {
        std::fs::write(path, &table).expect("statements.txt is written");
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let reviewed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(reviewed == table, "statements.txt says something else; this is what happens:\n{table}");
}

#[actix_web::test]
async fn a_list_costs_the_same_for_a_hundred_rows_as_for_ten() {
    let world = World::with(|config| Config { pool: 1, ..config }).await;
    world.run(&format!(
        "INSERT INTO contracts (id, type, kind, status, agreement_id, version, issuer_id, note, creator_id, created_at, updated_at, search) \
         SELECT 'CRS-00000-00000-' || lpad(i::text, 5, '0'), 'service', 'test', 'pending', '{AGREEMENT}', 2, 'PA-469-206', 'n', \
         (SELECT id FROM users LIMIT 1), now(), now(), 'x' FROM generate_series(1, 150) i"
    ));
    let michael = world.michael().await;
    let ten = cost(&world, &michael, &format!("{MICKS}/contracts?size=10")).await;
    assert_eq!(ten, cost(&world, &michael, &format!("{MICKS}/contracts?size=100")).await);
    assert_eq!(ten, Some((LIST, 0)));
}
