//! Contracts as figures: by status and age, and how many were created when.

use actix_web::{HttpResponse, web};

use crate::{
    kit::{
        db::Db,
        overview::{Called, Overview, Spans, of_list},
        page,
        problem::Result,
        viewer::Viewer,
    },
    modules::contracts::{View, grid::Contracts},
    t,
};

pub async fn overview(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let spans = Spans::asked(&actor.visit.query, actor.zone(), actor.now());
    let periods = spans.tabs(&actor.url("contracts/overview"));
    let called =
        Called { by_age: t!("Contracts by status and age"), begun: t!("Contracts created"), counted: t!("Created") };
    let sections = db.read(&actor, move |read| of_list::<Contracts>(read, &spans, called)).await?;
    let shown = Overview {
        page: actor.page(("Overview", "Contracts", "Partners")),
        heading: "Contracts overview",
        list: ("Contracts", actor.url("contracts")),
        periods,
        narrowed: Vec::new(),
        measures: Vec::new(),
        hint: "Counts contracts in Production on both sides. Age is counted from the day a contract was created.",
        sections,
    };
    page::html(&actor.visit, &shown)
}
