//! Screens of rules, and what a file's page says of one.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    Mode, Rule, actions,
    grid::{Column, Rules},
    store::{self, Measured, Outcome, RuleRow, Ruling},
    verdict::{Verdict, judge},
};
use crate::{
    access::extract::Post,
    kit::{
        actor::Permission,
        acts::Acts,
        db::Db,
        edit,
        form::FieldError,
        form_page::{Ask, Asked, FormPage},
        id::Id,
        page::{self, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        time::{When, Zone},
        typed::apart,
        viewer::Viewer,
        words::{Figure, Words, filters},
    },
    modules::{
        events::{self, Entry},
        ids::Product,
        usage::{Review, Status, View, pages::days_in, store::Detail},
        views::{
            self,
            list::{Listed, list as listed},
        },
    },
    t,
};

pub fn screens() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Rules>();
    screens.extend([
        get("/usage-rules", || web::to(list)),
        get("/usage-rules/{id}", || web::to(show)),
        get("/usage-rules/{id}/edit", || web::to(edit)),
        post("/usage-rules/{id}/edit", || web::to(saved)),
    ]);
    screens
}

type OfRule = web::Path<(String, String)>;

/// The product of an address; a malformed id is one that does not exist.
fn product(text: &str) -> Result<Id<Product>> {
    text.parse().map_err(|_| Problem::NotFound)
}

fn url<P: Permission>(actor: &Viewer<P>, product: &Id<Product>) -> String {
    actor.url(&format!("usage-rules/{product}"))
}

#[derive(Template)]
#[template(path = "usage/rules/list.html")]
struct List {
    page: Page,
    list: Listed<Rules>,
    zone: Zone,
}

async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown =
        List { page: actor.page(("Usage rules", "Usage")), list: listed(&actor, &db).await?, zone: actor.zone() };
    page::html(&actor.visit, &shown)
}

/// A file on which a rule was tried.
struct Line {
    file: Measured,
    href: String,
    period: Words,
    sum: Words,
    verdict: Words,
    why: Vec<Words>,
}

impl Line {
    fn of<P: Permission>(actor: &Viewer<P>, rule: &Rule, file: Measured) -> Result<(Self, bool)> {
        let verdict = judge(rule, &file.facts()?);
        let accepts = verdict == Verdict::Accept;
        let (verdict, why) = match verdict {
            Verdict::ByHand => (t!("You decide."), Vec::new()),
            Verdict::Accept => (t!("Accepted."), Vec::new()),
            Verdict::Reject => (t!("Rejected."), Vec::new()),
            Verdict::Left(failed) => (t!("You decide."), failed.iter().map(|one| one.words(rule)).collect()),
        };
        let records = t!("{n} record" | "{n} records", usize::try_from(file.records).unwrap_or_default());
        let line = Self {
            href: actor.url(&format!("usage-files/{}", file.id)),
            period: days_in(Zone::named(&file.zone), file.period_from, file.period_to),
            sum: match (&file.amount, &file.currency) {
                (Some(amount), Some(currency)) => {
                    t!("{records}, {amount} {currency}", records, amount = Figure::money(amount, currency), currency)
                }
                _ => records,
            },
            verdict,
            why,
            file,
        };
        Ok((line, accepts))
    }
}

/// What a rule would have done with the last files of its product.
struct Would {
    sentence: Words,
    lines: Vec<Line>,
}

impl Would {
    fn of<P: Permission>(actor: &Viewer<P>, rule: &Rule, files: Vec<Measured>) -> Result<Self> {
        let tried: Vec<(Line, bool)> =
            files.into_iter().map(|file| Line::of(actor, rule, file)).collect::<Result<_>>()?;
        let accepted = tried.iter().filter(|(_, accepts)| *accepts).count();
        let all = tried.len();
        let sentence = match rule.mode {
            _ if all == 0 => t!("No files have been submitted yet, so there is nothing to try it on."),
            Mode::Manual => {
                t!("You would have decided about {n} file." | "You would have decided about {n} files.", all)
            }
            Mode::Reject => t!("Would have rejected {n} file." | "Would have rejected {n} files.", all),
            Mode::Accept => t!(
                "Would have accepted {accepted} of {n} file." | "Would have accepted {accepted} of {n} files.",
                all,
                accepted
            ),
        };
        Ok(Self { sentence, lines: tried.into_iter().map(|(line, _)| line).collect() })
    }
}

#[derive(Template)]
#[template(path = "usage/rules/show.html")]
struct Show {
    page: Page,
    row: RuleRow,
    said: Vec<Words>,
    updated: Option<When>,
    would: Would,
    entries: Vec<Entry>,
    rules: String,
    acts: Acts,
}

async fn show(actor: Viewer<View>, path: OfRule, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = product(&path.1)?;
    let (row, files, entries) = db
        .read(&actor, move |read| {
            let row = store::find(read, &id)?;
            let object = actions::object(read.actor.account(), &id);
            Ok((row, store::last(read, &id)?, events::history(read, &object)?))
        })
        .await?;
    let mut acts = Acts::default();
    if actor.may::<Review>() {
        acts.button(t!("Edit"), format!("{}/edit", url(&actor, &row.product)), true);
    }
    let shown = Show {
        page: actor.page((&row.name, "Usage rules")),
        said: row.rule.said(),
        updated: row.updated_at.filter(|_| row.given).map(|at| actor.zone().when(at)),
        would: Would::of(&actor, &row.rule, files)?,
        entries,
        rules: actor.url("usage-rules"),
        acts,
        row,
    };
    page::html(&actor.visit, &shown)
}

#[derive(Template)]
#[template(path = "usage/rules/edit.html")]
struct Edit {
    page: Page,
    heading: Words,
    errors: Vec<FieldError>,
    asked: Vec<Asked>,
    revision: i32,
    /// What is typed on the last files; none while something is wrong with it.
    would: Option<Would>,
    back: String,
}

impl Edit {
    fn of(actor: &Viewer<Review>, edit: &Editing, would: Option<Would>) -> Self {
        let row = &edit.row.0;
        let heading = t!("Usage rule for {product}", product = apart(&row.name));
        let back = url(actor, &row.product);
        let page = actor.page(("Edit", &row.name, "Usage rules"));
        let page = edit.onto(FormPage::new(page, heading.clone(), (back.clone(), "Back to rule"), "Save"));
        let errors = page.errors().to_vec();
        let (page, asked) = page.into_asked();
        Self { page, heading, errors, asked, revision: edit.revision, would, back }
    }
}

/// A rule, and the latest files that it is tried on.
type Editing = edit::Edit<(RuleRow, Vec<Measured>), Rule>;

async fn editing(actor: &Viewer<Review>, db: &Db, id: Id<Product>) -> Result<Editing> {
    let (row, files) = db.read(actor, move |read| Ok((store::find(read, &id)?, store::last(read, &id)?))).await?;
    let (saved, revision) = (row.rule.clone(), row.revision);
    Ok(Editing::of((row, files), saved, revision))
}

async fn edit(actor: Viewer<Review>, path: OfRule, db: web::Data<Db>) -> Result<HttpResponse> {
    let mut edit = editing(&actor, &db, product(&path.1)?).await?;
    let files = std::mem::take(&mut edit.row.1);
    let would = Would::of(&actor, &edit.row.0.rule, files)?;
    page::html(&actor.visit, &Edit::of(&actor, &edit, Some(would)))
}

/// Saves it, or shows what it would have done.
async fn saved(post: Post<Review>, path: OfRule, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut edit = editing(&actor, &db, product(&path.1)?).await?.typed(&post.fields);
    if post.fields.has("preview")
        && let Some(rule) = edit.form.read()
    {
        let would = Would::of(&actor, &rule, std::mem::take(&mut edit.row.1))?;
        return page::html(&actor.visit, &Edit::of(&actor, &edit, Some(would)));
    }
    let (id, revision, here) = (edit.row.0.product.clone(), edit.revision, url(&actor, &edit.row.0.product));
    let now = editing(&actor, &db, id.clone());
    let act = |new| db.attempt(&actor, move |tx| actions::save(tx, &id, revision, &new));
    match edit.save(act, now).await? {
        Some(done) => Ok(page::see_with(&actor.visit, here, &done.said("Usage rule saved"))),
        None => edit.again(&actor.visit, &Edit::of(&actor, &edit, None)),
    }
}

/// What a file's page says of the rule under which it was decided.
pub struct Ruled {
    pub sentence: Words,
    /// Why people decide.
    pub why: Vec<Words>,
    /// The rule as it was then.
    pub rule: Vec<Words>,
}

impl Ruled {
    pub fn of(detail: &Detail) -> Option<Self> {
        let company = apart(&detail.owner);
        let said = |sentence| Self { sentence, why: Vec::new(), rule: Vec::new() };
        let (outcome, by) = match detail.ruling.as_ref()? {
            Ruling::Waiting if detail.row.status == Status::Pending => {
                return Some(said(t!(
                    "The usage rule for this product is being applied. Reload this page in a few seconds."
                )));
            }
            Ruling::Waiting => return None,
            Ruling::Ruled { outcome, by } => (outcome, by),
        };
        let sentence = match outcome {
            Outcome::Accepted => t!("Accepted automatically by the rule of {company}.", company),
            Outcome::Rejected => t!("Rejected automatically by the rule of {company}.", company),
            Outcome::Left if detail.row.status == Status::Pending => {
                t!("The rule of {company} does not accept this file, so you decide:", company)
            }
            Outcome::Left => t!("The rule of {company} did not accept this file:", company),
        };
        let Some((rule, failed)) = by else { return Some(said(sentence)) };
        Some(Self { why: failed.iter().map(|one| one.words(rule)).collect(), rule: rule.said(), ..said(sentence) })
    }
}
