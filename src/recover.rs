//! A way back in, for operators: somebody becomes an administrator of a company that has lost its own.

use diesel::prelude::*;

use crate::{
    access::{factors, reset},
    accounts::{Group, actions, store},
    kit::{
        actor::Account,
        db::Db,
        event::Event,
        id::Id,
        problem::{Problem, Result},
        secret::Key,
        security::Kind,
        typed,
    },
    schema::{accounts, address_rules, groups},
};

/// What the operator is told.
pub struct Made {
    pub company: String,
    /// Sets a password once; none when the person has one, and no link was asked for.
    pub link: Option<String>,
    /// A second factor was removed.
    pub factor: bool,
}

/// Whom the operator names.
pub struct Named<'a> {
    pub email: &'a str,
    /// Of somebody new; without one the address stands in for it.
    pub name: Option<&'a str>,
    /// A link to set a password is wanted in any case.
    pub link: bool,
    /// The company's limits on addresses are to go: they keep the person out as well.
    pub open: bool,
    /// The second factor is lost: it is removed at once, with the person's sessions.
    pub factor: bool,
}

/// Makes somebody an administrator, also a person without a user, and removes a second factor that is lost; written down in the history of
/// Administrators and in the trail of security. Nothing when there is no such company.
///
/// # Errors
/// When the database is away.
pub fn run(db: &Db, key: &Key, public_url: &str, account: &Id<Account>, named: &Named<'_>) -> Result<Option<Made>> {
    let email = typed::email(named.email);
    let name = named.name.map_or_else(|| email.chars().take(128).collect(), typed::line);
    db.write_now("operator", |tx| {
        let company: Option<String> = accounts::table.find(account).select(accounts::name).first(tx.conn).optional()?;
        let Some(company) = company else { return Ok(None) };
        let (user, ready) = match store::user_by_email(tx.conn, &email)? {
            Some(user) => (user.id, user.password_hash.is_some()),
            None => {
                let made = actions::create_user(tx, &name, &email, None)?;
                (made.ok_or_else(|| Problem::internal("the email was taken meanwhile"))?, false)
            }
        };
        let group: Id<Group> = groups::table
            .filter(groups::account_id.eq(account))
            .filter(groups::administrators)
            .select(groups::id)
            .first(tx.conn)?;
        store::insert_member(tx.conn, account, &user, tx.at)?;
        store::insert_group_member(tx.conn, &group, account, &user)?;
        tx.record(Event::new("group.administrator_added", &group).note(&email).concerning(account))?;
        if named.open {
            diesel::delete(address_rules::table.filter(address_rules::account_id.eq(account))).execute(tx.conn)?;
            tx.record(Event::new("account.addresses_opened", account).concerning(account))?;
        }
        tx.secure(Kind::RightsRose, Some(&user), &format!("{account}: an administrator, by the operator"))?;
        let factor = match named.factor {
            true => {
                let person = store::user(tx.conn, &user)?;
                factors::take_away(tx, &person, "by the operator")?
            }
            false => false,
        };
        let link = match ready && !named.link {
            true => None,
            false => Some(reset::begin(tx, &user, reset::PRINTED)?.url(key, public_url)),
        };
        Ok(Some(Made { company, link, factor }))
    })
}
