//! Screens of media.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{
    MOST, Medium, Type, actions,
    data::{MediumForm, NewMedium, image},
    store::{self, MediumRow},
};
use crate::{
    access::extract::Post,
    kit::{
        choice::Choice as _,
        confirm::Confirm,
        db::Db,
        done::once,
        form_page::FormPage,
        id::Id,
        input::Form,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        typed::apart,
        viewer::Viewer,
        words::filters,
    },
    modules::{
        images::{self, Picture, Use},
        products::{
            Manage, ViewOwn,
            pages::{Facts, OfPart, OfProduct, about, find, shown, url},
            store::ProductRow,
        },
    },
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/products/{id}/media", || web::to(list)),
        get("/products/{id}/media/new", || web::to(add)),
        post("/products/{id}/media/new", || web::to(added)).with_file(),
        get("/products/{id}/media/{medium}/edit", || web::to(edit)),
        post("/products/{id}/media/{medium}/edit", || web::to(edited)).with_file(),
        post("/products/{id}/media/{medium}/move", || web::to(moved)),
        get("/products/{id}/media/{medium}/remove", || web::to(remove)),
        post("/products/{id}/media/{medium}/remove", || web::to(removed)),
    ]
}

struct Slot {
    row: MediumRow,
    image: String,
    video: bool,
    first: bool,
    last: bool,
}

#[derive(Template)]
#[template(path = "products/show/media.html")]
struct Media {
    page: Page,
    facts: Facts,
    slots: Vec<Slot>,
    full: bool,
}

async fn list(actor: Viewer<ViewOwn>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let (facts, media) = shown(&actor, &db, &path.1, "media", |read, row| store::all(read, &row.id)).await?;
    let count = media.len();
    let slots = media.into_iter().enumerate().map(|(at, row)| Slot {
        image: images::url(&row.image),
        video: row.type_ == Type::Video,
        first: at == 0,
        last: at + 1 == count,
        row,
    });
    let shown = Media {
        page: actor.page(("Media", &facts.product.name, "Products")),
        slots: slots.collect(),
        full: count >= MOST,
        facts,
    };
    page::html(&actor.visit, &shown)
}

/// The picture that was sent, or what is wrong with it at its field.
async fn sent(post: &Post<Manage>, form: &mut MediumForm, needed: bool) -> Result<Option<Picture>> {
    let picture = images::sent(&post.actor.visit.house, &post.fields, &mut form.image, Use::Medium).await?;
    if needed && picture.is_none() {
        form.image.fail("Choose an image");
    }
    Ok(picture)
}

fn add_page(actor: &Viewer<Manage>, row: &ProductRow, form: &MediumForm, copy: Uuid) -> FormPage {
    form.onto(about(actor, row, "media", "Add media", "Add").hiding("form", copy), true)
}

async fn add(actor: Viewer<Manage>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let row = find(&actor, &db, &path.1).await?;
    let form = MediumForm { data: Form::empty().with("type", Type::Image.key()), image: image() };
    page::html(&actor.visit, &add_page(&actor, &row, &form, Uuid::new_v4()))
}

async fn added(post: Post<Manage>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let row = find(&post.actor, &db, &path.1).await?;
    let copy = post.fields.form();
    let mut form = MediumForm { data: Form::typed(&post.fields), image: image() };
    let (new, picture) = (form.data.read(), sent(&post, &mut form, true).await?);
    let actor = post.actor;
    let (Some(new), Some(picture)) = (new, picture) else {
        return page::invalid(&actor.visit, &add_page(&actor, &row, &form, copy));
    };
    let here = url(&actor, &row.id, "media");
    db.attempt(&actor, move |tx| once(tx, copy, |tx| actions::add(tx, &row.id, &new, &picture)))
        .await
        .map_err(|problem| problem.leading_to(&here, "Back to product"))?;
    Ok(page::see_with(&actor.visit, here, &Flash::success("Media added")))
}

fn id(text: &str) -> Result<Id<Medium>> {
    text.parse().map_err(|_| Problem::NotFound)
}

async fn found(actor: &Viewer<Manage>, db: &Db, path: &OfPart) -> Result<(ProductRow, MediumRow)> {
    let row = find(actor, db, &path.1).await?;
    let (product, medium) = (row.id.clone(), id(&path.2)?);
    let medium = db.read(actor, move |read| store::find(read, &product, &medium)).await?;
    Ok((row, medium))
}

fn edit_page(actor: &Viewer<Manage>, row: &ProductRow, form: &MediumForm) -> FormPage {
    form.onto(about(actor, row, "media", "Edit media", "Save"), false)
}

async fn edit(actor: Viewer<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let (row, medium) = found(&actor, &db, &path).await?;
    let form = MediumForm { data: Form::filled(&NewMedium::of(&medium)), image: image().optional() };
    page::html(&actor.visit, &edit_page(&actor, &row, &form))
}

async fn edited(post: Post<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let (row, medium) = found(&post.actor, &db, &path).await?;
    // the type is not asked again
    let data = Form::typed_over(&NewMedium::of(&medium), &post.fields, |name| name != "type");
    let mut form = MediumForm { data, image: image().optional() };
    let (new, picture) = (form.data.read(), sent(&post, &mut form, false).await?);
    let actor = post.actor;
    let Some(new) = new.filter(|_| form.image.error.is_none()) else {
        return page::invalid(&actor.visit, &edit_page(&actor, &row, &form));
    };
    let here = url(&actor, &row.id, "media");
    db.write(&actor, move |tx| actions::update(tx, &row.id, &medium.id, &new, picture.as_ref())).await?;
    Ok(page::see_with(&actor.visit, here, &Flash::success("Media saved")))
}

async fn moved(post: Post<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let (row, medium) = found(&post.actor, &db, &path).await?;
    let (here, earlier) = (url(&post.actor, &row.id, "media"), post.fields.text("to") != "later");
    db.write(&post.actor, move |tx| actions::reorder(tx, &row.id, &medium.id, earlier)).await?;
    Ok(page::see(here))
}

async fn remove(actor: Viewer<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let (row, medium) = found(&actor, &db, &path).await?;
    let page = actor.page(("Remove media", &row.name, "Products"));
    let effects = [t!("“{title}” will be removed from Master. Existing versions keep it.", title = apart(&medium.alt))];
    let back = (url(&actor, &row.id, "media"), "Back to product");
    page::html(&actor.visit, &Confirm::new(page, "Remove media", back, effects).danger())
}

async fn removed(post: Post<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let (row, medium) = found(&post.actor, &db, &path).await?;
    let here = url(&post.actor, &row.id, "media");
    db.write(&post.actor, move |tx| actions::remove(tx, &row.id, &medium.id)).await?;
    Ok(page::see_with(&post.actor.visit, here, &Flash::success("Media removed")))
}
