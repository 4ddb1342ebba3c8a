//! Names without a space, as long as they can be, make no page wider than its window; nor do texts that are a third longer, nor German.
//! And where there is little room, words keep their letters together.

use std::{collections::BTreeSet, time::Duration};

use diesel::{Connection as _, PgConnection, connection::SimpleConnection as _};
use entente::{kit::actor::Role, portals};
use futures_util::future::try_join_all;
use thirtyfour::error::WebDriverResult;

use crate::site::{ALL_RULES, RULES_OF_LOOKS, RULES_OF_WIDTH, Site, sign_in, violations};

/// As long as the tables allow.
const LONGEST: &str = "SET session_replication_role = replica; CREATE TEMP SEQUENCE numbers; \
    UPDATE accounts SET name = repeat('xW', 32); UPDATE users SET name = repeat('nM', 64); \
    UPDATE agreements SET name = repeat('Ag', 50), description = repeat('d', 2000); \
    UPDATE contracts SET note = repeat('No', 100), internal_note = repeat('i', 100); \
    UPDATE products SET name = repeat('Pr', 127), short_description = repeat('s', 512), description = repeat('q', 3000); \
    UPDATE product_versions SET name = repeat('Pv', 127); UPDATE parameters SET title = repeat('T', 255), description = repeat('e', 1000); \
    UPDATE templates SET name = repeat('Te', 127); \
    UPDATE tier_accounts SET name = repeat('Cu', 127), first_name = repeat('F', 128), last_name = repeat('L', 128), \
      city = repeat('c', 128), state = repeat('s', 128), address_line1 = repeat('a', 255), tax_id = repeat('t', 64), \
      external_id = repeat('E', 128), email = repeat('e', 60) || '@' || repeat('d', 60) || '.example'; \
    UPDATE subscriptions SET customer_name = repeat('Su', 127), external_id = repeat('E', 128); \
    UPDATE fulfillment_requests SET customer_name = repeat('Fu', 127), note = repeat('n', 2000); \
    UPDATE request_items SET name = repeat('It', 127); UPDATE tier_account_requests SET account_name = repeat('Ta', 127); \
    UPDATE hubs SET name = repeat('Hu', 125) || to_char(nextval('numbers'), 'FM0000'), instance = repeat('In', 125) || to_char(nextval('numbers'), 'FM0000'), description = repeat('d', 2000); \
    UPDATE marketplaces SET name = repeat('Mp', 125) || to_char(nextval('numbers'), 'FM0000'), description = repeat('d', 2000); \
    UPDATE items SET name = repeat('It', 125) || to_char(nextval('numbers'), 'FM0000'), mpn = repeat('M', 248) || to_char(nextval('numbers'), 'FM0000'), description = repeat('d', 2000); \
    UPDATE usage_files SET name = repeat('Uf', 50), description = repeat('d', 200), external_id = repeat('E', 200), \
      product_name = repeat('Pr', 127), note = repeat('n', 200), billing_reference = repeat('B', 200), billing_note = repeat('b', 200); \
    UPDATE usage_uploads SET file_name = repeat('f', 190) || '.csv'; \
    UPDATE messages SET text = repeat('w', 2000); UPDATE events SET note = repeat('n', 200), actor_name = repeat('a', 128); \
    UPDATE agreement_versions SET file_name = repeat('f', 190) || '.md' WHERE file_name IS NOT NULL";

/// Names in Arabic, Hebrew and Chinese, and a Polish one that is as long as it may be.
const SCRIPTS: &str = "SET session_replication_role = replica; CREATE TEMP TABLE names AS SELECT \
    ARRAY['شركة النور للتجارة والخدمات السحابية', 'חברת הכוכב לסחר ושירותי ענן', '北京云端科技服务有限公司上海分公司', \
    'Przedsiębiorstwo Handlowo-Usługowe Szczęśliwa Brzoza sp. z o. o.'] AS all_of; \
    UPDATE accounts SET name = all_of[1 + ascii(right(id, 1)) % 4] FROM names; \
    UPDATE users SET name = all_of[1 + ascii(right(id, 1)) % 4] FROM names; \
    UPDATE tier_accounts SET name = all_of[1 + ascii(right(id, 1)) % 4] FROM names; \
    UPDATE subscriptions SET customer_name = all_of[1 + ascii(right(id, 1)) % 4] FROM names; \
    UPDATE fulfillment_requests SET customer_name = all_of[1 + ascii(right(id, 5)) % 4] FROM names; \
    UPDATE products SET name = all_of[1 + ascii(right(id, 1)) % 4] FROM names; \
    UPDATE agreements SET name = all_of[1 + ascii(right(id, 1)) % 4] FROM names";

/// Words of which a part stands on the next line. Ids, addresses and what is hyphenated may be broken, and what is not seen.
const BROKEN: &str = r"
    const broken = new Set(), range = document.createRange(), main = document.querySelector('main');
    if (!main) return document.contentType === 'text/html' ? ['has no main part'] : [];
    const walk = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    for (let node; (node = walk.nextNode());) {
        if (node.parentElement.closest('.vh, .prose, .id, .cell-id, code, textarea, select, details:not([open]) > :not(summary)')) continue;
        for (const word of node.data.matchAll(/(?<![\p{L}\p{N}@._\/-])\p{L}{2,20}(?![\p{L}\p{N}@_\/-]|\.\p{L})/gu)) {
            range.setStart(node, word.index);
            range.setEnd(node, word.index + word[0].length);
            if (new Set([...range.getClientRects()].map(part => Math.round(part.top))).size > 1) broken.add(word[0] + ' is broken');
        }
    }
    return [...broken]";

/// How far the page goes beyond its window.
const TOO_WIDE: &str =
    "const over = document.documentElement.scrollWidth - innerWidth; return over > 0 ? [`${over} px too wide`] : []";

/// The screens of a portal that need no id, and for each that does one address that a page links to.
fn pattern(path: &str, base: &str) -> String {
    let rest = path.strip_prefix(base).unwrap_or(path).split('?').next().unwrap_or_default();
    let id = |part: &str| part.bytes().any(|byte| byte.is_ascii_digit());
    rest.split('/').map(|part| if id(part) { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

/// How high a row of a list is, and how many of them are seen at once on a screen of 900 px, beside the filters that somebody chose.
const ROOM: &str = r"
    const row = document.querySelector('.table.list tbody tr');
    if (!row) return [];
    const {top, height} = row.getBoundingClientRect(), filters = document.querySelector('.applied');
    const taken = filters ? filters.offsetHeight + parseFloat(getComputedStyle(filters).marginBlockEnd) : 0;
    const rows = Math.floor((900 - top + taken) / height);
    return rows < 15 || height < 40 || height > 48 ? [`has room for ${rows} rows of ${height} px`] : []";

/// How a page is shown, and what is looked at.
#[derive(Debug, Clone, Copy)]
enum Look {
    /// A script that says what is wrong.
    Script(&'static str),
    /// The same for whoever prefers these values of media features.
    Shown(&'static str, &'static [(&'static str, &'static str)]),
    /// What axe finds against these rules then.
    Axe(&'static str, &'static [(&'static str, &'static str)]),
}

/// Nothing moves, so that colours are what they are at once.
const LIGHT: &[(&str, &str)] =
    &[("prefers-color-scheme", "light"), ("forced-colors", "none"), ("prefers-reduced-motion", "reduce")];
const DARK: &[(&str, &str)] =
    &[("prefers-color-scheme", "dark"), ("forced-colors", "none"), ("prefers-reduced-motion", "reduce")];
/// Colours are the reader's.
const FORCED: &[(&str, &str)] = &[("forced-colors", "active"), ("prefers-reduced-motion", "reduce")];

/// What moves although its reader wants nothing to move; and what can be seen by its background alone, which forced colours take away:
/// a button has an edge, or is underlined like a link.
const STILL: &str = r"
    const wrong = [], moves = document.getAnimations().filter(one => one.effect.getComputedTiming().duration > 0);
    if (moves.length) wrong.push(`${moves.length} animations run`);
    for (const one of document.querySelectorAll('main *, header *')) {
        if (parseFloat(getComputedStyle(one).transitionDuration) > 0) { wrong.push(`<${one.localName} class='${one.className}'> moves`); break; }
    }
    for (const shape of document.querySelectorAll('main .status')) {
        const {backgroundColor, backgroundImage, borderTopWidth} = getComputedStyle(shape, '::before');
        const seen = backgroundImage !== 'none' || parseFloat(borderTopWidth) > 0 || !/, 0\)$|transparent/.test(backgroundColor);
        if (!seen) { wrong.push(`the shape of ${shape.textContent} is gone`); break; }
    }
    for (const one of document.querySelectorAll('main .button, main .input')) {
        const {borderTopWidth, textDecorationLine} = getComputedStyle(one);
        if (one.offsetWidth && !parseFloat(borderTopWidth) && textDecorationLine !== 'underline') { wrong.push(`${one.outerHTML.slice(0, 90)} has no edge`); break; }
    }
    return wrong";

/// Words keep their letters together, every list shows fifteen rows at once, nothing is wider than its window, and axe looks once in each
/// theme: all of it with names that are as long as they can be.
#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_page_reads_well_and_is_accessible_with_the_longest_names() -> WebDriverResult<()> {
    let looks = [
        (1440, Look::Axe(ALL_RULES, LIGHT)),
        (1440, Look::Script(BROKEN)),
        (1440, Look::Script(ROOM)),
        (1440, Look::Shown(STILL, FORCED)),
        (1440, Look::Script(TOO_WIDE)),
        (1200, Look::Script(TOO_WIDE)),
        (768, Look::Script(BROKEN)),
        (768, Look::Script(TOO_WIDE)),
        (390, Look::Script(BROKEN)),
        (390, Look::Axe(RULES_OF_LOOKS, DARK)),
        (320, Look::Script(TOO_WIDE)),
    ];
    everything_is_well(LONGEST, &looks, 100).await
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "three minutes: make looks"]
async fn the_longest_names_fit_into_every_window() -> WebDriverResult<()> {
    let widths = [390, 1280, 1366];
    everything_is_well(LONGEST, &widths.map(|width| (width, Look::Script(TOO_WIDE))), 100).await
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "three minutes: make looks"]
async fn texts_that_are_a_third_longer_fit_on_a_phone() -> WebDriverResult<()> {
    everything_is_well("UPDATE users SET language = 'en-XA'", &[(390, Look::Script(TOO_WIDE))], 100).await
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "three minutes: make looks"]
async fn german_fits_on_a_phone() -> WebDriverResult<()> {
    everything_is_well("UPDATE users SET language = 'de'", &[(390, Look::Script(TOO_WIDE))], 100).await
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "three minutes: make looks"]
async fn names_in_other_scripts_and_texts_of_twice_the_size_fit_into_every_window() -> WebDriverResult<()> {
    let widths = [640, 1280, 1440];
    everything_is_well(SCRIPTS, &widths.map(|width| (width, Look::Script(TOO_WIDE))), 200).await
}

/// All rules once; colours where a page is laid out most differently, in both themes; and what depends on the width in all windows.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "some eight minutes: make looks"]
async fn every_kind_of_page_is_accessible_in_every_window_and_theme() -> WebDriverResult<()> {
    let mut looks = vec![(1440, Look::Axe(ALL_RULES, LIGHT)), (320, Look::Axe(RULES_OF_LOOKS, LIGHT))];
    looks.extend([390, 768, 1280].map(|width| (width, Look::Axe(RULES_OF_WIDTH, LIGHT))));
    looks.extend([1440, 320].map(|width| (width, Look::Axe(RULES_OF_LOOKS, DARK))));
    looks.push((1440, Look::Shown(STILL, FORCED)));
    everything_is_well("SELECT 1", &looks, 100).await
}

/// Where somebody of a role works, and who.
const PORTALS: [(Role, &str, &str); 3] = [
    (Role::Distributor, "/distributor/PA-469-206", "michael@mightymicks.example"),
    (Role::Vendor, "/vendor/VA-287-142", "apollo@champions.example"),
    (Role::Reseller, "/reseller/PA-196-115", "donnie@acreedllc.example"),
];

/// Looks at one page of each kind, after `change` of the demo. `looks`: how wide the window is, and what is looked at in it. Each page is
/// loaded once, and laid out anew in every window. `text`: how large texts are, in percent.
async fn everything_is_well(change: &str, looks: &[(u32, Look)], text: u32) -> WebDriverResult<()> {
    let site = Site::start();
    PgConnection::establish(site.database_url()).expect("a connection").batch_execute(change).expect("it is changed");
    let wrong = try_join_all(PORTALS.map(|portal| wrong_in(&site, portal, looks, text))).await?.concat();
    assert!(wrong.is_empty(), "{wrong:#?}");
    Ok(())
}

/// What is wrong in one portal.
async fn wrong_in(
    site: &Site,
    (role, base, email): (Role, &str, &str),
    looks: &[(u32, Look)],
    text: u32,
) -> WebDriverResult<Vec<String>> {
    let mut wrong = Vec::new();
    let driver = site.browser(1440, true).await?;
    site.text_size(&driver, text).await;
    sign_in(&driver, site, email).await?;
    let fixed = portals::screens(role).into_iter().filter(|mount| mount.method == "GET" && !mount.path.contains('{'));
    let mut waiting: Vec<String> = fixed.map(|mount| format!("{base}{}", mount.path)).collect();
    waiting.retain(|path| !path.contains("export.") && !path.contains("sheet."));
    // the window keeps its width from page to page
    let (mut met, mut now) = (BTreeSet::new(), None);
    while let Some(path) = waiting.pop() {
        if !met.insert(pattern(&path, base)) {
            continue;
        }
        driver.goto(format!("{}{path}", site.url)).await?;
        // after a download, the next page may arrive a moment later
        for _ in 0..30 {
            let there = "return document.contentType !== 'text/html' || !!document.querySelector('main')";
            let there = driver.execute(there, Vec::new()).await?;
            if there.convert::<bool>()? {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let page: bool = driver.execute("return document.contentType === 'text/html'", Vec::new()).await?.convert()?;
        for (width, look) in looks.iter().copied() {
            if now.replace(width) != Some(width) {
                site.resize(&driver, width).await?;
            }
            let (found, shown): (Vec<String>, &str) = match look {
                Look::Script(script) => (driver.execute(script, Vec::new()).await?.convert()?, ""),
                Look::Shown(script, media) if page => {
                    site.prefer(&driver, media).await;
                    (driver.execute(script, Vec::new()).await?.convert()?, media[0].1)
                }
                Look::Axe(rules, media) if page => {
                    site.prefer(&driver, media).await;
                    (violations(&driver, rules).await?, media[0].1)
                }
                Look::Shown(..) | Look::Axe(..) => continue,
            };
            wrong.extend(found.into_iter().map(|found| format!("{path} at {width} {shown}: {found}")));
        }
        let links = "return [...document.querySelectorAll('main a[href]')].map(a => a.getAttribute('href'))";
        let links: Vec<String> = driver.execute(links, Vec::new()).await?.convert()?;
        let inside = |link: &String| {
            link.starts_with(base)
                && !["export.", "sheet.", "records.", "/document"].iter().any(|file| link.contains(file))
        };
        waiting.extend(links.into_iter().filter(inside));
    }
    assert!(met.len() > 15, "{} pages were found", met.len());
    driver.quit().await?;
    Ok(wrong)
}
