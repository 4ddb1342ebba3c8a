//! Screens of notifications, and of what a company says of its mails.

mod letterhead;
pub(super) mod list;
mod outbox;
mod rules;

use actix_web::web;

use super::live;
use crate::kit::route::{Mount, get, post};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/notifications", || web::to(list::list)),
        get("/notifications/open", || web::to(list::open)),
        get("/notifications/count", || web::to(live::count)),
        post("/notifications/read", || web::to(list::read)),
        get("/notification-rules", || web::to(rules::list)),
        get("/notification-rules/{sort}", || web::to(rules::edit)),
        post("/notification-rules/{sort}", || web::to(rules::saved)),
        get("/outbox", || web::to(outbox::list)),
        post("/outbox/resend", || web::to(outbox::resend)),
        get("/email-text", || web::to(letterhead::show)),
        post("/email-text", || web::to(letterhead::saved)),
        post("/email-text/test", || web::to(letterhead::test)),
    ]
}
