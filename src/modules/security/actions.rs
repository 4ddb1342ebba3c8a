//! The verbs of security.

use super::{Manage, data::SigningIn};
use crate::{
    access::factors,
    accounts::{SecondFactor, store},
    kit::{
        choice::Choice as _,
        db::Tx,
        done::Done,
        event::Event,
        problem::Result,
        security::Kind,
        violation::{Violation, Why},
    },
};

/// Says how the company's people sign in.
///
/// # Errors
/// [`Invalid`](crate::kit::problem::Problem::Invalid) when a second factor is to be required by somebody who has none: who switches it on would be kept out first.
pub fn set_signing_in(tx: &mut Tx<'_, Manage>, said: &SigningIn) -> Result<Done> {
    let identity = tx.who.member()?;
    let (account, person) = (identity.company.id.clone(), identity.person.id.clone());
    let wanted = said.second_factor;
    if store::second_factor(tx, &account)? == wanted {
        return Ok(Done::Same(()));
    }
    if wanted == SecondFactor::Required && !factors::has_one(tx.conn, &person)? {
        let why = Why::new("own_factor", "Set up a second factor for yourself first, under Security in your profile");
        return Err(Violation::new("second_factor", why).into());
    }
    store::set_second_factor(tx, &account, wanted)?;
    tx.record(Event::new("account.second_factor_changed", &account).note(wanted.key()).private())?;
    tx.secure(Kind::PolicyChanged, None, &format!("{account}: second factor {}", wanted.key()))?;
    Ok(Done::Changed(()))
}
