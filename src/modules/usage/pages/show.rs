//! The first page of a usage file: its totals, or what is wrong with it, how far its check is, and what happened to it.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{
    Linked, OfFile, Way,
    facts::Facts,
    far::{self, Far},
    id,
    mistakes::Mistake,
    url,
};
use crate::{
    kit::{
        acts::Acts,
        choice::Choice as _,
        db::{Db, Read},
        form::FieldError,
        form_page::{Ask, Asked},
        grid::Total,
        id::Id,
        input::Form,
        lifecycle::allowed,
        page::{self, Page},
        problem::Result,
        shown::FIELD,
        time::When,
        typed::apart,
        viewer::Viewer,
        words::{Figure, Words, filters},
    },
    modules::{
        customers::pages::asked,
        events::{self, Entry},
        queue::{
            Standing as _,
            beside::{self, Beside},
            pages::Deciding,
        },
        usage::{
            Review, Status, UsageFile, View, actions,
            data::Acceptance,
            fault::Code,
            lifecycle::{Action, EDITABLE, Part, RULES},
            mapping::{self, pages::ReadWith},
            queue::Reports,
            rules,
            store::{self, Aside, Detail, part},
        },
    },
    t,
};

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

/// That somebody uploaded a report which another file has, and knew it.
struct Repeated {
    person: String,
    at: When,
    /// The other file, for who sees it.
    of: Option<Linked>,
}

impl Repeated {
    fn of(actor: &Viewer<View>, found: store::Repeats) -> Self {
        let of = found.seen.then(|| Linked { href: url(actor, &found.of), key: found.of.to_string() });
        Self { at: actor.zone().when(found.sent_at), person: found.person, of }
    }
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
    /// Another file with the very same report.
    same: Option<Linked>,
    /// Who uploaded it although another file has it.
    repeats: Option<Repeated>,
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
    /// Values by which no subscription was found, or several.
    unmatched: Vec<store::Unmatched>,
    /// That they are not all.
    cut: Option<Words>,
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
            "{n} record is identical to another except for its ID ({amount} {currency}). Check that no usage was reported twice."
                | "{n} records are identical except for their IDs ({amount} {currency}). Check that no usage was reported twice.",
            count,
            amount = Figure::money(amount, currency),
            currency
        ),
        _ => t!(
            "{n} record is identical to another except for its ID. Check that no usage was reported twice."
                | "{n} records are identical except for their IDs. Check that no usage was reported twice.",
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
        "{n} record continues after its subscription ended, for {days} days. Check that only what was used is reported."
            | "{n} records continue after their subscriptions ended, for {days} days in all. Check that only what was used is reported.",
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
    let (detail, used, repeats, before, counts, faults, unmatched, made, items, subscriptions, beside) = db
        .read(actor, move |read| {
            let detail = store::find(read, &file)?;
            let used = mapping::store::used(read, &file)?;
            let repeats = if detail.repeats { store::repeats(read, &file)? } else { None };
            let beside = match within {
                Some(within) => within.around::<Reports>(read, &file, detail.row.status.waits())?,
                None => None,
            };
            let (mut before, mut counts, mut faults, mut unmatched) = (0, Vec::new(), Vec::new(), Vec::new());
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
                    unmatched = store::unmatched(read, &file, code, LISTED)?;
                }
                _ => {
                    if !owner {
                        made = store::made(read, &detail.row)?;
                    }
                    items = store::by_item(read, &detail.row, LISTED)?;
                    subscriptions = store::by_subscription(read, &detail.row, LISTED + 1)?;
                }
            }
            Ok((detail, used, repeats, before, counts, faults, unmatched, made, items, subscriptions, beside))
        })
        .await?;
    let zone = actor.zone();
    let way = Way { query: beside.as_ref().map(|beside| beside.within.clone()).unwrap_or_default() };
    let mut facts = Facts::new(actor, detail, ("", way));
    if beside.as_ref().is_some_and(Beside::is_decided) {
        (facts.acting, facts.acts) = (false, Acts::default());
    }
    let deciding = accepting(&facts, form);
    if deciding.is_some() {
        facts.below = true;
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
            .map(|used| ReadWith::of(actor, (facts.vendor(), good), used, facts.file())),
        repeats: repeats.filter(|_| facts.vendor() || good).map(|found| Repeated::of(actor, found)),
        same: facts.detail.same.as_ref().map(|other| Linked { href: url(actor, other), key: other.to_string() }),
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
        cut: store::cut(&unmatched),
        unmatched,
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

fn look(read: &mut Read<'_, View>, file: &Id<UsageFile>) -> Result<Far> {
    let detail = store::find(read, file)?;
    let rows = detail.upload.as_ref().map_or(0, |upload| upload.work);
    Ok((detail.row.status.key(), words(&detail), rows))
}

/// How far the check is, for whoever may look at the file.
pub async fn progress(
    actor: Viewer<View>,
    path: OfFile,
    db: web::Data<Db>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    far::answer(actor, path, db, request, look).await
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
