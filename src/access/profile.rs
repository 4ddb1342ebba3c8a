//! What a person changes about itself.

use uuid::Uuid;

use super::{
    extract::SignedIn,
    password::{self, REMEMBERED, Secret},
    reset, sessions,
};
use crate::{
    kit::{
        actor::User,
        db::{Db, Personal, Tx, Who},
        event::Event,
        id::Id,
        problem::Result,
        security::Kind,
    },
    modules::{
        accounts,
        mail::{self, Mail},
    },
};

/// A person acts for itself here, for no company.
pub fn who(signed_in: &SignedIn) -> Who {
    Who::Person {
        name: signed_in.person.name.clone(),
        user: Some(signed_in.person.id.clone()),
        caller: signed_in.visit.caller.clone(),
    }
}

pub fn update(tx: &mut Tx<'_, Personal>, user: &Id<User>, name: &str, zone: &str) -> Result<()> {
    accounts::store::set_profile(tx.conn, user, name, zone)?;
    tx.record(Event::new("user.updated", user))
}

/// Sets a new password unless it is one of the last; all sessions but `kept` end. Says whether it was set.
pub async fn set_password(db: &Db, who: Who, user: &Id<User>, new: Secret, kept: Option<Uuid>) -> Result<bool> {
    let asked = user.clone();
    let before = db.open(move |conn| accounts::store::passwords(conn, &asked, REMEMBERED)).await?;
    if password::matches_any(new.clone(), before).await? {
        return Ok(false);
    }
    let hash = password::hash(new).await?;
    let user = user.clone();
    db.write_as_person(who, move |tx| {
        accounts::store::set_password(tx.conn, &user, &hash, tx.at)?;
        sessions::revoke_others(tx.conn, &user, kept)?;
        reset::spend_others(tx.conn, &user)?;
        let email = accounts::store::user(tx.conn, &user)?.email;
        mail::queue(tx, &email, &Mail::PasswordChanged)?;
        tx.record(Event::new("user.password_changed", &user))?;
        tx.secure(Kind::PasswordChanged, Some(&user), "")
    })
    .await?;
    Ok(true)
}
