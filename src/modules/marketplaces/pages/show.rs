//! A marketplace's details: facts, then General, Hubs, History.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{OfMarketplace, id};
use crate::{
    kit::{
        acts::Acts,
        choice::Choice as _,
        db::Db,
        markup::{self, SafeHtml},
        page::{self, Page, Tab},
        problem::Result,
        time::When,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        events::{self, Asked, Trail},
        images, listings,
        marketplaces::{
            Manage, Price, View, reference,
            store::{self, MarketplaceRow, ReachedRow},
        },
    },
    t,
};

/// The facts above every tab.
pub struct Facts {
    pub marketplace: MarketplaceRow,
    pub currency: Words,
    pub created: When,
    pub updated: When,
    pub tabs: Vec<Tab>,
    pub marketplaces: String,
    pub logo: Option<String>,
    /// What this person can do here.
    pub acts: Acts,
}

fn facts(actor: &Viewer<View>, marketplace: MarketplaceRow, tab: &str) -> Facts {
    let base = actor.url(&format!("marketplaces/{}", marketplace.id));
    let mut acts = Acts::default();
    if actor.may::<listings::View>() {
        acts.button(t!("Listings"), actor.url(&format!("listings?marketplace={}", marketplace.id)), false);
    }
    if actor.may::<Manage>() {
        acts.button(t!("Edit"), format!("{base}/edit"), false);
        acts.ending(t!("Delete marketplace"), format!("{base}/delete"));
    }
    Facts {
        tabs: Tab::list(&base, &[("General", ""), ("Hubs", "hubs"), ("History", "history")], tab),
        currency: reference::currency_name(&marketplace.general.currency),
        created: actor.zone().when(marketplace.created_at),
        updated: actor.zone().when(marketplace.updated_at),
        marketplaces: actor.url("marketplaces"),
        logo: marketplace.logo.as_deref().map(images::url),
        acts,
        marketplace,
    }
}

#[derive(Template)]
#[template(path = "marketplaces/show/general.html")]
struct General {
    page: Page,
    facts: Facts,
    description: SafeHtml,
    countries: Words,
    prices: Vec<Price>,
}

pub async fn general(actor: Viewer<View>, path: OfMarketplace, db: web::Data<Db>) -> Result<HttpResponse> {
    let marketplace = id(&path.1)?;
    let row = db.read(&actor, move |read| store::find(read, &marketplace)).await?;
    let shown = General {
        page: actor.page((&row.general.name, "Marketplaces")),
        description: markup::markdown(&row.general.description),
        countries: Words::all_of(reference::countries_of(&row.general.countries)),
        prices: row.prices.prices.iter().filter_map(|key| Price::from_key(key)).collect(),
        facts: facts(&actor, row, ""),
    };
    page::html(&actor.visit, &shown)
}

struct HubLine {
    row: ReachedRow,
    href: String,
}

#[derive(Template)]
#[template(path = "marketplaces/show/hubs.html")]
struct Hubs {
    page: Page,
    facts: Facts,
    hubs: Vec<HubLine>,
}

pub async fn hubs(actor: Viewer<View>, path: OfMarketplace, db: web::Data<Db>) -> Result<HttpResponse> {
    let marketplace = id(&path.1)?;
    let (row, reached) = db
        .read(&actor, move |read| Ok((store::find(read, &marketplace)?, store::reached(read, &marketplace)?)))
        .await?;
    let shown = Hubs {
        page: actor.page(("Hubs", &row.general.name, "Marketplaces")),
        hubs: reached.into_iter().map(|row| HubLine { href: actor.url(&format!("hubs/{}", row.hub)), row }).collect(),
        facts: facts(&actor, row, "hubs"),
    };
    page::html(&actor.visit, &shown)
}

#[derive(Template)]
#[template(path = "marketplaces/show/history.html")]
struct History {
    page: Page,
    facts: Facts,
    trail: Trail,
}

pub async fn history(actor: Viewer<View>, path: OfMarketplace, db: web::Data<Db>) -> Result<HttpResponse> {
    let marketplace = id(&path.1)?;
    let asked = Asked::of(&actor.visit);
    let (row, trail) = db
        .read(&actor, move |read| {
            Ok((store::find(read, &marketplace)?, events::trail(read, marketplace.as_str(), &asked)?))
        })
        .await?;
    let page = actor.page(("History", &row.general.name, "Marketplaces"));
    page::html(&actor.visit, &History { page, facts: facts(&actor, row, "history"), trail })
}
