//! Screens of the Directory.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    View,
    grid::{Column, Partners},
    store::{self, Held, Partner},
};
use crate::{
    kit::{
        acts::Acts,
        choice::Choice as _,
        db::Db,
        page::{self, Page},
        problem::{Problem, Result},
        route::{Mount, get},
        time::{When, Zone},
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        accounts::{
            contacts::{self, store::ContactRow},
            data::headquarters,
        },
        contracts::Create,
        images,
        views::{
            self,
            list::{Listed, list as listed},
        },
    },
};

pub fn screens() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Partners>();
    screens.extend([get("/directory", || web::to(list)), get("/directory/{id}", || web::to(show))]);
    screens
}

#[derive(Template)]
#[template(path = "directory/list.html")]
struct List {
    page: Page,
    list: Listed<Partners>,
    portal: String,
    zone: Zone,
    may_create: bool,
}

async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown = List {
        page: actor.page("Partners"),
        list: listed(&actor, &db).await?,
        portal: actor.identity.company.home(),
        zone: actor.zone(),
        may_create: actor.may::<Create>(),
    };
    page::html(&actor.visit, &shown)
}

struct Line {
    held: Held,
    activated: Option<When>,
    href: String,
}

#[derive(Template)]
#[template(path = "directory/show.html")]
struct Show {
    page: Page,
    back: String,
    partner: Partner,
    /// What this person can begin here.
    acts: Acts,
    since: Option<When>,
    test: bool,
    contracts: Vec<Line>,
    people: Vec<(String, String)>,
    contacts: Vec<ContactRow>,
    logo: Option<String>,
    headquarters: Words,
}

async fn show(actor: Viewer<View>, path: web::Path<(String, String)>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1.parse().map_err(|_| Problem::NotFound)?;
    let (partner, test, contracts, (people, contacts)) = db
        .read(&actor, move |read| {
            let partner = store::find(read, &id)?;
            let met = (store::people(read, &id)?, contacts::store::all(read, &id)?);
            Ok((partner, store::is_test(read, &id)?, store::contracts(read, &id)?, met))
        })
        .await?;
    let zone = actor.zone();
    let mut acts = Acts::default();
    acts.begin(&actor, "directory", partner.id.as_str(), partner.role.key());
    let shown = Show {
        acts,
        page: actor.page((&partner.name, "Partners")),
        back: actor.url("directory"),
        test,
        since: contracts.iter().filter_map(|held| held.activated_at).min().map(|at| zone.day(at)),
        contracts: contracts
            .into_iter()
            .map(|held| Line {
                activated: held.activated_at.map(|at| zone.day(at)),
                href: actor.url(&format!("contracts/{}", held.id)),
                held,
            })
            .collect(),
        people,
        contacts,
        logo: partner.presented.logo.as_deref().map(images::url),
        headquarters: headquarters(&partner.presented.address),
        partner,
    };
    page::html(&actor.visit, &shown)
}
