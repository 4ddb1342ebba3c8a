//! A listing's details.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::OfObject;
use crate::{
    kit::{
        acts::Acts,
        db::Db,
        page::{self, Page},
        problem::Result,
        time::When,
        typed::apart,
        viewer::Viewer,
        words::filters,
    },
    modules::{
        contracts,
        events::{self, Asked, Trail},
        listings::{
            Process, View,
            actions::listing_id,
            store::{self, Detail, RequestRow},
        },
        products,
    },
    t,
};

struct Line {
    row: RequestRow,
    submitted: When,
    href: String,
}

#[derive(Template)]
#[template(path = "listings/show.html")]
struct Show {
    page: Page,
    detail: Detail,
    created: When,
    /// Since when it is paused.
    paused: Option<When>,
    /// What the owner of the marketplace can do here.
    acts: Acts,
    requests: Vec<Line>,
    trail: Trail,
    product: Option<String>,
    contract: Option<String>,
    listings: String,
}

pub async fn show(actor: Viewer<View>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = listing_id(&path.1)?;
    let asked = Asked::of(&actor.visit);
    let (detail, requests, trail) = db
        .read(&actor, move |read| {
            let detail = store::find(read, &id)?;
            Ok((detail, store::requests(read, &id)?, events::trail(read, id.as_str(), &asked)?))
        })
        .await?;
    let mut acts = Acts::default();
    if detail.listing.owner_id == *actor.account() && actor.may::<Process>() {
        let base = actor.url(&format!("listings/{}", detail.listing.id));
        if detail.listing.sells() {
            acts.button(t!("Pause listing"), format!("{base}/pause"), false);
        } else if detail.listing.paused_at.is_some() {
            acts.button(t!("Resume listing"), format!("{base}/resume"), true);
        }
    }
    let opens = detail.sees_product && actor.may::<products::View>();
    let shown = Show {
        page: actor.page((
            t!(
                "{product} on {marketplace}",
                product = apart(&detail.product),
                marketplace = apart(&detail.marketplace)
            ),
            "Listings",
        )),
        created: actor.zone().when(detail.listing.created_at),
        paused: detail.listing.paused_at.map(|at| actor.zone().when(at)),
        acts,
        requests: requests
            .into_iter()
            .map(|row| Line {
                submitted: actor.zone().when(row.submitted_at),
                href: actor.url(&format!("listing-requests/{}", row.id)),
                row,
            })
            .collect(),
        trail,
        product: opens.then(|| actor.url(&format!("products/{}", detail.listing.product_id))),
        contract: actor
            .may::<contracts::View>()
            .then(|| actor.url(&format!("contracts/{}", detail.listing.contract_id))),
        listings: actor.url("listings"),
        detail,
    };
    page::html(&actor.visit, &shown)
}
