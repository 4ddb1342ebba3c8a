//! Values that no other subscription may have.

use diesel::prelude::*;

use crate::{
    kit::{db::Tx, id::Id, problem::Result},
    modules::{orders::subscriptions::Subscription, products::parameters::Parameter},
    schema::unique_values,
};

/// The parameter whose value another subscription has already.
pub fn taken_value<P>(
    tx: &mut Tx<'_, P>,
    id: &Id<Subscription>,
    values: &[(Id<Parameter>, String)],
) -> Result<Option<Id<Parameter>>> {
    for (parameter, value) in values {
        let taken = unique_values::table
            .filter(unique_values::parameter_id.eq(parameter))
            .filter(unique_values::value.eq(value))
            .filter(unique_values::subscription_id.ne(id));
        if diesel::select(diesel::dsl::exists(taken)).get_result(tx.conn)? {
            return Ok(Some(parameter.clone()));
        }
    }
    Ok(None)
}

/// Keeps the values that no other subscription may have; the parameter whose value another one has already.
pub fn claim_values<P>(
    tx: &mut Tx<'_, P>,
    id: &Id<Subscription>,
    values: &[(Id<Parameter>, String)],
) -> Result<Option<Id<Parameter>>> {
    diesel::delete(unique_values::table.filter(unique_values::subscription_id.eq(id))).execute(tx.conn)?;
    for (parameter, value) in values {
        let kept = diesel::insert_into(unique_values::table)
            .values((
                unique_values::parameter_id.eq(parameter),
                unique_values::value.eq(value),
                unique_values::subscription_id.eq(id),
            ))
            .on_conflict_do_nothing()
            .execute(tx.conn)?;
        if kept == 0 {
            return Ok(Some(parameter.clone()));
        }
    }
    Ok(None)
}

/// A subscription that is over frees its values.
pub fn free_values<P>(tx: &mut Tx<'_, P>, id: &Id<Subscription>) -> Result<()> {
    diesel::delete(unique_values::table.filter(unique_values::subscription_id.eq(id))).execute(tx.conn)?;
    Ok(())
}
