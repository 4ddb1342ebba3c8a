//! What the pages of acts on a subscription show, as it travels with their forms: an act is refused, or its page shown again, when it is
//! not so any more.

use super::{orderable::InUse, store::SubscriptionRow};
use crate::{
    kit::{problem::Result, shown::Shown},
    modules::products::parameters::values::Values,
};

pub fn values(values: &Values) -> Result<String> {
    values.json().map(|json| json.to_string())
}

/// A subscription as the pages of acts on it show it.
pub fn subscription(of: &SubscriptionRow, held: &[InUse]) -> Result<Shown> {
    let contract = of.contract_id.as_ref().map_or("", |id| id.as_str());
    let place = of.marketplace_id.as_ref().map_or("", |id| id.as_str());
    Ok(Shown::new()
        .part("the subscription", format!("{} {} {} {place}", of.status, of.version, of.customer_name))
        .part("the contract", contract)
        .part("the items in use", format!("{held:?}"))
        .part("the parameters", values(&of.values()?)?))
}
