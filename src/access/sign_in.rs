//! Whether an e-mail and a password belong together: throttled, and as slow for an unknown e-mail as for a known one.

use super::{
    password::{self, Secret},
    throttle::Aim,
};
use crate::{
    kit::{db::Db, problem::Result, security, visit::Visit},
    modules::accounts::store::{self, UserRow},
};

/// The user, or nobody; failures are counted for the e-mail and for the address.
pub async fn prove(db: &Db, visit: &Visit, email: &str, secret: Secret) -> Result<Option<UserRow>> {
    let (typed, address) = (email.trim().to_owned(), visit.address.clone());
    let aims = move || Aim::at("sign-in", &[&format!("email {typed}"), &format!("address {address}")]);
    let (check, wanted) = (aims.clone(), email.trim().to_owned());
    let user = db
        .open(move |conn| {
            check().check(conn)?;
            store::user_by_email(conn, &wanted)
        })
        .await?;
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let proved = secret.0.len() <= password::LONGEST && password::matches(secret, hash).await?;
    db.open(move |conn| if proved { aims().clear(conn) } else { aims().fail(conn) }).await?;
    if !proved {
        security::tell_of(visit, security::Kind::WrongPassword, email);
    }
    Ok(user.filter(|_| proved))
}
