//! What is asked of a subscription that is there: change, suspend, resume, cancel; and the vendor's adjustment.

mod adjustment;
mod items;
mod status;

pub use adjustment::{adjust, adjusted};
pub use items::{change, changed};
pub use status::{cancel, cancelled, resume, resumed, suspend, suspended};

use actix_web::HttpResponse;

use super::{id, url};
use crate::{
    kit::{
        actor::Permission,
        db::Db,
        id::Id,
        page::{self, Flash},
        problem::{Problem, Result},
        viewer::Viewer,
    },
    modules::orders::{
        fulfillment::{self, Type},
        ordering::actions,
        subscriptions::{
            Order,
            store::{self, Detail},
        },
    },
};

/// A subscription of which a request of this type can be made now, or the page that says why not.
async fn ready<P: Permission>(actor: &Viewer<P>, db: &Db, text: &str, type_: Type) -> Result<Detail> {
    let wanted = id(text)?;
    let orders = type_ == Type::Adjustment || Order::of_account(&actor.identity);
    let (detail, open, against) = db
        .read(actor, move |read| {
            let detail = store::find(read, &wanted)?;
            let open = fulfillment::store::open_of(read, &wanted)?;
            let against = actions::may(detail.ground, detail.row.status, type_, orders);
            Ok((detail, open, against))
        })
        .await?;
    let side = if type_ == Type::Adjustment { &detail.row.vendor_id } else { &detail.row.buyer_id };
    if side != actor.account() {
        return Err(Problem::NotFound);
    }
    let back = url(actor, &detail.row.id);
    if let Some(open) = open {
        let open_url = actor.url(&format!("fulfillment/{}", open.id));
        return Err(actions::another_open(&open).leading_to(open_url, "Open request"));
    }
    match against {
        Some(words) => Err(actions::impossible(type_, words).leading_to(back, "Back to subscription")),
        None => Ok(detail),
    }
}

fn made<P: Permission>(
    actor: &Viewer<P>,
    request: &Id<fulfillment::Request>,
    words: impl Into<crate::kit::words::Words>,
) -> HttpResponse {
    page::see_with(&actor.visit, actor.url(&format!("fulfillment/{request}")), &Flash::success(words))
}
