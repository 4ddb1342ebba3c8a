//! What the end of a contract, or of a company's right to order, does to what was ordered: open requests fail, except those that
//! cancel. [`find`] finds it, both for the page that asks first and for the deed, so promise and deed cannot differ.

use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _,
    sql_types::{Array, BigInt, Text},
};

use crate::{
    kit::{
        actor::Account,
        choice::Choice as _,
        db::Tx,
        effect::Effect,
        event::Event,
        id::Id,
        lifecycle::plan,
        problem::{Problem, Result},
        statement::statement,
    },
    mail,
    modules::{
        ids::Contract,
        orders::{
            fulfillment::{
                Request, Status, Type,
                letters::Mail,
                lifecycle::{Action, RULES},
                store,
            },
            party::Part,
            subscriptions::{
                self, Status as SubscriptionStatus, Subscription,
                lifecycle::{Action as SubscriptionAction, Part as SubscriptionPart, RULES as SUBSCRIPTION},
            },
            tier_config,
        },
    },
};

/// Whose orders end.
#[derive(Debug, Clone, Copy)]
pub enum Under<'a> {
    /// What was ordered under these contracts, and by others what rests on a listing under one of them.
    Contracts(&'a [Id<Contract>]),
    /// What this company ordered, under whichever contract: it may not order any more.
    Buyer(&'a Id<Account>),
    /// Both of these.
    Both(&'a Id<Account>, &'a [Id<Contract>]),
}

impl Under<'_> {
    /// The condition over `s`, a row of subscriptions, and what it binds.
    fn condition(self) -> (String, Vec<String>) {
        let ids = |contracts: &[Id<Contract>]| contracts.iter().map(ToString::to_string).collect::<Vec<_>>();
        match self {
            Self::Contracts(contracts) => {
                let resting = "s.contract_id = ANY(ARRAY(SELECT unnest($1) UNION SELECT k.contract_id FROM contract_sources k \
                               JOIN listings kl ON kl.id = k.listing_id WHERE kl.contract_id = ANY($1)))";
                (resting.to_owned(), ids(contracts))
            }
            // in preview a vendor is its own buyer and needs no right
            Self::Buyer(buyer) => {
                ("s.buyer_id = ANY($1) AND s.contract_id IS NOT NULL".to_owned(), vec![buyer.to_string()])
            }
            Self::Both(buyer, contracts) => {
                let ((ordered, mut bound), (resting, more)) =
                    (Self::Buyer(buyer).condition(), Self::Contracts(contracts).condition());
                bound.extend(more);
                (format!("({ordered} OR {resting})"), bound)
            }
        }
    }
}

/// A request that fails.
#[derive(Debug, Clone, QueryableByName)]
struct Failing {
    #[diesel(sql_type = Text)]
    id: Id<Request>,
    #[diesel(sql_type = Text)]
    subscription: Id<Subscription>,
    #[diesel(sql_type = Text)]
    type_: Type,
    #[diesel(sql_type = Text)]
    status: Status,
    #[diesel(sql_type = Text)]
    vendor: Id<Account>,
    #[diesel(sql_type = Text)]
    buyer: Id<Account>,
}

/// What ends, and what is touched. Made by [`look`] for a page, by [`find`] for the deed.
#[derive(Debug, Clone)]
pub struct Ending {
    failing: Vec<Failing>,
    /// Set-ups of tiers that only these requests wait for.
    setups: Vec<Id<tier_config::Request>>,
    /// Open requests that cancel: they go on.
    cancelling: usize,
    /// Subscriptions in use, which can only be cancelled afterwards.
    live: usize,
    /// What the lists are narrowed to, when it is one contract.
    contract: Option<Id<Contract>>,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    cancelling: i64,
    #[diesel(sql_type = BigInt)]
    live: i64,
}

const OPEN: &str = "r.status IN ('draft', 'tiers_setup', 'pending', 'inquiring', 'scheduled', 'revoking')";

fn read(conn: &mut PgConnection, under: Under<'_>, hold: &str) -> Result<Ending> {
    let (condition, bound) = under.condition();
    // in the order in which everybody locks: the subscription, then its request
    let failing: Vec<Failing> = statement(format!(
        "SELECT r.id, r.subscription_id AS subscription, r.type AS type_, r.status, r.vendor_id AS vendor, r.buyer_id AS buyer \
         FROM subscriptions s JOIN fulfillment_requests r ON r.subscription_id = s.id \
         WHERE {condition} AND {OPEN} AND r.type <> 'cancel' ORDER BY s.id {hold}"
    ))
    .bind::<Array<Text>, _>(&bound)
    .load(conn)?;
    let ids: Vec<_> = failing.iter().map(|one| one.id.clone()).collect();
    let setups = tier_config::store::unneeded(conn, &ids)?;
    let count: Count = statement(format!(
        "SELECT count(*) FILTER (WHERE EXISTS (SELECT FROM fulfillment_requests r WHERE r.subscription_id = s.id AND {OPEN} \
         AND r.type = 'cancel')) AS cancelling, count(*) FILTER (WHERE s.status IN ('active', 'suspended')) AS live \
         FROM subscriptions s WHERE {condition} AND s.status IN ('active', 'suspended', 'terminating')"
    ))
    .bind::<Array<Text>, _>(&bound)
    .get_result(conn)?;
    let number = |count: i64| usize::try_from(count).map_err(Problem::internal);
    Ok(Ending {
        failing,
        setups,
        cancelling: number(count.cancelling)?,
        live: number(count.live)?,
        contract: match under {
            Under::Contracts([one]) => Some(one.clone()),
            _ => None,
        },
    })
}

/// What would end now: for a page that says so first. The caller has checked that the actor may see the contracts.
pub fn look(conn: &mut PgConnection, under: Under<'_>) -> Result<Ending> {
    read(conn, under, "")
}

/// The same, with everything locked that [`Ending::carry_out`] moves. The caller holds the contracts, so that nothing new is ordered
/// meanwhile; it has locked no subscription and no request.
pub fn find<P>(tx: &mut Tx<'_, P>, under: Under<'_>) -> Result<Ending> {
    let before = read(tx.conn, under, "")?;
    let waiting: Vec<_> = before.failing.into_iter().filter(|one| one.status == Status::TiersSetup).collect();
    let waiting: Vec<_> = waiting.into_iter().map(|one| one.id).collect();
    tier_config::store::hold_awaited(tx, &waiting)?;
    read(tx.conn, under, "FOR UPDATE OF s, r")
}

impl Ending {
    fn purchases(&self) -> Vec<Id<Subscription>> {
        let purchases = self.failing.iter().filter(|one| one.type_ == Type::Purchase);
        purchases.map(|one| one.subscription.clone()).collect()
    }

    /// What a confirm page says. `home`: the URL of the actor's portal when the actor's company sees these orders, for links to
    /// lists of them.
    pub fn effects(&self, home: Option<&str>) -> Vec<Effect> {
        let linked = |effect: Option<Effect>, path: &str| {
            effect.map(|effect| match (home, &self.contract) {
                (Some(home), Some(contract)) => effect.at(format!("{home}/{path}contract={contract}")),
                _ => effect,
            })
        };
        let open: String = Status::OPEN
            .iter()
            .filter(|one| **one != Status::Draft)
            .map(|one| format!("status={}&", one.key()))
            .collect();
        let kinds = |cancel: bool| -> String {
            let kinds = Type::ALL.iter().filter(|one| (**one == Type::Cancel) == cancel);
            kinds.map(|one| format!("type={}&", one.key())).collect()
        };
        let effects = [
            linked(
                Effect::counted(
                    "fulfillment_request.failed",
                    self.failing.len(),
                    "{n} open request will fail.",
                    "{n} open requests will fail.",
                ),
                &format!("fulfillment?{open}{}", kinds(false)),
            ),
            linked(
                Effect::counted(
                    "subscription.terminated",
                    self.purchases().len(),
                    "{n} ordered subscription will end before being fulfilled.",
                    "{n} ordered subscriptions will end before being fulfilled.",
                ),
                "subscriptions?status=processing&",
            ),
            Effect::counted(
                "tier_config_request.failed",
                self.setups.len(),
                "{n} tier setup will fail because nothing else needs it.",
                "{n} tier setups will fail because nothing else needs them.",
            ),
            linked(
                Effect::touched(
                    self.cancelling,
                    "{n} open cancellation request continues.",
                    "{n} open cancellation requests continue.",
                ),
                &format!("fulfillment?{open}{}", kinds(true)),
            ),
            linked(
                Effect::touched(
                    self.live,
                    "{n} subscription stays in use and can only be cancelled.",
                    "{n} subscriptions stay in use and can only be cancelled.",
                ),
                "subscriptions?status=active&status=suspended&",
            ),
        ];
        effects.into_iter().flatten().collect()
    }

    /// Fails what [`find`] found, set by set, in the program's name; both sides of each request are told, once for each company.
    /// `why` is a reason of up to 500 characters that both read, as in "CRD-… has ended".
    pub fn carry_out<P>(&self, tx: &mut Tx<'_, P>, cause: &'static str, why: &str) -> Result<()> {
        if self.failing.is_empty() {
            return Ok(());
        }
        let purchases = self.purchases();
        tx.as_system(cause, |tx| {
            let no_plan = |_| Problem::internal("an open request can fail with its contract");
            let ended = plan(
                SUBSCRIPTION,
                SubscriptionStatus::Processing,
                SubscriptionAction::Reject,
                SubscriptionPart::System,
                tx.at,
            )
            .map_err(no_plan)?;
            subscriptions::store::advance_all(tx, &purchases, &ended)?;
            let moved = |id: &Id<Subscription>| {
                Event::new("subscription.terminated", id).moved(ended.from(), ended.to()).note(why)
            };
            tx.record_all(purchases.iter().map(moved))?;
            for status in Status::OPEN {
                let some: Vec<_> =
                    self.failing.iter().filter(|one| one.status == status).map(|one| one.id.clone()).collect();
                if some.is_empty() {
                    continue;
                }
                let planned = plan(RULES, status, Action::Fail, Part::System, tx.at).map_err(no_plan)?;
                store::advance_all(tx, &some, &planned, why)?;
                let moved = |id: &Id<Request>| {
                    Event::new("fulfillment_request.failed", id).moved(planned.from(), planned.to()).note(why)
                };
                tx.record_all(some.iter().map(moved))?;
            }
            tier_config::actions::drop_setups(tx, &self.setups, why)
        })?;
        self.tell(tx, why)
    }

    fn tell<P>(&self, tx: &mut Tx<'_, P>, why: &str) -> Result<()> {
        let mut sides: Vec<&Id<Account>> = self.failing.iter().flat_map(|one| [&one.vendor, &one.buyer]).collect();
        sides.sort_unstable_by_key(|account| account.as_str());
        sides.dedup();
        for account in sides {
            let failed = self.failing.iter().filter(|one| one.vendor == *account || one.buyer == *account).count();
            let told = Mail::OrdersEnded {
                account: account.clone(),
                failed,
                reason: why.to_owned(),
                contract: self.contract.clone(),
            };
            mail::tell(tx, &told)?;
        }
        Ok(())
    }
}
