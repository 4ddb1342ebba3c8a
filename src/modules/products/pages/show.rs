//! A product's own pages: General, Settings, Embedding, History.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{Facts, OfProduct, shown};
use crate::{
    kit::{
        choice::Choice as _,
        db::Db,
        markup::{self, SafeHtml},
        page::{self, Page},
        problem::Result,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        events::{self, Asked, Entry, Trail},
        products::{
            ViewOwn,
            data::{Link, levels},
            store,
        },
    },
    t,
};

#[derive(Template)]
#[template(path = "products/show/general.html")]
struct General {
    page: Page,
    facts: Facts,
    description: SafeHtml,
}

pub async fn general(actor: Viewer<ViewOwn>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let (facts, ()) = shown(&actor, &db, &path.1, "", |_, _| Ok(())).await?;
    let shown = General {
        page: actor.page((&facts.product.name, "Products")),
        description: markup::markdown(&facts.product.description),
        facts,
    };
    page::html(&actor.visit, &shown)
}

/// A setting with where it stands and what that means.
struct Setting {
    label: &'static str,
    value: &'static str,
    on: bool,
    about: Words,
    /// What it is until somebody changes it.
    default: Words,
}

#[derive(Template)]
#[template(path = "products/show/settings.html")]
struct Settings {
    page: Page,
    facts: Facts,
    settings: Vec<Setting>,
    /// The last change of them, if there was one.
    changed: Option<Entry>,
}

pub async fn settings(actor: Viewer<ViewOwn>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let (facts, changed) = shown(&actor, &db, &path.1, "settings", |read, row| {
        events::latest(read, row.id.as_str(), "product.settings_changed")
    })
    .await?;
    let product = &facts.product;
    let off = || t!("Default: off");
    // what holds now, not what the switch is for
    let switch = |label, on, yes, no| {
        let (value, about) = if on { ("On", yes) } else { ("Off", no) };
        Setting { label, value, on, about, default: off() }
    };
    let level = levels().into_iter().nth(product.reseller_authorization as usize);
    let (level, level_about) = level.map_or_else(Default::default, |pick| (pick.label, pick.hint));
    let mut settings = vec![
        Setting {
            label: "Pay as you go",
            value: product.usage_schema.map_or("Off", |schema| schema.label()),
            on: product.usage_schema.is_some(),
            about: product
                .usage_schema
                .map_or("The product only has reservation items", |schema| schema.about())
                .into(),
            default: off(),
        },
        Setting {
            label: "Reseller Authorization Level",
            value: ["Off", "Tier 1", "Tier 1 and Tier 2"].into_iter().find(|known| level == **known).unwrap_or("Off"),
            on: product.reseller_authorization > 0,
            about: level_about,
            default: off(),
        },
        switch(
            "Tier Accounts Sync",
            product.tier_accounts_sync,
            t!("You accept or ignore changes to your customers' data"),
            t!("You are not asked about changes to your customers' data"),
        ),
        switch(
            "Administrative Hold",
            product.administrative_hold,
            t!("Subscriptions can be suspended and resumed"),
            t!("Subscriptions cannot be suspended"),
        ),
        switch(
            "Editable ordering parameters",
            product.editable_ordering_parameters,
            t!("Change requests can change ordering parameters"),
            t!("Change requests cannot change ordering parameters"),
        ),
    ];
    if product.usage_schema.is_some() {
        let usage = [
            switch(
                "Late charges",
                product.usage_late,
                t!("Usage files can have records from before their period"),
                t!("Usage files cannot have records from before their period"),
            ),
            switch(
                "Future charges",
                product.usage_future,
                t!("Usage files can have records from after their period"),
                t!("Usage files cannot have records from after their period"),
            ),
            switch(
                "Dynamic items",
                product.usage_dynamic,
                t!("Usage files can create items"),
                t!("Usage files cannot create items"),
            ),
            switch(
                "Consumption of reservations",
                product.usage_reservations,
                t!("Usage files can report how much of a reservation is used"),
                t!("Usage files cannot report how much of a reservation is used"),
            ),
        ];
        drop(settings.splice(1..1, usage));
    }
    let page = actor.page(("Settings", &facts.product.name, "Products"));
    page::html(&actor.visit, &Settings { page, facts, settings, changed })
}

#[derive(Template)]
#[template(path = "products/show/embedding.html")]
struct Embedding {
    page: Page,
    facts: Facts,
    started: SafeHtml,
    provisioning: SafeHtml,
    links: Vec<(i32, Link)>,
}

pub async fn embedding(actor: Viewer<ViewOwn>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let (facts, links) = shown(&actor, &db, &path.1, "embedding", |read, row| store::links(read, &row.id)).await?;
    let shown = Embedding {
        page: actor.page(("Embedding", &facts.product.name, "Products")),
        started: markup::markdown(&facts.product.getting_started),
        provisioning: markup::markdown(&facts.product.provisioning_message),
        links,
        facts,
    };
    page::html(&actor.visit, &shown)
}

#[derive(Template)]
#[template(path = "products/show/history.html")]
struct History {
    page: Page,
    facts: Facts,
    trail: Trail,
}

pub async fn history(actor: Viewer<ViewOwn>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let asked = Asked::of(&actor.visit);
    let (facts, trail) =
        shown(&actor, &db, &path.1, "history", move |read, row| events::trail(read, row.id.as_str(), &asked)).await?;
    let page = actor.page(("History", &facts.product.name, "Products"));
    page::html(&actor.visit, &History { page, facts, trail })
}
