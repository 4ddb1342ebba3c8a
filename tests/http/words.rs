//! In the made language every word that a person reads stands accented: what is plain was never said through the catalogue. Every page
//! of every portal is looked at, and every form sent empty.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::Method;
use entente::{
    config::Config,
    kit::{actor::Role, choice::Choice as _},
    modules::{
        accounts::tongues,
        contracts::{
            activation::{forms, signing_first},
            extension::actions as extension,
            signing::actions as signing,
        },
        distribution::actions as distribution,
        marketplaces::reference,
        products::templates::FORM_URL,
    },
    portals,
};
use scraper::{ElementRef, Node};

use crate::{
    access::{Drawn, address},
    support::{
        Answer, Client, World,
        client::selector,
        world::{ACREED, CHAMPIONS, MICKS, PENDING},
    },
};

/// Pages of whoever is not signed in.
const GUESTS: [&str; 11] = [
    "/sign-in",
    "/forgot-password",
    "/sso",
    "/help",
    "/privacy",
    "/terms",
    "/verify",
    "/activate/x/y",
    "/form/x/y",
    "/set-password/x",
    "/nowhere",
];

/// A person's own pages.
const OWN: [&str; 6] =
    ["/profile", "/profile/password", "/profile/sessions", "/profile/security", "/profile/notifications", "/"];

/// Attributes that people read or hear.
const READ: [&str; 5] = ["aria-label", "title", "placeholder", "alt", "data-label"];

/// The texts of a page, each element's own together.
pub fn texts(page: &Answer) -> Vec<String> {
    let html = page.html();
    let mut found = Vec::new();
    // texts of documents and what is typed into fields are data
    let data = selector(".sheet, .sheet *, .product-icon, script, style, textarea, code, kbd");
    for element in html.select(&selector("title, body *")) {
        if data.matches(&element) {
            continue;
        }
        for child in element.children() {
            if let Node::Text(text) = child.value() {
                found.push(text.to_string());
            }
        }
        found.extend(READ.iter().filter_map(|name| element.value().attr(name)).map(str::to_owned));
    }
    found.retain(|text| text.chars().any(|c| c.is_ascii_alphabetic()));
    found
}

/// Every text that the database holds, longest first: what people typed, and ids.
pub fn data(world: &World) -> Vec<String> {
    let columns = world.text(
        "SELECT string_agg(CASE WHEN data_type = 'jsonb' THEN format($q$SELECT leaf #>> '{}' FROM %I, \
         jsonb_path_query(%I, 'strict $.**') leaf WHERE jsonb_typeof(leaf) = 'string'$q$, table_name, column_name) \
         WHEN data_type = 'ARRAY' THEN format('SELECT unnest(%I)::text FROM %I', column_name, table_name) \
         ELSE format('SELECT %I::text FROM %I', column_name, table_name) END, ' UNION ') AS t \
         FROM information_schema.columns WHERE table_schema = 'public' AND data_type IN ('text', 'jsonb', 'ARRAY', 'uuid')",
    );
    // what was signed is kept as the text that was hashed
    let signed = "SELECT leaf #>> '{}' FROM signatures, jsonb_path_query(evidence::jsonb, 'strict $.**') leaf \
                  WHERE jsonb_typeof(leaf) = 'string'";
    let all = world
        .text(&format!("SELECT string_agg(DISTINCT t, chr(31)) AS t FROM ({columns} UNION {signed}) AS all_of(t)"));
    // a text of several paragraphs is shown by paragraphs, without the marks of headings and lists
    let paragraphs = all.split(['\u{1f}', '\n']).map(|line| line.trim_start_matches(['#', '-', '*', '>', ' ']));
    let mut all: BTreeSet<String> = all
        .split('\u{1f}')
        .chain(paragraphs)
        .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    // statuses and such are shown by their labels, never as they are kept
    all.retain(|text| {
        text.chars().any(|c| c.is_ascii_alphabetic())
            && (text.len() < 3 || !text.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
    });
    // a vendor names its parameters as programs do
    let named = world.text("SELECT string_agg(DISTINCT name, chr(31)) AS t FROM parameters");
    all.extend(named.split('\u{1f}').map(str::to_owned));
    // hashes are shown by their beginning as well
    let begun: Vec<String> = all
        .iter()
        .filter(|text| text.len() == 64 && text.is_ascii() && !text.contains(' '))
        .map(|hash| hash[..12].to_owned())
        .collect();
    all.extend(begun);
    // as a heading an email may break at these
    let emails = all.iter().filter(|text| text.contains('@') && !text.contains(' '));
    let parts: Vec<String> = emails.flat_map(|email| email.split_inclusive(['@', '.']).map(str::to_owned)).collect();
    all.extend(parts);
    let mut all: Vec<String> = all.into_iter().collect();
    all.sort_by_key(|text| std::cmp::Reverse(text.len()));
    all
}

/// What is left of a text without what is data: nothing when no plain letter is.
pub fn left(text: &str, data: &[String]) -> Option<String> {
    let mut text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // marks around names of others
    text.retain(|c| !('\u{2066}'..='\u{2069}').contains(&c));
    for value in data {
        if !text.chars().any(|c| c.is_ascii_alphabetic()) {
            return None;
        }
        let mut at = 0;
        while let Some(from) = text[at..].find(value.as_str()).map(|from| at + from) {
            let end = from + value.len();
            let whole = !text[..from].ends_with(char::is_alphabetic) && !text[end..].starts_with(char::is_alphabetic);
            if whole {
                text.replace_range(from..end, "·");
            }
            at = if whole { from + '·'.len_utf8() } else { end };
        }
    }
    if !text.chars().any(|c| c.is_ascii_alphabetic()) {
        return None;
    }
    Some(text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect())
}

/// Words that are the same in every language.
pub fn everywhere() -> Vec<String> {
    let mut all: Vec<String> =
        ["Entente", ".xlsx", ".csv", "UTC", "name@example.com", "JSON", "CSV", "XLSX", "API", "example.com"]
            .map(str::to_owned)
            .to_vec();
    // a language is called by its own name, and what is signed is said as it is signed
    all.extend(
        [
            "English",
            "SHA-256",
            // how mappings of usage are written
            "{Tags -> customer}",
            "{file.start}",
            "{file.end}",
            "{file.month}",
            "{SKU}",
            "{A|B}",
            "{Quantity}",
            "{Quantity|\"1\"}",
            "{ExchangeRate}",
            // the ID of a usage record is made of its file's and its row
            "UR-",
            // and the place of a name in a company's own mails
            "{recipient}",
            "{Order}-{Line}",
            "{Line}",
            "{Region}",
            "charge:",
            "reversal:",
            "exclude",
            "stop:",
            forms::CONSENT,
            signing_first::CONSENT,
            extension::OFFER,
            extension::CONSENT,
            signing::CONSENT,
            distribution::CONSENT,
            FORM_URL,
        ]
        .map(str::to_owned),
    );
    all.extend(reference::codes().map(str::to_owned));
    all.extend(tongues::names().map(str::to_owned));
    all.extend(entente_zones());
    all.sort_by_key(|text| std::cmp::Reverse(text.len()));
    all
}

fn entente_zones() -> Vec<String> {
    chrono_tz::TZ_VARIANTS.iter().flat_map(|zone| [zone.name().to_owned(), zone.name().replace('_', " ")]).collect()
}

/// Where each text was met first.
struct Look {
    met: BTreeMap<String, String>,
}

impl Look {
    fn at(&mut self, place: &str, page: &Answer) {
        if !page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
            return;
        }
        for text in texts(page) {
            self.met.entry(text).or_insert_with(|| place.to_owned());
        }
    }

    /// What is left of each text without what is data, and where that was met.
    fn found(&self, data: &[String]) -> BTreeMap<String, String> {
        let left = self.met.iter().filter_map(|(text, place)| Some((left(text, data)?, place)));
        left.fold(BTreeMap::new(), |mut found, (left, place)| {
            found.entry(left).or_insert_with(|| place.clone());
            found
        })
    }
}

/// The forms of a page that ask for something, each with every field empty.
fn empty_forms(page: &Answer) -> Vec<(String, Vec<(String, String)>)> {
    let html = page.html();
    let attribute =
        |element: ElementRef<'_>, name: &str| element.value().attr(name).map(str::to_owned).unwrap_or_default();
    html.select(&selector("main form[method='post']"))
        .filter(|form| form.select(&selector("input:not([type='hidden']), textarea, select")).next().is_some())
        .filter(|form| attribute(*form, "enctype").is_empty())
        .map(|form| {
            let to = Some(attribute(form, "action")).filter(|to| !to.is_empty()).unwrap_or_else(|| page.path.clone());
            let asked = selector("input, textarea, select");
            let fields = form.select(&asked).filter_map(|field| {
                let (name, kind) = (attribute(field, "name"), attribute(field, "type"));
                match kind.as_str() {
                    _ if name.is_empty() => None,
                    "checkbox" | "radio" | "file" => None,
                    "hidden" => Some((name, attribute(field, "value"))),
                    _ => Some((name, String::new())),
                }
            });
            (to, fields.collect())
        })
        .collect()
}

async fn post(client: &Client, to: &str, fields: &[(String, String)], lang: &str) -> Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.send_with(Method::POST, to, &fields, &[("accept-language", lang)]).await
}

/// What every page says to people who read `lang`, without what is data, and where it was met: of every portal, of a person's own and of
/// guests, and every form sent empty.
pub async fn tour(world: &World, lang: &str) -> BTreeMap<String, String> {
    let drawn = Drawn::of(world);
    world.run(&format!("UPDATE users SET language = '{lang}'"));
    let clients = [world.michael().await, world.donnie().await, world.apollo().await];
    let mut known = data(world);
    let mut look = Look { met: BTreeMap::new() };
    let mut forms = Vec::new();
    for role in Role::ALL {
        let (base, client) = match role {
            Role::Distributor => (MICKS, &clients[0]),
            Role::Reseller => (ACREED, &clients[1]),
            Role::Vendor => (CHAMPIONS, &clients[2]),
        };
        for mount in portals::screens(*role).into_iter().filter(|mount| mount.method == Method::GET) {
            let place = format!("{} {}", role.key(), mount.path);
            let page = client.get(&address(base, &mount.path, *role, &drawn)).await;
            if page.status == 200 {
                assert!(
                    page.html().select(&selector(&format!("html[lang='{lang}']"))).next().is_some()
                        || !page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")),
                    "{place} knows its language"
                );
                forms.extend(empty_forms(&page).into_iter().map(|(to, fields)| (client, place.clone(), to, fields)));
            }
            look.at(&place, &page);
        }
    }
    let nobody = world.stranger();
    for path in GUESTS {
        let page = nobody.get_as(Method::GET, path, &[("accept-language", lang)]).await;
        look.at(path, &page);
        if ["/sign-in", "/forgot-password", "/sso"].contains(&path) {
            for (to, fields) in empty_forms(&page) {
                look.at(path, &post(&nobody, &to, &fields, lang).await);
            }
        }
    }
    // the page that activates a contract, whose reader is nobody yet
    let contract = clients[0].get(&format!("{MICKS}/contracts/{PENDING}")).await;
    let link = contract.shown_link();
    let mut letter = nobody.get_as(Method::GET, &link, &[("accept-language", lang)]).await;
    while letter.status == 303 {
        let to = letter.location().to_owned();
        letter = nobody.get_as(Method::GET, &to, &[("accept-language", lang)]).await;
    }
    look.at("an activation", letter.must_be(200));
    for path in OWN {
        let page = clients[0].get(path).await;
        look.at(path, &page);
        forms.extend(empty_forms(&page).into_iter().map(|(to, fields)| (&clients[0], path.to_owned(), to, fields)));
    }
    let mut refused = 0;
    for (client, place, to, fields) in &forms {
        let answer = post(client, to, fields, lang).await;
        refused += usize::from(answer.status == 422);
        look.at(&format!("{place} sent empty"), &answer);
    }
    assert!(refused > 20, "{refused} of {} forms were refused", forms.len());
    // what was sent has changed what is kept
    known.extend(data(world));
    known.extend(everywhere());
    known.sort_by_key(|text| std::cmp::Reverse(text.len()));
    known.dedup();
    look.found(&known)
}

#[actix_web::test]
async fn in_the_made_language_no_word_is_plain() {
    let world = World::with(|config| Config { pseudo: true, ..config }).await;
    let found = tour(&world, "en-XA").await;
    assert!(found.is_empty(), "nobody can translate: {found:#?}");
}

#[actix_web::test]
async fn a_person_reads_in_the_language_of_the_profile_and_else_of_the_browser() {
    let world = World::with(|config| Config { pseudo: true, ..config }).await;
    let language = |page: &Answer| page.attribute("html", "lang");
    let michael = world.michael().await;
    assert_eq!(language(&michael.get("/profile").await), "en");
    let made = michael.get_as(Method::GET, "/profile", &[("accept-language", "xx, en-XA;q=0.5")]).await;
    assert_eq!(language(&made), "en-XA");
    made.must_say("⟦Þŕöƒîļé ~~~~~~~⟧");
    let profile = michael.get("/profile").await;
    michael.submit(&profile, &[("language", "xx")]).await.must_be(422).must_say("Choose a language from the list");
    world.run("UPDATE users SET language = 'en-XA'");
    let page = michael.get("/profile").await;
    assert_eq!(language(&page), "en-XA", "the profile decides");
    let saved = michael.submit(&page, &[("language", "en")]).await;
    let saved = michael.follow(saved).await;
    assert_eq!(language(&saved), "en");
    saved.must_say("Profile saved");
    assert_eq!(saved.attribute("#language option[selected]", "value"), "en");
    let english = michael.get_as(Method::GET, "/profile", &[("accept-language", "en-XA")]).await;
    assert_eq!(language(&english), "en", "also where the browser asks for another");
    // what nobody has a file for is English
    assert_eq!(language(&world.stranger().get_as(Method::GET, "/sign-in", &[("accept-language", "tlh")]).await), "en");
}

#[actix_web::test]
async fn a_company_has_a_language_for_those_who_have_chosen_none() {
    let world = World::with(|config| Config { pseudo: true, ..config }).await;
    let language = |page: &Answer| page.attribute("html", "lang");
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let page = michael.get(&format!("{MICKS}/language")).await;
    michael.submit(&page, &[("language", "xx")]).await.must_be(422).must_say("Choose a language from the list");
    let saved = michael.submit(&page, &[("language", "en")]).await;
    michael.follow(saved).await.must_say("Company language saved");
    let asks = [("accept-language", "en-XA")];
    assert_eq!(language(&michael.get_as(Method::GET, MICKS, &asks).await), "en", "the company, before the browser");
    world.run("UPDATE accounts SET language = 'en-XA' WHERE id = 'PA-469-206'");
    assert_eq!(language(&michael.get(MICKS).await), "en-XA");
    assert_eq!(language(&michael.get("/profile").await), "en-XA", "also outside of the portal");
    assert_eq!(language(&apollo.get(CHAMPIONS).await), "en", "another company's people do not read so");
    world.run("UPDATE users SET language = 'en'");
    assert_eq!(language(&michael.get(MICKS).await), "en", "the profile decides");
}

#[actix_web::test]
async fn without_the_setting_nobody_gets_the_made_language() {
    let world = World::new().await;
    let page = world.stranger().get_as(Method::GET, "/sign-in", &[("accept-language", "en-XA")]).await;
    assert_eq!(page.attribute("html", "lang"), "en");
    page.must_say("Sign in");
}
