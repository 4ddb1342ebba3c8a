//! Screens of subscriptions, of ordering them, and of taking an order back.

mod change;
mod create;
mod show;
mod withdraw;

pub use show::{Facts, facts};

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::{
    kit::{
        actor::{Permission, Role},
        db::Db,
        id::Id,
        page::{self, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        time::Zone,
        viewer::Viewer,
        words::filters,
    },
    modules::{
        orders::subscriptions::{
            Order, Subscription, View,
            grid::{Column, Subscriptions},
        },
        views::{
            self,
            list::{Listed, list as listed},
        },
    },
};

pub fn screens() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Subscriptions>();
    screens.extend([
        get("/subscriptions", || web::to(list)),
        get("/subscriptions/new", || web::to(create::start)),
        post("/subscriptions/new", || web::to(create::begin)),
        get("/subscriptions/new/{wizard}/environment", || web::to(create::environment)),
        post("/subscriptions/new/{wizard}/environment", || web::to(create::environment_answered)),
        get("/subscriptions/new/{wizard}/product", || web::to(create::product)),
        post("/subscriptions/new/{wizard}/product", || web::to(create::product_answered)),
        get("/subscriptions/new/{wizard}/marketplace", || web::to(create::marketplace)),
        post("/subscriptions/new/{wizard}/marketplace", || web::to(create::marketplace_answered)),
        get("/subscriptions/new/{wizard}/customer", || web::to(create::customer)),
        post("/subscriptions/new/{wizard}/customer", || web::to(create::customer_answered)),
        get("/subscriptions/new/{wizard}/items", || web::to(create::items)),
        post("/subscriptions/new/{wizard}/items", || web::to(create::items_answered)),
        get("/subscriptions/new/{wizard}/parameters", || web::to(create::parameters)),
        post("/subscriptions/new/{wizard}/parameters", || web::to(create::parameters_answered)),
        post("/subscriptions/new/{wizard}/order", || web::to(create::ordered_at_once)).binding(),
        get("/subscriptions/new/{wizard}/review", || web::to(create::review)),
        post("/subscriptions/new/{wizard}/review", || web::to(create::ordered)).binding(),
        get("/subscriptions/new/{wizard}/summary", || web::to(create::summary)),
        post("/subscriptions/new/{wizard}/cancel", || web::to(create::cancel)),
        get("/subscriptions/{id}", || web::to(show::control_panel)),
        get("/subscriptions/{id}/items", || web::to(show::items)),
        get("/subscriptions/{id}/parameters", || web::to(show::parameters)),
        post("/subscriptions/{id}/reveal", || web::to(show::reveal)),
        get("/subscriptions/{id}/tiers", || web::to(show::tiers)),
        get("/subscriptions/{id}/requests", || web::to(show::requests)),
        get("/subscriptions/{id}/history", || web::to(show::history)),
        get("/subscriptions/{id}/change", || web::to(change::change)),
        post("/subscriptions/{id}/change", || web::to(change::changed)).binding(),
        get("/subscriptions/{id}/suspend", || web::to(change::suspend)),
        post("/subscriptions/{id}/suspend", || web::to(change::suspended)).binding(),
        get("/subscriptions/{id}/resume", || web::to(change::resume)),
        post("/subscriptions/{id}/resume", || web::to(change::resumed)).binding(),
        get("/subscriptions/{id}/cancel", || web::to(change::cancel)),
        post("/subscriptions/{id}/cancel", || web::to(change::cancelled)).binding(),
        get("/fulfillment/{id}/withdraw", || web::to(withdraw::withdraw)),
        post("/fulfillment/{id}/withdraw", || web::to(withdraw::withdrawn)),
    ]);
    screens
}

/// What only vendors do.
pub fn vendor() -> Vec<Mount> {
    vec![
        get("/subscriptions/{id}/adjust", || web::to(change::adjust)),
        post("/subscriptions/{id}/adjust", || web::to(change::adjusted)).binding(),
    ]
}

type OfSubscription = web::Path<(String, String)>;

fn id(text: &str) -> Result<Id<Subscription>> {
    text.parse().map_err(|_| Problem::NotFound)
}

fn url<P: Permission>(actor: &Viewer<P>, id: &Id<Subscription>) -> String {
    actor.url(&format!("subscriptions/{id}"))
}

#[derive(Template)]
#[template(path = "orders/subscriptions/list.html")]
struct List {
    page: Page,
    list: Listed<Subscriptions>,
    zone: Zone,
    vendor: bool,
    create: Option<String>,
}

async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown = List {
        page: actor.page("Subscriptions"),
        list: listed(&actor, &db).await?,
        zone: actor.zone(),
        vendor: actor.identity.company.role == Role::Vendor,
        create: actor.may::<Order>().then(|| actor.url("subscriptions/new")),
    };
    page::html(&actor.visit, &shown)
}
