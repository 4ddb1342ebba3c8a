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
        form::Field,
        form_page::{Ask, FormPage},
        input::{Form, kinds::Tick},
        page::{self, Page, Tab},
        problem::{Problem, Result},
        route::{Mount, get, post},
        time::When,
        viewer::Viewer,
        violation,
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
        first: held.contract.type_ != contracts::Type::Distribution
            && held.contract.activated_at == Some(company.created_at),
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

/// What Edit asks: what the company says of itself, and its logo.
struct EditForm {
    profile: Form<Profile>,
    logo: Field,
    away: Form<Away>,
    revision: i32,
}

fn logo() -> Field {
    Field::new("logo", "Logo").hint("PNG, JPEG, WebP or GIF, up to 5 MB. Shown to your partners.").optional()
}

fn edit_page(actor: &Viewer<Manage>, company: &CompanyRow, form: &EditForm) -> FormPage {
    let page = actor.page(("Edit", "General", "Account"));
    let page = FormPage::new(page, "Edit company", (actor.url("account"), "Back to company"), "Save");
    let page = page.hiding("revision", form.revision);
    let page = form.profile.onto(page).group("Logo").ask(&form.logo, Ask::File(images::ACCEPTED));
    if company.logo.is_some() { form.away.onto(page) } else { page }
}

async fn edit(actor: Viewer<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let company = db.read(&actor, store::find).await?;
    let form = EditForm {
        profile: Form::filled(&company.profile),
        logo: logo(),
        away: Form::empty(),
        revision: company.revision,
    };
    page::html(&actor.visit, &edit_page(&actor, &company, &form))
}

async fn saved(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let company = db.read(&actor, store::find).await?;
    let mut form = EditForm {
        profile: Form::typed(&post.fields),
        logo: logo(),
        away: Form::typed(&post.fields),
        revision: post.fields.number("revision"),
    };
    let picture = images::sent(&actor.visit.house, &post.fields, &mut form.logo, Use::Icon).await?;
    let read = form.profile.read().filter(|_| form.logo.error.is_none());
    let (Some(new), Some(Away { no_logo: away })) = (read, form.away.read()) else {
        return page::invalid(&actor.visit, &edit_page(&actor, &company, &form));
    };
    let revision = form.revision;
    let outcome = db
        .attempt(&actor, move |tx| {
            let logo = match &picture {
                Some(picture) => Some(Some(picture)),
                None => away.then_some(None),
            };
            actions::update(tx, revision, &new, logo)
        })
        .await;
    if matches!(outcome, Err(Problem::Overtaken(_))) {
        let now = db.read(&actor, store::find).await?;
        form.profile.compare(&now.profile);
        form.revision = now.revision;
        return page::overtaken(&actor.visit, &edit_page(&actor, &now, &form).overtaken());
    }
    match violation::told(outcome)? {
        Ok(done) => Ok(page::see_with(&actor.visit, actor.url("account"), &done.said("Company saved"))),
        Err(wrong) => {
            violation::none_left(form.profile.fail(wrong))?;
            page::invalid(&actor.visit, &edit_page(&actor, &company, &form))
        }
    }
}
