//! Creating a product, and changing what it says of itself.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::{OfPart, OfProduct, find, url};
use crate::{
    access::extract::Post,
    input,
    kit::{
        confirm::Confirm,
        db::Db,
        done::once,
        edit::Edit,
        effect::Effect,
        form::Field,
        form_page::{Ask, FormPage},
        id::Id,
        input::{Form, Input, kinds::Tick},
        page::{self, Flash},
        problem::{Problem, Result},
        typed::apart,
        viewer::Viewer,
        words::Words,
    },
    modules::{
        images::{self, Use},
        products::{
            Manage, Product, Status, actions,
            data::{Embedding, General, Link, Sale, Settings, begun},
            items, media, parameters, sight,
            store::{self, ProductRow},
            templates, touched,
        },
    },
    t,
};

fn form_id(post: &Post<Manage>) -> Uuid {
    post.fields.form()
}

fn create_page(actor: &Viewer<Manage>, form: &Form<General>, copy: Uuid) -> FormPage {
    let back = (actor.url("products"), "Products");
    let page = FormPage::new(actor.page(("Create product", "Products")), "Create product", back, "Create")
        .below_heading("It stays a draft that only you can see until you publish a version.")
        .hiding("form", copy);
    begun(form, page)
}

pub async fn create(actor: Viewer<Manage>) -> Result<HttpResponse> {
    page::html(&actor.visit, &create_page(&actor, &Form::empty(), Uuid::new_v4()))
}

pub async fn created(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (mut form, copy) = (Form::<General>::typed(&post.fields), form_id(&post));
    let actor = post.actor;
    let act = |new| db.attempt(&actor, move |tx| once(tx, copy, |tx| actions::create(tx, &new)));
    match form.sent(act).await? {
        Some(made) => {
            let here = url(&actor, &made.value(), "");
            Ok(page::see_with(&actor.visit, here, &Flash::success("Product created")))
        }
        None => page::invalid(&actor.visit, &create_page(&actor, &form, copy)),
    }
}

/// The frame of a form about a product that leads back to one of its tabs.
pub fn about(
    actor: &Viewer<Manage>,
    row: &ProductRow,
    tab: &str,
    heading: impl Into<Words>,
    button: &'static str,
) -> FormPage {
    let heading = heading.into();
    let page = actor.page((&heading, &row.name, "Products"));
    FormPage::new(page, heading, (url(actor, &row.id, tab), "Back to product"), button).below_heading(&row.name)
}

input! {
    /// Whether the icon goes.
    struct Away, DraftAway {
        "" { no_icon: bool = Tick, "Remove the icon", at "no_icon"; }
    }
}

fn icon() -> Field {
    Field::new("icon", "Icon").hint("A square image, ideally a PNG with a transparent background.").optional()
}

/// An edit of the part of a product that `said` reads.
async fn editing<I: Input>(
    actor: &Viewer<Manage>,
    db: &Db,
    text: &str,
    said: fn(&ProductRow) -> I,
) -> Result<Edit<ProductRow, I>> {
    let row = find(actor, db, text).await?;
    let (saved, revision) = (said(&row), row.revision);
    Ok(Edit::of(row, saved, revision))
}

fn edit_page(actor: &Viewer<Manage>, edit: &Edit<ProductRow, General>, icon: &Field, away: &Form<Away>) -> FormPage {
    let page = edit.onto(about(actor, &edit.row, "", "Edit general data", "Save"));
    let page = page.ask(icon, Ask::File(images::ACCEPTED));
    if edit.row.icon.is_some() { away.onto(page) } else { page }
}

pub async fn edit(actor: Viewer<Manage>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = editing(&actor, &db, &path.1, ProductRow::general).await?;
    page::html(&actor.visit, &edit_page(&actor, &edit, &icon(), &Form::empty()))
}

pub async fn edited(post: Post<Manage>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut edit = editing(&actor, &db, &path.1, ProductRow::general).await?.typed(&post.fields);
    let (mut icon, mut away) = (icon(), Form::<Away>::typed(&post.fields));
    let picture = images::sent(&actor.visit.house, &post.fields, &mut icon, Use::Icon).await?;
    let general = edit.form.read().filter(|_| icon.error.is_none());
    let (Some(general), Some(Away { no_icon })) = (general, away.read()) else {
        return edit.again(&actor.visit, &edit_page(&actor, &edit, &icon, &away));
    };
    let (id, revision, here) = (edit.row.id.clone(), edit.revision, url(&actor, &edit.row.id, ""));
    let done = db
        .write(&actor, move |tx| {
            actions::update(tx, &id, revision, &general, images::change(picture.as_ref(), no_icon))
        })
        .await;
    let done = edit.told(done, editing(&actor, &db, &path.1, ProductRow::general)).await;
    match done.map_err(|problem| problem.leading_to(&here, "Back to product"))? {
        Some(()) => Ok(page::see_with(&actor.visit, here, &Flash::success("Product saved"))),
        None => edit.again(&actor.visit, &edit_page(&actor, &edit, &icon, &away)),
    }
}

/// What switching a setting off would touch now.
async fn touched_by_settings(actor: &Viewer<Manage>, db: &Db, row: &ProductRow) -> Result<Vec<Effect>> {
    let row = row.clone();
    db.read(actor, move |read| touched::at_switching_off(read, &row)).await
}

fn settings_page(actor: &Viewer<Manage>, edit: &Edit<ProductRow, Settings>, touched: &[Effect]) -> FormPage {
    let page = about(actor, &edit.row, "settings", "Edit settings", "Save").effects(touched.to_vec());
    edit.onto(page.below_heading("Settings apply to all versions immediately."))
}

pub async fn settings(actor: Viewer<Manage>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = editing(&actor, &db, &path.1, ProductRow::settings).await?;
    let touched = touched_by_settings(&actor, &db, &edit.row).await?;
    page::html(&actor.visit, &settings_page(&actor, &edit, &touched))
}

pub async fn settings_saved(post: Post<Manage>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut edit = editing(&actor, &db, &path.1, ProductRow::settings).await?.typed(&post.fields);
    let (id, revision, here) = (edit.row.id.clone(), edit.revision, url(&actor, &edit.row.id, "settings"));
    let act = |settings| db.write(&actor, move |tx| actions::set_settings(tx, &id, revision, &settings));
    let done = edit.save(act, editing(&actor, &db, &path.1, ProductRow::settings)).await;
    match done.map_err(|no| no.leading_to(&here, "Back to product"))? {
        Some(()) => Ok(page::see_with(&actor.visit, here, &Flash::success("Settings saved"))),
        None => {
            // somebody else may have switched a setting on in the meantime
            let touched = touched_by_settings(&actor, &db, &edit.row).await?;
            edit.again(&actor.visit, &settings_page(&actor, &edit, &touched))
        }
    }
}

fn embedding_page(actor: &Viewer<Manage>, edit: &Edit<ProductRow, Embedding>) -> FormPage {
    edit.onto(about(actor, &edit.row, "embedding", "Edit embedding", "Save"))
}

pub async fn embedding(actor: Viewer<Manage>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = editing(&actor, &db, &path.1, ProductRow::embedding).await?;
    page::html(&actor.visit, &embedding_page(&actor, &edit))
}

pub async fn embedding_saved(post: Post<Manage>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut edit = editing(&actor, &db, &path.1, ProductRow::embedding).await?.typed(&post.fields);
    let (id, revision, here) = (edit.row.id.clone(), edit.revision, url(&actor, &edit.row.id, "embedding"));
    let act = |embedding| db.write(&actor, move |tx| actions::set_embedding(tx, &id, revision, &embedding));
    let done = edit.save(act, editing(&actor, &db, &path.1, ProductRow::embedding)).await;
    match done.map_err(|no| no.leading_to(&here, "Back to product"))? {
        Some(()) => Ok(page::see_with(&actor.visit, here, &Flash::success("Embedding saved"))),
        None => edit.again(&actor.visit, &embedding_page(&actor, &edit)),
    }
}

fn link_page(actor: &Viewer<Manage>, row: &ProductRow, form: &Form<Link>, copy: Uuid) -> FormPage {
    form.onto(about(actor, row, "embedding", "Add link", "Add").hiding("form", copy))
}

pub async fn link(actor: Viewer<Manage>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let row = find(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &link_page(&actor, &row, &Form::empty(), Uuid::new_v4()))
}

pub async fn link_added(post: Post<Manage>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let row = find(&post.actor, &db, &path.1).await?;
    let (mut form, copy) = (Form::<Link>::typed(&post.fields), form_id(&post));
    let actor = post.actor;
    let (id, here) = (row.id.clone(), url(&actor, &row.id, "embedding"));
    let act = |link| db.attempt(&actor, move |tx| once(tx, copy, |tx| actions::add_link(tx, &id, &link)));
    match form.sent(act).await.map_err(|no| no.leading_to(&here, "Back to product"))? {
        Some(_) => Ok(page::see_with(&actor.visit, here, &Flash::success("Link added"))),
        None => page::invalid(&actor.visit, &link_page(&actor, &row, &form, copy)),
    }
}

/// A link of the product, by its place.
async fn link_at(actor: &Viewer<Manage>, db: &Db, row: &ProductRow, place: i32) -> Result<Link> {
    let id = row.id.clone();
    let links = db.read(actor, move |read| store::links(read, &id)).await?;
    links.into_iter().find(|(at, _)| *at == place).map(|(_, link)| link).ok_or(Problem::NotFound)
}

pub async fn link_removal(actor: Viewer<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let row = find(&actor, &db, &path.1).await?;
    let place = path.2.parse().map_err(|_| Problem::NotFound)?;
    let link = link_at(&actor, &db, &row, place).await?;
    let page = actor.page(("Remove link", &row.name, "Products"));
    let effects = [t!("“{title}” will be removed from Master. Existing versions keep it.", title = apart(&link.title))];
    let back = (url(&actor, &row.id, "embedding"), "Back to product");
    page::html(&actor.visit, &Confirm::new(page, "Remove link", back, effects).danger())
}

pub async fn link_removed(post: Post<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let row = find(&post.actor, &db, &path.1).await?;
    let place = path.2.parse().map_err(|_| Problem::NotFound)?;
    let here = url(&post.actor, &row.id, "embedding");
    db.attempt(&post.actor, move |tx| actions::remove_link(tx, &row.id, place)).await?;
    Ok(page::see_with(&post.actor.visit, here, &Flash::success("Link removed")))
}

/// A product that is not where an act needs it: the page says so instead of asking.
fn must_be(actor: &Viewer<Manage>, row: &ProductRow, status: Status) -> Result<()> {
    if row.status == status {
        return Ok(());
    }
    Err(Problem::stale("This product was changed by someone else", actions::standing(&row.id, row.status))
        .decided(&row.id)
        .leading_to(url(actor, &row.id, ""), "Back to product"))
}

type ForSale = (ProductRow, Vec<(Id<Product>, String)>, Vec<Effect>);

async fn for_sale(actor: &Viewer<Manage>, db: &Db, text: &str) -> Result<ForSale> {
    let row = find(actor, db, text).await?;
    must_be(actor, &row, Status::Published)?;
    let id = row.id.clone();
    let (others, touched) = db
        .read(actor, move |read| {
            let vendor = &read.actor.identity.company.id;
            Ok((store::replacements(read, vendor, &id)?, touched::at_end_of_sale(read, &id)?))
        })
        .await?;
    Ok((row, others, touched))
}

fn sale_page(actor: &Viewer<Manage>, (row, others, touched): &ForSale, form: &Form<Sale>) -> FormPage {
    let page = about(actor, row, "", "End of Sale", "End sale");
    Sale::onto(form, page.effects(touched.clone()).danger(), others)
}

pub async fn end_sale(actor: Viewer<Manage>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let sale = for_sale(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &sale_page(&actor, &sale, &Form::empty()))
}

pub async fn sale_ended(post: Post<Manage>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let sale = for_sale(&actor, &db, &path.1).await?;
    let mut form = Form::<Sale>::typed(&post.fields);
    let (id, here) = (sale.0.id.clone(), url(&actor, &sale.0.id, ""));
    let act = |said: Sale| db.write(&actor, move |tx| actions::end_sale(tx, &id, &said));
    match form.sent(act).await.map_err(|no| no.leading_to(&here, "Back to product"))? {
        Some(()) => Ok(page::see_with(&actor.visit, here, &Flash::success("Sale ended"))),
        None => page::invalid(&actor.visit, &sale_page(&actor, &sale, &form)),
    }
}

pub async fn restore(actor: Viewer<Manage>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let row = find(&actor, &db, &path.1).await?;
    must_be(&actor, &row, Status::EndOfSale)?;
    let id = row.id.clone();
    let seen = db.read(&actor, move |read| sight::seen(read, &id)).await?;
    let mut effects = vec![t!("It can be listed again. Its replacement and note will be removed.")];
    if seen {
        effects.push(t!("We'll email the distributors that can see it."));
    }
    let page = actor.page(("Restore", &row.name, "Products"));
    let back = (url(&actor, &row.id, ""), "Back to product");
    page::html(&actor.visit, &Confirm::new(page, "Restore product", back, effects).about(&row.name))
}

pub async fn restored(post: Post<Manage>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let row = find(&post.actor, &db, &path.1).await?;
    let here = url(&post.actor, &row.id, "");
    db.write(&post.actor, move |tx| actions::restore(tx, &row.id))
        .await
        .map_err(|problem| problem.leading_to(&here, "Back to product"))?;
    Ok(page::see_with(&post.actor.visit, here, &Flash::success("Product restored")))
}

pub async fn delete(actor: Viewer<Manage>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let row = find(&actor, &db, &path.1).await?;
    let refusal = (row.status != Status::Draft).then_some(actions::KEPT);
    let asked = row.id.clone();
    let [items, parameters, media, templates] = db
        .read(&actor, move |read| {
            Ok([
                items::store::all(read, &asked)?.len(),
                parameters::store::all(read, &asked)?.len(),
                media::store::all(read, &asked)?.len(),
                templates::store::all(read, &asked)?.len(),
            ])
        })
        .await?;
    let name = apart(&row.name);
    let first = t!("{name} ({id}) will be permanently deleted. This cannot be undone.", name, id = row.id);
    let at = |tab: &'static str, effect: Option<Effect>| effect.map(|effect| effect.at(url(&actor, &row.id, tab)));
    let items = Effect::touched(items, "{n} item will be deleted with it.", "{n} items will be deleted with it.");
    let parameters = Effect::touched(
        parameters,
        "{n} parameter will be deleted with it.",
        "{n} parameters will be deleted with it.",
    );
    let media = Effect::touched(
        media,
        "{n} image or video will be deleted with it.",
        "{n} images and videos will be deleted with it.",
    );
    let templates =
        Effect::touched(templates, "{n} template will be deleted with it.", "{n} templates will be deleted with it.");
    let effects: Vec<Effect> = [
        Some(first.into()),
        at("items", items),
        at("parameters", parameters),
        at("media", media),
        at("templates", templates),
    ]
    .into_iter()
    .flatten()
    .collect();
    let page = actor.page(("Delete product", &row.name, "Products"));
    let back = (url(&actor, &row.id, ""), "Back to product");
    let shown = Confirm::new(page, "Delete product", back, effects).danger();
    page::html(&actor.visit, &shown.refused("This product cannot be deleted", refusal))
}

pub async fn deleted(post: Post<Manage>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let row = find(&post.actor, &db, &path.1).await?;
    let (here, all) = (url(&post.actor, &row.id, ""), post.actor.url("products"));
    db.write(&post.actor, move |tx| actions::delete(tx, &row.id))
        .await
        .map_err(|problem| problem.leading_to(here, "Back to product"))?;
    Ok(page::see_with(&post.actor.visit, all, &Flash::success("Product deleted")))
}
