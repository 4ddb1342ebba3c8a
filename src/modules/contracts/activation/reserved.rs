//! A contract that is meant for one account, which was created in advance for its signee.

use diesel::{PgConnection, QueryableByName, prelude::*, sql_types::Text};

use crate::{
    kit::{
        actor::Account,
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
