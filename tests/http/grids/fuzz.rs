//! Nothing that stands in an address makes a page fail: neither in its parameters nor in its path. The client refuses 500 by itself.

use std::collections::BTreeSet;

use actix_web::http::Method;
use entente::{
    kit::{actor::Role, route::Mount},
    portals,
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};

use super::{fill, lists, portals_with_people};
use crate::support::{Answer, Client, World};

/// Encoded as they stand in an address.
fn absurd() -> Vec<String> {
    let mut values: Vec<String> = [
        "",
        "%00",
        "%ff%fe",
        "%",
        "%2",
        "%e2%82",
        "+",
        "%20",
        "-",
        "-1",
        "0",
        "1",
        "NaN",
        "nan",
        "Infinity",
        "-infinity",
        "null",
        "NULL",
        "true",
        "[]",
        "{}",
        "%27%22%3B--",
        "%25%5F%5C",
        "99999999999",
        "-99999999999999999999",
        "9223372036854775807",
        "9223372036854775808",
        "1e309",
        "0x10",
        "%D9%A1%D9%A2",
        "0000-01-01",
        "0000-01-01+00%3A00%3A00%2B00",
        "2026-01-01+00%3A00%3A00%2B20",
        "2026-01-01+00%3A00%3A00-20",
        "2026-01-01+24%3A00%3A60.999999999%2B00",
        "-262143-01-01",
        "262142-12-31",
        "%2B262142-12-31",
        "-4714-01-01",
        "9999-12-31",
        "10000-01-01",
        "2026-02-30",
        "294277-01-01+00%3A00%3A00%2B00",
        "infinity",
        "now",
        "epoch",
        "~",
        "a~",
        "~a",
        "abc~x",
        "created",
        "-created",
        "--created",
        "level",
        "%F0%9F%99%82",
        "%E2%80%AE%E2%80%8B",
        "..%2F..",
        "00000000-0000-7000-8000-000000000000",
        "00000000-0000-0000-0000-00000000000g",
    ]
    .map(str::to_owned)
    .to_vec();
    values.push("x".repeat(10_000));
    values.push("%C3%A9".repeat(3_000));
    values.push("9".repeat(400));
    values
}

/// The parameters that a page knows, by its own forms and links, besides those of every list.
fn parameters(page: &Answer) -> Vec<String> {
    let mut names: BTreeSet<String> = [
        "after", "until", "at", "near", "row", "size", "sort", "columns", "q", "from", "to", "tab", "page", "next",
        "view",
    ]
    .map(str::to_owned)
    .into();
    names.extend(page.attributes("form:not([method='post']) [name]", "name"));
    for link in page.attributes("a[href*='?']", "href") {
        let query = link.split_once('?').map_or("", |(_, query)| query);
        names.extend(query.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, _)| name.to_owned()));
    }
    names.into_iter().collect()
}

async fn calm(client: &Client, url: &str) -> Answer {
    let answer = client.get(url).await;
    let status = answer.status;
    if status >= 400 {
        assert!(
            answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html")),
            "a page: {}",
            answer.text()
        );
    }
    // 429: a link is not guessed often
    assert!(
        [200, 303, 400, 404, 410, 429].contains(&status),
        "{status} to {}",
        url.chars().take(300).collect::<String>()
    );
    answer
}

async fn every_list(role: Role) {
    let world = World::new().await;
    fill::fill(&world);
    let absurd = absurd();
    let mut random = StdRng::seed_from_u64(26);
    for (portal, base, client) in portals_with_people(&world).await {
        if portal != role {
            continue;
        }
        for list in lists(role) {
            let url = format!("{base}{list}");
            let page = calm(&client, &url).await;
            let (names, sorts) = (parameters(&page), page.attributes("input[name='sort']", "value"));
            // each value under each name once, all names at a time
            for turn in 0..absurd.len() {
                let pairs: Vec<String> = (turn..)
                    .zip(&names)
                    .map(|(at, name)| format!("{name}={}", absurd[at % absurd.len()]))
                    .filter(|pair| pair.len() < 500)
                    .collect();
                calm(&client, &format!("{url}?{}", pairs.join("&"))).await;
            }
            // and places behind every sort, on small pages: the place counts, and not what stands there
            for sort in &sorts {
                for _ in 0..5 {
                    let (value, id) = (absurd.choose(&mut random), absurd.choose(&mut random));
                    let (way, known) = (["after", "until"], ["at", "near"]);
                    let (way, known) = (way[random.random_range(0..2)], known[random.random_range(0..2)]);
                    let (value, id) = (value.map_or("", String::as_str), id.map_or("", String::as_str));
                    calm(&client, &format!("{url}?sort={sort}&size=10&{way}=x{id}&{known}={value}&row={value}")).await;
                }
            }
            for file in ["export.csv", "export.xlsx"] {
                calm(&client, &format!("{url}/{file}?from=-262143-01-01&to=0000-00-00&after=x&at=abc&sort=%00")).await;
            }
        }
    }
}

#[actix_web::test]
async fn no_address_of_a_distributors_list_makes_it_fail() {
    every_list(Role::Distributor).await;
}

#[actix_web::test]
async fn no_address_of_a_vendors_list_makes_it_fail() {
    every_list(Role::Vendor).await;
}

#[actix_web::test]
async fn no_address_of_a_resellers_list_makes_it_fail() {
    every_list(Role::Reseller).await;
}

/// All addresses that are read: a portal's screens below it, or the public ones.
fn read(mounts: Vec<Mount>, base: &str) -> Vec<String> {
    let read = mounts.into_iter().filter(|mount| mount.method == Method::GET);
    read.map(|mount| format!("{base}{}", mount.path)).collect()
}

#[actix_web::test]
async fn no_part_of_a_path_makes_a_page_fail() {
    let world = World::new().await;
    let absurd = absurd();
    // a slash begins another part, and a part that is nothing is no part
    let parts: Vec<&String> = absurd.iter().filter(|part| !part.is_empty() && part.len() < 500).collect();
    let mut turn = 0;
    let mut tried: Vec<(Client, Vec<String>)> = Vec::new();
    for (role, base, client) in portals_with_people(&world).await {
        tried.push((client.copy(), read(portals::screens(role), base)));
        tried.push((
            client,
            read(portals::screens(role), &format!("/{}/{{account}}", base.split('/').nth(1).unwrap_or_default())),
        ));
    }
    let public = read(portals::public::screens(), "");
    tried.push((world.stranger(), public.clone()));
    tried.push((world.michael().await, public));
    for (client, paths) in tried {
        for path in paths.iter().filter(|path| path.contains('{')) {
            for _ in 0..3 {
                let mut url = String::new();
                for (at, piece) in path.split(['{', '}']).enumerate() {
                    // every second piece is the name of a part
                    url.push_str(if at % 2 == 0 { piece } else { parts[turn % parts.len()] });
                    turn += 1;
                }
                calm(&client, &url).await;
            }
        }
    }
}

/// What other pages read of their query: steps, filters of trees, what a wizard begins with.
#[actix_web::test]
async fn no_parameter_of_any_other_page_makes_it_fail() {
    let world = World::new().await;
    let absurd = absurd();
    for (role, base, client) in portals_with_people(&world).await {
        let known = lists(role);
        let pages = read(portals::screens(role), "");
        let file = |path: &str| {
            ["export.csv", "export.xlsx", "sheet.csv", "sheet.xlsx"].iter().any(|name| path.ends_with(name))
        };
        let other = pages.iter().filter(|path| !path.contains('{') && !known.contains(path) && !file(path));
        for (at, path) in other.enumerate() {
            let url = format!("{base}{path}");
            let page = client.get(&url).await;
            let mut names = parameters(&page);
            // what these pages take from one another
            names.extend(
                [
                    "parent",
                    "type",
                    "agreement",
                    "scope",
                    "phase",
                    "open",
                    "product",
                    "customer",
                    "marketplace",
                    "text",
                    "search",
                ]
                .map(str::to_owned),
            );
            // one page a quarter of them, the next another one
            for turn in (at % 4..absurd.len()).step_by(4) {
                let pairs: Vec<String> = (turn..)
                    .zip(&names)
                    .map(|(at, name)| format!("{name}={}", absurd[at % absurd.len()]))
                    .filter(|pair| pair.len() < 500)
                    .collect();
                calm(&client, &format!("{url}?{}", pairs.join("&"))).await;
            }
        }
    }
}
