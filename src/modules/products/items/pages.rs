//! Screens of items.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{
    Item, Type, Unit, actions,
    data::{NewItem, WORDS, empty, onto},
    store::{self, ItemRow},
};
use crate::{
    access::extract::Post,
    kit::{
        acts::Acts,
        choice::Choice as _,
        confirm::Confirm,
        db::Db,
        done::once,
        edit::Edit,
        effect::Effect,
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
    modules::products::{
        Manage, Status, ViewOwn,
        actions::standing,
        data::Sale,
        pages::{Facts, OfPart, OfProduct, about, acts, find, shown, url},
        store::ProductRow,
        touched,
    },
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/products/{id}/items", || web::to(list)),
        get("/products/{id}/items/new/{type}", || web::to(create)),
        post("/products/{id}/items/new/{type}", || web::to(created)),
        get("/products/{id}/items/{item}", || web::to(show)),
        get("/products/{id}/items/{item}/edit", || web::to(edit)),
        post("/products/{id}/items/{item}/edit", || web::to(edited)),
        post("/products/{id}/items/{item}/move", || web::to(moved)),
        get("/products/{id}/items/{item}/end-of-sale", || web::to(end_sale)),
        post("/products/{id}/items/{item}/end-of-sale", || web::to(sale_ended)),
        get("/products/{id}/items/{item}/restore", || web::to(restore)),
        post("/products/{id}/items/{item}/restore", || web::to(restored)),
        get("/products/{id}/items/{item}/delete", || web::to(delete)),
        post("/products/{id}/items/{item}/delete", || web::to(deleted)),
    ]
}

/// The items of one type.
struct Group {
    type_: Type,
    rows: Vec<ItemRow>,
    /// Why none can be made.
    closed: bool,
}

#[derive(Template)]
#[template(path = "products/show/items.html")]
struct Items {
    page: Page,
    facts: Facts,
    groups: Vec<Group>,
}

async fn list(actor: Viewer<ViewOwn>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let (facts, rows) = shown(&actor, &db, &path.1, "items", |read, row| store::all(read, &row.id)).await?;
    let groups = Type::ALL.iter().map(|type_| Group {
        type_: *type_,
        rows: rows.iter().filter(|row| row.type_ == *type_).cloned().collect(),
        closed: *type_ == Type::Ppu && facts.product.usage_schema.is_none(),
    });
    let shown = Items { page: actor.page(("Items", &facts.product.name, "Products")), groups: groups.collect(), facts };
    page::html(&actor.visit, &shown)
}

#[derive(Template)]
#[template(path = "products/item.html")]
struct Show {
    page: Page,
    facts: Facts,
    item: ItemRow,
    replacement: Option<(String, String)>,
    items: String,
    /// What this person can do with it.
    acts: Acts,
}

fn id(text: &str) -> Result<Id<Item>> {
    text.parse().map_err(|_| Problem::NotFound)
}

async fn show(actor: Viewer<ViewOwn>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let wanted = id(&path.2)?;
    let (facts, (item, replacement)) = shown(&actor, &db, &path.1, "items", move |read, row| {
        let item = store::find(read, &row.id, &wanted)?;
        let replacement = match &item.replacement_id {
            Some(other) => Some(store::find(read, &row.id, other)?),
            None => None,
        };
        Ok((item, replacement))
    })
    .await?;
    let items = format!("{}/items", facts.base);
    let shown = Show {
        page: actor.page((&item.name, "Items", &facts.product.name, "Products")),
        replacement: replacement.map(|other| (other.name, format!("{items}/{}", other.id))),
        acts: match facts.may_manage {
            true if item.dynamic => {
                let mut acts = Acts::default();
                acts.button(t!("Edit"), format!("{items}/{}/edit", item.id), false);
                acts
            }
            true => acts(item.status, &format!("{items}/{}", item.id), t!("Delete item")),
            false => Acts::default(),
        },
        items,
        facts,
        item,
    };
    page::html(&actor.visit, &shown)
}

fn type_(text: &str) -> Result<Type> {
    Type::from_key(text).ok_or(Problem::NotFound)
}

fn create_page(actor: &Viewer<Manage>, row: &ProductRow, type_: Type, form: &Form<NewItem>, copy: Uuid) -> FormPage {
    let heading = match type_ {
        Type::Reservation => t!("Create reservation item"),
        Type::Ppu => t!("Create pay-as-you-go item"),
    };
    onto(form, about(actor, row, "items", heading, "Create").hiding("form", copy), type_, false)
}

/// Whether items of this type can be made.
fn open(actor: &Viewer<Manage>, row: &ProductRow, type_: Type) -> Result<()> {
    if type_ == Type::Ppu && row.usage_schema.is_none() {
        return Err(actions::no_usage(&row.id).leading_to(url(actor, &row.id, "settings/edit"), "Open settings"));
    }
    Ok(())
}

async fn create(actor: Viewer<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let (row, type_) = (find(&actor, &db, &path.1).await?, type_(&path.2)?);
    open(&actor, &row, type_)?;
    page::html(&actor.visit, &create_page(&actor, &row, type_, &empty(type_), Uuid::new_v4()))
}

async fn created(post: Post<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let (row, type_) = (find(&post.actor, &db, &path.1).await?, type_(&path.2)?);
    open(&post.actor, &row, type_)?;
    let copy = post.fields.form();
    let mut form = Form::<NewItem>::typed(&post.fields).with("type", type_.key());
    let (actor, product) = (post.actor, row.id.clone());
    let act = |new| db.attempt(&actor, move |tx| once(tx, copy, |tx| actions::create(tx, &product, &new)));
    match form.sent(act).await? {
        Some(_) => Ok(page::see_with(&actor.visit, url(&actor, &row.id, "items"), &Flash::success("Item created"))),
        None => page::invalid(&actor.visit, &create_page(&actor, &row, type_, &form, copy)),
    }
}

async fn found(actor: &Viewer<Manage>, db: &Db, path: &OfPart) -> Result<(ProductRow, ItemRow)> {
    let row = find(actor, db, &path.1).await?;
    let (product, item) = (row.id.clone(), id(&path.2)?);
    let item = db.read(actor, move |read| store::find(read, &product, &item)).await?;
    Ok((row, item))
}

fn here(actor: &Viewer<Manage>, item: &ItemRow) -> String {
    url(actor, &item.product_id, &format!("items/{}", item.id))
}

/// What its form begins with. A dynamic item counts in a unit in which none is offered: neither asked nor changed, so no fault either.
fn before(item: &ItemRow) -> NewItem {
    let now = NewItem::of(item);
    if item.dynamic { NewItem { unit: Unit::UnitHour, ..now } } else { now }
}

type Editing = Edit<(ProductRow, ItemRow), NewItem>;

async fn editing(actor: &Viewer<Manage>, db: &Db, path: &OfPart) -> Result<Editing> {
    let (row, item) = found(actor, db, path).await?;
    let (saved, revision) = (before(&item), item.revision);
    Ok(Edit::of((row, item), saved, revision))
}

fn edit_page(actor: &Viewer<Manage>, edit: &Editing) -> FormPage {
    let (row, item) = &edit.row;
    let fixed = item.status != Status::Draft;
    let page = edit.begun(about(actor, row, &format!("items/{}", item.id), "Edit item", "Save"));
    let page = match fixed {
        true => page.below_heading("It was published, so you can only change its name, part number and description."),
        false => page,
    };
    onto(&edit.form, page, item.type_, fixed)
}

async fn edit(actor: Viewer<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = editing(&actor, &db, &path).await?;
    page::html(&actor.visit, &edit_page(&actor, &edit))
}

async fn edited(post: Post<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let edit = editing(&actor, &db, &path).await?;
    let (row, item) = &edit.row;
    let fixed = item.status != Status::Draft;
    let (product, id, back) = (row.id.clone(), item.id.clone(), here(&actor, item));
    // its type stays, and of what was published only the words are asked
    let asked = |name: &str| name != "type" && (!fixed || WORDS.contains(&name));
    let mut edit = edit.typed_over(&post.fields, asked);
    let revision = edit.revision;
    let act = |new| db.write(&actor, move |tx| actions::update(tx, &product, &id, revision, &new));
    let done = edit.save(act, editing(&actor, &db, &path)).await;
    match done.map_err(|no| no.leading_to(&back, "Back to item"))? {
        Some(()) => Ok(page::see_with(&actor.visit, back, &Flash::success("Item saved"))),
        None => edit.again(&actor.visit, &edit_page(&actor, &edit)),
    }
}

async fn moved(post: Post<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let (row, item) = found(&post.actor, &db, &path).await?;
    let (back, earlier) = (url(&post.actor, &row.id, "items"), post.fields.text("to") != "later");
    db.write(&post.actor, move |tx| actions::reorder(tx, &row.id, &item.id, earlier)).await?;
    Ok(page::see(back))
}

fn must_be(actor: &Viewer<Manage>, item: &ItemRow, status: Status) -> Result<()> {
    if item.status == status {
        return Ok(());
    }
    Err(Problem::stale("This item was changed by someone else", standing(&item.id, item.status))
        .leading_to(here(actor, item), "Back to item"))
}

type ForSale = (ProductRow, ItemRow, Vec<(Id<Item>, String)>, Vec<Effect>);

async fn for_sale(actor: &Viewer<Manage>, db: &Db, path: &OfPart) -> Result<ForSale> {
    let (row, item) = found(actor, db, path).await?;
    must_be(actor, &item, Status::Published)?;
    actions::lasts(&item).map_err(|no| no.leading_to(here(actor, &item), "Back to item"))?;
    let (product, me) = (row.id.clone(), item.id.clone());
    let (others, held) = db
        .read(actor, move |read| {
            Ok((store::replacements(read, &product, &me)?, touched::at_end_of_items_sale(read, &product, &me)?))
        })
        .await?;
    Ok((row, item, others, held))
}

fn sale_page(actor: &Viewer<Manage>, (row, item, others, held): &ForSale, form: &Form<Sale>) -> FormPage {
    let page = about(actor, row, &format!("items/{}", item.id), "End of Sale", "End sale");
    let marked =
        t!("{name} will be marked as no longer for sale wherever it can be ordered.", name = apart(&item.name));
    let effects = [Effect::from(marked)].into_iter().chain(held.iter().cloned()).collect();
    Sale::onto(form, page.below_heading(&row.name).effects(effects).danger(), others)
}

async fn end_sale(actor: Viewer<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let sale = for_sale(&actor, &db, &path).await?;
    page::html(&actor.visit, &sale_page(&actor, &sale, &Form::empty()))
}

async fn sale_ended(post: Post<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let sale = for_sale(&actor, &db, &path).await?;
    let mut form = Form::<Sale>::typed(&post.fields);
    let back = here(&actor, &sale.1);
    let (product, id) = (sale.0.id.clone(), sale.1.id.clone());
    let act = |said: Sale| db.write(&actor, move |tx| actions::end_sale(tx, &product, &id, &said));
    match form.sent(act).await.map_err(|no| no.leading_to(&back, "Back to item"))? {
        Some(()) => Ok(page::see_with(&actor.visit, back, &Flash::success("Item sale ended"))),
        None => page::invalid(&actor.visit, &sale_page(&actor, &sale, &form)),
    }
}

async fn restore(actor: Viewer<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let (row, item) = found(&actor, &db, &path).await?;
    must_be(&actor, &item, Status::EndOfSale)?;
    let page = actor.page(("Restore", &item.name, &row.name, "Products"));
    let effects = [t!("The item can be ordered again. Its replacement and note will be removed.")];
    page::html(
        &actor.visit,
        &Confirm::new(page, "Restore item", (here(&actor, &item), "Back to item"), effects).about(&item.name),
    )
}

async fn restored(post: Post<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let (row, item) = found(&post.actor, &db, &path).await?;
    let back = here(&post.actor, &item);
    db.write(&post.actor, move |tx| actions::restore(tx, &row.id, &item.id))
        .await
        .map_err(|problem| problem.leading_to(&back, "Back to item"))?;
    Ok(page::see_with(&post.actor.visit, back, &Flash::success("Item restored")))
}

async fn delete(actor: Viewer<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let (row, item) = found(&actor, &db, &path).await?;
    let refusal = (item.status != Status::Draft).then_some(actions::KEPT);
    let page = actor.page(("Delete item", &item.name, &row.name, "Products"));
    let effects = [t!("{name} ({id}) will be permanently deleted.", name = apart(&item.name), id = item.id)];
    let back = (here(&actor, &item), "Back to item");
    let shown = Confirm::new(page, "Delete item", back, effects).danger();
    page::html(&actor.visit, &shown.refused("This item cannot be deleted", refusal))
}

async fn deleted(post: Post<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let (row, item) = found(&post.actor, &db, &path).await?;
    let (back, all) = (here(&post.actor, &item), url(&post.actor, &row.id, "items"));
    db.write(&post.actor, move |tx| actions::delete(tx, &row.id, &item.id))
        .await
        .map_err(|problem| problem.leading_to(back, "Back to item"))?;
    Ok(page::see_with(&post.actor.visit, all, &Flash::success("Item deleted")))
}
