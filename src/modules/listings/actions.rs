//! The verbs of listings. Each is one transaction: state, sight, event, mail. They lock the product, the contract, the listing,
//! then the request, in this order.

use super::{
    Listing, Process, Request, Status, Submit, Type,
    lifecycle::{Action, LISTING, Outcome, Part, RULES},
    offering,
    queue::Reviews,
    store::{self, ListingRow, NewRequest, RequestRow},
};
use crate::{
    kit::{
        db::{Looks, Tx},
        effect::Effect,
        event::Event,
        id::Id,
        lifecycle::plan,
        problem::{Problem, Result},
        violation::{Violation, Why, Words},
    },
    mail,
    modules::{
        contracts::Contract,
        listings::letters::Mail,
        products::{self, Product, Status as ProductStatus},
        queue::{self, With},
        service,
    },
};

/// What a vendor asks for.
#[derive(Debug, Clone)]
pub struct Asked {
    pub product: Id<Product>,
    pub contract: Id<Contract>,
    pub type_: Type,
    pub note: String,
}

/// Why a vendor cannot ask for this now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Against {
    /// No Active distribution contract opens that marketplace any more.
    Closed,
    /// A request on the listing is still open.
    Open(Id<Request>),
    /// No version of the product is public any more.
    Unpublished,
    /// The product is at End of Sale.
    Ended,
    /// It is listed already, or not listed at all.
    Mismatch,
}

impl Against {
    pub fn why(&self) -> Why {
        match self {
            Self::Closed => Why::new("closed", "Your distribution contract for this marketplace is no longer active"),
            Self::Open(request) => {
                let words = Words::new("Request {request} for this marketplace is still open");
                Why::new("open", words.with("request", request))
            }
            Self::Unpublished => Why::new("unpublished", "The product no longer has a public version"),
            Self::Ended => Why::new("ended", "The product is at End of Sale, so it cannot be listed"),
            Self::Mismatch => {
                Why::new("mismatch", "The listing has changed since you opened this page: choose the action again")
            }
        }
    }

    pub fn words(&self) -> Words {
        self.why().words
    }
}

/// It is wrong with the answers together.
impl From<Against> for Problem {
    fn from(against: Against) -> Self {
        Violation::new("", against.why()).into()
    }
}

/// Whether `type_` can be asked for, given the listing as it stands.
pub fn against(ended: bool, at: Option<&(ListingRow, Option<RequestRow>)>, type_: Type) -> Option<Against> {
    if let Some((_, Some(open))) = at {
        return Some(Against::Open(open.id.clone()));
    }
    let listed = at.is_some_and(|(listing, _)| listing.status == Status::Listed);
    if listed != (type_ != Type::New) {
        return Some(Against::Mismatch);
    }
    (ended && type_ == Type::New).then_some(Against::Ended)
}

/// Asks to list a product, or to change its listing; the request.
///
/// # Errors
/// [`Problem::Invalid`], as [`Against`] says it.
pub fn submit(tx: &mut Tx<'_, Submit>, new: &Asked) -> Result<Id<Request>> {
    let product = products::store::lock(tx, &new.product)?;
    let version = product.public_version.ok_or(Against::Unpublished)?;
    let door = store::lock_door(tx, &new.contract)?.ok_or(Against::Closed)?;
    let at = store::at(tx, &new.product, &new.contract)?;
    let ended = product.status == ProductStatus::EndOfSale;
    if let Some(against) = against(ended, at.as_ref(), new.type_) {
        return Err(against.into());
    }
    let listing = match at {
        Some((listing, _)) => listing,
        None => {
            let listing = store::insert(tx, &new.product, &product.vendor_id, &door)?;
            tx.record(Event::new("listing.created", &listing.id).note(&product.name))?;
            listing
        }
    };
    let creator = tx.person()?;
    let due_at = service::due(tx, &listing.owner_id)?;
    let request = store::insert_request(
        tx,
        &NewRequest { listing: &listing, type_: new.type_, version, note: &new.note, creator: &creator, due_at },
    )?;
    tx.record(Event::new("listing_request.created", &request).note(new.type_.to_string()))?;
    hand_over(tx, &request, &listing)?;
    Ok(request)
}

/// Draft becomes Reviewing: from now on the owner of the marketplace sees the product.
fn hand_over(tx: &mut Tx<'_, Submit>, id: &Id<Request>, listing: &ListingRow) -> Result<()> {
    let planned = plan(RULES, super::RequestStatus::Draft, Action::Submit, Part::Vendor, tx.at)
        .map_err(|_| Problem::internal("a draft can be submitted"))?;
    queue::advance::<Reviews, _>(tx, id, &planned, &With { reason: Some(String::new()), ..With::default() })?;
    offering::settle(tx, &listing.owner_id, &listing.product_id)?;
    tx.record(Event::new("listing_request.submitted", id).moved(planned.from(), planned.to()))?;
    let company = tx.who.member()?.company.name.clone();
    let told = Mail::ListingRequested { request: id.clone(), owner: listing.owner_id.clone(), company };
    mail::tell(tx, &told)
}

/// Sends a refined request again, at the newest public version.
pub fn resubmit(tx: &mut Tx<'_, Submit>, id: &Id<Request>, note: &str) -> Result<()> {
    // the product before the listing, as everybody
    let product = store::product_of(tx, id)?;
    let product = products::store::lock(tx, &product)?;
    let (request, listing, _) = queue::taken::<Reviews, _>(tx, id, Action::Submit)?;
    let Some(version) = product.public_version else {
        return Err(Problem::refused("This request cannot be sent", Against::Unpublished.words()));
    };
    if product.status == ProductStatus::EndOfSale && request.type_ == Type::New {
        return Err(Problem::refused("This request cannot be sent", Against::Ended.words()));
    }
    let due_at = service::due(tx, &listing.owner_id)?;
    store::resubmit(tx, id, version, note, due_at)?;
    hand_over(tx, id, &listing)
}

/// Whether a listing goes with a request that is deleted: nothing else was asked for.
pub fn bare(look: &mut impl Looks, listing: &ListingRow, request: &Id<Request>) -> Result<bool> {
    Ok(listing.status == Status::Unlisted && !store::asked_besides(look, &listing.id, request)?)
}

/// Deletes a draft; a listing that nothing else was asked for goes with it.
pub fn delete(tx: &mut Tx<'_, Submit>, id: &Id<Request>) -> Result<()> {
    let (request, listing, _) = queue::taken::<Reviews, _>(tx, id, Action::Submit)?;
    store::delete_request(tx, id)?;
    tx.record(Event::new("listing_request.deleted", &request.id))?;
    if bare(tx, &listing, &request.id)? {
        store::delete_bare(tx, &listing.id)?;
    }
    offering::settle(tx, &listing.owner_id, &listing.product_id)
}

/// What the owner of a marketplace makes of a request. Refining and cancelling need a reason.
///
/// # Errors
/// [`Problem::Invalid`] at `reason`; [`Problem::NotFound`] when the act is not the owner's.
pub fn decide(tx: &mut Tx<'_, Process>, id: &Id<Request>, action: Action, reason: &str) -> Result<()> {
    let (event, reason) = match action {
        Action::Deploy => ("listing_request.deploying", String::new()),
        Action::Complete => ("listing_request.completed", String::new()),
        Action::Refine => ("listing_request.refined", queue::reason(reason)?),
        Action::Cancel => ("listing_request.cancelled", queue::reason(reason)?),
        Action::Submit => return Err(Problem::NotFound),
    };
    let (request, listing, planned) = queue::taken::<Reviews, _>(tx, id, action)?;
    let with = With { reason: Some(reason.clone()), ..With::default() };
    queue::advance::<Reviews, _>(tx, id, &planned, &with)?;
    if action == Action::Complete {
        complete(tx, &request, &listing)?;
    }
    tx.record(Event::new(event, id).moved(planned.from(), planned.to()).note(&reason))?;
    offering::settle(tx, &listing.owner_id, &listing.product_id)?;
    let told = Mail::ListingDecided {
        request: id.clone(),
        vendor: listing.vendor_id.clone(),
        outcome: planned.to().to_string(),
        reason,
    };
    mail::tell(tx, &told)
}

/// What becomes of the listing once a request is completed, for the page that asks first.
pub fn completes(request: &RequestRow) -> Option<Effect> {
    match request.type_ {
        Type::New => {
            Effect::counted("listing.listed", 1, "{n} product will be listed.", "{n} products will be listed.")
        }
        Type::Update => {
            Effect::counted("listing.updated", 1, "{n} listing will be updated.", "{n} listings will be updated.")
        }
        Type::Remove => Effect::counted(
            "listing.unlisted",
            1,
            "{n} product will be removed from its marketplace: it can no longer be ordered there.",
            "{n} products will be removed from their marketplaces: they can no longer be ordered there.",
        ),
    }
}

/// What was asked for comes about.
fn complete(tx: &mut Tx<'_, Process>, request: &RequestRow, listing: &ListingRow) -> Result<()> {
    let outcome = match request.type_ {
        Type::New => Outcome::List,
        Type::Remove => Outcome::Unlist,
        Type::Update => {
            store::touch(tx, &listing.id)?;
            return tx.record(Event::new("listing.updated", &listing.id).note(format!("Version {}", request.version)));
        }
    };
    move_listing(tx, listing, outcome, Part::Owner, &format!("By {}", request.id))
}

fn move_listing<P>(tx: &mut Tx<'_, P>, listing: &ListingRow, outcome: Outcome, part: Part, note: &str) -> Result<()> {
    let planned = plan(LISTING, listing.status, outcome, part, tx.at)
        .map_err(|_| Problem::internal("a request fits the listing it was made for"))?;
    store::advance_listing(tx, &listing.id, &planned)?;
    let event = if outcome == Outcome::List { "listing.listed" } else { "listing.unlisted" };
    tx.record(Event::new(event, &listing.id).moved(planned.from(), planned.to()).note(note))
}

/// The listing that a path names.
pub fn listing_id(text: &str) -> Result<Id<Listing>> {
    text.parse().map_err(|_| Problem::NotFound)
}
