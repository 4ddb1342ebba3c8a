//! What was listed ends with the contract that allowed it, or while the owner of its marketplace may not run one. [`look`] finds it
//! for the page that asks first and [`find`] for the deed, by one statement, so that promise and deed cannot differ.

use diesel::prelude::*;

use super::{
    RequestStatus, Status,
    lifecycle::{Action, LISTING, Outcome, Part, RULES},
    offering,
    queue::Reviews,
    store::{self, ListingRow, RequestRow},
};
use crate::{
    kit::{
        actor::Account,
        db::Tx,
        effect::Effect,
        event::Event,
        id::Id,
        lifecycle::plan,
        problem::{Problem, Result},
    },
    mail,
    modules::{
        contracts::Contract,
        listings::letters::Mail,
        queue::{self, With},
    },
    schema::{listing_requests, listings},
};

/// Whose listings end.
#[derive(Debug, Clone, Copy)]
pub enum Under<'a> {
    /// What is listed under these distribution contracts.
    Contracts(&'a [Id<Contract>]),
    /// What is listed on this company's marketplaces: it may not run any.
    Owner(&'a Id<Account>),
}

/// Listings that are unlisted and open requests that are cancelled.
#[derive(Debug, Clone, Default)]
pub struct Ending {
    listed: Vec<ListingRow>,
    open: Vec<(RequestRow, ListingRow)>,
}

/// Everything under `under` that is listed or asked for, in the order in which everybody locks.
fn all(conn: &mut PgConnection, under: Under<'_>, hold: bool) -> Result<Ending> {
    let mut wanted = listings::table.select(ListingRow::as_select()).order(listings::id).into_boxed();
    wanted = match under {
        Under::Contracts(contracts) => wanted.filter(listings::contract_id.eq_any(contracts)),
        Under::Owner(owner) => wanted.filter(listings::owner_id.eq(owner)),
    };
    let mut rows: Vec<ListingRow> = wanted.load(conn)?;
    let ids: Vec<_> = rows.iter().map(|row| row.id.clone()).collect();
    if ids.is_empty() {
        return Ok(Ending { open: Vec::new(), listed: Vec::new() });
    }
    if hold {
        // a boxed query cannot be locked: lock by id, then read what became of them
        let held = listings::table.filter(listings::id.eq_any(&ids)).order(listings::id);
        rows = held.select(ListingRow::as_select()).for_update().load(conn)?;
    }
    let asked = listing_requests::table
        .filter(listing_requests::listing_id.eq_any(&ids))
        .filter(listing_requests::status.eq_any(RequestStatus::OPEN))
        .order(listing_requests::id)
        .select(RequestRow::as_select());
    let open: Vec<RequestRow> = if hold { asked.for_update().load(conn)? } else { asked.load(conn)? };
    Ok(Ending {
        open: open
            .into_iter()
            .filter_map(|request| {
                let listing = rows.iter().find(|row| row.id == request.listing_id)?.clone();
                Some((request, listing))
            })
            .collect(),
        listed: rows.into_iter().filter(|row| row.status == Status::Listed).collect(),
    })
}

/// What would end now: for a page that says so first. The caller has checked that the actor may see the contract.
pub fn look(conn: &mut PgConnection, under: Under<'_>) -> Result<Ending> {
    all(conn, under, false)
}

/// The same, with everything locked that [`Ending::carry_out`] moves. The caller holds the contracts.
pub fn find<P>(tx: &mut Tx<'_, P>, under: Under<'_>) -> Result<Ending> {
    all(tx.conn, under, true)
}

impl Ending {
    /// The contract under which all of it is, when it is one: lists are narrowed by one.
    fn contract(&self) -> Option<&Id<Contract>> {
        let all = || self.listed.iter().chain(self.open.iter().map(|(_, listing)| listing));
        let first = &all().next()?.contract_id;
        all().all(|row| row.contract_id == *first).then_some(first)
    }

    /// What a confirm page says. `home`: the URL of the actor's portal when the actor's company sees these listings, for links to
    /// lists of them.
    pub fn effects(&self, home: Option<&str>) -> Vec<Effect> {
        let linked = |effect: Option<Effect>, path: &str| {
            effect.map(|effect| match (home, self.contract()) {
                (Some(home), Some(contract)) => effect.at(format!("{home}/{path}&contract={contract}")),
                _ => effect,
            })
        };
        [
            linked(
                Effect::counted(
                    "listing.unlisted",
                    self.listed.len(),
                    "{n} listed product will be removed from its marketplace.",
                    "{n} listed products will be removed from their marketplaces.",
                ),
                "listings?status=listed",
            ),
            linked(
                Effect::counted(
                    "listing_request.cancelled",
                    self.open.len(),
                    "{n} open listing request will be cancelled.",
                    "{n} open listing requests will be cancelled.",
                ),
                "listing-requests?status=draft&status=reviewing&status=deploying",
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Unlists and cancels what [`find`] found, in the program's name; each vendor and each owner is told once. `why` is what they read.
    pub fn carry_out<P>(&self, tx: &mut Tx<'_, P>, cause: &'static str, why: &str) -> Result<()> {
        tx.as_system(cause, |tx| {
            for (request, _) in &self.open {
                let planned = plan(RULES, request.status, Action::Cancel, Part::System, tx.at)
                    .map_err(|_| Problem::internal("an open request can be cancelled"))?;
                let with = With { reason: Some(why.to_owned()), ..With::default() };
                queue::advance::<Reviews, _>(tx, &request.id, &planned, &with)?;
                let event = Event::new("listing_request.cancelled", &request.id);
                tx.record(event.moved(planned.from(), planned.to()).note(why))?;
            }
            for listing in &self.listed {
                let planned = plan(LISTING, listing.status, Outcome::Unlist, Part::System, tx.at)
                    .map_err(|_| Problem::internal("what is listed can be unlisted"))?;
                store::advance_listing(tx, &listing.id, &planned)?;
                let event = Event::new("listing.unlisted", &listing.id);
                tx.record(event.moved(planned.from(), planned.to()).note(why))?;
            }
            for listing in self.listed.iter().chain(self.open.iter().map(|(_, listing)| listing)) {
                offering::settle(tx, &listing.owner_id, &listing.product_id)?;
            }
            Ok(())
        })?;
        self.tell(tx, why)
    }

    fn tell<P>(&self, tx: &mut Tx<'_, P>, why: &str) -> Result<()> {
        let touched = || self.listed.iter().chain(self.open.iter().map(|(_, listing)| listing));
        let mut sides: Vec<&Id<Account>> = touched().flat_map(|row| [&row.vendor_id, &row.owner_id]).collect();
        sides.sort_unstable_by_key(|account| account.as_str());
        sides.dedup();
        for account in sides {
            let of = |row: &ListingRow| row.vendor_id == *account || row.owner_id == *account;
            let told = Mail::ListingsEnded {
                account: account.clone(),
                unlisted: self.listed.iter().filter(|row| of(row)).count(),
                cancelled: self.open.iter().filter(|(_, row)| of(row)).count(),
                reason: why.to_owned(),
            };
            mail::tell(tx, &told)?;
        }
        Ok(())
    }
}
