//! Whether an e-mail and a password belong together: throttled, and as slow for an unknown e-mail as for a known one.

use super::{
    password::{self, Secret},
    throttle::Aim,
};
use crate::{
    kit::{db::Db, problem::Result, typed, visit::Visit},
    modules::accounts::store::{self, UserRow},
};

/// The user, or nobody; failures are counted for the e-mail and for the address.
pub async fn prove(db: &Db, visit: &Visit, email: &str, secret: Secret) -> Result<Option<UserRow>> {
    let (typed, address) = (typed::email_key(email), visit.address.clone());
    let aims = move || Aim::at("sign-in", &[&format!("email {typed}"), &format!("address {address}")]);
    let (check, wanted) = (aims.clone(), email.to_owned());
    let user = db
        .open(move |conn| {
            check().check(conn)?;
            store::user_by_email(conn, &wanted)
        })
        .await?;
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let proved = secret.0.len() <= password::LONGEST && password::matches(secret.clone(), hash).await?;
    db.open(move |conn| if proved { aims().clear(conn) } else { aims().fail(conn) }).await?;
    let user = user.filter(|_| proved);
    if let Some(UserRow { id, password_hash: Some(old), .. }) = user.clone()
        && let Some(new) = password::renewed(secret, old.clone()).await?
    {
        db.open(move |conn| store::renew_hash(conn, &id, &old, &new)).await?;
    }
    Ok(user)
}
