//! Screens of a vendor's own products.

mod change;
pub use change::about;
mod show;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    Manage, Product, Status, ViewOwn,
    data::product_id,
    grid::{Column, Products},
    items, media, parameters,
    store::{self, ProductRow},
    templates, versions,
};
use crate::{
    kit::{
        actor::Permission,
        acts::Acts,
        choice::Choice as _,
        db::{Db, Read},
        id::Id,
        page::{self, Page, Tab},
        problem::Result,
        route::{Mount, get, post},
        time::{When, Zone},
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        images,
        views::{
            self,
            list::{Listed, list as listed},
        },
    },
    t,
};

pub fn screens() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Products>();
    screens.extend([
        get("/products", || web::to(list)),
        get("/products/new", || web::to(change::create)),
        post("/products/new", || web::to(change::created)),
        get("/products/{id}", || web::to(show::general)),
        get("/products/{id}/edit", || web::to(change::edit)),
        post("/products/{id}/edit", || web::to(change::edited)).with_file(),
        get("/products/{id}/settings", || web::to(show::settings)),
        get("/products/{id}/settings/edit", || web::to(change::settings)),
        post("/products/{id}/settings/edit", || web::to(change::settings_saved)),
        get("/products/{id}/embedding", || web::to(show::embedding)),
        get("/products/{id}/embedding/edit", || web::to(change::embedding)),
        post("/products/{id}/embedding/edit", || web::to(change::embedding_saved)),
        get("/products/{id}/embedding/links/new", || web::to(change::link)),
        post("/products/{id}/embedding/links/new", || web::to(change::link_added)),
        get("/products/{id}/embedding/links/{place}/remove", || web::to(change::link_removal)),
        post("/products/{id}/embedding/links/{place}/remove", || web::to(change::link_removed)),
        get("/products/{id}/history", || web::to(show::history)),
        get("/products/{id}/end-of-sale", || web::to(change::end_sale)),
        post("/products/{id}/end-of-sale", || web::to(change::sale_ended)),
        get("/products/{id}/restore", || web::to(change::restore)),
        post("/products/{id}/restore", || web::to(change::restored)),
        get("/products/{id}/delete", || web::to(change::delete)),
        post("/products/{id}/delete", || web::to(change::deleted)),
    ]);
    screens.extend(media::pages::screens());
    screens.extend(items::pages::screens());
    screens.extend(parameters::pages::screens());
    screens.extend(templates::pages::screens());
    screens.extend(versions::pages::screens());
    screens
}

pub type OfProduct = web::Path<(String, String)>;
/// A part of a product, by its id.
pub type OfPart = web::Path<(String, String, String)>;

/// The facts above every tab of Master.
pub struct Facts {
    pub product: ProductRow,
    pub icon: Option<String>,
    pub category: Words,
    pub version: String,
    pub created: When,
    pub updated: When,
    /// What takes its place.
    pub replacement: Option<(String, String)>,
    pub tabs: Vec<Tab>,
    pub products: String,
    pub base: String,
    pub may_manage: bool,
    /// What this person can do with the product.
    pub acts: Acts,
}

/// What is done with a product, or with an item of one, at `base`; the last act ends it, or brings it back. `delete` names what is
/// deleted.
pub fn acts(status: Status, base: &str, delete: Words) -> Acts {
    let mut acts = Acts::default();
    acts.button(t!("Edit"), format!("{base}/edit"), false);
    match status {
        Status::Draft => acts.ending(delete, format!("{base}/delete")),
        Status::EndOfSale => acts.button(t!("Restore"), format!("{base}/restore"), false),
        Status::Published => acts.ending(t!("End of Sale"), format!("{base}/end-of-sale")),
    }
    acts
}

impl Facts {
    pub fn ended(&self) -> bool {
        self.product.status == Status::EndOfSale
    }

    /// The version that others see, when it is not the newest.
    pub fn older_public(&self) -> Option<i32> {
        self.product.public_version.filter(|public| *public != self.product.version)
    }
}

const TABS: [(&str, &str); 9] = [
    ("General", ""),
    ("Media", "media"),
    ("Items", "items"),
    ("Parameters", "parameters"),
    ("Templates", "templates"),
    ("Settings", "settings"),
    ("Embedding", "embedding"),
    ("Versions", "versions"),
    ("History", "history"),
];

pub fn url<P: Permission>(actor: &Viewer<P>, id: &Id<Product>, rest: &str) -> String {
    let base = actor.url(&format!("products/{id}"));
    if rest.is_empty() { base } else { format!("{base}/{rest}") }
}

/// The product that a path names, with what `also` reads beside it, and the facts above the tab.
pub async fn shown<T: Send + 'static>(
    actor: &Viewer<ViewOwn>,
    db: &Db,
    text: &str,
    tab: &str,
    also: impl FnOnce(&mut Read<'_, ViewOwn>, &ProductRow) -> Result<T> + Send + 'static,
) -> Result<(Facts, T)> {
    let id = product_id(text)?;
    let (product, replacement, more) = db
        .read(actor, move |read| {
            let (row, replacement) = store::find_named(read, &id)?;
            let more = also(read, &row)?;
            Ok((row, replacement, more))
        })
        .await?;
    let base = url(actor, &product.id, "");
    let facts = Facts {
        icon: product.icon.as_deref().map(images::url),
        category: product.category.map_or_else(|| t!("Not set"), |category| category.label().into()),
        version: if product.version == 0 { "None yet".into() } else { product.version.to_string() },
        created: actor.zone().when(product.created_at),
        updated: actor.zone().when(product.updated_at),
        replacement: replacement.zip(product.replacement_id.as_ref().map(|id| url(actor, id, ""))),
        tabs: Tab::list(&base, &TABS, tab),
        products: actor.url("products"),
        acts: match actor.may::<Manage>() {
            true => acts(product.status, &base, t!("Delete product")),
            false => Acts::default(),
        },
        base,
        may_manage: actor.may::<Manage>(),
        product,
    };
    Ok((facts, more))
}

/// The product that a change is about.
pub async fn find(actor: &Viewer<Manage>, db: &Db, text: &str) -> Result<ProductRow> {
    let id = product_id(text)?;
    db.read(actor, move |read| store::find(read, &id)).await
}

#[derive(Template)]
#[template(path = "products/list.html")]
struct List {
    page: Page,
    list: Listed<Products>,
    zone: Zone,
    may_manage: bool,
}

async fn list(actor: Viewer<ViewOwn>, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown = List {
        page: actor.page("Products"),
        list: listed(&actor, &db).await?,
        zone: actor.zone(),
        may_manage: actor.may::<Manage>(),
    };
    page::html(&actor.visit, &shown)
}
