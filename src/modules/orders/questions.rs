//! What a product asks the buyer and its vendor, for a subscription and for its tiers.

use std::fmt::Display;

use crate::{
    kit::{db::Looks, id::Id, problem::Result},
    modules::products::{
        Product,
        parameters::{
            self, Phase, Scope,
            store::ParameterRow,
            values::{self, Values},
        },
    },
};

/// The parameters of a subscription, of both phases that orders know.
pub fn parameters_of(look: &mut impl Looks, product: &Id<Product>) -> Result<Vec<ParameterRow>> {
    let mut all = parameters::store::all(look, product)?;
    all.retain(|row| row.scope == Scope::Asset && row.phase != Phase::Configuration);
    Ok(all)
}

/// Those of one phase.
pub fn of_phase(rows: &[ParameterRow], phase: Phase) -> Vec<ParameterRow> {
    rows.iter().filter(|row| row.phase == phase).cloned().collect()
}

/// The scope of the parameters of a tier.
pub fn scope(level: i32) -> Scope {
    if level == 2 { Scope::Tier2 } else { Scope::Tier1 }
}

/// The parameters of a tier, of both phases that orders know.
pub fn of_tier(look: &mut impl Looks, product: &Id<Product>, level: i32) -> Result<Vec<ParameterRow>> {
    let mut all = parameters::store::all(look, product)?;
    all.retain(|row| row.scope == scope(level) && row.phase != Phase::Configuration);
    Ok(all)
}

/// The values of a subscription or of a request, phase by phase.
pub fn by_phase(rows: &[ParameterRow], values: &Values) -> Vec<(&'static str, Vec<values::Line>)> {
    let phase = |phase| values::lines(&of_phase(rows, phase), values);
    let mut groups = vec![("Ordering", phase(Phase::Ordering)), ("Fulfilment", phase(Phase::Fulfillment))];
    groups.retain(|(_, lines)| !lines.is_empty());
    groups
}

/// The questions as they stand: their wording and their rules are part of a parameter's revision.
pub fn questions(rows: &[ParameterRow]) -> impl Display {
    rows.iter().map(|row| format!("{} {}", row.id, row.revision)).collect::<Vec<_>>().join(", ")
}
