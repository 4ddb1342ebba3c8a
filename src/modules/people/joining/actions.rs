//! Accepting an invitation.

use super::{Found, Ticket};
use crate::{
    accounts,
    kit::{
        actor::User,
        db::{Personal, Tx},
        event::Event,
        id::Id,
        lifecycle::{NoMove, plan},
        problem::{Problem, Result},
        security::Kind,
        typed,
        violation::{Violation, Why},
    },
    mail,
    modules::people::{
        letters::Mail,
        lifecycle::{Action, Part, RULES},
        store,
    },
};

/// Said when the invited address already belongs to a user.
pub const KNOWN: &str = "This email already has an account. Choose I already have an account";

/// Who accepts.
pub enum By {
    /// Somebody new: a name, and the hash of a password.
    New { name: String, hash: String },
    /// Somebody who is signed in.
    Known(Id<User>),
}

/// Whether the invitation is meant for this user: by what its address is recognised.
pub fn is_for(found: &Found, email: &str) -> bool {
    typed::email_key(email) == found.row.email_key
}

/// Takes whoever was invited into the company, with all its groups that are still there; a new person becomes a user in the same
/// transaction. Of two at once one finds the link used.
///
/// # Errors
/// As [`super::open`]; refused for a user with another address; [`Problem::Invalid`] at the name when somebody new has a user meanwhile.
pub fn accept(tx: &mut Tx<'_, Personal>, ticket: &Ticket, by: &By) -> Result<(Id<User>, Found)> {
    store::lock_behind(tx, &ticket.invitation)?;
    let key = tx.key()?;
    let found = super::open(tx, &key, ticket)?;
    let planned = plan(RULES, found.row.status, Action::Accept, Part::Person, tx.at).map_err(refuse)?;
    let (user, name) = match by {
        By::New { name, hash } => {
            let made = accounts::actions::create_user(tx, name, &found.row.email, Some(hash.as_str()))?;
            (made.ok_or_else(|| Violation::new("name", Why::new("known", KNOWN)))?, name.clone())
        }
        By::Known(user) => {
            let person = accounts::store::user(tx.conn, user)?;
            if !is_for(&found, &person.email) {
                return Err(not_theirs());
            }
            (person.id, person.name)
        }
    };
    let account = &found.company.id;
    accounts::store::insert_member(tx.conn, account, &user, tx.at)?;
    accounts::store::prove_email(tx, &user)?;
    let groups: Vec<_> = found.groups.iter().map(|group| group.id.clone()).collect();
    store::place(tx, account, &user, &groups)?;
    if store::advance(tx, &found.row.id, &planned, Some(&user))? != 1 {
        return Err(refuse(NoMove::WrongStatus));
    }
    tx.record(
        Event::new("invitation.accepted", &found.row.id)
            .moved(planned.from(), planned.to())
            .note(&found.row.email)
            .concerning(account),
    )?;
    mail::tell(tx, &Mail::InvitationAccepted { account: account.clone(), user: user.clone(), name })?;
    let names: Vec<&str> = found.groups.iter().map(|group| group.name.as_str()).collect();
    tx.secure(Kind::RightsRose, Some(&user), &format!("{} of {account}", names.join(", ")))?;
    Ok((user, found))
}

/// Said to people signed in as somebody else.
pub fn not_theirs() -> Problem {
    Problem::refused(
        "This invitation is for someone else",
        "Sign out, then open the link in the email again and sign in with the address it was sent to.",
    )
}

fn refuse(no: NoMove) -> Problem {
    match no {
        NoMove::WrongStatus => Problem::stale("This invitation has changed", "Open the link in the email again."),
        NoMove::WrongPart => Problem::NotFound,
    }
}
