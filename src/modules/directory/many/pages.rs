//! Screens of sheets of partners: the list, uploading one, and what is done with it.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{
    actions::{self, Sent},
    files, letters, read, show,
    store::{self, SheetRow},
};
use crate::{
    access::extract::Post,
    config::Config,
    kit::{
        actor::Permission,
        db::Db,
        file_name,
        form::{Field, Pick},
        form_page::{Ask, FormPage},
        id::Id,
        input::Form,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        shown,
        time::When,
        viewer::Viewer,
        violation::{self, Violation, Violations, Why},
        words::{Words, filters},
    },
    modules::{
        agreements::{self, Agreement, store::Choosable},
        contracts::{
            Create, Manage, Type,
            data::{Parameters, asked, end_of, kinds, may_grant},
            rights,
        },
        directory::create::data::Base,
    },
    t,
};

/// `/directory/many` would else read as an id.
pub fn screens() -> Vec<Mount> {
    vec![
        get("/directory/many", || web::to(list)),
        get("/directory/many/new", || web::to(upload)),
        post("/directory/many/new", || web::to(uploaded)).with_file(),
        get("/directory/many/template.xlsx", || web::to(files::template)),
        get("/directory/many/template.csv", || web::to(files::plain_template)),
        get("/directory/many/{sheet}", || web::to(show::show)),
        get("/directory/many/{sheet}/progress", || web::to(show::progress)),
        get("/directory/many/{sheet}/results.xlsx", || web::to(files::results)),
        get("/directory/many/{sheet}/results.csv", || web::to(files::plain_results)),
        get("/directory/many/{sheet}/links.xlsx", || web::to(files::link_sheet)),
        get("/directory/many/{sheet}/links.csv", || web::to(files::plain_link_sheet)),
        get("/directory/many/{sheet}/letters", || web::to(letters::letters)),
        post("/directory/many/{sheet}/run", || web::to(run)).binding(),
        post("/directory/many/{sheet}/mail", || web::to(mail)),
    ]
}

/// A company and its sheet.
pub(super) type OfSheet = web::Path<(String, Uuid)>;

pub(super) fn url<P: Permission>(actor: &Viewer<P>, id: Uuid) -> String {
    actor.url(&format!("directory/many/{id}"))
}

struct Line {
    row: SheetRow,
    updated: When,
    href: String,
}

#[derive(Template)]
#[template(path = "directory/many/list.html")]
struct List {
    page: Page,
    sheets: Vec<Line>,
    upload: String,
    directory: String,
}

async fn list(actor: Viewer<Create>, db: web::Data<Db>) -> Result<HttpResponse> {
    let sheets = db
        .read(&actor, |read| {
            let me = read.actor.account().clone();
            store::all(read, &me)
        })
        .await?;
    let shown = List {
        page: actor.page(("Invite many", "Partners")),
        sheets: sheets
            .into_iter()
            .map(|row| Line { updated: actor.zone().when(row.updated_at), href: url(&actor, row.id), row })
            .collect(),
        upload: actor.url("directory/many/new"),
        directory: actor.url("directory"),
    };
    page::html(&actor.visit, &shown)
}

/// What a sheet can be sent for.
struct Offered {
    agreements: Vec<(Choosable, Type)>,
    /// All that the company makes is a test.
    tests_only: bool,
}

impl Offered {
    async fn of(actor: &Viewer<Create>, db: &Db) -> Result<Self> {
        db.read(actor, |read| {
            let mut agreements = Vec::new();
            for type_ in Type::INVITING {
                if type_.written_with(read.actor.identity.rights) {
                    let found = agreements::store::choosable(read, type_)?;
                    agreements.extend(found.into_iter().map(|one| (one, type_)));
                }
            }
            let actor = read.actor;
            let tests_only = rights::tests_only(read, actor.account())?;
            Ok(Self { agreements, tests_only })
        })
        .await
    }

    fn picks(&self) -> Vec<Pick> {
        let about = |one: &Choosable, type_: Type| match type_ {
            Type::Program => {
                t!("{id}, version {version}, to be signed by a vendor", id = one.id, version = one.version)
            }
            _ => t!("{id}, version {version}, to be signed by a reseller", id = one.id, version = one.version),
        };
        self.agreements.iter().map(|(one, type_)| Pick::new(one.id.as_str(), &one.name, about(one, *type_))).collect()
    }

    fn find(&self, id: &str) -> Option<(Id<Agreement>, Type)> {
        self.agreements.iter().find(|(one, _)| one.id.as_str() == id).map(|(one, type_)| (one.id.clone(), *type_))
    }

    /// Whether a service agreement can be chosen, whose contracts alone grant permissions.
    fn widest(&self) -> Type {
        let service = self.agreements.iter().any(|(_, type_)| *type_ == Type::Service);
        if service { Type::Service } else { Type::Program }
    }
}

/// What was typed: the agreement, the parameters, the file.
struct Typed {
    base: Form<Base>,
    said: Form<Parameters>,
    file: Field,
}

impl Typed {
    fn new(base: Form<Base>, said: Form<Parameters>) -> Self {
        let file = Field::new("file", "File")
            .hint("XLSX or CSV with the columns of the template, in any order, up to 10 MB and 2,000 partners.");
        Self { base, said, file }
    }
}

const HINT: &str = "Uploading doesn't invite anybody. You'll see what becomes of each row before you run the sheet. \
    Partners you already have or already invited are recognized by email and external ID.";

fn upload_page(actor: &Viewer<Create>, offered: &Offered, typed: &Typed) -> FormPage {
    let back = (actor.url("directory/many"), "Invite many");
    let page = FormPage::new(
        actor.page(("Upload a sheet", "Invite many", "Partners")),
        "Upload a sheet",
        back,
        "Upload and check",
    )
    .below_heading(HINT)
    .needing("Template XLSX", actor.url("directory/many/template.xlsx"))
    .needing("Template CSV", actor.url("directory/many/template.csv"));
    let page = typed.base.onto_asking(page, |_| Some(Ask::one_of(offered.picks())));
    let page = typed.said.onto_asking(page, |entry| {
        // the partners are in the file
        let asks = !Parameters::of_one_partner(entry.name);
        asked(entry, &typed.said, offered.widest(), actor.identity.rights)
            .filter(|_| asks)
            .map(|ask| kinds(ask, offered.tests_only))
    });
    page.group("Partners").ask(&typed.file, Ask::File(".xlsx,.csv,text/csv"))
}

async fn upload(actor: Viewer<Create>, db: web::Data<Db>) -> Result<HttpResponse> {
    let offered = Offered::of(&actor, &db).await?;
    let mut page = upload_page(&actor, &offered, &Typed::new(Form::empty(), Form::empty()));
    if offered.agreements.is_empty() {
        page = page.failing("You need an agreement with an active version first.");
    }
    page::html(&actor.visit, &page)
}

/// What no agreement of this type can grant, and an end that has gone by.
fn wrong(actor: &Viewer<Create>, said: &Parameters, type_: Type) -> Violations {
    let (program, service, delegate) = said.allows();
    let granted = [("allows_program", program), ("allows_service", service), ("allows_delegate", delegate)];
    let mut wrong: Violations = granted
        .into_iter()
        .filter(|(field, granted)| *granted && !may_grant(type_, actor.identity.rights, field))
        .map(|(field, _)| Violation::new(field, Why::new("right", "This agreement cannot grant this permission")))
        .collect();
    wrong.extend(end_of(said.expires_on, "expires_on", actor.zone(), actor.now()).err());
    wrong
}

/// Reads the file, keeps what was read, and leads to its page.
async fn uploaded(post: Post<Create>, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let offered = Offered::of(&actor, &db).await?;
    let mut typed = Typed::new(Form::typed(&post.fields), Form::typed(&post.fields));
    let (base, said) = (typed.base.read(), typed.said.read());
    let agreement = base.as_ref().and_then(|base| offered.find(&base.agreement));
    if base.is_some() && agreement.is_none() {
        let unknown = Violation::new("agreement", Why::new("unknown", "Choose an agreement"));
        violation::none_left(typed.base.fail(vec![unknown]))?;
    }
    let mut right = true;
    if let (Some((_, type_)), Some(said)) = (&agreement, &said) {
        let found = wrong(&actor, said, *type_);
        right = found.is_empty();
        violation::none_left(typed.said.fail(found))?;
    }
    let sheet = match post.fields.file("file").cloned() {
        Some(upload) => {
            let name = file_name::tidy(&upload.file_name);
            let read = web::block(move || read::read(&upload.bytes)).await.map_err(Problem::internal)?;
            read.map(|sheet| (name, sheet)).map_err(|complaint| typed.file.fail(complaint)).ok()
        }
        None => {
            typed.file.fail("Choose a file");
            None
        }
    };
    let (Some((agreement, _)), Some(said), Some((name, sheet)), true) = (agreement, said, sheet, right) else {
        return page::invalid(&actor.visit, &upload_page(&actor, &offered, &typed));
    };
    let made = keep(&actor, &db, Sent { file_name: name, agreement, said, sheet }).await?;
    Ok(page::see(url(&actor, made)))
}

async fn keep(actor: &Viewer<Create>, db: &Db, sent: Sent) -> Result<Uuid> {
    db.write(actor, move |tx| actions::begin(tx, &sent)).await
}

/// For how many days links live.
fn link_days(config: &Config) -> Result<i32> {
    i32::try_from(config.link_lives.as_secs() / 86_400).map(|days| days.max(1)).map_err(Problem::internal)
}

async fn run(post: Post<Create>, path: OfSheet, db: web::Data<Db>, config: web::Data<Config>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let here = url(&actor, id);
    let (sent, days) = (post.fields.text(shown::FIELD).to_owned(), link_days(&config)?);
    db.attempt(&actor, move |tx| actions::run(tx, id, &sent, days))
        .await
        .map_err(|problem| problem.leading_to(here.clone(), "Back to sheet"))?;
    Ok(page::see(here))
}

/// Emails all links of a sheet, or those of rows that are ticked.
async fn mail(post: Post<Manage>, path: OfSheet, db: web::Data<Db>, config: web::Data<Config>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let here = url(&actor, id);
    let ticked: Vec<i32> = post.fields.all("id").filter_map(|number| number.parse().ok()).collect();
    let numbers = (post.fields.text("act") != "all").then_some(ticked);
    let days = link_days(&config)?;
    let done = db.attempt(&actor, move |tx| actions::mail(tx, id, numbers.as_deref(), days)).await?;
    let said = match done.value() {
        0 => Flash::notice("There was nothing to email. Select rows with an email address that were not emailed yet."),
        n => Flash::success(t!("{n} email is on its way" | "{n} emails are on their way", n)),
    };
    Ok(page::see_with(&actor.visit, here, &said))
}

/// What is told of a file beside its rows: columns that are not read.
pub(super) fn not_read(ignored: &str) -> Words {
    if ignored.is_empty() { Words::default() } else { t!("These columns are ignored: {columns}.", columns = ignored) }
}
