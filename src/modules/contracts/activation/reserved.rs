//! A contract that is meant for one account, which was created in advance for its signee.

use diesel::{PgConnection, QueryableByName, prelude::*, sql_types::Text};

use crate::{
    kit::{
        actor::Account,
        db::Tx,
        event::Event,
        id::Id,
        problem::Result,
        statement::statement,
        typed,
        violation::{Violation, Why},
    },
    modules::contracts::Contract,
    t,
};

/// The account for which alone a contract is meant, with its name.
#[derive(Debug, Clone, QueryableByName)]
pub struct Reserved {
    #[diesel(sql_type = Text)]
    pub id: Id<Account>,
    #[diesel(sql_type = Text)]
    pub name: String,
}

impl Reserved {
    /// What somebody is told who does not work for it.
    pub fn refusal(&self) -> Violation {
        let words = t!(
            "This contract is for {company}, which already has an account here. Accept the invitation to it first, then open this link again and choose I already have an account",
            company = typed::apart(&self.name)
        );
        Violation::new("company", Why::new("reserved", words))
    }
}

/// The account that was created for the signee of this contract, if there is one. No other may sign.
pub fn of(conn: &mut PgConnection, contract: &Id<Contract>) -> Result<Option<Reserved>> {
    Ok(statement(
        "SELECT a.id, a.name FROM created_partners p JOIN accounts a ON a.id = p.account_id WHERE p.contract_id = $1",
    )
    .bind::<Text, _>(contract)
    .get_result(conn)
    .optional()?)
}

/// An open invitation of whoever is to administer the account.
#[derive(QueryableByName)]
struct Invited {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    email: String,
}

/// Who is invited to administer the account that waits for this contract, by the address.
pub fn invited(conn: &mut PgConnection, contract: &Id<Contract>) -> Result<Option<String>> {
    let found: Option<Invited> = statement(
        "SELECT i.id, i.email FROM created_partners p JOIN invitations i ON i.id = p.invitation_id AND i.status = 'invited' \
         WHERE p.contract_id = $1",
    )
    .bind::<Text, _>(contract)
    .get_result(conn)
    .optional()?;
    Ok(found.map(|one| one.email))
}

/// Takes back that invitation: without the contract nobody is to administer the account.
pub fn uninvite<P>(tx: &mut Tx<'_, P>, contract: &Id<Contract>) -> Result<()> {
    let gone: Option<Invited> = statement(
        "DELETE FROM invitations i USING created_partners p WHERE p.contract_id = $1 AND i.id = p.invitation_id \
         AND i.status = 'invited' RETURNING i.id, i.email",
    )
    .bind::<Text, _>(contract)
    .get_result(tx.conn)
    .optional()?;
    match gone {
        Some(one) => tx.record(Event::new("invitation.removed", &one.id).note(&one.email).private()),
        None => Ok(()),
    }
}
