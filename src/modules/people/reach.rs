//! How far a person reaches: nobody gives or takes more than they hold themselves, and a company keeps an administrator.

use super::{areas, groups::store::GroupRow, store};
use crate::{
    kit::{
        actor::{Account, Identity, User},
        db::Looks,
        id::Id,
        problem::{Problem, Result},
        words::Words,
    },
    t,
};

/// Whether the person holds all that these groups allow.
///
/// # Errors
/// A refusal that names what the person lacks. Only administrators say who administers.
pub fn hold<'a>(identity: &Identity, groups: impl IntoIterator<Item = &'a GroupRow>) -> Result<()> {
    if identity.administrator {
        return Ok(());
    }
    for group in groups {
        if group.administrators {
            return Err(Problem::refused(
                "Only administrators can do this",
                t!(
                    "Administrators can do everything in this company, so only they decide who is one. {who} can change that.",
                    who = identity.granters()
                ),
            ));
        }
        hold_all(identity, &group.permissions)?;
    }
    Ok(())
}

/// The same of single permissions.
///
/// # Errors
/// As [`hold`].
pub fn hold_all(identity: &Identity, permissions: &[String]) -> Result<()> {
    let lacks: Vec<Words> = permissions
        .iter()
        .filter(|key| !identity.holds(key))
        .map(|key| areas::label(key).map_or_else(|| key.into(), Words::new))
        .collect();
    if lacks.is_empty() {
        return Ok(());
    }
    Err(Problem::refused(
        "This includes more permissions than you have",
        t!(
            "You don't have these permissions: {permissions}. {who} can grant them to you, or do this for you.",
            permissions = Words::all_of(lacks),
            who = identity.granters(),
        ),
    ))
}

/// Whether nobody but `user` could sign in and administer the company, whatever happens to its identity provider.
pub fn is_last(look: &mut impl Looks, account: &Id<Account>, user: &Id<User>) -> Result<bool> {
    Ok(store::sure_administrators(look, account)?.iter().all(|sure| sure == user))
}

/// Said where the last administrator would go.
pub fn last_words() -> Words {
    t!(
        "This is the only administrator who can sign in with a password. Make someone else an administrator first. If single sign-on is required, let them keep their password as well."
    )
}

/// The refusal to take the last administrator away.
pub fn last() -> Problem {
    Problem::refused("A company needs an administrator", last_words())
}
