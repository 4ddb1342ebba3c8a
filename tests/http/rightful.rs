//! Who may do something can do it: every act of every portal is let through once, from a form that a page of the program shows, with what
//! stands in it already and plausible words in what is still empty. Pages are found by following links, as a person does.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use actix_web::http::Method;
use chrono::{Days, Utc};
use entente::{
    kit::{actor::Role, choice::Choice as _},
    portals,
};
use scraper::ElementRef;

use crate::{
    access::{Drawn, address},
    support::{
        Answer, Client, World,
        client::selector,
        world::{ACREED, CHAMPIONS, MICKS},
    },
};

/// What cannot be reached this way, and why.
const OTHERWISE: &[(&str, &str, &str)] = &[];

/// Pages of one sort that are looked at: enough to meet objects in several states.
const MOST: usize = 4;
/// Forms of one act that are tried in one round.
const TRIES: usize = 4;
/// How often all roles have their turn: what one does gives others something to do.
const ROUNDS: usize = 3;

/// What ends something, or takes it away, comes after all else.
const ENDS: [&str; 19] = [
    "terminate",
    "delete",
    "decommission",
    "reject",
    "decline",
    "cancel",
    "unlist",
    "withdraw",
    "discard",
    "fail",
    "disable",
    "off",
    "revoke",
    "ignore",
    "stop",
    "remove",
    "end",
    "suspend",
    "hide",
];

/// A form on a page: where it leads, and what is sent.
#[derive(Debug, Clone)]
struct Form {
    page: String,
    to: String,
    fields: Vec<(String, String)>,
    file: Option<(String, &'static str, Vec<u8>)>,
}

/// What a person would type into an empty field.
fn plausible(name: &str, kind: &str, number: usize) -> String {
    let day = Utc::now().date_naive() + Days::new(40);
    match (kind, name) {
        ("email", _) => format!("somebody{number}@example.com"),
        ("url", _) => format!("https://example.com/{number}"),
        ("date", _) => day.to_string(),
        ("datetime-local", _) => format!("{day}T12:00"),
        ("tel", _) => "+12025550142".to_owned(),
        ("number", _) => "1".to_owned(),
        (_, "postal_code") => "10001".to_owned(),
        (_, "countries" | "country") => "US".to_owned(),
        (_, "currency") => "USD".to_owned(),
        (_, "short_description") => format!("Words of some length for number {number}"),
        _ => format!("Sample {number}"),
    }
}

fn attribute(element: ElementRef<'_>, name: &str) -> Option<String> {
    element.value().attr(name).map(str::to_owned)
}

/// A file that the field takes.
fn file(field: ElementRef<'_>) -> (&'static str, Vec<u8>) {
    let accepted = attribute(field, "accept").unwrap_or_default();
    if accepted.contains("image") || accepted.contains(".png") {
        ("a.png", crate::products::png())
    } else if accepted.contains("csv") {
        ("a.csv", format!("{}\r\n", crate::imports::HEAD).into_bytes())
    } else {
        ("a.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF".to_vec())
    }
}

/// The forms of a page. `ticked`: with every box ticked that is still empty.
fn forms(page: &Answer, ticked: bool) -> Vec<Form> {
    let html = page.html();
    let mut found = Vec::new();
    for form in html.select(&selector("form[method='post']")) {
        let own = attribute(form, "action").filter(|to| !to.is_empty()).unwrap_or_else(|| page.path.clone());
        let mut fields: Vec<(String, String)> = Vec::new();
        let mut upload = None;
        let mut chosen = BTreeSet::new();
        for (number, field) in form.select(&selector("input, textarea, select")).enumerate() {
            let Some(name) = attribute(field, "name") else { continue };
            let kind = attribute(field, "type").unwrap_or_default();
            let value = attribute(field, "value").unwrap_or_default();
            let has = |word: &str| field.value().attr(word).is_some();
            match (field.value().name(), kind.as_str()) {
                ("input", "file") => {
                    let (file_name, bytes) = file(field);
                    upload = Some((name, file_name, bytes));
                }
                ("input", "checkbox") => {
                    if has("checked") || has("required") || ticked {
                        fields.push((name, value));
                    }
                }
                ("input", "radio") => {
                    let group = selector(&format!("input[type='radio'][name='{name}'][checked]"));
                    let free = form.select(&group).next().is_none();
                    if has("checked") || (free && chosen.insert(name.clone())) {
                        fields.push((name, value));
                    }
                }
                ("input", "hidden") => fields.push((name, value)),
                ("select", _) => {
                    let options: Vec<ElementRef<'_>> = field.select(&selector("option")).collect();
                    let of = |option: &ElementRef<'_>| attribute(*option, "value").unwrap_or_default();
                    let selected = options.iter().find(|option| option.value().attr("selected").is_some()).map(of);
                    let first = options.iter().map(of).find(|value| !value.is_empty());
                    let value = selected.filter(|value| !value.is_empty()).or(first);
                    fields.extend(value.map(|value| (name, value)));
                }
                ("textarea", _) => {
                    let text = field.text().collect::<String>().trim_start_matches('\n').to_owned();
                    let text = if text.trim().is_empty() { format!("Words {number}") } else { text };
                    fields.push((name, text));
                }
                _ => {
                    let value = if value.is_empty() { plausible(&name, &kind, number + 1) } else { value };
                    fields.push((name, value));
                }
            }
        }
        let buttons: Vec<ElementRef<'_>> = form.select(&selector("button")).collect();
        let mut ways: Vec<(String, Option<(String, String)>)> = Vec::new();
        for button in &buttons {
            let to = attribute(*button, "formaction").unwrap_or_else(|| own.clone());
            let said = attribute(*button, "name").map(|name| (name, attribute(*button, "value").unwrap_or_default()));
            if said.as_ref().is_none_or(|(name, _)| name != "back") && !ways.iter().any(|(known, _)| *known == to) {
                ways.push((to, said));
            }
        }
        if ways.is_empty() {
            ways.push((own, None));
        }
        for (to, said) in ways {
            let mut fields = fields.clone();
            fields.extend(said);
            found.push(Form { page: page.path.clone(), to, fields, file: upload.clone() });
        }
    }
    found
}

/// A role's portal as somebody walks through it.
struct Walk<'a> {
    role: Role,
    base: &'a str,
    client: &'a Client,
    pages: Vec<String>,
    acts: Vec<String>,
    /// Acts that were let through.
    done: BTreeSet<String>,
    /// What the others answered last.
    refused: BTreeMap<String, String>,
}

/// The pattern that an address fits: of several the one with the fewest placeholders.
fn pattern<'a>(patterns: &'a [String], path: &str) -> Option<&'a String> {
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |pattern: &&String| {
        let wanted: Vec<&str> = pattern.split('/').collect();
        wanted.len() == parts.len()
            && wanted.iter().zip(&parts).all(|(wanted, part)| wanted.starts_with('{') || wanted == part)
    };
    patterns.iter().filter(fits).min_by_key(|pattern| pattern.matches('{').count())
}

impl<'a> Walk<'a> {
    fn new(role: Role, base: &'a str, client: &'a Client) -> Self {
        let of = |method: Method| {
            let mounts = portals::screens(role).into_iter().filter(|mount| mount.method == method);
            mounts.map(|mount| mount.path).collect()
        };
        let (pages, acts) = (of(Method::GET), of(Method::POST));
        Self { role, base, client, pages, acts, done: BTreeSet::new(), refused: BTreeMap::new() }
    }

    fn inside<'p>(&self, url: &'p str) -> Option<&'p str> {
        let path = url.split(['?', '#']).next().unwrap_or_default();
        let path = path.strip_prefix("http://127.0.0.1:8080").unwrap_or(path);
        path.strip_prefix(self.base)
    }

    fn act(&self, form: &Form) -> Option<String> {
        pattern(&self.acts, self.inside(&form.to)?).cloned()
    }

    /// Walks from these addresses on, so many links far, and gives the forms of acts that were not let through yet, by the act.
    async fn look(&self, from: impl IntoIterator<Item = String>, far: usize) -> BTreeMap<String, Vec<Form>> {
        let mut ways: VecDeque<(String, usize)> = from.into_iter().map(|url| (url, far)).collect();
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let mut found: BTreeMap<String, Vec<Form>> = BTreeMap::new();
        while let Some((url, left)) = ways.pop_front() {
            let Some(sort) = self.inside(&url).and_then(|path| pattern(&self.pages, path)) else { continue };
            let count = counts.entry(sort.clone()).or_default();
            if *count >= MOST || !seen.insert(url.clone()) || url.contains("export") {
                continue;
            }
            *count += 1;
            let page = self.client.get(&url).await;
            if page.status == 303 {
                ways.push_back((page.location().to_owned(), left));
            }
            if page.status != 200 || !page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
                continue;
            }
            for form in forms(&page, false) {
                if let Some(act) = self.act(&form).filter(|act| !self.done.contains(act)) {
                    let known = found.entry(act).or_default();
                    if known.len() < TRIES * 2 && !known.iter().any(|one| one.to == form.to) {
                        known.push(form);
                    }
                }
            }
            if let Some(left) = left.checked_sub(1) {
                let links = page.attributes("main a[href]", "href").into_iter();
                ways.extend(links.map(|link| (link.split(['?', '#']).next().unwrap_or_default().to_owned(), left)));
            }
        }
        found
    }

    /// Sends the form as its page shows it now; gives where it leads when it was let through.
    async fn send(&mut self, act: &str, form: &Form) -> Option<String> {
        for ticked in [false, true] {
            let page = self.client.get(&form.page).await;
            if page.status != 200 {
                return None;
            }
            let form = forms(&page, ticked).into_iter().find(|one| one.to == form.to)?;
            let answer = self.sent(&form).await;
            if matches!(answer.status, 200 | 303)
                && !(answer.status == 303 && answer.location().starts_with("/sign-in"))
            {
                self.done.insert(act.to_owned());
                self.refused.remove(act);
                return Some(if answer.status == 303 { answer.location().to_owned() } else { form.page });
            }
            let why = format!("{} {}: {:?}", form.to, answer.status, answer.errors());
            self.refused.insert(act.to_owned(), why);
            if answer.status != 422 {
                return None;
            }
        }
        None
    }

    async fn sent(&self, form: &Form) -> Answer {
        let fields: Vec<(&str, &str)> =
            form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let Some((name, file_name, bytes)) = &form.file else { return self.client.post(&form.to, &fields).await };
        let mut body = Vec::new();
        for (field, value) in &fields {
            body.extend_from_slice(
                format!("--x\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").as_bytes(),
            );
        }
        body.extend_from_slice(
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\n\r\n")
                .as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--x--\r\n");
        self.client.post_raw(&form.to, "multipart/form-data; boundary=x", body).await
    }

    /// Does all that can be done, ends last; what an act leads to is looked at as well. Says whether anything was new.
    async fn go(&mut self, drawn: &Drawn) -> bool {
        let before = self.done.len();
        let pages = self.pages.clone();
        let addresses = pages.iter().map(|path| address(self.base, path, self.role, drawn));
        let mut waiting = self.look(std::iter::once(self.base.to_owned()).chain(addresses), usize::MAX).await;
        let ends = |act: &String| ENDS.iter().any(|word| act.split(['/', '-']).any(|part| part == *word));
        while let Some(act) = waiting.keys().min_by_key(|act| (ends(act), act.matches('/').count())).cloned() {
            let tried = waiting.remove(&act).unwrap_or_default();
            for form in tried.into_iter().take(TRIES) {
                if self.done.contains(&act) {
                    break;
                }
                if let Some(to) = self.send(&act, &form).await {
                    for (act, forms) in self.look([to], 1).await {
                        if !self.done.contains(&act) && !waiting.contains_key(&act) {
                            waiting.insert(act, forms);
                        }
                    }
                }
            }
        }
        self.done.len() > before
    }
}

#[actix_web::test]
async fn who_may_do_something_can_do_it() {
    // what fails inside of the program says why
    let _ = tracing_subscriber::fmt().with_max_level(tracing::Level::ERROR).with_test_writer().try_init();
    let world = World::new().await;
    let (michael, donnie, apollo) = (world.michael().await, world.donnie().await, world.apollo().await);
    let drawn = Drawn::of(&world);
    let mut walks = [
        Walk::new(Role::Distributor, MICKS, &michael),
        Walk::new(Role::Vendor, CHAMPIONS, &apollo),
        Walk::new(Role::Reseller, ACREED, &donnie),
    ];
    for _ in 0..ROUNDS {
        let mut new = false;
        for walk in &mut walks {
            new |= walk.go(&drawn).await;
        }
        if !new {
            break;
        }
    }
    let mut wrong = Vec::new();
    let (mut all, mut done) = (0, 0);
    for walk in &walks {
        all += walk.acts.len();
        done += walk.done.len();
        for act in walk.acts.iter().filter(|act| !walk.done.contains(*act)) {
            let role = walk.role.key();
            if !OTHERWISE.iter().any(|(of, path, _)| *of == role && path == act) {
                let why = walk.refused.get(act).map_or("no page has its form", String::as_str);
                wrong.push(format!("    (\"{role}\", \"{act}\", \"{why}\"),"));
            }
        }
        for act in &walk.done {
            if OTHERWISE.iter().any(|(of, path, _)| *of == walk.role.key() && path == act) {
                wrong.push(format!("{} {act} is let through: strike it from the list", walk.role.key()));
            }
        }
    }
    assert!(wrong.is_empty(), "{done} of {all} acts were let through; neither these nor listed:\n{}", wrong.join("\n"));
}
