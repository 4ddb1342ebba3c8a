//! Screens of the Directory.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    View,
    grid::{self, Column, PartnerCells, Partners},
    store::{self, Held, Partner},
};
use crate::{
    kit::{
        actor::Actor,
        db::Db,
        grid::{Grid as _, Query, Toolbar},
        page::{self, Page},
        problem::{Problem, Result},
        time::{When, Zone},
    },
    modules::{contracts::Create, views},
    portals::{Mount, get, post},
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/directory", || web::to(list)),
        post("/directory/views", || web::to(views::pages::save::<Partners, View>)),
        post("/directory/views/{id}/delete", || web::to(views::pages::delete::<Partners, View>)),
        get("/directory/{id}", || web::to(show)),
    ]
}

#[derive(Template)]
#[template(path = "directory/list.html")]
struct List {
    page: Page,
    base: String,
    portal: String,
    toolbar: Toolbar,
    columns: Vec<Column>,
    rows: Vec<PartnerCells>,
    zone: Zone,
    narrowed: bool,
    may_create: bool,
}

async fn list(actor: Actor<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let query = Query::<Partners>::parse(&actor.visit.query);
    let asked = query.clone();
    let (rows, total, views) = db
        .read(&actor, move |read| {
            let rows = grid::rows(read, &asked, asked.size + 1)?;
            Ok((rows, grid::total(read, &asked)?, views::store::of(read, Partners::NAME)?))
        })
        .await?;
    let slice = query.page(rows);
    let shown = List {
        page: actor.page("Directory - Partners"),
        base: actor.url("directory"),
        portal: actor.identity.company.home(),
        toolbar: query.toolbar(&slice, total, &views),
        columns: query.columns.clone(),
        rows: slice.rows,
        zone: actor.zone(),
        narrowed: query.narrowed(),
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
    since: Option<When>,
    contracts: Vec<Line>,
    people: Vec<(String, String)>,
}

async fn show(actor: Actor<View>, path: web::Path<(String, String)>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1.parse().map_err(|_| Problem::NotFound)?;
    let (partner, contracts, people) = db
        .read(&actor, move |read| {
            let partner = store::find(read, &id)?;
            Ok((partner, store::contracts(read, &id)?, store::people(read.conn, &id)?))
        })
        .await?;
    let zone = actor.zone();
    let shown = Show {
        page: actor.page(&format!("{} - Directory", partner.name)),
        back: actor.url("directory"),
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
        partner,
    };
    page::html(&actor.visit, &shown)
}
