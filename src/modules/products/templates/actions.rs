//! The verbs of templates. Each locks the product first.

use super::{
    ProductTemplate, Type,
    data::{NewTemplate, strange},
    store,
};
use crate::{
    kit::{
        db::{Looks, Tx},
        event::Event,
        id::Id,
        problem::{Problem, Result},
        violation::none_left,
        words::Words,
    },
    modules::products::{
        self, Manage, Product,
        parameters::{self, Scope},
    },
    t,
};

/// Adds a template.
///
/// # Errors
/// [`Problem::Invalid`] when it shows the value of a parameter that is not there.
pub fn create(tx: &mut Tx<'_, Manage>, product: &Id<Product>, new: &NewTemplate) -> Result<Id<ProductTemplate>> {
    products::store::lock(tx, product)?;
    none_left(strange(new, &parameters::store::all(tx, product)?).into_iter().collect())?;
    let id = store::insert(tx, product, new)?;
    changed(tx, product, "product.template_added", &new.name)?;
    Ok(id)
}

/// Changes a template; `revision` is the revision the form was opened with. What it is used for stays.
///
/// # Errors
/// As [`create`].
pub fn update(
    tx: &mut Tx<'_, Manage>,
    product: &Id<Product>,
    id: &Id<ProductTemplate>,
    revision: i32,
    new: &NewTemplate,
) -> Result<()> {
    products::store::lock(tx, product)?;
    let row = store::find(tx, product, id)?;
    if row.revision != revision {
        return Err(Problem::overtaken("this template"));
    }
    let new = NewTemplate { kind: (row.scope, row.type_), ..new.clone() };
    none_left(strange(&new, &parameters::store::all(tx, product)?).into_iter().collect())?;
    store::update(tx, id, &new.name, &new.body)?;
    changed(tx, product, "product.template_changed", &new.name)
}

/// Why a template cannot be deleted; `None` when it can: an approval always needs one to show.
pub fn keeps(look: &mut impl Looks, product: &Id<Product>, id: &Id<ProductTemplate>) -> Result<Option<Words>> {
    let row = store::find(look, product, id)?;
    let needed = |one: &store::TemplateRow| one.scope == Scope::Asset && one.type_ == Some(Type::Fulfillment);
    let last = needed(&row) && store::all(look, product)?.iter().filter(|one| needed(one)).count() == 1;
    Ok(last.then(|| {
        t!("It is the only activation template for subscriptions, and every approval needs one. Create another first.")
    }))
}

pub fn delete(tx: &mut Tx<'_, Manage>, product: &Id<Product>, id: &Id<ProductTemplate>) -> Result<()> {
    products::store::lock(tx, product)?;
    let row = store::find(tx, product, id)?;
    if let Some(why) = keeps(tx, product, id)? {
        return Err(Problem::refused("This template cannot be deleted", why));
    }
    store::delete(tx, id)?;
    changed(tx, product, "product.template_deleted", &row.name)
}

fn changed(tx: &mut Tx<'_, Manage>, product: &Id<Product>, event: &'static str, note: &str) -> Result<()> {
    products::store::touch(tx, product)?;
    tx.record(Event::new(event, product).note(note))
}
