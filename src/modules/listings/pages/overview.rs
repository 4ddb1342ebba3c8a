//! Listing requests as figures: by status and age, and how many were submitted when.

use actix_web::{HttpResponse, web};

use crate::{
    kit::{
        db::Db,
        overview::{Called, Overview, Spans, of_list},
        page,
        problem::Result,
        viewer::Viewer,
    },
    modules::listings::{View, requests::Requests},
    t,
};

pub async fn overview(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let spans = Spans::asked(&actor.visit.query, actor.zone(), actor.now());
    let periods = spans.tabs(&actor.url("listing-requests/overview"));
    let called = Called {
        by_age: t!("Listing requests by status and age"),
        begun: t!("Listing requests submitted"),
        counted: t!("Submitted"),
    };
    let sections = db.read(&actor, move |read| of_list::<Requests>(read, &spans, called)).await?;
    let shown = Overview {
        page: actor.page(("Overview", "Listing requests")),
        heading: "Listing requests overview",
        list: ("Listing requests", actor.url("listing-requests")),
        periods,
        narrowed: Vec::new(),
        measures: Vec::new(),
        hint: "Counts requests in Production. Age is counted from the day a request was last submitted.",
        sections,
    };
    page::html(&actor.visit, &shown)
}
