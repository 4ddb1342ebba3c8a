//! Screens of hubs.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{
    Hub, Manage, View, actions,
    forms::HubForm,
    grid::{Column, Hubs},
    store::{self, HubRow, Taken},
};
use crate::{
    access::extract::Post,
    kit::{
        confirm::Confirm,
        db::Db,
        form::FieldError,
        id::Id,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        time::{When, Zone},
        typed::apart,
        viewer::Viewer,
    },
    modules::{
        events::{self, Entry},
        views::{
            self,
            list::{Listed, list as listed},
        },
    },
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
        page: actor.page("Hubs - Marketplaces"),
        list: listed(&actor, &db).await?,
        zone: actor.zone(),
        may_manage: actor.may::<Manage>(),
    };
    page::html(&actor.visit, &shown)
}

#[derive(Template)]
#[template(path = "hubs/form.html")]
struct FormPage {
    page: Page,
    heading: String,
    button: &'static str,
    errors: Vec<FieldError>,
    form: HubForm,
    /// Names a new form, so that it makes one hub however often it is sent.
    once: String,
    back: (String, &'static str),
}

fn new_page(actor: &Viewer<Manage>, form: HubForm, once: String) -> FormPage {
    let errors = form.errors();
    FormPage {
        page: actor.page("Register hub - Hubs").with_errors(&errors),
        heading: "Register hub".into(),
        button: "Register",
        errors,
        form,
        once,
        back: (actor.url("hubs"), "Hubs"),
    }
}

async fn register(actor: Viewer<Manage>) -> Result<HttpResponse> {
    page::html(&actor.visit, &new_page(&actor, HubForm::empty(), Uuid::new_v4().to_string()))
}

fn refuse(form: &mut HubForm, taken: Taken) {
    match taken {
        Taken::Name => form.name.fail("Another hub of yours has this name"),
        Taken::Instance => form.instance.fail("Another hub of yours has this instance ID"),
    }
}

async fn registered(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let once = post.fields.form();
    let mut form = HubForm::typed(&post.fields);
    let Some(new) = form.parse() else {
        return page::invalid(&actor.visit, &new_page(&actor, form, once.to_string()));
    };
    match db.write(&actor, move |tx| actions::register(tx, once, &new)).await? {
        Ok(made) => {
            Ok(page::see_with(&actor.visit, actor.url(&format!("hubs/{made}")), &Flash::success("Hub registered")))
        }
        Err(taken) => {
            refuse(&mut form, taken);
            page::invalid(&actor.visit, &new_page(&actor, form, once.to_string()))
        }
    }
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
    entries: Vec<Entry>,
    hubs: String,
    edit: Option<String>,
    remove: Option<String>,
}

async fn show(actor: Viewer<View>, path: OfHub, db: web::Data<Db>) -> Result<HttpResponse> {
    let hub = id(&path.1)?;
    let (hub, used, entries) = db
        .read(&actor, move |read| {
            let row = store::find(read, &hub)?;
            Ok((row, store::marketplaces(read.conn, &hub)?, events::history(read, hub.as_str())?))
        })
        .await?;
    let base = actor.url(&format!("hubs/{}", hub.id));
    let manages = actor.may::<Manage>();
    let shown = Show {
        page: actor.page(&format!("{} - Hubs", hub.name)),
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
        entries,
        hubs: actor.url("hubs"),
        edit: manages.then(|| format!("{base}/edit")),
        remove: manages.then(|| format!("{base}/remove")),
        hub,
    };
    page::html(&actor.visit, &shown)
}

fn edit_page(actor: &Viewer<Manage>, hub: &HubRow, form: HubForm) -> FormPage {
    let errors = form.errors();
    FormPage {
        page: actor.page(&format!("Edit - {} - Hubs", hub.name)).with_errors(&errors),
        heading: format!("Edit {}", apart(&hub.name)),
        button: "Save",
        errors,
        form,
        once: String::new(),
        back: (actor.url(&format!("hubs/{}", hub.id)), "Back to the hub"),
    }
}

async fn edit(actor: Viewer<Manage>, path: OfHub, db: web::Data<Db>) -> Result<HttpResponse> {
    let hub = id(&path.1)?;
    let hub = db.read(&actor, move |read| store::find(read, &hub)).await?;
    page::html(&actor.visit, &edit_page(&actor, &hub, HubForm::filled(&hub)))
}

async fn saved(post: Post<Manage>, path: OfHub, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, hub) = (post.actor, id(&path.1)?);
    let row = db.read(&actor, move |read| store::find(read, &hub)).await?;
    let mut form = HubForm::typed(&post.fields);
    let Some(new) = form.parse() else {
        return page::invalid(&actor.visit, &edit_page(&actor, &row, form));
    };
    let (hub, revision) = (row.id.clone(), form.revision.parse().unwrap_or(0));
    let here = actor.url(&format!("hubs/{hub}"));
    let outcome = db
        .write(&actor, move |tx| actions::update(tx, &hub, revision, &new))
        .await
        .map_err(|problem| problem.leading_to(format!("{here}/edit"), "Open the form again"))?;
    match outcome {
        Ok(()) => Ok(page::see_with(&actor.visit, here, &Flash::success("Hub saved"))),
        Err(taken) => {
            refuse(&mut form, taken);
            page::invalid(&actor.visit, &edit_page(&actor, &row, form))
        }
    }
}

async fn remove(actor: Viewer<Manage>, path: OfHub, db: web::Data<Db>) -> Result<HttpResponse> {
    let hub = id(&path.1)?;
    let (hub, refusal) =
        db.read(&actor, move |read| Ok((store::find(read, &hub)?, actions::keeps(read.conn, &hub)?))).await?;
    let page = actor.page(&format!("Remove hub - {} - Hubs", hub.name));
    let effects = vec![format!("{} ({}) is removed for good. This cannot be undone.", apart(&hub.name), hub.id)];
    let here = actor.url(&format!("hubs/{}", hub.id));
    let (refusal, back) = (refusal.map(|why| why.at(&here)), (here, "Back to the hub"));
    page::html(&actor.visit, &Confirm::new(page, "Remove hub", back, effects).danger().refused(refusal))
}

async fn removed(post: Post<Manage>, path: OfHub, db: web::Data<Db>) -> Result<HttpResponse> {
    let hub = id(&path.1)?;
    let (here, all) = (post.actor.url(&format!("hubs/{hub}")), post.actor.url("hubs"));
    db.write(&post.actor, move |tx| actions::remove(tx, &hub))
        .await
        .map_err(|problem| problem.leading_to(here, "Back to the hub"))?;
    Ok(page::see_with(&post.actor.visit, all, &Flash::success("Hub removed")))
}
