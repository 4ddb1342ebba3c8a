//! The verbs of parameters. Each locks the product first.

use super::{
    Parameter,
    data::{Fixed, NOT_LISTED, NewParameter},
    store::{self, ParameterRow},
};
use crate::{
    kit::{
        db::{Looks, Tx},
        event::Event,
        id::Id,
        problem::{Problem, Result},
        typed::apart,
        violation::{Violation, Why, Words, none_left},
    },
    modules::products::{
        self, Manage, Product,
        templates::{self, data::placeholder},
    },
    t,
};

/// What the other parameters of the product have against one.
fn fits(all: &[ParameterRow], new: &NewParameter, me: Option<&Id<Parameter>>) -> Result<()> {
    let others = || all.iter().filter(|one| Some(&one.id) != me);
    let mut wrong = Vec::new();
    if others().any(|one| one.name == new.name) {
        wrong.push(store::name_taken());
    }
    if let Some(other) = others().find(|one| new.reconciliation && one.reconciliation) {
        wrong.push(store::reconciled(&other.title));
    }
    if let Some(on) = &new.depends_on {
        match new.fixed().dependable(all, me).iter().find(|one| one.id == *on) {
            None => wrong.push(Violation::new("depends_on", Why::new("unknown", NOT_LISTED))),
            Some(other) => {
                let known = other.choices();
                let strange = new.depends_values.iter().find(|value| !known.iter().any(|one| one.value == **value));
                wrong.extend(strange.map(|value| {
                    let words = Words::new("{title} has no value {value}").with("title", &other.title);
                    Violation::new("depends_values", Why::new("unknown", words.with("value", value)))
                }));
            }
        }
    }
    // walks from what it depends on, upwards, and must not come back
    let mut at = new.depends_on.as_ref();
    while let Some(id) = at {
        if Some(id) == me {
            let why = Why::new("circle", "That parameter depends on this one");
            wrong.push(Violation::new("depends_on", why));
            break;
        }
        at = all.iter().find(|one| one.id == *id).and_then(|one| one.depends_on_id.as_ref());
    }
    none_left(wrong)
}

/// Adds a parameter.
///
/// # Errors
/// [`Problem::Invalid`] for what other parameters have against it: its name, a second reconciliation, what it depends on.
pub fn create(tx: &mut Tx<'_, Manage>, product: &Id<Product>, new: &NewParameter) -> Result<Id<Parameter>> {
    products::store::lock(tx, product)?;
    fits(&store::all(tx, product)?, new, None)?;
    let id = store::insert(tx, product, new)?;
    products::store::touch(tx, product)?;
    tx.record(Event::new("product.parameter_added", product).note(format!("{} ({id})", new.title)))?;
    Ok(id)
}

/// Changes a parameter; `revision` is the revision the form was opened with.
///
/// # Errors
/// As [`create`], and for another name while a template uses this one.
pub fn update(
    tx: &mut Tx<'_, Manage>,
    product: &Id<Product>,
    id: &Id<Parameter>,
    revision: i32,
    new: &NewParameter,
) -> Result<()> {
    products::store::lock(tx, product)?;
    let row = store::find(tx, product, id)?;
    if row.revision != revision {
        return Err(Problem::overtaken("this parameter"));
    }
    let new = NewParameter { phase: row.phase, scope: row.scope, type_: row.type_, ..new.clone() };
    let all = store::all(tx, product)?;
    let renamed = row.name != new.name && templates::store::uses(tx, product, row.scope, &row.name)?;
    if renamed {
        let words = t!("A template uses {name}. Change the template first", name = placeholder(&row.name));
        return Err(Violation::new("name", Why::new("used", words)).into());
    }
    fits(&all, &new, Some(id))?;
    store::update(tx, id, &new)?;
    products::store::touch(tx, product)?;
    tx.record(Event::new("product.parameter_changed", product).note(format!("{} ({id})", new.title)))
}

/// Why a parameter cannot be deleted; `None` when it can.
pub fn keeps(look: &mut impl Looks, row: &ParameterRow) -> Result<Option<Words>> {
    let dependent =
        store::all(look, &row.product_id)?.into_iter().find(|one| one.depends_on_id.as_ref() == Some(&row.id));
    if let Some(other) = dependent {
        return Ok(Some(t!("{parameter} depends on it. Change that first.", parameter = apart(&other.title))));
    }
    let used = templates::store::uses(look, &row.product_id, row.scope, &row.name)?;
    if used {
        return Ok(Some(t!(
            "A template uses {placeholder}. Remove it there first.",
            placeholder = placeholder(&row.name)
        )));
    }
    let valued = store::valued(look, &row.product_id, &row.id)?;
    Ok(valued.then(|| t!("Something already ordered has a value for it, so it must be kept.")))
}

pub fn delete(tx: &mut Tx<'_, Manage>, product: &Id<Product>, id: &Id<Parameter>) -> Result<()> {
    products::store::lock(tx, product)?;
    let row = store::find(tx, product, id)?;
    if let Some(why) = keeps(tx, &row)? {
        return Err(Problem::refused("This parameter cannot be deleted", why));
    }
    store::delete(tx, id)?;
    products::store::touch(tx, product)?;
    tx.record(Event::new("product.parameter_deleted", product).note(format!("{} ({id})", row.title)))
}

/// Moves a parameter one place earlier or later within its phase and scope.
pub fn reorder(tx: &mut Tx<'_, Manage>, product: &Id<Product>, id: &Id<Parameter>, earlier: bool) -> Result<Fixed> {
    products::store::lock(tx, product)?;
    let row = store::find(tx, product, id)?;
    store::swap(tx, &row, earlier)?;
    products::store::touch(tx, product)?;
    tx.record(Event::new("product.parameters_reordered", product).note(&row.title))?;
    Ok(Fixed::of(&row))
}
