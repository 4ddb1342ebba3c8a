//! What the pages of acts on requests show, as it travels with their forms.

use super::store::{Line, RequestRow};
use crate::{
    kit::{problem::Result, shown::Shown},
    modules::{orders::questions::questions, products::parameters::store::ParameterRow},
};

/// A request as its vendor decides about it.
pub fn request(row: &RequestRow, lines: &[Line], asked: &[ParameterRow]) -> Result<Shown> {
    Ok(Shown::new()
        .part("the request", format!("{} {} {}", row.type_, row.version, row.note))
        .part("the items", format!("{lines:?}"))
        .part("the parameters", row.values()?.json()?)
        .part("the customer or its resellers", serde_json::to_string(&row.tiers()?).unwrap_or_default())
        .part("the product's questions", questions(asked)))
}
