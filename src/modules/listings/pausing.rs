//! The owner of a marketplace pauses what is listed there, and resumes it: it stays listed, and nothing new is ordered meanwhile.

use super::{
    Listing, Process, Status,
    letters::Mail,
    offering,
    store::{self, ListingRow},
};
use crate::{
    kit::{
        db::Tx,
        event::Event,
        id::Id,
        problem::{Problem, Result},
        words::Words,
    },
    mail, t,
};

/// Pauses a listing; the vendor and whoever sells it by syndication are told, with the reason.
///
/// # Errors
/// Stale when it is not listed, or paused already.
pub fn pause(tx: &mut Tx<'_, Process>, id: &Id<Listing>, reason: &str) -> Result<()> {
    let listing = store::lock_own(tx, id)?;
    if !listing.sells() {
        return Err(not_now(&listing));
    }
    store::set_paused(tx, id, Some(reason))?;
    tx.record(Event::new("listing.paused", id).note(reason))?;
    changed(tx, &listing, true, reason)
}

/// Lets a paused listing be ordered again.
///
/// # Errors
/// Stale when it is not paused.
pub fn resume(tx: &mut Tx<'_, Process>, id: &Id<Listing>) -> Result<()> {
    let listing = store::lock_own(tx, id)?;
    if listing.paused_at.is_none() {
        return Err(not_now(&listing));
    }
    store::set_paused(tx, id, None)?;
    tx.record(Event::new("listing.resumed", id))?;
    changed(tx, &listing, false, "")
}

fn changed(tx: &mut Tx<'_, Process>, listing: &ListingRow, paused: bool, reason: &str) -> Result<()> {
    offering::settle(tx, &listing.owner_id, &listing.product_id)?;
    let told = Mail::ListingPaused {
        listing: listing.id.clone(),
        vendor: listing.vendor_id.clone(),
        paused,
        reason: reason.to_owned(),
    };
    mail::tell(tx, &told)
}

/// That somebody was faster.
pub fn not_now(listing: &ListingRow) -> Problem {
    let words = match (listing.status, listing.paused_at) {
        (Status::Listed, Some(_)) => t!("{id} is paused already.", id = listing.id),
        (Status::Listed, None) => t!("{id} is not paused.", id = listing.id),
        (status, _) => t!("{id} is {status}.", id = listing.id, status = Words::within(status)),
    };
    Problem::stale("This is not possible now", words).decided(&listing.id)
}
