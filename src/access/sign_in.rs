//! Whether an e-mail and a password belong together: throttled, and as slow for an unknown e-mail as for a known one.

use super::{
    known,
    password::{self, Secret},
    throttle::{Aim, Reserved},
};
use crate::{
    accounts::store::{self, UserRow},
    kit::{actor::User, db::Db, id::Id, problem::Result, security, typed, visit::Visit},
};

/// The user, or nobody. A try is counted for the browser that this user has signed in with before, or else for the e-mail together
/// with the network, and for the network; for the e-mail alone it is counted softly.
pub async fn prove(db: &Db, visit: &Visit, email: &str, secret: Secret) -> Result<Option<UserRow>> {
    // found as it was typed, since two older users may bear what is one address by now; counted and told as what it is
    let (typed, email, network) = (email.to_owned(), typed::email_key(email), visit.caller.network());
    let told = email.clone();
    if !evaluable(&secret) {
        return Ok(None);
    }
    let marks = known::read(visit);
    let (user, reserved) = db
        .open(move |conn| {
            let user = store::user_by_email(conn, &typed)?;
            let mark = user.as_ref().and_then(|user| marks.iter().find(|mark| mark.is_of(&user.id)));
            let aim = Aim::at("sign-in").soft(&format!("email {email}"));
            let aim = match mark {
                Some(mark) => aim.hard(&format!("browser {}", mark.name())),
                None => aim.hard(&format!("email {email} network {network}")).network(&network),
            };
            let reserved = aim.reserve(conn)?;
            Ok((user, reserved))
        })
        .await?;
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let proved = check(db, reserved, secret.clone(), hash).await?;
    if !proved {
        security::tell_of(visit, security::Kind::WrongPassword, &told);
    }
    let user = user.filter(|_| proved);
    if let Some(UserRow { id, password_hash: Some(old), .. }) = user.clone()
        && let Some(new) = password::renewed(secret, old.clone()).await?
    {
        db.open(move |conn| store::renew_hash(conn, &id, &old, &new)).await?;
    }
    Ok(user)
}

/// Whether this is the password of somebody who is signed in: counted for the person alone, whom no stranger can be.
pub async fn prove_again(db: &Db, user: &Id<User>, secret: Secret) -> Result<bool> {
    if !evaluable(&secret) {
        return Ok(false);
    }
    let user = user.clone();
    let (hash, reserved) = db
        .open(move |conn| {
            let reserved = Aim::at("password change").hard(user.as_str()).reserve(conn)?;
            Ok((store::user(conn, &user)?.password_hash, reserved))
        })
        .await?;
    check(db, reserved, secret, hash).await
}

/// Nothing typed, or more than any password has, is wrong without a look.
fn evaluable(secret: &Secret) -> bool {
    (1..=password::LONGEST).contains(&secret.0.len())
}

async fn check(db: &Db, reserved: Reserved, secret: Secret, hash: Option<String>) -> Result<bool> {
    reserved.pause().await;
    match password::matches(secret, hash).await {
        Ok(true) => {
            db.open(move |conn| reserved.right(conn)).await?;
            Ok(true)
        }
        Ok(false) => Ok(false),
        Err(busy) => {
            db.open(move |conn| reserved.unused(conn)).await?;
            Err(busy)
        }
    }
}
