//! Who comes in without the provider that their company requires may do so, as an exception. Administrators are told each time: it is the
//! way in that a thief of a password would take.

use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{BigInt, Text},
};

use super::letters::Mail;
use crate::{
    access::places::EXCEPTED,
    kit::{
        actor::{Account, User},
        db::{System, Tx},
        id::Id,
        problem::Result,
        statement::statement,
    },
    mail,
};

/// Somebody who came in.
#[derive(QueryableByName)]
struct Came {
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = Text)]
    account_id: Id<Account>,
    #[diesel(sql_type = Text)]
    user_id: Id<User>,
    #[diesel(sql_type = Text)]
    name: String,
}

/// Tells administrators of those who came in since they were told last; says how many there were.
pub fn tell(tx: &mut Tx<'_, System>) -> Result<usize> {
    // what is looked for stands in the text: an index has these rows alone
    let came: Vec<Came> = statement(format!(
        "SELECT s.number, s.account_id, u.id AS user_id, u.name::text AS name FROM sso_providers p \
         JOIN security_events s ON s.account_id = p.account_id AND s.at > p.enforced_at AND s.number > p.alarmed \
         JOIN users u ON u.id = s.user_id \
         WHERE p.enforced_at IS NOT NULL AND s.name = 'session.came' AND s.about = '{EXCEPTED}' ORDER BY s.number LIMIT 100"
    ))
    .load(tx.conn)?;
    for one in &came {
        let (account, user) = (one.account_id.clone(), one.user_id.clone());
        mail::tell(tx, &Mail::CameWithoutProvider { account, user, name: one.name.clone() })?;
        statement("UPDATE sso_providers SET alarmed = $2 WHERE account_id = $1")
            .bind::<Text, _>(&one.account_id)
            .bind::<BigInt, _>(one.number)
            .execute(tx.conn)?;
    }
    Ok(came.len())
}
