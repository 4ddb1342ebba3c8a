//! Screens of links.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{
    Manage, View, actions,
    data::Tile,
    store::{self, TileRow},
};
use crate::{
    access::extract::Post,
    kit::{
        confirm::Confirm,
        db::Db,
        done::once,
        edit::Edit,
        form_page::FormPage,
        input::Form,
        page::{self, Flash, Page},
        problem::Result,
        route::{Mount, get, post},
        typed::apart,
        viewer::Viewer,
        words::filters,
    },
    modules::accounts::{
        self,
        pages::{Facts, OfOne, number},
    },
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/account/links", || web::to(list)),
        get("/account/links/new", || web::to(add)),
        post("/account/links/new", || web::to(added)),
        get("/account/links/{place}/edit", || web::to(edit)),
        post("/account/links/{place}/edit", || web::to(saved)),
        get("/account/links/{place}/remove", || web::to(remove)),
        post("/account/links/{place}/remove", || web::to(removed)),
        post("/account/links/{place}/move", || web::to(moved)),
    ]
}

const BACK: &str = "Back to links";

#[derive(Template)]
#[template(path = "accounts/links.html")]
struct List {
    page: Page,
    facts: Facts,
    links: Vec<TileRow>,
}

async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (company, links) = db
        .read(&actor, |read| {
            let company = accounts::store::find(read)?;
            let links = store::all(read, &company.id)?;
            Ok((company, links))
        })
        .await?;
    let page = actor.page(("Links", "Account"));
    page::html(&actor.visit, &List { page, facts: Facts::of(&actor, company, "links"), links })
}

fn add_page(actor: &Viewer<Manage>, form: &Form<Tile>, copy: Uuid) -> FormPage {
    let page = actor.page(("Add link", "Links", "Account"));
    let page = FormPage::new(page, "Add link", (actor.url("account/links"), BACK), "Add")
        .below_heading("Your colleagues find it on Home.");
    form.onto(page.hiding("form", copy))
}

async fn add(actor: Viewer<Manage>) -> Result<HttpResponse> {
    page::html(&actor.visit, &add_page(&actor, &Form::empty(), Uuid::new_v4()))
}

async fn added(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, copy) = (post.actor, post.fields.form());
    let mut form = Form::<Tile>::typed(&post.fields);
    let here = actor.url("account/links");
    let act = |new| db.attempt(&actor, move |tx| once(tx, copy, |tx| actions::add(tx, &new)));
    match form.sent(act).await.map_err(|no| no.leading_to(&here, BACK))? {
        Some(_) => Ok(page::see_with(&actor.visit, here, &Flash::success("Link added"))),
        None => page::invalid(&actor.visit, &add_page(&actor, &form, copy)),
    }
}

type Editing = Edit<TileRow, Tile>;

async fn editing(actor: &Viewer<Manage>, db: &Db, number: i64) -> Result<Editing> {
    let row = db.read(actor, move |read| store::find(read, number)).await?;
    let (saved, revision) = (row.tile.clone(), row.revision);
    Ok(Edit::of(row, saved, revision))
}

fn edit_page(actor: &Viewer<Manage>, edit: &Editing) -> FormPage {
    let row = &edit.row;
    let page = actor.page(("Edit", &row.tile.title, "Links", "Account"));
    let heading = t!("Edit {name}", name = apart(&row.tile.title));
    edit.onto(FormPage::new(page, heading, (actor.url("account/links"), BACK), "Save"))
}

async fn edit(actor: Viewer<Manage>, path: OfOne, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = editing(&actor, &db, number(&path)?).await?;
    page::html(&actor.visit, &edit_page(&actor, &edit))
}

async fn saved(post: Post<Manage>, path: OfOne, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, number) = (post.actor, number(&path)?);
    let mut edit = editing(&actor, &db, number).await?.typed(&post.fields);
    let (here, revision) = (actor.url("account/links"), edit.revision);
    let act = |new| db.attempt(&actor, move |tx| actions::change(tx, number, revision, &new));
    match edit.save(act, editing(&actor, &db, number)).await? {
        Some(done) => Ok(page::see_with(&actor.visit, here, &done.said("Link saved"))),
        None => edit.again(&actor.visit, &edit_page(&actor, &edit)),
    }
}

async fn remove(actor: Viewer<Manage>, path: OfOne, db: web::Data<Db>) -> Result<HttpResponse> {
    let number = number(&path)?;
    let row = db.read(&actor, move |read| store::find(read, number)).await?;
    let page = actor.page(("Remove link", &row.tile.title, "Account"));
    let effects =
        [t!("{name} will no longer appear on Home for anyone at your company.", name = apart(&row.tile.title))];
    let back = (actor.url("account/links"), BACK);
    page::html(&actor.visit, &Confirm::new(page, "Remove link", back, effects).danger())
}

async fn removed(post: Post<Manage>, path: OfOne, db: web::Data<Db>) -> Result<HttpResponse> {
    let number = number(&path)?;
    db.write(&post.actor, move |tx| actions::remove(tx, number)).await?;
    let here = post.actor.url("account/links");
    Ok(page::see_with(&post.actor.visit, here, &Flash::success("Link removed")))
}

async fn moved(post: Post<Manage>, path: OfOne, db: web::Data<Db>) -> Result<HttpResponse> {
    let (number, earlier) = (number(&path)?, post.fields.text("to") != "later");
    db.attempt(&post.actor, move |tx| actions::shift(tx, number, earlier)).await?;
    Ok(page::see(post.actor.url("account/links")))
}
