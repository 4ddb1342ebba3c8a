//! A request as it is made.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::line::{Line, insert_lines};
use crate::{
    kit::{
        actor::User,
        db::Tx,
        id::Id,
        problem::{Problem, Result},
    },
    modules::{
        orders::{
            fulfillment::{Request, Status, Type},
            message::Message,
            subscriptions::store::SubscriptionRow,
            tiers::Tiers,
        },
        products::parameters::values::Values,
    },
    schema::fulfillment_requests,
};

/// A request to be made.
pub struct NewRequest<'a> {
    pub subscription: &'a SubscriptionRow,
    pub type_: Type,
    pub status: Status,
    pub version: i32,
    pub tiers: &'a Tiers,
    pub values: &'a Values,
    pub message: Option<&'a Message>,
    pub lines: &'a [Line],
    pub note: &'a str,
    pub creator: &'a Id<User>,
    pub nonce: Option<Vec<u8>>,
    pub due_at: DateTime<Utc>,
}

pub fn insert<P>(tx: &mut Tx<'_, P>, number: i32, new: &NewRequest<'_>) -> Result<Id<Request>> {
    let of = new.subscription;
    let id: Id<Request> = Id::within(&of.id, number);
    let json = |value: &Message| serde_json::to_value(value).map_err(Problem::internal);
    diesel::insert_into(fulfillment_requests::table)
        .values((
            (
                fulfillment_requests::id.eq(&id),
                fulfillment_requests::type_.eq(new.type_),
                fulfillment_requests::status.eq(new.status),
                fulfillment_requests::subscription_id.eq(&of.id),
                fulfillment_requests::status_before.eq(of.status),
                fulfillment_requests::environment.eq(of.environment),
                fulfillment_requests::product_id.eq(&of.product_id),
                fulfillment_requests::version.eq(new.version),
                fulfillment_requests::vendor_id.eq(&of.vendor_id),
                fulfillment_requests::buyer_id.eq(&of.buyer_id),
                fulfillment_requests::distributor_id.eq(&of.distributor_id),
                fulfillment_requests::marketplace_id.eq(&of.marketplace_id),
            ),
            (
                fulfillment_requests::customer_id.eq(&new.tiers.customer.id),
                fulfillment_requests::tier1_id.eq(&new.tiers.tier1.id),
                fulfillment_requests::tier2_id.eq(new.tiers.tier2.as_ref().map(|tier| &tier.id)),
                fulfillment_requests::customer_name.eq(&new.tiers.customer.data.name),
                fulfillment_requests::tiers.eq(serde_json::to_value(new.tiers).map_err(Problem::internal)?),
                fulfillment_requests::parameter_values.eq(new.values.json()?),
                fulfillment_requests::template.eq(new.message.map(json).transpose()?),
                fulfillment_requests::note.eq(new.note),
                fulfillment_requests::hub_id.eq(&of.hub_id),
            ),
            fulfillment_requests::creator_id.eq(new.creator),
            fulfillment_requests::form_nonce.eq(&new.nonce),
            fulfillment_requests::created_at.eq(tx.at),
            fulfillment_requests::updated_at.eq(tx.at),
            fulfillment_requests::due_at.eq(new.due_at),
        ))
        .execute(tx.conn)?;
    insert_lines(tx, &id, new.lines)?;
    Ok(id)
}
