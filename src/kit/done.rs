//! What an act came to, said by what it returns; and acts that are done once, however often they are asked for.

use std::{fmt::Display, str::FromStr};

use uuid::Uuid;

use super::{
    actor::Permission,
    db::Tx,
    problem::Result,
    wizard::{self, Answers},
};

/// What an act came to, with what it made or found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done<T = ()> {
    /// It was done now, and is recorded.
    Changed(T),
    /// The same form, wizard or key did it before.
    Repeated(T),
    /// Nothing differs from what is known, so nothing was done.
    Same(T),
}

impl<T> Done<T> {
    pub fn changed(&self) -> bool {
        matches!(self, Self::Changed(_))
    }

    /// The same, with something that it made or found, as the answer to the caller.
    pub fn map<U>(self, other: impl FnOnce(T) -> U) -> Done<U> {
        match self {
            Self::Changed(value) => Done::Changed(other(value)),
            Self::Repeated(value) => Done::Repeated(other(value)),
            Self::Same(value) => Done::Same(other(value)),
        }
    }

    /// Done now, or the same as before.
    pub fn when(changed: bool, value: T) -> Self {
        if changed { Self::Changed(value) } else { Self::Same(value) }
    }

    pub fn value(self) -> T {
        match self {
            Self::Changed(value) | Self::Repeated(value) | Self::Same(value) => value,
        }
    }
}

/// Acts once for a form that carries `form`: what is sent again comes to what was made before. Sends of one form go one after the
/// other. What is refused is forgotten with everything else, so the form can be sent again.
///
/// # Errors
/// As `act`.
pub fn once<T: Display + FromStr, P: Permission>(
    tx: &mut Tx<'_, P>,
    form: Uuid,
    act: impl FnOnce(&mut Tx<'_, P>) -> Result<T>,
) -> Result<Done<T>> {
    if let Some(made) = wizard::claim(tx, form)? {
        return Ok(Done::Repeated(made));
    }
    let made = act(tx)?;
    wizard::finish(tx, form, &made.to_string())?;
    Ok(Done::Changed(made))
}

/// Finishes the wizard `asked` by an act on its answers: once, however often its last step is sent.
///
/// # Errors
/// As `act`; [`super::problem::Problem::NotFound`] when the wizard is not this person's.
pub fn finish<A: Answers, T: Display + FromStr, P: Permission>(
    tx: &mut Tx<'_, P>,
    asked: Uuid,
    act: impl FnOnce(&mut Tx<'_, P>, A) -> Result<T>,
) -> Result<Done<T>> {
    let saved = wizard::lock::<A, P>(tx, asked)?;
    if let Some(made) = saved.finished_as.and_then(|made| made.parse().ok()) {
        return Ok(Done::Repeated(made));
    }
    let made = act(tx, saved.answers)?;
    wizard::finish(tx, asked, &made.to_string())?;
    Ok(Done::Changed(made))
}
