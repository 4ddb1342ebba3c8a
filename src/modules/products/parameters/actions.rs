//! The verbs of parameters. Each locks the product first.

use uuid::Uuid;

use super::{
    Parameter,
    forms::{Fixed, NewParameter},
    store::{self, ParameterRow},
};
use crate::{
    kit::{
        db::Tx,
        event::Event,
        id::Id,
        problem::{Problem, Result},
        wizard::{claim_form, finish},
    },
    modules::products::{self, Manage, Product, templates},
};

/// What a rule says against a parameter, as a message at its field.
#[derive(Debug)]
pub enum Against {
    Name(String),
    Reconciliation(String),
    DependsOn(String),
}

pub type Outcome<T> = std::result::Result<T, Against>;

fn against(all: &[ParameterRow], new: &NewParameter, me: Option<&Id<Parameter>>) -> Option<Against> {
    let others = || all.iter().filter(|one| Some(&one.id) != me);
    if others().any(|one| one.name == new.name) {
        return Some(Against::Name("Another parameter of this product has this ID".into()));
    }
    if let Some(other) = others().find(|one| new.reconciliation && one.reconciliation) {
        return Some(Against::Reconciliation(format!("{} is the reconciliation parameter already", other.title)));
    }
    // walks from what it depends on, upwards, and must not come back
    let mut at = new.depends.as_ref().map(|depends| &depends.on);
    while let Some(id) = at {
        if Some(id) == me {
            return Some(Against::DependsOn("That parameter depends on this one itself".into()));
        }
        at = all.iter().find(|one| one.id == *id).and_then(|one| one.depends_on_id.as_ref());
    }
    None
}

/// Adds a parameter. The same `form` sent twice makes one.
pub fn create(
    tx: &mut Tx<'_, Manage>,
    form: Uuid,
    product: &Id<Product>,
    new: &NewParameter,
) -> Result<Outcome<Id<Parameter>>> {
    products::store::lock(tx, product)?;
    if let Some(made) = claim_form(tx, form)? {
        tx.replayed();
        return Ok(Ok(made));
    }
    if let Some(against) = against(&store::all(tx.conn, product)?, new, None) {
        tx.replayed();
        return Ok(Err(against));
    }
    let id = store::insert(tx, product, new)?;
    finish(tx, form, id.as_str())?;
    products::store::touch(tx, product)?;
    tx.record(Event::new("product.parameter_added", product).note(format!("{} ({id})", new.title)))?;
    Ok(Ok(id))
}

/// Changes a parameter; `revision` is the one that the form was opened on.
pub fn update(
    tx: &mut Tx<'_, Manage>,
    product: &Id<Product>,
    id: &Id<Parameter>,
    revision: i32,
    new: &NewParameter,
) -> Result<Outcome<()>> {
    products::store::lock(tx, product)?;
    let row = store::find(tx.conn, product, id)?;
    if row.revision != revision {
        return Err(Problem::stale(
            "Somebody else changed this parameter",
            format!("While you were writing, {} was changed. Your words were not saved.", row.title),
        ));
    }
    let new = NewParameter { phase: row.phase, scope: row.scope, type_: row.type_, ..new.clone() };
    let all = store::all(tx.conn, product)?;
    let renamed = row.name != new.name && templates::store::uses(tx.conn, product, row.scope, &row.name)?;
    let against = match renamed {
        true => Some(Against::Name(format!("A template uses {{{{ {} }}}}: change it first", row.name))),
        false => against(&all, &new, Some(id)),
    };
    if let Some(against) = against {
        tx.replayed();
        return Ok(Err(against));
    }
    store::update(tx, id, &new)?;
    products::store::touch(tx, product)?;
    tx.record(Event::new("product.parameter_changed", product).note(format!("{} ({id})", new.title)))?;
    Ok(Ok(()))
}

/// Why a parameter cannot be deleted; `None` when it can.
pub fn keeps(conn: &mut diesel::PgConnection, row: &ParameterRow) -> Result<Option<String>> {
    let dependent =
        store::all(conn, &row.product_id)?.into_iter().find(|one| one.depends_on_id.as_ref() == Some(&row.id));
    if let Some(other) = dependent {
        return Ok(Some(format!("{} depends on it.", other.title)));
    }
    let used = templates::store::uses(conn, &row.product_id, row.scope, &row.name)?;
    if used {
        return Ok(Some(format!("A template uses {{{{ {} }}}}.", row.name)));
    }
    let valued = store::valued(conn, &row.product_id, &row.id)?;
    Ok(valued.then(|| "Something that was ordered has a value for it.".to_owned()))
}

pub fn delete(tx: &mut Tx<'_, Manage>, product: &Id<Product>, id: &Id<Parameter>) -> Result<()> {
    products::store::lock(tx, product)?;
    let row = store::find(tx.conn, product, id)?;
    if let Some(why) = keeps(tx.conn, &row)? {
        return Err(Problem::refused("This parameter cannot be deleted", why));
    }
    store::delete(tx, id)?;
    products::store::touch(tx, product)?;
    tx.record(Event::new("product.parameter_deleted", product).note(format!("{} ({id})", row.title)))
}

/// Moves a parameter one place earlier or later within its phase and scope.
pub fn reorder(tx: &mut Tx<'_, Manage>, product: &Id<Product>, id: &Id<Parameter>, earlier: bool) -> Result<Fixed> {
    products::store::lock(tx, product)?;
    let row = store::find(tx.conn, product, id)?;
    store::swap(tx, &row, earlier)?;
    products::store::touch(tx, product)?;
    tx.record(Event::new("product.parameters_reordered", product).note(&row.title))?;
    Ok(Fixed::of(&row))
}
