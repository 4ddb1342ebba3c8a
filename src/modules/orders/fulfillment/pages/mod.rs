//! Screens of requests.

mod decide;
mod list;
mod overview;
mod show;

pub use decide::Open;

use actix_web::web;

use super::{Process, grid::Requests, queue::Fulfillment};
use crate::{
    kit::route::{Mount, get, post},
    modules::{
        orders::{
            asking::{approval, pages as asking},
            subscriptions::Manage,
        },
        queue::{bulk, pages as queue},
        views,
    },
};

/// For all sides.
pub fn screens() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Requests>();
    screens.extend([
        get("/fulfillment", || web::to(list::list)),
        get("/fulfillment/overview", || web::to(overview::overview)),
        get("/fulfillment/{id}", || web::to(show::show)),
        post("/fulfillment/{id}", || web::to(queue::said::<Fulfillment>)),
        post("/fulfillment/{id}/reveal", || web::to(show::reveal)),
        get("/fulfillment/{id}/answer", || web::to(asking::answer::<Fulfillment>)),
        post("/fulfillment/{id}/answer", || web::to(asking::answered::<Fulfillment>)),
        get("/fulfillment/{id}/revoke", || web::to(queue::ask::<Fulfillment, Manage>)),
        post("/fulfillment/{id}/revoke", || web::to(queue::decide::<Fulfillment, Manage>)),
    ]);
    screens
}

/// For the vendor.
pub fn vendor() -> Vec<Mount> {
    vec![
        post("/fulfillment/many", || web::to(bulk::many::<Fulfillment>)),
        post("/fulfillment/{id}/assign", || web::to(queue::assign::<Fulfillment>)),
        post("/fulfillment/{id}/unassign", || web::to(queue::unassign::<Fulfillment>)),
        get("/fulfillment/{id}/parameters", || web::to(asking::parameters::<Fulfillment>)),
        post("/fulfillment/{id}/parameters", || web::to(asking::filled_in::<Fulfillment>)),
        get("/fulfillment/{id}/approve", || web::to(approval::approve::<Fulfillment>)),
        post("/fulfillment/{id}/approve", || web::to(approval::approved::<Fulfillment>)).binding(),
        post("/fulfillment/{id}/undo", || web::to(queue::undo::<Fulfillment>)),
        get("/fulfillment/{id}/inquire", || web::to(asking::inquire::<Fulfillment>)),
        post("/fulfillment/{id}/inquire", || web::to(asking::inquired::<Fulfillment>)),
        get("/fulfillment/{id}/schedule", || web::to(decide::schedule)),
        post("/fulfillment/{id}/schedule", || web::to(decide::scheduled)),
        get("/fulfillment/{id}/fail", || web::to(queue::ask::<Fulfillment, Process>)),
        post("/fulfillment/{id}/fail", || web::to(queue::decide::<Fulfillment, Process>)),
        get("/fulfillment/{id}/return", || web::to(queue::ask::<Fulfillment, Process>)),
        post("/fulfillment/{id}/return", || web::to(queue::decide::<Fulfillment, Process>)),
        get("/fulfillment/{id}/confirm", || web::to(queue::ask::<Fulfillment, Process>)),
        post("/fulfillment/{id}/confirm", || web::to(queue::decide::<Fulfillment, Process>)).binding(),
    ]
}
