//! Screens of the catalog: what each category has, everything as a list, and a product with the agreements by which it may be sold.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    Enroll, EnrollDirectly, View,
    grid::{Catalog, Column},
    store::{self, COUNTED, Offer, ProductRow, Ready, Tile},
};
use crate::{
    kit::{
        choice::Choice as _,
        db::{Db, Read},
        id::Id,
        markup::{self, SafeHtml},
        page::{self, Page, Tab},
        problem::{Problem, Result},
        route::{Mount, get},
        time::{When, Zone},
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        accounts::{data::headquarters, store::Presented},
        agreements::{Agreement, Type, documents},
        images, marketplaces,
        products::{
            Category, Status,
            data::product_id,
            pages::OfProduct,
            versions::{self, shown::Shown, store::VersionRow},
        },
        views::{
            self,
            list::{Listed, list as listed},
        },
    },
    t,
};

/// Of the catalog and of a product in it.
pub fn screens() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Catalog>();
    screens.extend([
        get("/catalog", || web::to(first)),
        get("/catalog/all", || web::to(list)),
        get("/catalog/{id}", || web::to(overview)),
        get("/catalog/{id}/versions", || web::to(of_versions)),
        get("/catalog/{id}/syndication", || web::to(syndication)),
        get("/catalog/{id}/direct", || web::to(direct)),
        get("/catalog/{id}/documents/{agreement}", || web::to(document)),
    ]);
    screens
}

/// A category on the first page.
struct Shelf {
    category: Category,
    /// How many it has.
    count: String,
    all: String,
    tiles: Vec<(Tile, String)>,
}

#[derive(Template)]
#[template(path = "catalog/first.html")]
struct First {
    page: Page,
    shelves: Vec<Shelf>,
    ready: Ready,
    all: String,
    service: String,
    hub: Option<String>,
    marketplace: Option<String>,
}

async fn first(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (tiles, ready) = db.read(&actor, |read| Ok((store::tiles(read)?, store::ready(read)?))).await?;
    let all = actor.url("catalog/all");
    let mut shelves: Vec<Shelf> = Vec::new();
    for tile in tiles {
        let href = actor.url(&format!("catalog/{}", tile.id));
        match shelves.last_mut().filter(|shelf| shelf.category == tile.category) {
            Some(shelf) => shelf.tiles.push((tile, href)),
            None => shelves.push(Shelf {
                category: tile.category,
                count: if tile.count > COUNTED { format!("{COUNTED}+") } else { tile.count.to_string() },
                all: format!("{all}?category={}", tile.category.key()),
                tiles: vec![(tile, href)],
            }),
        }
    }
    let shown = First {
        page: actor.page("Catalog"),
        shelves,
        ready,
        all,
        service: actor.url("contracts?type=service&status=active"),
        hub: actor.leads::<marketplaces::Manage>("hubs/new"),
        marketplace: actor.leads::<marketplaces::Manage>("marketplaces/new"),
    };
    page::html(&actor.visit, &shown)
}

#[derive(Template)]
#[template(path = "catalog/list.html")]
struct List {
    page: Page,
    list: Listed<Catalog>,
    zone: Zone,
    catalog: String,
    /// Where ticked products are enrolled, for who may.
    enroll: Option<String>,
}

async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown = List {
        page: actor.page(("All products", "Catalog")),
        list: listed(&actor, &db).await?,
        zone: actor.zone(),
        catalog: actor.url("catalog"),
        enroll: actor.leads::<Enroll>("catalog/enroll"),
    };
    page::html(&actor.visit, &shown)
}

const TABS: &[(&str, &str)] = &[
    ("Overview", ""),
    ("Versions", "versions"),
    ("Syndication Agreements", "syndication"),
    ("Direct Agreements", "direct"),
];

/// What stands above every tab of a product.
struct Facts {
    product: ProductRow,
    name: String,
    icon: Option<String>,
    short: String,
    category: &'static str,
    since: When,
    tabs: Vec<Tab>,
    catalog: String,
    /// Its page among the company's own products.
    own: Option<String>,
    ended: bool,
}

impl Facts {
    fn new(actor: &Viewer<View>, product: ProductRow, shown: &Shown, tab: &str) -> Self {
        let base = actor.url(&format!("catalog/{}", product.id));
        Self {
            name: shown.name.clone(),
            icon: shown.icon.clone(),
            short: shown.short_description.clone(),
            category: shown.category,
            since: actor.zone().when(product.since),
            tabs: Tab::list(&base, TABS, tab),
            catalog: actor.url("catalog"),
            own: product.sold.then(|| actor.url(&format!("products/{}", product.id))),
            ended: product.status == Status::EndOfSale,
            product,
        }
    }
}

/// A product of the catalog as its newest public version shows it, with what else a tab reads of it.
async fn found<T: Send + 'static>(
    actor: &Viewer<View>,
    db: &Db,
    (text, tab): (&str, &str),
    more: impl FnOnce(&mut Read<'_, View>, &ProductRow) -> Result<T> + Send + 'static,
) -> Result<(Facts, Shown, T)> {
    let id = product_id(text)?;
    let (product, snapshot, standing, more) = db
        .read(actor, move |read| {
            let product = store::find(read, &id)?;
            let (_, snapshot) = versions::store::find(read, &id, product.version)?;
            let standing = versions::store::standing(read, &id)?;
            let more = more(read, &product)?;
            Ok((product, snapshot, standing, more))
        })
        .await?;
    let shown = Shown::of(snapshot, &standing, &[]);
    Ok((Facts::new(actor, product, &shown, tab), shown, more))
}

#[derive(Template)]
#[template(path = "catalog/overview.html")]
struct Overview {
    page: Page,
    facts: Facts,
    shown: Shown,
    vendor: Presented,
    logo: Option<String>,
    headquarters: Words,
}

async fn overview(actor: Viewer<View>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let (facts, shown, vendor) =
        found(&actor, &db, (&path.1, ""), |read, product| store::profile(read, &product.vendor_id)).await?;
    let shown = Overview {
        page: actor.page((&facts.name, "Catalog")),
        logo: vendor.logo.as_deref().map(images::url),
        headquarters: headquarters(&vendor.address),
        facts,
        shown,
        vendor,
    };
    page::html(&actor.visit, &shown)
}

#[derive(Template)]
#[template(path = "catalog/versions.html")]
struct Versions {
    page: Page,
    facts: Facts,
    /// The public ones, the newest first.
    versions: Vec<(VersionRow, When)>,
}

async fn of_versions(actor: Viewer<View>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let (facts, _, versions) =
        found(&actor, &db, (&path.1, "versions"), |read, product| versions::store::all(read, &product.id)).await?;
    let zone = actor.zone();
    let versions = versions.into_iter().filter(|one| one.public).map(|one| {
        let at = zone.when(one.created_at);
        (one, at)
    });
    let shown =
        Versions { page: actor.page(("Versions", &facts.name, "Catalog")), versions: versions.collect(), facts };
    page::html(&actor.visit, &shown)
}

/// An agreement on its tab.
struct Line {
    offer: Offer,
    about: SafeHtml,
    document: String,
    /// The company's own contract by it.
    contract: Option<String>,
    /// Where one enrolls, for who may and while none is open.
    enroll: Option<String>,
}

impl Line {
    fn of(actor: &Viewer<View>, offer: Offer, enroll: Option<String>) -> Self {
        let base = actor.url(&format!("catalog/{}", offer.product));
        Self {
            about: markup::markdown(&offer.description),
            document: offer.link.clone().unwrap_or_else(|| format!("{base}/documents/{}", offer.agreement)),
            contract: offer.contract.as_ref().map(|id| actor.url(&format!("contracts/{id}"))),
            enroll,
            offer,
        }
    }
}

#[derive(Template)]
#[template(path = "catalog/syndication.html")]
struct Syndication {
    page: Page,
    facts: Facts,
    lines: Vec<Line>,
}

async fn syndication(actor: Viewer<View>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let me = actor.account().clone();
    let (facts, _, offers) = found(&actor, &db, (&path.1, "syndication"), move |read, product| {
        store::offers(read, &me, std::slice::from_ref(&product.id), Type::Syndication)
    })
    .await?;
    let enroll = actor.leads::<Enroll>("catalog/enroll");
    let shown = Syndication {
        page: actor.page(("Syndication Agreements", &facts.name, "Catalog")),
        lines: offers.into_iter().map(|offer| Line::of(&actor, offer, enroll.clone())).collect(),
        facts,
    };
    page::html(&actor.visit, &shown)
}

#[derive(Template)]
#[template(path = "catalog/direct.html")]
struct Direct {
    page: Page,
    facts: Facts,
    lines: Vec<Line>,
    /// Why the company cannot enroll in any of them.
    lacks: Option<Words>,
}

async fn direct(actor: Viewer<View>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let me = actor.account().clone();
    let (facts, _, offers) = found(&actor, &db, (&path.1, "direct"), move |read, product| {
        store::offers(read, &me, std::slice::from_ref(&product.id), Type::Referral)
    })
    .await?;
    let lacks = (!actor.identity.rights.program).then(|| {
        t!(
            "Doing business with the vendor directly needs a program agreement of your own, and your company's contracts don't include the Program permission. The distributor who invited you can grant it."
        )
    });
    let enroll = actor.leads::<EnrollDirectly>("catalog/direct");
    let shown = Direct {
        page: actor.page(("Direct Agreements", &facts.name, "Catalog")),
        lines: offers.into_iter().map(|offer| Line::of(&actor, offer, enroll.clone())).collect(),
        lacks,
        facts,
    };
    page::html(&actor.visit, &shown)
}

type OfDocument = web::Path<(String, String, String)>;

/// The document of an agreement that is offered for the product.
async fn document(actor: Viewer<View>, path: OfDocument, db: web::Data<Db>) -> Result<HttpResponse> {
    let product = product_id(&path.1)?;
    let agreement: Id<Agreement> = path.2.parse().map_err(|_| Problem::NotFound)?;
    let me = actor.account().clone();
    let (document, bytes) = db
        .read(&actor, move |read| {
            let mut offers = store::offers(read, &me, std::slice::from_ref(&product), Type::Syndication)?;
            offers.extend(store::offers(read, &me, &[product], Type::Referral)?);
            let offer = offers.into_iter().find(|offer| offer.agreement == agreement).ok_or(Problem::NotFound)?;
            documents::bytes(read.conn, &agreement, offer.version)
        })
        .await?;
    Ok(documents::respond(&document, bytes))
}
