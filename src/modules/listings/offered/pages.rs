//! Screens of products for who sells them.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    grid::{Column, Offered},
    store::{self, NewsRow, OfferedRow, SoldRow},
};
use crate::{
    kit::{
        acts::Acts,
        choice::Choice as _,
        db::{Db, Read},
        page::{self, Page},
        problem::Result,
        route::{Mount, get},
        time::{When, Zone},
        viewer::Viewer,
        words::filters,
    },
    modules::{
        images,
        listings::store::{self as listings, Placed},
        products::{
            Status, ViewOffered,
            data::product_id,
            pages::OfProduct,
            parameters::{self, Phase, store::ParameterRow},
            versions::{self, shown::Shown, store::VersionRow},
        },
        views::{
            self,
            list::{Listed, list as listed},
        },
    },
};

pub fn screens() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Offered>();
    screens.extend([get("/products", || web::to(list)), get("/products/{id}", || web::to(show))]);
    screens
}

#[derive(Template)]
#[template(path = "products/offered_list.html")]
struct List {
    page: Page,
    list: Listed<Offered>,
    zone: Zone,
}

async fn list(actor: Viewer<ViewOffered>, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown = List { page: actor.page("Products"), list: listed(&actor, &db).await?, zone: actor.zone() };
    page::html(&actor.visit, &shown)
}

#[derive(Template)]
#[template(path = "products/offered.html")]
struct Show {
    page: Page,
    product: OfferedRow,
    version: VersionRow,
    since: When,
    shown: Shown,
    parameters: Vec<ParameterRow>,
    /// Where it is listed, or asked to be, with links.
    listings: Vec<(Placed, String)>,
    /// The contracts by which it is sold without a listing of one's own, with links.
    sold: Vec<(SoldRow, String)>,
    /// What came since it can be sold.
    news: Vec<(NewsRow, When)>,
    /// What takes its place, when it is known here.
    replacement: Option<String>,
    products: String,
    ended: bool,
    /// What begins here in other modules.
    acts: Acts,
}

/// Where a product is listed; and where it is sold by syndication, with what came since.
type Places = (Vec<Placed>, Vec<SoldRow>, Vec<NewsRow>);

fn places(read: &mut Read<'_, ViewOffered>, product: &OfferedRow) -> Result<Places> {
    let listed = listings::of_product(read, &product.id)?;
    if !product.syndicated() {
        return Ok((listed, Vec::new(), Vec::new()));
    }
    Ok((listed, store::sold(read, &product.id)?, store::since(read, &product.id, product.since)?))
}

async fn show(actor: Viewer<ViewOffered>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = product_id(&path.1)?;
    let (product, (version, snapshot), standing, parameters, (listings, sold, news)) = db
        .read(&actor, move |read| {
            let product = store::find(read, &id)?;
            Ok((
                versions::store::find(read, &id, product.version)?,
                versions::store::standing(read, &id)?,
                parameters::store::all(read, &id)?,
                places(read, &product)?,
                product,
            ))
        })
        .await
        .map(|(version, standing, parameters, places, product)| (product, version, standing, parameters, places))?;
    let zone = actor.zone();
    let shown = Shown::of(snapshot, &standing, &parameters);
    let mut acts = Acts::default();
    acts.begin(&actor, "products", product.id.as_str(), product.usage_schema.map_or("", |schema| schema.key()));
    let shown = Show {
        acts,
        page: actor.page((&shown.name, "Products")),
        since: zone.when(product.since),
        sold: sold
            .into_iter()
            .map(|one| {
                let href = actor.url(&format!("contracts/{}", one.contract));
                (one, href)
            })
            .collect(),
        news: news
            .into_iter()
            .map(|one| {
                let at = zone.when(one.created_at);
                (one, at)
            })
            .collect(),
        version,
        shown,
        parameters: parameters.into_iter().filter(|one| one.phase == Phase::Ordering && !one.hidden).collect(),
        listings: listings
            .into_iter()
            .map(|one| {
                let href = actor.url(&format!("listings/{}", one.id));
                (one, href)
            })
            .collect(),
        replacement: product.replacement_id.as_ref().map(|id| actor.url(&format!("products/{id}"))),
        products: actor.url("products"),
        ended: product.status == Status::EndOfSale,
        product,
    };
    page::html(&actor.visit, &shown)
}
