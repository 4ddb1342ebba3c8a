//! What the pages of acts on configurations show, as it travels with their forms.

use super::store::{ConfigRow, RequestRow};
use crate::{
    kit::{problem::Result, shown::Shown},
    modules::{orders::questions::questions, products::parameters::store::ParameterRow},
};

/// A configuration that other values are asked for.
pub fn config(row: &ConfigRow, asked: &[ParameterRow]) -> Result<Shown> {
    Ok(Shown::new()
        .part("the configuration", format!("{} {} {}", row.tier_account_id, row.account_name, row.level))
        .part("the parameters", row.values()?.json()?)
        .part("the product's questions", questions(asked)))
}

/// A request as its vendor decides about it.
pub fn request(row: &RequestRow, of: &ConfigRow, asked: &[ParameterRow]) -> Result<Shown> {
    Ok(Shown::new()
        .part("the request", format!("{} {}", row.type_, row.note))
        .part("the configuration", format!("{} {} {}", of.tier_account_id, of.account_name, of.level))
        .part("the parameters", row.values()?.json()?)
        .part("the product's questions", questions(asked)))
}
