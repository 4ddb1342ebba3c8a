//! Every row of every list is met exactly once, whatever it is sorted by and whichever way one pages.

use entente::kit::actor::Role;

use super::{fill, lists, portals_with_people};
use crate::support::{Answer, Client, World};

/// The rows of a page, by where they lead.
fn rows(page: &Answer) -> Vec<String> {
    // as text: the client has read each page already, and there are thousands
    let body = page.body_text();
    let rows = body.split("<tbody").skip(1).flat_map(|body| body.split("<tr>").skip(1));
    let link = |row: &str| {
        let link = row.split("class=\"cell-link").nth(1)?.split("href=\"").nth(1)?;
        // within which list it opens is no part of which row it is
        link.split(['"', '?']).next().map(str::to_owned)
    };
    rows.map(|row| link(row).unwrap_or_else(|| panic!("a row that leads nowhere on {}", page.path))).collect()
}

fn beside(page: &Answer, way: &str) -> Option<String> {
    let words = format!("\" rel=\"{way}\"");
    let body = page.body_text();
    let head = body.split(&words).next().filter(|head| head.len() < body.len())?;
    head.rsplit('"').next().map(|address| address.replace("&#38;", "&"))
}

/// What a list can be sorted by, each way.
fn sorts(page: &Answer) -> Vec<String> {
    page.attributes("input[name='sort']", "value")
}

/// All rows, page by page from the first to the last; then all of them again on the way back.
async fn walk(client: &Client, list: &str, sort: &str) -> (Vec<String>, Vec<String>) {
    let (mut there, mut back) = (Vec::new(), Vec::new());
    let mut page = client.get(&format!("{list}?sort={sort}")).await;
    for _ in 0..50 {
        page.must_be(200);
        there.extend(rows(&page));
        let Some(next) = beside(&page, "next") else { break };
        assert!(next.len() < 900, "{list}: the address of a page grows with its rows: {next}");
        page = client.get(&format!("{list}{next}")).await;
    }
    for _ in 0..50 {
        back.splice(0..0, rows(&page));
        let Some(previous) = beside(&page, "prev") else { break };
        page = client.get(&format!("{list}{previous}")).await;
        page.must_be(200);
    }
    (there, back)
}

#[actix_web::test]
async fn every_row_is_met_once_forwards_and_backwards_in_every_order() {
    let world = World::new().await;
    fill::fill(&world);
    for (role, base, client) in portals_with_people(&world).await {
        // that somebody came in is a row of the activity, which is written down a moment later; and whoever walks for longer than a minute
        // was seen again
        client.get(base).await.must_be(200);
        entente::jobs::catch_up(&world.program).await.expect("the jobs run");
        world.run("UPDATE sessions SET seen_at = now() + interval '1 hour'");
        for list in lists(role) {
            let list = format!("{base}{list}");
            let whole = client.get(&format!("{list}?size=100")).await;
            let mut all = rows(&whole);
            // the cast's reseller has little; its lists are walked all the same
            let enough = role == Role::Reseller || (all.len() >= fill::ROWS && all.len() < 100);
            assert!(enough, "{list} has {} rows: fill.rs does not know it", all.len());
            all.sort();
            for sort in sorts(&whole) {
                let (there, back) = walk(&client, &list, &sort).await;
                let in_one = rows(&client.get(&format!("{list}?size=100&sort={sort}")).await);
                assert_eq!(there, in_one, "{list} by {sort}, page by page and in one");
                assert_eq!(back, there, "{list} by {sort}, back again");
                let mut met = there;
                met.sort();
                assert_eq!(met, all, "{list} by {sort}");
            }
        }
    }
}

/// What an address asks for, but for the place in the list.
fn asked(query: &str) -> Vec<(String, String)> {
    let pairs: Vec<(String, String)> =
        serde_html_form::from_str(query.trim_start_matches('?')).unwrap_or_else(|error| panic!("{query}: {error}"));
    let place = |name: &str| ["after", "until", "at", "near", "row"].contains(&name);
    let mut pairs: Vec<_> = pairs.into_iter().filter(|(name, _)| !place(name)).collect();
    pairs.sort();
    pairs
}

/// The boxes of a list's filters, each with its name and value.
fn boxes(page: &Answer) -> Vec<(String, String)> {
    let select = ".toolbar input[type='checkbox']:not([form])";
    page.attributes(select, "name").into_iter().zip(page.attributes(select, "value")).collect()
}

#[actix_web::test]
async fn the_ways_to_the_next_and_the_previous_page_keep_filters_sort_and_size() {
    let world = World::new().await;
    fill::fill(&world);
    let mut filtered = 0;
    for (role, base, client) in portals_with_people(&world).await {
        if role == Role::Reseller {
            continue;
        }
        for list in lists(role) {
            let list = format!("{base}{list}");
            let whole = client.get(&list).await;
            let first = whole.attribute("input[name='sort'][checked]", "value");
            let sort = sorts(&whole).into_iter().find(|sort| *sort != first).expect("another order");
            let base = vec![("size".to_owned(), "10".to_owned()), ("sort".to_owned(), sort)];
            let boxes = boxes(&whole);
            // the copies of one row fit one box of each filter, and more than a page of them
            let filters = match boxes.is_empty() {
                true => vec![Vec::new()],
                false => boxes.into_iter().map(|one| vec![one]).collect(),
            };
            let mut paged = 0;
            for filter in filters {
                let mut wanted = [base.clone(), filter.clone()].concat();
                wanted.sort();
                let query = serde_html_form::to_string(&wanted).expect("it encodes");
                let page = client.get(&format!("{list}?{query}")).await;
                let Some(next) = beside(&page, "next") else { continue };
                assert_eq!(asked(&next), wanted, "{list}?{query}, the next page");
                let second = client.get(&format!("{list}{next}")).await;
                let previous = beside(&second, "prev").unwrap_or_else(|| panic!("{list}{next} has no way back"));
                assert_eq!(asked(&previous), wanted, "{list}?{query}, the previous page");
                assert_eq!(rows(&client.get(&format!("{list}{previous}")).await), rows(&page), "{list}?{query}");
                if let Some(next) = beside(&second, "next") {
                    assert_eq!(asked(&next), wanted, "{list}?{query}, the page after the next");
                }
                paged += 1;
                filtered += usize::from(!filter.is_empty());
            }
            assert!(paged > 0, "{list} has no second page");
        }
    }
    assert!(filtered > 10, "{filtered} filters were carried on");
}

/// The names of ten rows on, after the row that a page ended with was deleted meanwhile.
#[actix_web::test]
async fn paging_goes_on_where_a_row_was_that_is_gone() {
    for sort in ["hub", "-hub"] {
        let world = World::new().await;
        fill::fill(&world);
        let michael = world.michael().await;
        let list = "/distributor/PA-469-206/hubs";
        let all = rows(&michael.get(&format!("{list}?size=100&sort={sort}")).await);
        // through the rows whose names are longer than an address carries
        let mut page = michael.get(&format!("{list}?sort={sort}")).await;
        let mut met = rows(&page);
        while let Some(next) = beside(&page, "next") {
            let last = met.last().and_then(|row| row.rsplit('/').next()).expect("a row").to_owned();
            world.run(&format!("DELETE FROM hubs WHERE id = '{last}' AND id LIKE 'HB-9000%'"));
            page = michael.get(&format!("{list}{next}")).await;
            met.extend(rows(&page));
            assert!(met.len() < 200, "{list} by {sort} never ends");
        }
        let missed: Vec<&String> = all.iter().filter(|row| !met.contains(row)).collect();
        assert_eq!(missed, Vec::<&String>::new(), "by {sort}");
    }
}

#[actix_web::test]
async fn a_place_that_is_not_there_is_the_first_page() {
    let world = World::new().await;
    let michael = world.michael().await;
    let first = michael.get("/distributor/PA-469-206/customers?sort=customer").await;
    for place in ["after=nobody&near=zzz", "after=TA-0000-0000-0000", "until=%00", "after=&at=x"] {
        let page = michael.get(&format!("/distributor/PA-469-206/customers?sort=-created&{place}")).await;
        page.must_be(200).must_say(&format!("1–{}", rows(&first).len()));
    }
}
