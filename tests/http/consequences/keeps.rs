//! Holds an act to what its page promised.

use std::collections::BTreeMap;

use crate::support::{Answer, Client, World, client::selector};

pub type Counts = BTreeMap<String, i64>;

/// How a page says, among what its act does, that somebody is written to.
const EMAILED: [&str; 4] = ["We'll email", "by email", "get an email", "gets an email"];

/// What a page promises: how often each event will be recorded.
fn promised(page: &Answer) -> Counts {
    let mut counts = Counts::new();
    for line in page.html().select(&selector("[data-event]")) {
        let value = |name| line.value().attr(name).unwrap_or_default().to_owned();
        *counts.entry(value("data-event")).or_default() += value("data-count").parse::<i64>().expect("a number");
    }
    counts
}

/// What is linked on the page, and how many that is.
fn counted(page: &Answer) -> Vec<(i64, String)> {
    let html = page.html();
    let counted = selector(".effects [data-count]");
    let lines = html.select(&counted);
    let linked = lines.filter_map(|line| {
        let href = line.select(&selector("a")).next()?.value().attr("href")?.to_owned();
        Some((line.value().attr("data-count")?.parse().ok()?, href))
    });
    linked.collect()
}

/// Every event there is, by name.
fn recorded(world: &World) -> Counts {
    let all = world.text("SELECT coalesce(string_agg(name || '=' || n, ' '), '') AS t FROM (SELECT name, count(*) AS n FROM events GROUP BY name) e");
    all.split_whitespace()
        .filter_map(|one| one.split_once('='))
        .map(|(name, count)| (name.to_owned(), count.parse().expect("a number")))
        .collect()
}

fn letters(world: &World) -> i64 {
    world.number("SELECT count(*) AS n FROM outbox")
}

/// Opens the page of an act, does it, and compares all that was recorded, but the act's own events, with what the page promised; and
/// whether anybody was written to with whether the page says so.
pub async fn try_it(
    world: &World,
    client: &Client,
    url: &str,
    own: &[&str],
    typed: &[(&str, &str)],
) -> Result<Counts, String> {
    let page = client.get(url).await;
    let promised = promised(page.must_be(200));
    for (count, link) in counted(&page) {
        let list = client.get(&link).await;
        list.must_be(200);
        // what leads to a list leads to exactly what was counted
        let shown = list.texts("tbody tr").len() as i64;
        if link.contains('?') && shown != count {
            return Err(format!("{count} are counted, and {link} shows {shown}"));
        }
    }
    let (before, written) = (recorded(world), letters(world));
    let answer = client.submit(&page, typed).await;
    if !matches!(answer.status, 200 | 303) {
        return Err(format!("answers {}: {}", answer.status, answer.text()));
    }
    let done: Counts = recorded(world)
        .into_iter()
        .map(|(name, count)| (name.clone(), count - before.get(&name).unwrap_or(&0)))
        .filter(|(name, count)| *count > 0 && !own.contains(&name.as_str()))
        .collect();
    if done != promised {
        return Err(format!("promised {promised:?}, done {done:?}"));
    }
    let whole = |said: &&String| said.ends_with(['.', '?', '!', ':', '”']);
    if let Some(cut) = page.texts(".effects li").iter().find(|said| !whole(said)) {
        return Err(format!("{cut:?} is no whole sentence"));
    }
    // who has a link and no portal reads it above the form
    let effects = page.texts(".effects li, .letter h1 + p");
    let says = effects.iter().any(|effect| EMAILED.iter().any(|words| effect.contains(words)));
    let told = letters(world) > written;
    if told != says {
        return Err(format!("somebody is written to: {told}; the page says so: {says}: {}", page.text()));
    }
    Ok(promised)
}

/// As [`try_it`], for one act.
pub async fn keeps(world: &World, client: &Client, url: &str, own: &[&str], typed: &[(&str, &str)]) -> Counts {
    try_it(world, client, url, own, typed).await.unwrap_or_else(|why| panic!("{url}: {why}"))
}
