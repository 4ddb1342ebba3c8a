//! The page of a usage file: what it comes to, what is wrong with it, its records, and what happened to it.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{OfFile, Way, comes_to, id, period, sum, url, with_records};
use crate::{
    kit::{
        acts::Acts,
        choice::Choice as _,
        db::Db,
        form::FieldError,
        form_page::{Ask, Asked},
        grid::Total,
        id::Id,
        input::Form,
        lifecycle::allowed,
        page::{self, Page, Tab},
        problem::Result,
        progress::{self, Progress},
        shown::FIELD,
        time::{When, Zone},
        typed::apart,
        viewer::Viewer,
        words::{Say as _, Words, filters},
    },
    modules::{
        contracts,
        customers::pages::asked,
        events::{self, Entry},
        orders,
        queue::{
            Standing as _,
            beside::{self, Beside},
            pages::Deciding,
        },
        usage::{
            Report, Review, Status, UsageFile, View, actions,
            data::Acceptance,
            fault::Code,
            lifecycle::{Action, EDITABLE, Part, RULES},
            mapping::{self, pages::ReadWith},
            queue::Reports,
            read::{Others, row_of},
            record_id, rules,
            store::{self, Aside, Begin, Detail, FaultRow, FileRow, Other, Placed, RecordRow, Wanted, part},
            years,
        },
    },
    t,
};

/// The tabs; what is about records is there when they are.
const TABS: [(&str, &str); 5] =
    [("General", ""), ("Comparison", "compare"), ("Records", "records"), ("Billing", "chunks"), ("History", "history")];

/// What every tab shows.
pub struct Facts {
    pub detail: Detail,
    part: Part,
    /// Whether this person does what comes next: reports usage, or decides about it.
    acting: bool,
    pub records: bool,
    /// Whether its records are closed, or can be.
    pub billable: bool,
    pub period: Words,
    pub created: When,
    pub submitted: Option<When>,
    pub contract: Option<String>,
    /// The rule of the owner for the product, for the owner.
    pub rule: Option<String>,
    pub acts: Acts,
    pub tabs: Vec<Tab>,
    /// The list, as it was left.
    pub files: String,
    pub here: String,
    way: Way,
    /// What can be done stands in a bar below instead of in the heading.
    pub below: bool,
}

impl Facts {
    pub fn new(actor: &Viewer<View>, detail: Detail, (tab, way): (&str, Way)) -> Self {
        let file = &detail.row;
        let part = part(&actor.identity.company);
        let here = url(actor, &file.id);
        let may = |part| match part {
            Part::Vendor => actor.may::<Report>(),
            Part::Owner => actor.may::<Review>(),
            Part::System => false,
        };
        let primary = |action| match action {
            Action::Upload => file.status != Status::Ready,
            _ => action != Action::Reject,
        };
        let acting = may(part);
        let mut acts = Acts::of((RULES, file.status), &[part], &here, |part, _| may(part), primary);
        if part == Part::Vendor && acting {
            if EDITABLE.contains(&file.status) {
                acts.button("Dry run", format!("{here}/dry-run"), false);
                acts.button("Edit", format!("{here}/edit"), false);
            }
            if file.can_go() {
                acts.button("Delete", format!("{here}/delete"), false);
            }
        }
        if part == Part::Owner && file.status == Status::Closed && acting && !file.billing_reference.is_empty() {
            acts.button("Edit billing", format!("{here}/billing"), false);
        }
        let zone = actor.zone();
        let records = file.status.shows_records(part);
        let billable = matches!(file.status, Status::Accepted | Status::Closed);
        let there = |key: &str| match key {
            "compare" | "records" => records,
            // which hub a subscription is of is its owner's affair
            "chunks" => billable && part == Part::Owner,
            _ => true,
        };
        let tabs: Vec<_> = TABS.iter().copied().filter(|(_, key)| there(key)).collect();
        let mut tabs = Tab::list(&here, &tabs, tab);
        for tab in &mut tabs {
            match tab.href.ends_with("/records") {
                true => tab.href = way.records(&here, &[]),
                false => tab.href.push_str(&way.query),
            }
        }
        Self {
            part,
            acting,
            records,
            billable,
            period: period(file),
            created: zone.when(file.created_at),
            submitted: file.submitted_at.map(|at| zone.when(at)),
            contract: actor.leads::<contracts::View>(&format!("contracts/{}", file.contract_id)),
            rule: (part == Part::Owner).then(|| actor.url(&format!("usage-rules/{}", file.product_id))),
            acts: acts.keyed(&format!("{here}/reject"), "i").within(&way.query),
            tabs,
            files: format!("{}{}", actor.url("usage-files"), way.query),
            here,
            way,
            below: false,
            detail,
        }
    }

    /// The records of an item or a subscription.
    pub fn records_of(&self, key: &str, id: &str) -> String {
        self.way.records(&self.here, &[(key, id)])
    }

    /// The records that these pairs ask for.
    pub fn records_by(&self, pairs: &[(&str, &str)]) -> String {
        self.way.records(&self.here, pairs)
    }

    pub fn file(&self) -> &FileRow {
        &self.detail.row
    }

    /// Whether this person closes records of the file now.
    pub fn closing(&self) -> bool {
        self.acting && allowed(RULES, self.file().status, self.part).contains(&Action::Close)
    }

    /// Whether this person may say how records were billed.
    pub fn billing(&self) -> bool {
        self.acting && self.part == Part::Owner && self.billable
    }

    /// How many of its records are closed, while it is not.
    pub fn closed(&self) -> Option<Words> {
        let file = self.file();
        (file.status == Status::Accepted).then(|| t!("{closed} of {n}", closed = file.closed, n = file.records))
    }

    pub fn vendor(&self) -> bool {
        self.part == Part::Vendor
    }

    pub fn sum(&self) -> Words {
        sum(self.file())
    }

    /// What is told apart of the sum, each with its records.
    pub fn apart(&self) -> Vec<(&'static str, Words, String)> {
        let Some(apart) = &self.detail.apart else { return Vec::new() };
        let told = |aside: &Aside| {
            let (records, amount) = apart.of(*aside);
            let words = comes_to(records, amount, self.file());
            (records > 0).then(|| (aside.label(), words, self.records_of("aside", aside.key())))
        };
        Aside::ALL.iter().filter_map(told).collect()
    }

    /// What the report should come to, and how much more it comes to.
    pub fn control_total(&self) -> Option<Words> {
        let (total, difference) = self.detail.control.as_ref()?.total()?;
        Some(t!("{total}, difference {difference}", total, difference))
    }

    /// How many rows it should have, and how many more it has.
    pub fn control_rows(&self) -> Option<Words> {
        let (rows, difference) = self.detail.control.as_ref()?.rows()?;
        Some(t!("{rows}, difference {difference}", rows, difference))
    }

    /// What comes next; what is to be done is told who may do it.
    pub fn next(&self) -> Option<Words> {
        let owner = apart(&self.detail.owner).into_owned();
        let words = match (self.part, self.file().status) {
            (Part::Vendor, Status::Draft | Status::Invalid | Status::Ready | Status::Rejected)
            | (Part::Owner, Status::Pending | Status::Accepted)
                if !self.acting =>
            {
                return None;
            }
            (Part::Vendor, Status::Draft) => t!("Upload a report. The template includes your active subscriptions."),
            (Part::Vendor, Status::Invalid) => {
                t!("Correct the report and upload it again. None of its records count until then.")
            }
            (Part::Vendor, Status::Ready) => t!("No errors found. Submit the file to {owner}.", owner),
            (Part::Vendor, Status::Pending) => t!("{owner} is reviewing the file.", owner),
            (Part::Vendor, Status::Rejected) => {
                t!("{owner} rejected the file. Correct the report and upload it again.", owner)
            }
            (Part::Owner, Status::Pending) => t!("Accept the file, or reject it with a reason."),
            (Part::Owner, Status::Rejected) => t!("The vendor can correct the report and submit it again."),
            (Part::Owner, Status::Accepted) => t!("Close the file once it is billed."),
            _ => return None,
        };
        Some(words)
    }
}

/// A mistake as pages list it.
pub struct Mistake {
    /// None when the file as a whole is wrong.
    pub row: Option<i32>,
    /// Of one that stands in several rows, which became one.
    pub rows: Option<Words>,
    pub letters: String,
    pub header: String,
    pub raw: String,
    pub words: Words,
}

impl Mistake {
    fn of(row: &FaultRow) -> Self {
        Self {
            row: (row.number > 0).then_some(row.number),
            rows: rows(row.number, &row.others()),
            letters: row.letters.clone(),
            header: row.header.clone(),
            raw: if row.number > 0 { row.raw.clone() } else { String::new() },
            words: row.words(),
        }
    }

    pub fn of_placed(one: &Placed) -> Self {
        Self {
            row: (one.number > 0).then_some(one.number),
            rows: rows(one.number, &one.others),
            letters: one.letters.clone(),
            header: one.fault.at.map_or("", |at| at.key()).to_owned(),
            raw: if one.number > 0 { one.fault.raw.clone() } else { String::new() },
            words: one.fault.words(),
        }
    }
}

/// "4, 9, 31 and 12 more": rows of a report that became one.
fn rows(first: i32, others: &Others) -> Option<Words> {
    if others.rows.is_empty() {
        return None;
    }
    let named: Vec<String> = std::iter::once(&first).chain(&others.rows).map(ToString::to_string).collect();
    Some(match usize::try_from(others.more) {
        Ok(more) if more > 0 => t!("{rows} and {n} more" | "{rows} and {n} more", more, rows = named.join(", ")),
        _ => Words::all_of(named),
    })
}

/// A sort of mistakes, and how many there are.
struct Sort {
    label: &'static str,
    count: Total,
    href: String,
    current: bool,
}

/// A sum, with where its records are.
struct Sum {
    total: store::Total,
    href: String,
}

/// The check of an upload as its page begins to show it.
struct Running {
    state: &'static str,
    words: Words,
    before: i64,
}

#[derive(Template)]
#[template(path = "usage/show/general.html")]
pub struct General {
    page: Page,
    facts: Facts,
    beside: Option<Beside>,
    /// What the owner of a marketplace does where it reads a file.
    deciding: Option<Deciding>,
    /// What its rule has done or said before.
    ruled: Option<rules::pages::Ruled>,
    form_errors: Vec<FieldError>,
    progress: Option<Running>,
    uploaded: Option<When>,
    /// The mapping that the report was read through, for both sides.
    read_with: Option<ReadWith>,
    /// Where the upload is, for those who may have it.
    original: Option<String>,
    templates: bool,
    /// Where the upload with its errors is.
    errors: Option<String>,
    sorts: Vec<Sort>,
    all: String,
    all_current: bool,
    mistakes: Vec<Mistake>,
    /// How many there are where not all are listed.
    listed: Option<Words>,
    /// Items that the file made, for its vendor.
    made: Vec<Linked>,
    items: Vec<Sum>,
    /// What is said of records that are alike, and of those that go on after their subscription.
    alike: Option<Words>,
    beyond: Option<Words>,
    subscriptions: Vec<Sum>,
    more: bool,
    amounts: bool,
    tiers: bool,
}

/// Mistakes, and sums, that a page lists.
const LISTED: i32 = 200;

/// What somebody should look at who reports records, or accepts them: it may be right.
fn alike(detail: &Detail) -> Option<Words> {
    let found = detail.alike.as_ref()?;
    let count = usize::try_from(found.records).unwrap_or_default();
    Some(match (&found.amount, &detail.row.currency) {
        (Some(amount), Some(currency)) => t!(
            "{n} record is like another in all but its ID ({amount} {currency}). Check that no usage was reported twice."
                | "{n} records are alike in all but their IDs ({amount} {currency}). Check that no usage was reported twice.",
            count,
            amount,
            currency
        ),
        _ => t!(
            "{n} record is like another in all but its ID. Check that no usage was reported twice."
                | "{n} records are alike in all but their IDs. Check that no usage was reported twice.",
            count
        ),
    })
}

/// What somebody should look at of records that go on after their subscription has ended.
fn beyond(detail: &Detail) -> Option<Words> {
    let apart = detail.apart.as_ref()?;
    let days = apart.beyond_days.as_ref()?;
    let (records, _) = apart.of(Aside::Beyond);
    Some(t!(
        "{n} record goes on after its subscription ended, for {days} days. Check that only what was used is reported."
            | "{n} records go on after their subscriptions ended, for {days} days in all. Check that only what was used is reported.",
        usize::try_from(records).unwrap_or_default(),
        days
    ))
}

/// How far the check of an upload is, in words.
fn words(detail: &Detail) -> Words {
    let read = detail.upload.as_ref().map_or(0, |upload| usize::try_from(upload.work).unwrap_or_default());
    match detail.row.status {
        Status::Uploading => t!("Waiting to be checked."),
        Status::Processing => t!("{n} row checked so far." | "{n} rows checked so far.", read),
        _ => Words::default(),
    }
}

pub async fn general(actor: Viewer<View>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &general_page(&actor, &db, id(&path.1)?, &Form::empty()).await?)
}

/// The acceptance on the page of a file, for whoever may accept it now.
fn accepting(facts: &Facts, form: &Form<Acceptance>) -> Option<Deciding> {
    let file = facts.file();
    if !facts.acting || !allowed(RULES, file.status, facts.part).contains(&Action::Accept) {
        return None;
    }
    let vendor = apart(&facts.detail.vendor);
    Some(Deciding {
        action: format!("{}/accept{}", facts.here, facts.way.query),
        hidden: vec![(FIELD, actions::shown(file).token())],
        effects: vec![
            t!("You accept its records as the basis for billing.").into(),
            t!("We'll email {vendor}.", vendor).into(),
        ],
        asked: vec![Asked { field: form.field("note"), ask: Ask::Text(2), group: None }],
        button: "Accept",
        danger: false,
        save: None,
    })
}

/// The first page of a file, for the owner of a marketplace beside its list, with what is said when it is accepted.
pub async fn general_page(
    actor: &Viewer<View>,
    db: &Db,
    file: Id<UsageFile>,
    form: &Form<Acceptance>,
) -> Result<General> {
    let code = asked(actor, "code").and_then(|key| Code::from_key(&key));
    let owner = part(&actor.identity.company) == Part::Owner;
    let within = owner.then(|| beside::within::<Reports, View>(actor, actor.may::<Review>()));
    let (detail, used, before, counts, faults, made, items, subscriptions, beside) = db
        .read(actor, move |read| {
            let detail = store::find(read, &file)?;
            let used = mapping::store::used(read, &file)?;
            let beside = match within {
                Some(within) => within.around::<Reports>(read, &file, detail.row.status.waits())?,
                None => None,
            };
            let (mut before, mut counts, mut faults) = (0, Vec::new(), Vec::new());
            let (mut made, mut items, mut subscriptions) = (Vec::new(), Vec::new(), Vec::new());
            match detail.row.status {
                Status::Uploading | Status::Processing => {
                    if let Some(upload) = &detail.upload {
                        before = store::before(read, upload.sent_at)?;
                    }
                }
                Status::Invalid if detail.upload.is_some() => {
                    counts = store::fault_counts(read, &file)?;
                    faults = store::faults(read, &file, code, LISTED)?;
                }
                _ => {
                    if !owner {
                        made = store::made(read, &detail.row)?;
                    }
                    items = store::by_item(read, &detail.row, LISTED)?;
                    subscriptions = store::by_subscription(read, &detail.row, LISTED + 1)?;
                }
            }
            Ok((detail, used, before, counts, faults, made, items, subscriptions, beside))
        })
        .await?;
    let zone = actor.zone();
    let way = Way { query: beside.as_ref().map(|beside| beside.within.clone()).unwrap_or_default() };
    let mut facts = Facts { below: owner, ..Facts::new(actor, detail, ("", way)) };
    if beside.as_ref().is_some_and(Beside::is_decided) {
        (facts.acting, facts.acts) = (false, Acts::default());
    }
    let deciding = accepting(&facts, form);
    if deciding.is_some() {
        let asked = format!("{}/accept{}", facts.here, facts.way.query);
        facts.acts = facts.acts.without(&asked);
    }
    let errors = form.errors();
    let here = facts.here.clone();
    let status = facts.file().status;
    let asked_for = |counts: &[store::Count]| -> i64 {
        counts.iter().filter(|one| code.is_none_or(|code| one.code() == code)).map(|one| i64::from(one.faults)).sum()
    };
    let all = asked_for(&counts);
    let listed = (all > i64::try_from(faults.len()).unwrap_or_default()).then(|| {
        t!(
            "The first {listed} of {all} errors are listed. Download the report with its errors for more.",
            listed = faults.len(),
            all
        )
    });
    let schema = facts.file().schema;
    let sums = |totals: Vec<store::Total>, key: &str| -> Vec<Sum> {
        let one = |total: store::Total| Sum { href: facts.records_of(key, &total.id), total };
        totals.into_iter().map(one).collect()
    };
    let more = subscriptions.len() > LISTED as usize;
    let mut subscriptions = sums(subscriptions, "subscription");
    subscriptions.truncate(LISTED as usize);
    let has_rows = faults.iter().any(|fault| fault.number > 0);
    let good = facts.file().shows_records(&actor.identity.company);
    Ok(General {
        page: actor.page((&facts.file().name, "Usage files")).with_errors(&errors),
        beside,
        deciding,
        ruled: rules::pages::Ruled::of(&facts.detail),
        form_errors: errors,
        progress: (status.runs() && facts.vendor()).then(|| Running {
            state: status.key(),
            words: words(&facts.detail),
            before,
        }),
        // whoever decides about a file sees what was submitted, and not what its vendor tries since
        read_with: used
            .filter(|_| facts.vendor() || good)
            .map(|used| ReadWith::of(actor, (facts.vendor(), good), used)),
        uploaded: facts.detail.upload.as_ref().map(|upload| zone.when(upload.sent_at)),
        original: (facts.vendor() && facts.acting).then(|| format!("{here}/original")),
        templates: facts.vendor() && facts.acting && EDITABLE.contains(&status),
        errors: (has_rows && facts.acting).then(|| format!("{here}/errors.xlsx")),
        sorts: counts
            .iter()
            .map(|one| Sort {
                label: one.code().label(),
                count: Total::all(one.faults),
                href: format!("{here}?code={}", one.code().key()),
                current: code == Some(one.code()),
            })
            .collect(),
        all: here.clone(),
        all_current: code.is_none(),
        mistakes: faults.iter().map(Mistake::of).collect(),
        listed,
        made: made
            .into_iter()
            .map(|item| Linked {
                href: actor.url(&format!("products/{}/items/{}", facts.file().product_id, item.id)),
                key: format!("{} ({})", item.name, item.mpn),
            })
            .collect(),
        items: sums(items, "item"),
        alike: alike(&facts.detail),
        beyond: beyond(&facts.detail),
        subscriptions,
        more,
        amounts: schema.has_amounts(),
        tiers: schema.has_tiers(),
        facts,
    })
}

/// How far the check is, for whoever may look at the file.
pub async fn progress(
    actor: Viewer<View>,
    path: OfFile,
    db: web::Data<Db>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let (file, house, lang) = (id(&path.1)?, actor.visit.house.clone(), actor.visit.lang);
    let ask = move || {
        let (actor, db, file) = (actor.clone(), db.clone(), file.clone());
        async move {
            let detail = db.read(&actor, move |read| store::find(read, &file)).await?;
            Ok(Progress {
                state: detail.row.status.key(),
                words: words(&detail).said(lang),
                finished: detail.upload.as_ref().map_or(0, |upload| upload.work),
                // how many rows there are is known at the end
                work: 0,
            })
        }
    };
    Ok(progress::answer(&request, house, ask().await?, ask))
}

/// The records that the page's address asks for.
pub fn wanted(actor: &Viewer<View>) -> Wanted {
    let asked = |name: &str| asked(actor, name).unwrap_or_default();
    let billing = [store::OPEN, store::CLOSED_ONES].into_iter().find(|known| *known == asked("billing"));
    Wanted {
        search: asked("q"),
        item: asked("item"),
        subscription: asked("subscription"),
        aside: Aside::from_key(&asked("aside")),
        hub: asked("hub"),
        billing: billing.unwrap_or_default().to_owned(),
    }
}

/// A record as the page lists it.
struct Line {
    row: RecordRow,
    id: String,
    quantity: String,
    amount: String,
    start: When,
    end: When,
    subscription: Option<String>,
    /// The record that it takes back, and the one that takes it back.
    reverses: Option<Linked>,
    reversed_by: Option<Linked>,
    /// Of one that lies outside of the file's period.
    outside: Option<Aside>,
    /// Where it is closed, or where it is said otherwise how it was billed.
    close: Option<String>,
    bill: Option<String>,
}

/// Another thing, with where it is.
struct Linked {
    key: String,
    href: String,
}

/// Open records, or closed ones, of all that there are.
struct Narrower {
    label: &'static str,
    count: Total,
    href: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "usage/show/records.html")]
struct Records {
    page: Page,
    facts: Facts,
    wanted: Wanted,
    narrowed: bool,
    lines: Vec<Line>,
    tiers: bool,
    amounts: bool,
    range: Words,
    previous: Option<String>,
    next: Option<String>,
    query: String,
    here: String,
    /// The same without a search.
    all: String,
    /// What the search carries on.
    list: Option<String>,
    narrower: Vec<Narrower>,
}

/// Records of a page.
const SHOWN: i32 = 100;

pub async fn records(actor: Viewer<View>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let file = id(&path.1)?;
    let wanted = wanted(&actor);
    let number = |name: &str| asked(&actor, name).and_then(|number| number.parse::<i32>().ok());
    let from = match (number("after"), number("before")) {
        (Some(after), _) => Begin::Behind(after),
        (None, Some(before)) => Begin::Before(before),
        (None, None) => Begin::Behind(0),
    };
    let looked_for = wanted.clone();
    let (detail, mut rows, archived) = db
        .read(&actor, move |read| {
            let detail = store::find(read, &file)?;
            let rows = store::records(read, &detail.row, &looked_for, from, SHOWN + 1)?;
            let archived = rows.is_empty() && detail.row.records > 0 && years::is_archived(read, &detail.row.id)?;
            Ok((detail, rows, archived))
        })
        .await?;
    if archived {
        return Err(years::archived(&detail.row.id).leading_to(url(&actor, &detail.row.id), super::BACK));
    }
    let detail = Detail { row: with_records(&actor, detail.row)?, ..detail };
    let more = rows.len() > SHOWN as usize;
    match from {
        Begin::Behind(_) => rows.truncate(SHOWN as usize),
        Begin::Before(_) if more => drop(rows.remove(0)),
        Begin::Before(_) => {}
    }
    let (earlier, later) = match from {
        Begin::Behind(number) => (number > 0, more),
        Begin::Before(_) => (more, true),
    };
    let facts = Facts::new(&actor, detail, ("records", Way::beside_a_search(&actor)));
    let here = format!("{}/records", facts.here);
    let pairs = [
        ("q", wanted.search.as_str()),
        ("item", &wanted.item),
        ("subscription", &wanted.subscription),
        ("aside", wanted.aside.map_or("", Aside::key)),
        ("hub", &wanted.hub),
        ("billing", &wanted.billing),
    ];
    let pairs: Vec<(&str, &str)> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let query = serde_html_form::to_string(&pairs).unwrap_or_default();
    let at = |how: &str, row: Option<&RecordRow>| {
        let number = row?.number.to_string();
        let pairs: Vec<_> = pairs.iter().copied().chain([(how, number.as_str())]).collect();
        Some(facts.way.records(&facts.here, &pairs))
    };
    let (previous, next) =
        (earlier.then(|| at("before", rows.first())).flatten(), later.then(|| at("after", rows.last())).flatten());
    let range = match (rows.first(), rows.last()) {
        (Some(first), Some(last)) => {
            t!(
                "Rows {first} to {last}",
                first = row_of(first.number).to_string(),
                last = row_of(last.number).to_string()
            )
        }
        _ => t!("No rows"),
    };
    let linked = |other: Other| Linked {
        href: facts.way.records(&url(&actor, &other.file), &[("q", other.key.as_str())]),
        key: other.key,
    };
    let narrower = if facts.billable { narrower(&facts, &wanted, &pairs) } else { Vec::new() };
    let asked = if actor.visit.query.is_empty() { String::new() } else { format!("?{}", actor.visit.query) };
    let act = |row: &RecordRow, act: &str| format!("{here}/{}/{act}{asked}", row.number);
    let line = |row: RecordRow| Line {
        outside: match row.turned.reverses() {
            None => store::outside(facts.file(), row.start_at, row.end_at),
            Some(_) => None,
        },
        reverses: row.turned.reverses().map(linked),
        reversed_by: row.turned.reversed_by(facts.part).map(linked),
        id: record_id(&facts.file().id, row.number),
        close: (facts.closing() && !row.billed.closed).then(|| act(&row, "close")),
        bill: (facts.billing() && row.billed.own).then(|| act(&row, "billing")),
        quantity: row.quantity.normalize().to_string(),
        amount: row.amount.map(|amount| amount.normalize().to_string()).unwrap_or_default(),
        start: Zone::UTC.when(row.start_at),
        end: Zone::UTC.when(row.end_at),
        subscription: actor.leads::<orders::View>(&format!("subscriptions/{}", row.subscription_id)),
        row,
    };
    let lines: Vec<Line> = rows.into_iter().map(line).collect();
    let shown = Records {
        page: actor.page(("Records", &facts.file().name, "Usage files")),
        narrowed: Wanted { billing: String::new(), ..wanted.clone() } != Wanted::default(),
        wanted,
        tiers: facts.file().schema.has_tiers(),
        amounts: facts.file().schema.has_amounts(),
        lines,
        range,
        previous,
        next,
        query,
        here,
        all: facts.way.records(&facts.here, &[]),
        list: facts.way.list().map(str::to_owned),
        narrower,
        facts,
    };
    page::html(&actor.visit, &shown)
}

/// What is asked of records by how they stand.
const ASKED: [(&str, &str); 3] = [("All", ""), ("Open", store::OPEN), ("Closed", store::CLOSED_ONES)];

/// All records of a file, its open ones and its closed ones, each list with what else is asked for.
fn narrower(facts: &Facts, wanted: &Wanted, pairs: &[(&str, &str)]) -> Vec<Narrower> {
    let file = facts.file();
    let closed = if file.status == Status::Closed { file.records } else { file.closed };
    let one = |(label, key): (&'static str, &str)| {
        let others = pairs.iter().copied().filter(|(name, _)| *name != "billing");
        let own = Some(("billing", key)).filter(|_| !key.is_empty());
        Narrower {
            label,
            count: Total::all(match key {
                store::OPEN => file.records - closed,
                store::CLOSED_ONES => closed,
                _ => file.records,
            }),
            href: facts.records_by(&others.chain(own).collect::<Vec<_>>()),
            current: wanted.billing == key,
        }
    };
    ASKED.into_iter().map(one).collect()
}

#[derive(Template)]
#[template(path = "usage/show/history.html")]
struct History {
    page: Page,
    facts: Facts,
    entries: Vec<Entry>,
}

pub async fn history(actor: Viewer<View>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let file = id(&path.1)?;
    let (detail, entries) =
        db.read(&actor, move |read| Ok((store::find(read, &file)?, events::history(read, file.as_str())?))).await?;
    let facts = Facts::new(&actor, detail, ("history", Way::here(&actor)));
    let page = actor.page(("History", &facts.file().name, "Usage files"));
    page::html(&actor.visit, &History { page, facts, entries })
}
