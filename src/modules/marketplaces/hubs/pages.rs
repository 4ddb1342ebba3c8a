//! Screens of hubs.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{
    Hub, Manage, View, actions,
    data::NewHub,
    grid::{Column, Hubs},
    store::{self, HubRow},
};
use crate::{
    access::extract::Post,
    kit::{
        acts::Acts,
        confirm::Confirm,
        db::Db,
        done::once,
        edit::Edit,
        form_page::FormPage,
        id::Id,
        input::Form,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        time::{When, Zone},
        typed::apart,
        viewer::Viewer,
        words::filters,
    },
    modules::{
        events::{self, Asked, Trail},
        views::{
            self,
            list::{Listed, list as listed},
        },
    },
    t,
};

pub fn screens() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Hubs>();
    screens.extend([
        get("/hubs", || web::to(list)),
        get("/hubs/new", || web::to(register)),
        post("/hubs/new", || web::to(registered)),
        get("/hubs/{id}", || web::to(show)),
        get("/hubs/{id}/edit", || web::to(edit)),
        post("/hubs/{id}/edit", || web::to(saved)),
        get("/hubs/{id}/remove", || web::to(remove)),
        post("/hubs/{id}/remove", || web::to(removed)),
    ]);
    screens
}

type OfHub = web::Path<(String, String)>;

fn id(text: &str) -> Result<Id<Hub>> {
    text.parse().map_err(|_| Problem::NotFound)
}

#[derive(Template)]
#[template(path = "hubs/list.html")]
struct List {
    page: Page,
    list: Listed<Hubs>,
    zone: Zone,
    may_manage: bool,
}

async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown = List {
        page: actor.page(("Hubs", "Marketplaces")),
        list: listed(&actor, &db).await?,
        zone: actor.zone(),
        may_manage: actor.may::<Manage>(),
    };
    page::html(&actor.visit, &shown)
}

fn register_page(actor: &Viewer<Manage>, form: &Form<NewHub>, copy: Uuid) -> FormPage {
    let page = actor.page(("Register hub", "Hubs"));
    form.onto(FormPage::new(page, "Register hub", (actor.url("hubs"), "Hubs"), "Register").hiding("form", copy))
}

async fn register(actor: Viewer<Manage>) -> Result<HttpResponse> {
    page::html(&actor.visit, &register_page(&actor, &Form::empty(), Uuid::new_v4()))
}

async fn registered(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, copy) = (post.actor, post.fields.form());
    let mut form = Form::<NewHub>::typed(&post.fields);
    let act = |new| db.attempt(&actor, move |tx| once(tx, copy, |tx| actions::register(tx, &new)));
    let Some(made) = form.sent(act).await? else {
        return page::invalid(&actor.visit, &register_page(&actor, &form, copy));
    };
    let here = actor.url(&format!("hubs/{}", made.value()));
    Ok(page::see_with(&actor.visit, here, &Flash::success("Hub registered")))
}

struct Used {
    id: String,
    name: String,
    external_id: String,
    href: String,
}

#[derive(Template)]
#[template(path = "hubs/show.html")]
struct Show {
    page: Page,
    hub: HubRow,
    created: When,
    updated: When,
    marketplaces: Vec<Used>,
    trail: Trail,
    hubs: String,
    /// What this person can do here.
    acts: Acts,
}

async fn show(actor: Viewer<View>, path: OfHub, db: web::Data<Db>) -> Result<HttpResponse> {
    let hub = id(&path.1)?;
    let asked = Asked::of(&actor.visit);
    let (hub, used, trail) = db
        .read(&actor, move |read| {
            let row = store::find(read, &hub)?;
            Ok((row, store::marketplaces(read, &hub)?, events::trail(read, hub.as_str(), &asked)?))
        })
        .await?;
    let base = actor.url(&format!("hubs/{}", hub.id));
    let mut acts = Acts::default();
    if actor.may::<Manage>() {
        acts.button(t!("Edit"), format!("{base}/edit"), false);
        acts.ending(t!("Remove hub"), format!("{base}/remove"));
    }
    let shown = Show {
        page: actor.page((&hub.data.name, "Hubs")),
        created: actor.zone().when(hub.created_at),
        updated: actor.zone().when(hub.updated_at),
        marketplaces: used
            .into_iter()
            .map(|(id, name, external_id)| Used {
                href: actor.url(&format!("marketplaces/{id}")),
                id,
                name,
                external_id,
            })
            .collect(),
        trail,
        hubs: actor.url("hubs"),
        acts,
        hub,
    };
    page::html(&actor.visit, &shown)
}

type Editing = Edit<HubRow, NewHub>;

async fn editing(actor: &Viewer<Manage>, db: &Db, text: &str) -> Result<Editing> {
    let hub = id(text)?;
    let row = db.read(actor, move |read| store::find(read, &hub)).await?;
    let (saved, revision) = (row.data.clone(), row.revision);
    Ok(Edit::of(row, saved, revision))
}

fn edit_page(actor: &Viewer<Manage>, edit: &Editing) -> FormPage {
    let hub = &edit.row;
    let page = actor.page(("Edit", &hub.data.name, "Hubs"));
    let back = (actor.url(&format!("hubs/{}", hub.id)), "Back to hub");
    edit.onto(FormPage::new(page, t!("Edit {name}", name = apart(&hub.data.name)), back, "Save"))
}

async fn edit(actor: Viewer<Manage>, path: OfHub, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = editing(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &edit_page(&actor, &edit))
}

async fn saved(post: Post<Manage>, path: OfHub, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut edit = editing(&actor, &db, &path.1).await?.typed(&post.fields);
    let (hub, revision) = (edit.row.id.clone(), edit.revision);
    let here = actor.url(&format!("hubs/{hub}"));
    let act = |new| db.attempt(&actor, move |tx| actions::update(tx, &hub, revision, &new));
    match edit.save(act, editing(&actor, &db, &path.1)).await? {
        Some(done) => Ok(page::see_with(&actor.visit, here, &done.said("Hub saved"))),
        None => edit.again(&actor.visit, &edit_page(&actor, &edit)),
    }
}

async fn remove(actor: Viewer<Manage>, path: OfHub, db: web::Data<Db>) -> Result<HttpResponse> {
    let hub = id(&path.1)?;
    let (hub, refusal) =
        db.read(&actor, move |read| Ok((store::find(read, &hub)?, actions::keeps(read, &hub)?))).await?;
    let page = actor.page(("Remove hub", &hub.data.name, "Hubs"));
    let effects = [t!(
        "{name} ({id}) will be permanently removed. This cannot be undone.",
        name = apart(&hub.data.name),
        id = hub.id
    )];
    let here = actor.url(&format!("hubs/{}", hub.id));
    let (refusal, back) = (refusal.map(|why| why.at(&here)), (here, "Back to hub"));
    let shown = Confirm::new(page, "Remove hub", back, effects).danger();
    page::html(&actor.visit, &shown.refused("This hub cannot be removed", refusal))
}

async fn removed(post: Post<Manage>, path: OfHub, db: web::Data<Db>) -> Result<HttpResponse> {
    let hub = id(&path.1)?;
    let (here, all) = (post.actor.url(&format!("hubs/{hub}")), post.actor.url("hubs"));
    db.write(&post.actor, move |tx| actions::remove(tx, &hub))
        .await
        .map_err(|problem| problem.leading_to(here, "Back to hub"))?;
    Ok(page::see_with(&post.actor.visit, all, &Flash::success("Hub removed")))
}
