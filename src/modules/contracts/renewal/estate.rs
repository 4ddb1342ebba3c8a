//! What hangs on a contract and goes over to its successor: found by one function, counted on the pages, handed over by the act.

use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _,
    prelude::*,
    sql_types::{BigInt, Text},
};

use crate::{
    kit::{
        actor::Account,
        choice::Choice as _,
        db::Tx,
        effect::Effect,
        event::Event,
        id::Id,
        problem::{Problem, Result},
        statement::statement,
    },
    modules::{
        agreements::Agreement,
        contracts::{
            Contract, Purpose, Status, Type,
            ending::under_at,
            extension::{self, store::ExtensionRow},
            store::ContractRow,
        },
        distribution,
        listings::Listing,
        orders::{self, Subscription},
        products::{Product, sight},
    },
    schema::{contracts, listings},
};

/// What goes over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estate {
    from: Id<Contract>,
    listings: Vec<(Id<Listing>, Id<Account>, Id<Product>)>,
    subscriptions: usize,
    /// Distribution contracts that go on under a program contract's successor.
    under: Vec<Id<Contract>>,
    /// The signee of the contract before.
    signee: Option<Id<Account>>,
    /// Offers of a later end of the contract before, which lapse as it ends.
    lapsing: Vec<ExtensionRow>,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// What hangs on a contract whose sight was checked. The deed calls it with the contract locked.
pub fn find(conn: &mut PgConnection, from: &ContractRow) -> Result<Estate> {
    let listed = listings::table
        .filter(listings::contract_id.eq(&from.id))
        .order(listings::id)
        .select((listings::id, listings::owner_id, listings::product_id))
        .load(conn)?;
    let ordered: Count =
        statement("SELECT count(*) FROM subscriptions WHERE contract_id = $1 AND status <> 'terminated'")
            .bind::<Text, _>(&from.id)
            .get_result(conn)?;
    let under = match (from.type_, &from.signee_id) {
        (Type::Program, Some(vendor)) => {
            distribution::store::running(conn, &from.agreement_id, vendor)?.into_iter().map(|one| one.id).collect()
        }
        _ => Vec::new(),
    };
    let lapsing = match from.status {
        Status::Active => extension::store::open_on(conn, &[&from.id])?,
        _ => Vec::new(),
    };
    Ok(Estate {
        from: from.id.clone(),
        listings: listed,
        subscriptions: usize::try_from(ordered.count).map_err(Problem::internal)?,
        under,
        signee: from.signee_id.clone(),
        lapsing,
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
pub fn inherited(conn: &mut PgConnection, enrolled: Enrolled<'_>) -> Result<Option<Estate>> {
    match ended_before(conn, enrolled)? {
        Some(before) => find(conn, &before).map(Some),
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
        self.listings.is_empty() && self.subscriptions == 0 && self.under.is_empty()
    }

    /// Offers of a later end that lapse as the contract before ends.
    pub fn lapsing(&self) -> &[ExtensionRow] {
        &self.lapsing
    }

    /// The event that the succession itself records on the contract before.
    pub fn succeeds(&self) -> Effect {
        Effect { words: format!("It succeeds {}", self.from), href: None, event: Some("contract.succeeded"), count: 1 }
    }

    /// What a page shows and binds to.
    pub fn words(&self) -> String {
        format!("{} {:?} {} {}", self.from, self.listings, self.subscriptions, self.under.len())
    }

    /// What a confirm page says; `home` is the URL of the actor's portal.
    pub fn effects(&self, home: &str) -> Vec<Effect> {
        let live = orders::Status::ALL.iter().filter(|one| **one != orders::Status::Terminated);
        let live: String = live.map(|one| format!("status={}&", one.key())).collect();
        [
            Effect::touched(
                self.under.len(),
                "distribution contract goes on under the new contract",
                "distribution contracts go on under the new contract",
            )
            .map(|effect| effect.at(under_at(home, self.under.iter(), self.signee.as_ref()))),
            Effect::counted(
                "listing.taken_over",
                self.listings.len(),
                "listing goes over to the new contract",
                "listings go over to the new contract",
            )
            .map(|effect| effect.at(format!("{home}/listings?contract={}", self.from))),
            Effect::counted(
                "subscription.taken_over",
                self.subscriptions,
                "subscription goes over to the new contract and can be changed as before",
                "subscriptions go over to the new contract and can be changed as before",
            )
            .map(|effect| effect.at(format!("{home}/subscriptions?{live}contract={}", self.from))),
            extension::actions::lapsing(&self.lapsing),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Hands everything over to `to`, which is Active by now; the history of each keeps where it came from.
    pub fn hand_over<P>(&self, tx: &mut Tx<'_, P>, to: &Id<Contract>) -> Result<()> {
        #[derive(QueryableByName)]
        struct Moved {
            #[diesel(sql_type = Text)]
            id: Id<Subscription>,
        }
        let note = format!("From {} to {to}", self.from);
        let ids: Vec<_> = self.listings.iter().map(|(id, ..)| id).collect();
        diesel::update(listings::table.filter(listings::id.eq_any(&ids)))
            .set((listings::contract_id.eq(to), listings::updated_at.eq(tx.at)))
            .execute(tx.conn)?;
        // what is over keeps the contract under which it was
        let moved: Vec<Moved> = statement(
            "UPDATE subscriptions SET contract_id = $2, updated_at = $3 WHERE contract_id = $1 AND status <> 'terminated' RETURNING id",
        )
        .bind::<Text, _>(&self.from)
        .bind::<Text, _>(to)
        .bind::<diesel::sql_types::Timestamptz, _>(tx.at)
        .load(tx.conn)?;
        tx.as_system("contract renewed", |tx| {
            tx.record_all(ids.iter().map(|id| Event::new("listing.taken_over", id).note(&note)))?;
            tx.record_all(moved.iter().map(|one| Event::new("subscription.taken_over", &one.id).note(&note)))?;
            for (_, owner, product) in &self.listings {
                sight::settle(tx, owner, product)?;
            }
            Ok(())
        })
    }
}

/// Whether a contract may be renewed: it runs or has ended, and nothing succeeds it yet.
pub fn renewable(conn: &mut PgConnection, contract: &ContractRow) -> Result<bool> {
    if !matches!(contract.status, Status::Active | Status::Terminated) || contract.signee_id.is_none() {
        return Ok(false);
    }
    Ok(successor(conn, &contract.id)?.is_none())
}

/// Another Active contract of the same partner on the same agreement.
pub fn beside(conn: &mut PgConnection, contract: &ContractRow) -> Result<Option<Id<Contract>>> {
    Ok(contracts::table
        .filter(contracts::agreement_id.eq(&contract.agreement_id))
        .filter(contracts::signee_id.eq(&contract.signee_id))
        .filter(contracts::status.eq(Status::Active))
        .filter(contracts::id.ne(&contract.id))
        .select(contracts::id)
        .first(conn)
        .optional()?)
}

/// The contract that succeeds another, or is offered to.
pub fn successor(conn: &mut PgConnection, id: &Id<Contract>) -> Result<Option<(Id<Contract>, Status)>> {
    Ok(contracts::table
        .filter(contracts::predecessor_id.eq(id))
        .filter(contracts::status.ne(Status::Rejected))
        .select((contracts::id, contracts::status))
        .first(conn)
        .optional()?)
}
