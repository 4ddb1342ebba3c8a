//! Screens of tier configurations and their requests.

mod config;
mod decide;
mod request;

use actix_web::web;

use super::{Request, TierConfig, grid::Configs, requests::Requests};
use crate::{
    kit::{
        actor::Permission,
        id::Id,
        problem::{Problem, Result},
        route::{Mount, get, post},
        viewer::Viewer,
    },
    modules::views,
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
        post("/tier-config-requests/{id}", || web::to(request::said)),
        post("/tier-config-requests/{id}/reveal", || web::to(request::reveal)),
        get("/tier-config-requests/{id}/answer", || web::to(decide::answer)),
        post("/tier-config-requests/{id}/answer", || web::to(decide::answered)),
        get("/tier-config-requests/{id}/fail", || web::to(decide::fail)),
        post("/tier-config-requests/{id}/fail", || web::to(decide::failed)),
    ]);
    screens
}

/// For the vendor.
pub fn vendor() -> Vec<Mount> {
    vec![
        post("/tier-config-requests/{id}/assign", || web::to(decide::assign)),
        post("/tier-config-requests/{id}/unassign", || web::to(decide::unassign)),
        get("/tier-config-requests/{id}/parameters", || web::to(decide::parameters)),
        post("/tier-config-requests/{id}/parameters", || web::to(decide::filled_in)),
        get("/tier-config-requests/{id}/approve", || web::to(decide::approve)),
        post("/tier-config-requests/{id}/approve", || web::to(decide::approved)).binding(),
        get("/tier-config-requests/{id}/inquire", || web::to(decide::inquire)),
        post("/tier-config-requests/{id}/inquire", || web::to(decide::inquired)),
    ]
}

type OfObject = web::Path<(String, String)>;

fn config_id(text: &str) -> Result<Id<TierConfig>> {
    text.parse().map_err(|_| Problem::NotFound)
}

fn id(text: &str) -> Result<Id<Request>> {
    text.parse().map_err(|_| Problem::NotFound)
}

fn config_url<P: Permission>(actor: &Viewer<P>, id: &Id<TierConfig>) -> String {
    actor.url(&format!("tier-configs/{id}"))
}

fn url<P: Permission>(actor: &Viewer<P>, id: &Id<Request>) -> String {
    actor.url(&format!("tier-config-requests/{id}"))
}
