//! When X happens, then Y: what an act causes in modules that it does not know.
//!
//! A module says what happened, or is about to, by a type of its own. One table above the modules (`src/consequences.rs`) has the functions
//! that follow; it travels with the database, as its key does. What follows is done in the transaction of the act, in the program's own name.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
};

use diesel::PgConnection;

use super::{
    db::{System, Tx},
    effect::Effect,
    problem::Result,
};

/// What would follow, for a page that says so before it is done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Foretold {
    /// Their links begin below a portal's home: see [`Effect::within`].
    pub effects: Vec<Effect>,
    /// What of it a page that binds somebody shows, as [`super::shown::Shown::part`] takes it.
    pub shown: String,
}

impl From<Vec<Effect>> for Foretold {
    fn from(effects: Vec<Effect>) -> Self {
        Self { effects, shown: String::new() }
    }
}

/// Gets the table as well, since what follows has consequences itself.
type Look<X> = fn(&mut PgConnection, &Consequences, &X) -> Result<Foretold>;
type Act<X> = fn(&mut Tx<'_, System>, &X) -> Result<()>;
type Functions = HashMap<TypeId, Vec<Box<dyn Any + Send + Sync>>>;

/// The table: for each type of what happens, the functions that follow, in their order.
#[derive(Default)]
pub struct Consequences {
    looks: Functions,
    acts: Functions,
}

fn of<X: 'static, F: Copy + 'static>(functions: &Functions) -> impl Iterator<Item = F> {
    functions.get(&TypeId::of::<X>()).into_iter().flatten().filter_map(|function| function.downcast_ref::<F>().copied())
}

impl Consequences {
    /// When `X` has happened, this is done.
    pub fn when<X: 'static>(mut self, act: Act<X>) -> Self {
        self.acts.entry(TypeId::of::<X>()).or_default().push(Box::new(act));
        self
    }

    /// Before `X` happens, this says what would be done. Whoever looks and whoever acts find it by one function.
    pub fn foretold<X: 'static>(mut self, look: Look<X>) -> Self {
        self.looks.entry(TypeId::of::<X>()).or_default().push(Box::new(look));
        self
    }

    /// What would follow from `ahead`.
    pub fn foresee<X: 'static>(&self, conn: &mut PgConnection, ahead: &X) -> Result<Vec<Foretold>> {
        of::<X, Look<X>>(&self.looks).map(|look| look(conn, self, ahead)).collect()
    }

    /// Does what follows; [`Tx::follow`] calls it.
    pub(super) fn carry_out<X: 'static>(&self, tx: &mut Tx<'_, System>, happened: &X) -> Result<()> {
        of::<X, Act<X>>(&self.acts).try_for_each(|act| act(tx, happened))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Moved(usize);
    struct Other;

    fn first(_: &mut PgConnection, _: &Consequences, moved: &Moved) -> Result<Foretold> {
        Ok(vec![Effect::from(crate::t!("first of {n}", n = moved.0))].into())
    }

    fn second(_: &mut PgConnection, _: &Consequences, _: &Moved) -> Result<Foretold> {
        Ok(vec![Effect::from("second")].into())
    }

    #[test]
    fn what_follows_is_found_by_what_happens_and_in_its_order() {
        let table = Consequences::default().foretold(first).foretold(second);
        assert_eq!(of::<Moved, Look<Moved>>(&table.looks).count(), 2);
        assert_eq!(of::<Other, Look<Other>>(&table.looks).count(), 0);
        assert_eq!(of::<Moved, Act<Moved>>(&table.acts).count(), 0);
        let order: Vec<_> = of::<Moved, Look<Moved>>(&table.looks).map(|look| look as usize).collect();
        assert_eq!(order, [first as Look<Moved> as usize, second as Look<Moved> as usize]);
    }
}
