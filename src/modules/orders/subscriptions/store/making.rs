//! A subscription as it is made.

use diesel::prelude::*;
use uuid::Uuid;

use super::offers::Offer;
use crate::{
    accounts::store::draw,
    kit::{
        actor::Account,
        constraint::{Constraints, named},
        db::Tx,
        environment::Environment,
        id::Id,
        problem::Result,
        violation::{Violation, Why},
    },
    modules::{
        marketplaces::store::only_hub,
        orders::{
            subscriptions::{Status, Subscription},
            tiers::Tiers,
        },
    },
    schema::subscriptions,
};

/// A subscription to be made.
pub struct NewSubscription<'a> {
    pub environment: Environment,
    pub external_id: &'a str,
    pub external_uid: Uuid,
    pub offer: &'a Offer,
    pub buyer: &'a Id<Account>,
    pub tiers: &'a Tiers,
}

/// Keys of the schema that two orders at once can break.
pub const KEYS: Constraints = &[("subscriptions_buyer_id_external_uid_key", || uid_taken().into())];

/// Another subscription of the company bears the external UID.
pub fn uid_taken() -> Violation {
    Violation::new("external_uid", Why::new("taken", "Another of your subscriptions already has this external UID"))
}

pub fn insert<P>(tx: &mut Tx<'_, P>, new: &NewSubscription<'_>) -> Result<Id<Subscription>> {
    let hub = match &new.offer.marketplace {
        Some(marketplace) => only_hub(tx, marketplace)?,
        None => None,
    };
    draw("AS", |id| {
        diesel::insert_into(subscriptions::table)
            .values((
                (
                    subscriptions::id.eq(id),
                    subscriptions::status.eq(Status::Processing),
                    subscriptions::environment.eq(new.environment),
                    subscriptions::external_id.eq(new.external_id),
                    subscriptions::external_uid.eq(new.external_uid),
                    subscriptions::product_id.eq(&new.offer.product),
                    subscriptions::version.eq(new.offer.version),
                    subscriptions::vendor_id.eq(&new.offer.vendor),
                    subscriptions::buyer_id.eq(new.buyer),
                    subscriptions::distributor_id.eq(&new.offer.distributor),
                ),
                subscriptions::marketplace_id.eq(&new.offer.marketplace),
                subscriptions::hub_id.eq(&hub),
                subscriptions::contract_id.eq(&new.offer.contract),
                subscriptions::customer_id.eq(&new.tiers.customer.id),
                subscriptions::tier1_id.eq(&new.tiers.tier1.id),
                subscriptions::tier2_id.eq(new.tiers.tier2.as_ref().map(|tier| &tier.id)),
                subscriptions::customer_name.eq(&new.tiers.customer.data.name),
                subscriptions::created_at.eq(tx.at),
                subscriptions::updated_at.eq(tx.at),
            ))
            .on_conflict(subscriptions::id)
            .do_nothing()
            .execute(tx.conn)
            .map_err(named(KEYS))
    })
}

/// Whether another subscription of the company bears this external UID.
pub fn bears_uid<P>(tx: &mut Tx<'_, P>, buyer: &Id<Account>, uid: Uuid) -> Result<bool> {
    let taken =
        subscriptions::table.filter(subscriptions::buyer_id.eq(buyer)).filter(subscriptions::external_uid.eq(uid));
    Ok(diesel::select(diesel::dsl::exists(taken)).get_result(tx.conn)?)
}
