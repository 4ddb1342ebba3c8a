//! What a person changes about itself.

use diesel::prelude::*;
use uuid::Uuid;

use super::{
    extract::SignedIn,
    password::{self, REMEMBERED, Secret},
    sessions,
};
use crate::{
    kit::{
        actor::User,
        db::{Db, Invited, Tx, Who},
        event::Event,
        id::Id,
        problem::Result,
    },
    modules::{
        accounts,
        mail::{self, Mail},
    },
    schema::users,
};

/// A person acts for itself here, for no company.
pub fn who(signed_in: &SignedIn) -> Who {
    Who::Invitee { name: signed_in.person.name.clone(), visit: signed_in.visit.clone() }
}

pub fn update(tx: &mut Tx<'_, Invited>, user: &Id<User>, name: &str, zone: &str) -> Result<()> {
    diesel::update(users::table.find(user))
        .set((users::name.eq(name), users::time_zone.eq(zone), users::revision.eq(users::revision + 1)))
        .execute(tx.conn)?;
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
    db.write_invited(who, move |tx| {
        accounts::store::set_password(tx.conn, &user, &hash, tx.at)?;
        sessions::revoke_others(tx.conn, &user, kept)?;
        let email = accounts::store::user(tx.conn, &user)?.email;
        mail::queue(tx, &email, &Mail::PasswordChanged)?;
        tx.record(Event::new("user.password_changed", &user))
    })
    .await?;
    Ok(true)
}
