//! What depends on a contract and moves to its successor: one function finds it, the pages count it, the act moves it.

use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, prelude::*, sql_types::Text};

use crate::{
    kit::{
        actor::Account,
        consequence::{Consequences, Foretold},
        db::{Looks, Tx},
        effect::{self, Effect},
        id::Id,
        problem::Result,
        statement::statement,
    },
    modules::{
        agreements::Agreement,
        contracts::{
            Contract, Purpose, Status, Type,
            ending::under_at,
            extension::{self, store::ExtensionRow},
            store::{self, ContractRow},
        },
    },
    schema::contracts,
    t,
};

/// What goes over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estate {
    from: Id<Contract>,
    /// The contracts that continue under a program or service contract's successor.
    under: Vec<Id<Contract>>,
    type_: Type,
    /// The signee of the contract before.
    signee: Option<Id<Account>>,
    /// Offers of a later end of the contract before, which lapse as it ends.
    lapsing: Vec<ExtensionRow>,
    /// What moves in other modules, for the page and for the person who signs.
    elsewhere: Vec<Foretold>,
}

/// What depends on a contract would move to a successor.
#[derive(Debug, Clone)]
pub struct Succession {
    pub from: Id<Contract>,
}

/// A contract has succeeded another: what hung on that one is its own now.
#[derive(Debug, Clone)]
pub struct Succeeded {
    pub from: Id<Contract>,
    pub to: Id<Contract>,
}

impl Succeeded {
    /// What the history of each thing keeps.
    pub fn note(&self) -> String {
        format!("From {} to {}", self.from, self.to)
    }
}

/// What depends on a contract whose sight was checked. The act calls it with the contract locked.
pub fn find(conn: &mut PgConnection, consequences: &Consequences, from: &ContractRow) -> Result<Estate> {
    let under = store::running(conn, from)?.into_iter().map(|one| one.id).collect();
    let lapsing = match from.status {
        Status::Active => extension::store::open_on(conn, &[&from.id])?,
        _ => Vec::new(),
    };
    Ok(Estate {
        from: from.id.clone(),
        under,
        type_: from.type_,
        signee: from.signee_id.clone(),
        lapsing,
        elsewhere: consequences.foresee(conn, &Succession { from: from.id.clone() })?,
    })
}

/// Who enrolls in what: an ended contract between the same two for the same marketplace hands its things over.
#[derive(Debug, Clone, Copy)]
pub struct Enrolled<'a> {
    pub issuer: &'a Id<Account>,
    pub signee: &'a Id<Account>,
    pub kind: Purpose,
    pub agreement: &'a Id<Agreement>,
}

/// What an enrolment takes over once it is approved; nothing when no contract ended before it.
pub fn inherited(
    conn: &mut PgConnection,
    consequences: &Consequences,
    enrolled: Enrolled<'_>,
) -> Result<Option<Estate>> {
    match ended_before(conn, enrolled)? {
        Some(before) => find(conn, consequences, &before).map(Some),
        None => Ok(None),
    }
}

/// The contract that ended last between these two for the agreement's marketplace, and that nothing has succeeded.
pub fn ended_before(conn: &mut PgConnection, enrolled: Enrolled<'_>) -> Result<Option<ContractRow>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Text)]
        id: Id<Contract>,
    }
    let found: Option<Found> = statement(
        "SELECT c.id FROM contracts c JOIN agreements a ON a.id = c.agreement_id \
         WHERE c.type = 'distribution' AND c.status = 'terminated' AND c.issuer_id = $1 AND c.signee_id = $2 AND c.kind = $3 \
         AND a.marketplace_id = (SELECT marketplace_id FROM agreements WHERE id = $4) \
         AND NOT EXISTS (SELECT FROM contracts n WHERE n.predecessor_id = c.id AND n.status <> 'rejected') \
         ORDER BY c.ended_at DESC, c.id DESC LIMIT 1",
    )
    .bind::<Text, _>(enrolled.issuer)
    .bind::<Text, _>(enrolled.signee)
    .bind::<Text, _>(enrolled.kind)
    .bind::<Text, _>(enrolled.agreement)
    .get_result(conn)
    .optional()?;
    let Some(found) = found else { return Ok(None) };
    Ok(contracts::table.find(found.id).select(ContractRow::as_select()).first(conn).optional()?)
}

impl Estate {
    /// The contract that it comes from.
    pub fn from(&self) -> &Id<Contract> {
        &self.from
    }

    /// Whether there is nothing to take over.
    pub fn is_empty(&self) -> bool {
        self.under.is_empty() && self.elsewhere.iter().all(|one| one.effects.is_empty())
    }

    /// Offers of a later end that lapse as the contract before ends.
    pub fn lapsing(&self) -> &[ExtensionRow] {
        &self.lapsing
    }

    /// The event that the succession itself records on the contract before.
    pub fn succeeds(&self) -> Effect {
        Effect::of_one("contract.succeeded", t!("It replaces {contract}.", contract = self.from))
    }

    /// What a page shows and binds to.
    pub fn words(&self) -> String {
        let elsewhere: String = self.elsewhere.iter().map(|one| format!("{} ", one.shown)).collect();
        format!("{} {elsewhere}{}", self.from, self.under.len())
    }

    /// What a confirm page says; `home` is the URL of the actor's portal.
    pub fn effects(&self, home: &str) -> Vec<Effect> {
        let under = match self.type_ {
            Type::Service => Effect::touched(
                self.under.len(),
                "{n} syndication contract moves to the new contract.",
                "{n} syndication contracts move to the new contract.",
            ),
            _ => Effect::touched(
                self.under.len(),
                "{n} distribution contract moves to the new contract.",
                "{n} distribution contracts move to the new contract.",
            ),
        };
        under
            .map(|effect| effect.at(under_at(home, self.type_, self.under.iter(), self.signee.as_ref())))
            .into_iter()
            .chain(effect::all(self.elsewhere.iter().cloned(), Some(home)))
            .chain(extension::actions::lapsing(&self.lapsing))
            .collect()
    }

    /// Hands everything over to `to`, which is Active by now; the history of each keeps where it came from.
    pub fn hand_over<P>(&self, tx: &mut Tx<'_, P>, to: &Id<Contract>) -> Result<()> {
        tx.follow("contract renewed", &Succeeded { from: self.from.clone(), to: to.clone() })
    }
}

/// Whether a contract may be renewed: it runs or has ended, and nothing succeeds it yet.
pub fn renewable(look: &mut impl Looks, contract: &ContractRow) -> Result<bool> {
    // after a syndication contract ends, its partner enrolls again in what the catalog offers then
    let stands = contract.status == Status::Active
        || (contract.status == Status::Terminated && contract.type_ != Type::Syndication);
    if !stands || contract.signee_id.is_none() {
        return Ok(false);
    }
    Ok(successor(look, &contract.id)?.is_none())
}

/// Another Active contract of the same partner on the same agreement, which has one only; of a syndication agreement it may have many.
pub fn beside(look: &mut impl Looks, contract: &ContractRow) -> Result<Option<Id<Contract>>> {
    if contract.type_ == Type::Syndication {
        return Ok(None);
    }
    Ok(contracts::table
        .filter(contracts::agreement_id.eq(&contract.agreement_id))
        .filter(contracts::signee_id.eq(&contract.signee_id))
        .filter(contracts::status.eq(Status::Active))
        .filter(contracts::id.ne(&contract.id))
        .select(contracts::id)
        .first(look.conn())
        .optional()?)
}

/// The contract that succeeds another, or is offered to.
pub fn successor(look: &mut impl Looks, id: &Id<Contract>) -> Result<Option<(Id<Contract>, Status)>> {
    Ok(contracts::table
        .filter(contracts::predecessor_id.eq(id))
        .filter(contracts::status.ne(Status::Rejected))
        .select((contracts::id, contracts::status))
        .first(look.conn())
        .optional()?)
}
