//! Screens of General, Contracts and History, and the frame that every tab of a company stands in.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    Manage, View, actions, contacts,
    data::{Profile, headquarters},
    links, store,
    store::{CompanyRow, Signed},
    tongues, transfer,
};
use crate::{
    access::extract::Post,
    input,
    kit::{
        actor::Permission,
        acts::Acts,
        db::Db,
        edit::Edit,
        form::Field,
        form_page::{Ask, FormPage},
        input::{Form, kinds::Tick},
        page::{self, Page, Tab},
        problem::{Problem, Result},
        route::{Mount, get, post},
        time::When,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        contracts,
        events::{self, Asked, Trail},
        images::{self, Use},
        marketplaces::reference,
    },
    t,
};

pub fn screens() -> Vec<Mount> {
    let mut screens = vec![
        get("/account", || web::to(general)),
        get("/account/edit", || web::to(edit)),
        post("/account/edit", || web::to(saved)).with_file(),
        get("/account/contracts", || web::to(held)),
        get("/account/history", || web::to(history)),
    ];
    screens.extend(contacts::pages::screens());
    screens.extend(links::pages::screens());
    screens.extend(transfer::pages::screens());
    screens
}

/// Where one of the company's contacts or links is.
pub type OfOne = web::Path<(String, String)>;

/// The number that it has there.
pub fn number(path: &OfOne) -> Result<i64> {
    path.1.parse().map_err(|_| Problem::NotFound)
}

/// What stands around every tab.
pub struct Facts {
    pub company: CompanyRow,
    pub created: When,
    pub logo: Option<String>,
    pub tabs: Vec<Tab>,
    pub base: String,
    pub may_manage: bool,
    /// What this person can do here.
    pub acts: Acts,
}

impl Facts {
    pub fn of<P: Permission>(actor: &Viewer<P>, company: CompanyRow, tab: &str) -> Self {
        let (base, may_manage) = (actor.url("account"), actor.may::<Manage>());
        let mut acts = Acts::default();
        if may_manage {
            acts.button(t!("Edit"), format!("{base}/edit"), false);
        }
        if actor.may::<transfer::HandOver>() {
            acts.ending(t!("Hand over company"), format!("{base}/hand-over"));
        }
        let tabs = [
            ("General", ""),
            ("Contacts", "contacts"),
            ("Links", "links"),
            ("Contracts", "contracts"),
            ("History", "history"),
        ];
        Self {
            created: actor.zone().when(company.created_at),
            logo: company.logo.as_deref().map(images::url),
            tabs: Tab::list(&base, &tabs, tab),
            base,
            may_manage,
            acts,
            company,
        }
    }
}

#[derive(Template)]
#[template(path = "accounts/general.html")]
struct General {
    page: Page,
    facts: Facts,
    headquarters: Words,
    countries: Words,
    languages: Words,
}

/// "a, b and c"; nothing when there are none.
fn listed(all: Vec<Words>) -> Words {
    if all.is_empty() { Words::default() } else { Words::all_of(all) }
}

async fn general(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let company = db.read(&actor, store::find).await?;
    let shown = General {
        page: actor.page(("General", "Account")),
        headquarters: headquarters(&company.profile.address()),
        countries: listed(reference::countries_of(&company.profile.countries)),
        languages: listed(tongues::named(&company.profile.languages)),
        facts: Facts::of(&actor, company, ""),
    };
    page::html(&actor.visit, &shown)
}

struct Line {
    held: Signed,
    activated: Option<When>,
    /// It is the one by which the company came.
    first: bool,
    permits: Words,
    href: Option<String>,
}

#[derive(Template)]
#[template(path = "accounts/contracts.html")]
struct Contracts {
    page: Page,
    facts: Facts,
    contracts: Vec<Line>,
    /// Where all contracts are, also those that the company offers to others.
    all: Option<String>,
}

async fn held(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (company, signed) = db.read(&actor, |read| Ok((store::find(read)?, store::signed(read)?))).await?;
    let line = |held: Signed| Line {
        activated: held.contract.activated_at.map(|at| actor.zone().day(at)),
        first: !held.contract.type_.hangs() && held.contract.activated_at == Some(company.created_at),
        permits: listed(contracts::terms::permits(&held.contract)),
        href: actor.leads::<contracts::View>(&format!("contracts/{}", held.contract.id)),
        held,
    };
    let shown = Contracts {
        page: actor.page(("Contracts", "Account")),
        contracts: signed.into_iter().map(line).collect(),
        all: actor.leads::<contracts::View>("contracts"),
        facts: Facts::of(&actor, company, "contracts"),
    };
    page::html(&actor.visit, &shown)
}

#[derive(Template)]
#[template(path = "accounts/history.html")]
struct History {
    page: Page,
    facts: Facts,
    trail: Trail,
}

async fn history(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let asked = Asked::of(&actor.visit);
    let (company, trail) = db
        .read(&actor, move |read| {
            let company = store::find(read)?;
            let trail = events::trail(read, company.id.as_str(), &asked)?;
            Ok((company, trail))
        })
        .await?;
    let shown =
        History { page: actor.page(("History", "Account")), facts: Facts::of(&actor, company, "history"), trail };
    page::html(&actor.visit, &shown)
}

input! {
    /// Whether the logo goes.
    struct Away, DraftAway {
        "" { no_logo: bool = Tick, "Remove the logo", at "no_logo"; }
    }
}

type Editing = Edit<CompanyRow, Profile>;

async fn editing(actor: &Viewer<Manage>, db: &Db) -> Result<Editing> {
    let company = db.read(actor, store::find).await?;
    let (saved, revision) = (company.profile.clone(), company.revision);
    Ok(Edit::of(company, saved, revision))
}

fn logo() -> Field {
    Field::new("logo", "Logo").hint("PNG, JPEG, WebP or GIF, up to 5 MB. Shown to your partners.").optional()
}

fn edit_page(actor: &Viewer<Manage>, edit: &Editing, logo: &Field, away: &Form<Away>) -> FormPage {
    let page = actor.page(("Edit", "General", "Account"));
    let page = FormPage::new(page, "Edit company", (actor.url("account"), "Back to company"), "Save");
    let page = edit.onto(page).group("Logo").ask(logo, Ask::File(images::ACCEPTED));
    if edit.row.logo.is_some() { away.onto(page) } else { page }
}

async fn edit(actor: Viewer<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = editing(&actor, &db).await?;
    page::html(&actor.visit, &edit_page(&actor, &edit, &logo(), &Form::empty()))
}

async fn saved(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut edit = editing(&actor, &db).await?.typed(&post.fields);
    let (mut logo, mut away) = (logo(), Form::<Away>::typed(&post.fields));
    let picture = images::sent(&actor.visit.house, &post.fields, &mut logo, Use::Icon).await?;
    let new = edit.form.read().filter(|_| logo.error.is_none());
    let (Some(new), Some(Away { no_logo })) = (new, away.read()) else {
        return edit.again(&actor.visit, &edit_page(&actor, &edit, &logo, &away));
    };
    let revision = edit.revision;
    let outcome = db
        .attempt(&actor, move |tx| actions::update(tx, revision, &new, images::change(picture.as_ref(), no_logo)))
        .await;
    match edit.told(outcome, editing(&actor, &db)).await? {
        Some(done) => Ok(page::see_with(&actor.visit, actor.url("account"), &done.said("Company saved"))),
        None => edit.again(&actor.visit, &edit_page(&actor, &edit, &logo, &away)),
    }
}
