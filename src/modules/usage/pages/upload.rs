//! A report is uploaded, or only tried out.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{OfFile, again::Again, id, mistakes::Mistake, url};
use crate::{
    access::extract::{Post, Sending},
    kit::{
        choice::Choice as _,
        confirm::Confirm,
        db::Db,
        effect::Effect,
        fields::{Fields, Large},
        file_name,
        form::Field,
        form_page::{Ask, FormPage},
        input::Form,
        page::{self, Page},
        pieces,
        problem::{Problem, Result},
        spool::Spooled,
        viewer::Viewer,
        violation::{self, Violation},
        words::{Words, filters},
    },
    modules::{
        customers::imports::{FileKind, read},
        usage::{
            Report,
            actions::{self, Sent},
            dynamic::Described,
            lifecycle::takes_report,
            mapping::{
                self,
                engine::Facts,
                exact::Exact,
                pages::{Gone, Named},
                store::{Chosen, MappingRow},
                through::{self, Through},
            },
            read::Beside,
            store::{self, Control, FileRow, TrialRow},
            trial::Outcome,
        },
    },
    t,
};

const ACCEPT: &str = ".xlsx,.csv,text/csv";

fn field(actor: &Viewer<Report>) -> Field {
    Field::new("file", "File").hint(t!(
        "XLSX or CSV, up to {mb} MB and 1,000,000 rows. In the standard format, a workbook has a sheet named records.",
        mb = actor.visit.house.budget.megabytes()
    ))
}

/// What is sent with a report, as typed.
struct Typed {
    file: Field,
    through: Form<Through>,
}

impl Typed {
    fn empty(actor: &Viewer<Report>) -> Self {
        Self { file: field(actor), through: Form::empty() }
    }

    fn onto(&self, page: FormPage, saved: &[MappingRow]) -> FormPage {
        through::onto(page.ask(&self.file, Ask::File(ACCEPT)), &self.through, saved)
    }
}

fn upload_page(actor: &Viewer<Report>, (file, saved): (&FileRow, &[MappingRow]), typed: &Typed) -> FormPage {
    let page = actor.page(("Upload report", &file.name, "Usage files"));
    let mut effects: Vec<Effect> =
        vec![t!("We'll check every row. The file is ready once all rows are correct.").into()];
    effects.extend(there(file));
    if file.records > 0 {
        effects.push(t!("The records of the previous report will be replaced.").into());
    }
    let page =
        FormPage::new(page, "Upload report", (url(actor, &file.id), super::BACK), "Upload and check").effects(effects);
    typed.onto(page, saved)
}

fn dry_run_page(actor: &Viewer<Report>, (file, saved): (&FileRow, &[MappingRow]), typed: &Typed) -> FormPage {
    let page = actor.page(("Dry run", &file.name, "Usage files"));
    let mut effects: Vec<Effect> = vec![
        t!("We'll check every row as if you uploaded the report. Nothing is saved.").into(),
        t!("The file won't change.").into(),
        t!("The result for a report with more than 1,000 rows is shown for a day, or until you upload a report.")
            .into(),
    ];
    effects.extend(there(file));
    let page = FormPage::new(page, "Dry run", (url(actor, &file.id), super::BACK), "Check").effects(effects);
    typed.onto(page, saved)
}

/// How times of the report are read, unless all are those of UTC.
fn there(file: &FileRow) -> Option<Effect> {
    let zone = file.elsewhere()?;
    Some(t!("Times in the columns start_time and end_time are read in {zone}, those in start_time_utc and end_time_utc in UTC.", zone).into())
}

/// A file, and the vendor's mappings of its product.
async fn find(actor: &Viewer<Report>, db: &Db, text: &str) -> Result<(FileRow, Vec<MappingRow>)> {
    let file = id(text)?;
    db.read(actor, move |read| {
        let file = store::find(read, &file)?.row;
        let saved = mapping::store::of_product(read, &file.product_id)?;
        Ok((file, saved))
    })
    .await
}

/// Why nothing can be uploaded now.
fn against(file: &FileRow) -> Option<Words> {
    (!takes_report(file.status)).then(|| t!("It is {status}.", status = Words::within(file.status)))
}

/// The same, where a page shows a dry run.
pub(super) fn shut(file: &FileRow) -> Option<Words> {
    against(file)
        .map(|_| t!("The file is {status}. No report can be uploaded now.", status = Words::within(file.status)))
}

fn refused(actor: &Viewer<Report>, file: &FileRow, heading: &'static str, why: Words) -> Confirm {
    let page = actor.page((heading, &file.name, "Usage files"));
    let none: [Effect; 0] = [];
    let shown = Confirm::new(page, heading, (url(actor, &file.id), super::BACK), none);
    shown.refused("No report can be uploaded now", Some(why))
}

/// A report that was sent.
struct Arrived {
    file_name: String,
    kind: FileKind,
    content: Spooled,
}

/// A report that was sent, what it is read with, and what it should come to.
type Received = (Arrived, Option<Chosen>, Control);

/// The file that was sent, known by its first bytes, and the mapping for it; what is wrong with either is said at its field.
async fn received(actor: &Viewer<Report>, fields: &Fields, saved: Vec<MappingRow>) -> Result<Result<Received, Typed>> {
    let mut typed = Typed { file: field(actor), through: Form::typed(fields) };
    let through = typed.through.read();
    let upload = fields.large("file").cloned();
    let kind = match upload.as_ref().map(|upload| read::kind_of(&mut upload.content.reader())) {
        Some(Ok(kind)) => Some(kind),
        Some(Err(complaint)) => {
            typed.file.fail(complaint);
            None
        }
        None => {
            typed.file.fail("Choose a file");
            None
        }
    };
    let (Some(upload), Some(kind), Some(through)) = (upload, kind, through) else { return Ok(Err(typed)) };
    let control = through.control();
    let chosen = web::block(move || -> Result<_, Violation> {
        let chosen = through.choose(&mut upload.content.reader(), saved)?;
        let Large { file_name, content, .. } = upload;
        Ok((Arrived { file_name: file_name::tidy(&file_name), kind: kind.into(), content }, chosen))
    });
    match chosen.await.map_err(Problem::internal)? {
        Ok((report, chosen)) => Ok(Ok((report, chosen, control))),
        Err(wrong) => {
            violation::none_left(typed.through.fail(vec![wrong]))?;
            Ok(Err(typed))
        }
    }
}

pub async fn upload(actor: Viewer<Report>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let (file, saved) = find(&actor, &db, &path.1).await?;
    match against(&file) {
        Some(why) => page::html(&actor.visit, &refused(&actor, &file, "Upload report", why)),
        None => page::html(&actor.visit, &upload_page(&actor, (&file, &saved), &Typed::empty(&actor))),
    }
}

/// Keeps the report; whatever takes longer than a look at its first rows is the job's.
pub async fn uploaded(sending: Sending<Report>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let (file, saved) = find(&sending.actor, &db, &path.1).await?;
    let here = url(&sending.actor, &file.id);
    // nobody sends a hundred megabytes to be told what is known already
    if against(&file).is_some() {
        return Err(Problem::moved(&file.id, file.status).leading_to(here, super::BACK));
    }
    let Post { actor, fields } = sending.receive().await?;
    if fields.has(actions::REPEATS) {
        let again = Again::read(&actor, &db, &fields, saved).await.map_err(|why| why.leading_to(here, super::BACK))?;
        return again.keep(&actor, &db, &file).await;
    }
    let (report, chosen, control) = match received(&actor, &fields, saved.clone()).await? {
        Err(typed) => return page::invalid(&actor.visit, &upload_page(&actor, (&file, &saved), &typed)),
        Ok(received) => received,
    };
    let upload = pieces::put(&db, &actor, &report.content).await?;
    let sent = Sent { file_name: report.file_name, kind: report.kind, upload };
    Again { sent, chosen, control, known: None }.keep(&actor, &db, &file).await
}

/// Where a dry run is that the job checks, or has checked.
const WORDS: &str = "Last dry run";

pub async fn dry_run(actor: Viewer<Report>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let (file, saved) = find(&actor, &db, &path.1).await?;
    match against(&file) {
        Some(why) => page::html(&actor.visit, &refused(&actor, &file, "Dry run", why)),
        None => {
            let page = dry_run_page(&actor, (&file, &saved), &Typed::empty(&actor));
            let key = file.id.clone();
            let before = db.read(&actor, move |read| store::has_trial(read, &key)).await?;
            let page =
                if before { page.needing(WORDS, format!("{}/dry-run/result", url(&actor, &file.id))) } else { page };
            page::html(&actor.visit, &page)
        }
    }
}

/// What a dry run found.
#[derive(Template)]
#[template(path = "usage/tried.html")]
pub(super) struct Tried {
    page: Page,
    file: FileRow,
    file_name: String,
    rows: usize,
    wrong: usize,
    /// What its records come to, if none is wrong.
    sum: Option<Words>,
    mistakes: Vec<Mistake>,
    /// Mistakes that are not listed.
    more: usize,
    mapping: Option<Previewed>,
    /// Items that the report would make.
    items: Vec<Described>,
    /// What is told of the report beside its rows.
    told: Beside,
    here: String,
    upload: String,
    again: String,
    /// Why nothing can be uploaded now.
    shut: Option<Words>,
}

impl Tried {
    /// What the job found, once it has read all rows.
    pub(super) fn of(actor: &Viewer<Report>, file: FileRow, trial: TrialRow, found: Outcome) -> Self {
        let here = url(actor, &file.id);
        let all = found.all();
        let listed = found.faults.len().min(LISTED);
        // rows that the check refused stand in no sum, so that these are shown of a good report alone
        let mapping =
            trial.mapping.zip(found.ledger).filter(|_| all == 0).map(|((name, version, mapping), ledger)| Previewed {
                name: Named::of(&name, version),
                gone: Gone::all(&ledger),
                measure: mapping.measure().label(),
                currency: mapping.measured_in(file.currency.as_ref()),
                unknown: Vec::new(),
                differences: Vec::new(),
            });
        Self {
            page: actor.page(("Dry run", &file.name, "Usage files")),
            file_name: trial.file_name,
            rows: found.rows,
            wrong: found.wrong,
            sum: (all == 0).then(|| come_to(found.records, found.total, &file)),
            mistakes: found.faults.iter().take(LISTED).map(Mistake::of).collect(),
            more: all.saturating_sub(listed),
            items: found.items,
            told: found.beside,
            mapping,
            upload: format!("{here}/upload"),
            again: format!("{here}/dry-run"),
            shut: shut(&file),
            here,
            file,
        }
    }
}

/// What the records of a report that is only tried out come to.
fn come_to(records: u32, total: Exact, file: &FileRow) -> Words {
    let amount = file.schema.has_amounts().then(|| total.to_string());
    super::comes_to(i32::try_from(records).unwrap_or(i32::MAX), amount.as_ref(), file)
}

/// Where the rows of a report would go that is read through a mapping.
struct Previewed {
    name: Named,
    gone: Vec<Gone>,
    /// What the sums are of, and the currency of amounts.
    measure: &'static str,
    currency: Option<String>,
    unknown: Vec<mapping::preview::Unknown>,
    /// What is not as the vendor says that it is.
    differences: Vec<Words>,
}

impl Previewed {
    fn of(file: &FileRow, chosen: &Chosen, preview: mapping::preview::Preview, control: Control) -> Self {
        let (source, said) = (preview.ledger.source, (control, preview.ledger.said));
        let faults = store::against_control(said, source.rows, source.value);
        Self {
            name: Named::of(&chosen.name, chosen.version),
            gone: Gone::all(&preview.ledger),
            measure: chosen.mapping.measure().label(),
            currency: chosen.mapping.measured_in(file.currency.as_ref()),
            unknown: preview.unknown,
            differences: faults.iter().map(|fault| fault.words()).collect(),
        }
    }
}

/// Mistakes that a page lists.
const LISTED: usize = 200;

pub async fn tried(sending: Sending<Report>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let (file, saved) = find(&sending.actor, &db, &path.1).await?;
    let here = url(&sending.actor, &file.id);
    if let Some(why) = against(&file) {
        let refusal = Problem::refused("Nothing was checked", why);
        return Err(refusal.leading_to(here, super::BACK));
    }
    let Post { actor, fields } = sending.receive().await?;
    let (report, chosen, control) = match received(&actor, &fields, saved.clone()).await? {
        Ok(received) => received,
        Err(typed) => return page::invalid(&actor.visit, &dry_run_page(&actor, (&file, &saved), &typed)),
    };
    // whatever is read of a file takes its time, and holds no connection meanwhile
    let (content, schema, facts, through) = (report.content, file.schema, Facts::of(&file), chosen.clone());
    let whole = content.clone();
    let opened = web::block(move || {
        let through = through.as_ref().map(|chosen| (&chosen.mapping, &facts));
        actions::open(&mut content.reader(), schema, through)
    });
    let Some(opened) = opened.await.map_err(Problem::internal)? else {
        let upload = pieces::put(&db, &actor, &whole).await?;
        let (key, sent) = (file.id.clone(), Sent { file_name: report.file_name, kind: report.kind, upload });
        let act = db.draft(&actor, move |tx| actions::try_later(tx, &key, &sent, (chosen.as_ref(), control)));
        if let Err(problem) = act.await {
            pieces::forget(&db, &actor, upload).await;
            return Err(problem.leading_to(here, super::BACK));
        }
        return Ok(page::see(format!("{here}/dry-run/result")));
    };
    let key = file.id.clone();
    let found = db
        .read(&actor, move |read| actions::try_out(read, &key, opened, control))
        .await
        .map_err(|problem| problem.leading_to(&here, super::BACK))?;
    let all = found.faults.len();
    let shown = Tried {
        page: actor.page(("Dry run", &file.name, "Usage files")),
        file_name: report.file_name,
        rows: found.rows,
        wrong: found.wrong,
        sum: (all == 0).then(|| come_to(found.records, found.total, &file)),
        mistakes: found.faults.iter().take(LISTED).map(Mistake::of_placed).collect(),
        more: all.saturating_sub(LISTED),
        items: found.items,
        told: found.beside,
        mapping: chosen
            .as_ref()
            .zip(found.preview)
            .map(|(chosen, preview)| Previewed::of(&file, chosen, preview, control)),
        upload: format!("{here}/upload"),
        again: format!("{here}/dry-run"),
        shut: shut(&file),
        here,
        file,
    };
    page::html(&actor.visit, &shown)
}
