//! Screens of tier configurations and their requests.

mod config;
mod decide;
mod request;

use actix_web::web;

use super::{Manage, TierConfig, grid::Configs, queue::Tiers, requests::Requests};
use crate::{
    kit::{
        actor::Permission,
        id::Id,
        problem::{Problem, Result},
        route::{Mount, get, post},
        viewer::Viewer,
    },
    modules::{
        orders::asking::{approval, pages as asking},
        queue::{bulk, pages as queue},
        views,
    },
};

/// For all sides.
pub fn screens() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Configs>();
    screens.extend(views::pages::screens::<Requests>());
    screens.extend([
        get("/tier-configs", || web::to(config::list)),
        get("/tier-configs/{id}", || web::to(config::show)),
        post("/tier-configs/{id}/reveal", || web::to(config::reveal)),
        get("/tier-configs/{id}/update", || web::to(config::update)),
        post("/tier-configs/{id}/update", || web::to(config::updated)).binding(),
        get("/tier-config-requests", || web::to(request::list)),
        get("/tier-config-requests/{id}", || web::to(request::show)),
        post("/tier-config-requests/{id}", || web::to(queue::said::<Tiers>)),
        post("/tier-config-requests/{id}/reveal", || web::to(request::reveal)),
        get("/tier-config-requests/{id}/answer", || web::to(asking::answer::<Tiers>)),
        post("/tier-config-requests/{id}/answer", || web::to(asking::answered::<Tiers>)),
        get("/tier-config-requests/{id}/fail", || web::to(queue::ask::<Tiers, Manage>)),
        post("/tier-config-requests/{id}/fail", || web::to(queue::decide::<Tiers, Manage>)),
    ]);
    screens
}

/// For the vendor.
pub fn vendor() -> Vec<Mount> {
    vec![
        post("/tier-config-requests/many", || web::to(bulk::many::<Tiers>)),
        post("/tier-config-requests/{id}/undo", || web::to(queue::undo::<Tiers>)),
        post("/tier-config-requests/{id}/assign", || web::to(queue::assign::<Tiers>)),
        post("/tier-config-requests/{id}/unassign", || web::to(queue::unassign::<Tiers>)),
        get("/tier-config-requests/{id}/parameters", || web::to(asking::parameters::<Tiers>)),
        post("/tier-config-requests/{id}/parameters", || web::to(asking::filled_in::<Tiers>)),
        get("/tier-config-requests/{id}/approve", || web::to(approval::approve::<Tiers>)),
        post("/tier-config-requests/{id}/approve", || web::to(approval::approved::<Tiers>)).binding(),
        get("/tier-config-requests/{id}/inquire", || web::to(asking::inquire::<Tiers>)),
        post("/tier-config-requests/{id}/inquire", || web::to(asking::inquired::<Tiers>)),
    ]
}

fn config_id(text: &str) -> Result<Id<TierConfig>> {
    text.parse().map_err(|_| Problem::NotFound)
}

fn config_url<P: Permission>(actor: &Viewer<P>, id: &Id<TierConfig>) -> String {
    actor.url(&format!("tier-configs/{id}"))
}
