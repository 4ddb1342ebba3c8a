//! The first distributor, and every further one: a company with all rights, and a link for its first person.

use crate::{
    access::reset,
    accounts::{actions, store},
    kit::{
        actor::Role,
        db::Db,
        problem::{Problem, Result},
        secret::Key,
        typed,
    },
};

/// What the operator is told.
pub struct Made {
    pub account: String,
    /// Sets the password once; none when the person has a user already.
    pub link: Option<String>,
}

/// Makes the company; a person that is known by its e-mail is used again.
pub fn run(db: &Db, key: &Key, public_url: &str, company: &str, name: &str, email: &str) -> Result<Made> {
    let (company, name, email) = (typed::line(company), typed::line(name), typed::email(email));
    let (company, name, email) = (company.as_str(), name.as_str(), email.as_str());
    db.write_now("bootstrap", |tx| {
        let known = store::user_by_email(tx.conn, email)?;
        let (user, ready) = match known {
            Some(user) => (user.id, user.password_hash.is_some()),
            None => {
                let made = actions::create_user(tx, name, email, None)?;
                (made.ok_or_else(|| Problem::internal("the email was taken meanwhile"))?, false)
            }
        };
        let account = actions::found(tx, Role::Distributor, company, true, &user)?;
        let link = match ready {
            true => None,
            false => Some(reset::begin(tx, &user, reset::PRINTED)?.url(key, public_url)),
        };
        Ok(Made { account: account.to_string(), link })
    })
}
