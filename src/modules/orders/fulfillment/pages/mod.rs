//! Screens of requests.

mod decide;
mod queue;
mod show;

pub use decide::{BACK, act, done, ready};
pub use show::message_field;

use actix_web::web;

use super::{Request, grid::Requests};
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
    let mut screens = views::pages::screens::<Requests>();
    screens.extend([
        get("/fulfillment", || web::to(queue::list)),
        get("/fulfillment/{id}", || web::to(show::show)),
        post("/fulfillment/{id}", || web::to(show::said)),
        post("/fulfillment/{id}/reveal", || web::to(show::reveal)),
        get("/fulfillment/{id}/answer", || web::to(decide::answer)),
        post("/fulfillment/{id}/answer", || web::to(decide::answered)),
        get("/fulfillment/{id}/revoke", || web::to(decide::revoke)),
        post("/fulfillment/{id}/revoke", || web::to(decide::revoked)),
    ]);
    screens
}

/// For the vendor.
pub fn vendor() -> Vec<Mount> {
    vec![
        post("/fulfillment/assign", || web::to(queue::assign)),
        post("/fulfillment/{id}/assign", || web::to(decide::assign)),
        post("/fulfillment/{id}/unassign", || web::to(decide::unassign)),
        get("/fulfillment/{id}/parameters", || web::to(decide::parameters)),
        post("/fulfillment/{id}/parameters", || web::to(decide::filled_in)),
        get("/fulfillment/{id}/approve", || web::to(decide::approve)),
        post("/fulfillment/{id}/approve", || web::to(decide::approved)).binding(),
        get("/fulfillment/{id}/inquire", || web::to(decide::inquire)),
        post("/fulfillment/{id}/inquire", || web::to(decide::inquired)),
        get("/fulfillment/{id}/schedule", || web::to(decide::schedule)),
        post("/fulfillment/{id}/schedule", || web::to(decide::scheduled)),
        get("/fulfillment/{id}/fail", || web::to(decide::fail)),
        post("/fulfillment/{id}/fail", || web::to(decide::failed)),
        get("/fulfillment/{id}/return", || web::to(decide::take_up)),
        post("/fulfillment/{id}/return", || web::to(decide::taken_up)),
        get("/fulfillment/{id}/confirm", || web::to(decide::confirm)),
        post("/fulfillment/{id}/confirm", || web::to(decide::confirmed)).binding(),
    ]
}

pub type OfRequest = web::Path<(String, String)>;

pub fn id(text: &str) -> Result<Id<Request>> {
    text.parse().map_err(|_| Problem::NotFound)
}

pub fn url<P: Permission>(actor: &Viewer<P>, id: &Id<Request>) -> String {
    actor.url(&format!("fulfillment/{id}"))
}
