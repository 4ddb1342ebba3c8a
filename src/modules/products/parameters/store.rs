//! Statements about the parameters of a product whose sight was checked, or that is locked.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{Choosable, Effect, Parameter, Phase, Scope, Shared, Type, data::NewParameter};
use crate::{
    kit::{
        constraint::{Constraints, named},
        db::{Looks, Tx},
        id::Id,
        problem::{Problem, Result},
        statement::statement,
        violation::{Violation, Why, Words},
    },
    modules::products::Product,
    schema::{parameters, products},
    t,
};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = parameters)]
pub struct ParameterRow {
    pub id: Id<Parameter>,
    pub product_id: Id<Product>,
    pub phase: Phase,
    pub scope: Scope,
    pub type_: Type,
    pub name: String,
    pub title: String,
    pub description: String,
    pub hint: String,
    pub placeholder: String,
    pub default_value: String,
    pub required: bool,
    pub hidden: bool,
    pub is_unique: bool,
    pub reconciliation: bool,
    pub shared: Option<Shared>,
    pub min_length: Option<i32>,
    pub max_length: Option<i32>,
    choices: serde_json::Value,
    pub depends_on_id: Option<Id<Parameter>>,
    pub depends_values: Vec<String>,
    pub depends_effect: Option<Effect>,
    pub position: i32,
    pub created_at: DateTime<Utc>,
    pub revision: i32,
}

impl ParameterRow {
    pub fn choices(&self) -> Vec<Choosable> {
        serde_json::from_value(self.choices.clone()).unwrap_or_default()
    }

    /// "Required, hidden and unique", for lists.
    pub fn flags(&self) -> Words {
        let flags = [
            (self.required, t!("required")),
            (self.hidden, t!("hidden")),
            (self.is_unique, t!("unique")),
            (self.reconciliation, t!("reconciliation")),
        ];
        Words::all_of(flags.into_iter().filter(|(on, _)| *on).map(|(_, word)| word)).first()
    }
}

/// All parameters of a product, phase by phase and scope by scope, in their order.
pub fn all(look: &mut impl Looks, product: &Id<Product>) -> Result<Vec<ParameterRow>> {
    Ok(parameters::table
        .filter(parameters::product_id.eq(product))
        .order((parameters::phase, parameters::scope, parameters::position, parameters::id))
        .select(ParameterRow::as_select())
        .load(look.conn())?)
}

pub fn find(look: &mut impl Looks, product: &Id<Product>, id: &Id<Parameter>) -> Result<ParameterRow> {
    Ok(parameters::table
        .filter(parameters::id.eq(id))
        .filter(parameters::product_id.eq(product))
        .select(ParameterRow::as_select())
        .first(look.conn())?)
}

const GAP: i32 = 10_000;

pub fn insert<P>(tx: &mut Tx<'_, P>, product: &Id<Product>, new: &NewParameter) -> Result<Id<Parameter>> {
    let number: i32 = diesel::update(products::table.find(product))
        .set(products::parameter_number.eq(products::parameter_number + 1))
        .returning(products::parameter_number)
        .get_result(tx.conn)?;
    let id = Id::within(product, number);
    diesel::insert_into(parameters::table)
        .values((
            parameters::id.eq(&id),
            parameters::product_id.eq(product),
            parameters::phase.eq(new.phase),
            parameters::scope.eq(new.scope),
            parameters::type_.eq(new.type_),
            parameters::name.eq(&new.name),
            parameters::title.eq(&new.title),
            parameters::choices.eq(choices(new)?),
            parameters::position.eq(number * GAP),
            parameters::created_at.eq(tx.at),
            parameters::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)
        .map_err(named(KEYS))?;
    update(tx, &id, new)?;
    Ok(id)
}

/// The keys of names, and what is told who breaks one.
pub const KEYS: Constraints = &[
    ("parameters_product_id_name_key", || name_taken().into()),
    ("parameters_reconciliation", || reconciled("Another parameter").into()),
];

pub fn name_taken() -> Violation {
    Violation::new("name", Why::new("taken", "Another parameter of this product already has this ID"))
}

pub fn reconciled(title: &str) -> Violation {
    let words = Words::new("{title} is already the reconciliation parameter").with("title", title);
    Violation::new("reconciliation", Why::new("taken", words))
}

fn choices(new: &NewParameter) -> Result<serde_json::Value> {
    serde_json::to_value(&new.choices).map_err(Problem::internal)
}

/// Changes everything but phase, scope and type, which the database holds fast.
pub fn update<P>(tx: &mut Tx<'_, P>, id: &Id<Parameter>, new: &NewParameter) -> Result<()> {
    diesel::update(parameters::table.find(id))
        .set((
            (
                parameters::name.eq(&new.name),
                parameters::title.eq(&new.title),
                parameters::description.eq(&new.description),
                parameters::hint.eq(&new.hint),
                parameters::placeholder.eq(&new.placeholder),
                parameters::default_value.eq(&new.default),
                parameters::required.eq(new.required),
                parameters::hidden.eq(new.hidden),
                parameters::is_unique.eq(new.unique),
                parameters::reconciliation.eq(new.reconciliation),
            ),
            parameters::shared.eq(new.shared),
            parameters::min_length.eq(new.min_length),
            parameters::max_length.eq(new.max_length),
            parameters::choices.eq(choices(new)?),
            parameters::depends_on_id.eq(&new.depends_on),
            parameters::depends_values.eq(&new.depends_values),
            parameters::depends_effect.eq(new.depends_effect),
            parameters::updated_at.eq(tx.at),
            parameters::revision.eq(parameters::revision + 1),
        ))
        .execute(tx.conn)
        .map_err(named(KEYS))?;
    Ok(())
}

pub fn delete<P>(tx: &mut Tx<'_, P>, id: &Id<Parameter>) -> Result<()> {
    diesel::delete(parameters::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// Changes places with the parameter before or behind it of its phase and scope.
pub fn swap<P>(tx: &mut Tx<'_, P>, row: &ParameterRow, earlier: bool) -> Result<()> {
    let mut all = all(tx, &row.product_id)?;
    all.retain(|one| (one.phase, one.scope) == (row.phase, row.scope));
    let Some(at) = all.iter().position(|one| one.id == row.id) else { return Ok(()) };
    let other = if earlier { at.checked_sub(1) } else { Some(at + 1) };
    let Some(other) = other.and_then(|other| all.get(other)) else { return Ok(()) };
    for (id, position) in [(&row.id, other.position), (&other.id, row.position)] {
        diesel::update(parameters::table.find(id)).set(parameters::position.eq(position)).execute(tx.conn)?;
    }
    Ok(())
}

/// Whether anything that was ordered has a value for it.
pub fn valued(look: &mut impl Looks, product: &Id<Product>, id: &Id<Parameter>) -> Result<bool> {
    let of = |table: &str| format!("EXISTS (SELECT FROM {table} WHERE product_id = $1 AND parameter_values ? $2)");
    let tables = ["subscriptions", "fulfillment_requests", "tier_configs", "tier_config_requests"].map(of).join(" OR ");
    Ok(statement(format!("SELECT {tables} AS valued"))
        .bind::<diesel::sql_types::Text, _>(product)
        .bind::<diesel::sql_types::Text, _>(id)
        .value::<diesel::sql_types::Bool, bool>(look.conn())?)
}
