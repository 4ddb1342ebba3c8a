//! Statements about listings and requests. [`owned_by`] is the one tenancy condition: a vendor sees those of its products, the
//! owner of a marketplace those on it.

use chrono::{DateTime, Utc};
use diesel::{dsl::auto_type, prelude::*};

use super::{
    Listing, Request, RequestStatus, Status, Type,
    lifecycle::{ListingMove, Part},
};
use crate::{
    accounts::store::draw,
    kit::{
        actor::{Account, Company, Role, User},
        db::{Looks, Read, Tx},
        environment::Environment,
        id::Id,
        problem::{Problem, Result},
    },
    modules::{
        contracts::{Contract, Purpose, Status as ContractStatus, rights},
        ids::Marketplace,
        products::{Product, Status as ProductStatus, sight},
    },
    schema::{
        accounts, agreements, contracts, listing_requests, listings, marketplaces, product_versions, products, users,
    },
};

#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    listings::vendor_id.eq(account).or(listings::owner_id.eq(account))
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = listings)]
pub struct ListingRow {
    pub id: Id<Listing>,
    pub status: Status,
    pub product_id: Id<Product>,
    pub contract_id: Id<Contract>,
    pub marketplace_id: Id<Marketplace>,
    pub vendor_id: Id<Account>,
    pub owner_id: Id<Account>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Since when nothing new is ordered by it, though it stays listed; and why.
    pub paused_at: Option<DateTime<Utc>>,
    pub pause_note: String,
}

impl ListingRow {
    /// Whether it can be ordered now.
    pub fn sells(&self) -> bool {
        self.status == Status::Listed && self.paused_at.is_none()
    }
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = listing_requests)]
pub struct RequestRow {
    pub id: Id<Request>,
    pub type_: Type,
    pub status: RequestStatus,
    pub listing_id: Id<Listing>,
    pub product_id: Id<Product>,
    pub version: i32,
    pub marketplace_id: Id<Marketplace>,
    pub vendor_id: Id<Account>,
    pub owner_id: Id<Account>,
    pub note: String,
    pub reason: String,
    pub creator_id: Id<User>,
    pub assignee_id: Option<Id<User>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub submitted_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
}

/// A company's part in a listing that it sees.
pub fn part(company: &Company) -> Part {
    if company.role == Role::Vendor { Part::Vendor } else { Part::Owner }
}

/// A listing with the names around it.
#[derive(Debug, Clone)]
pub struct Detail {
    pub listing: ListingRow,
    /// As the viewer may know it: Master's to the vendor, the newest public version's to everybody else.
    pub product: String,
    pub marketplace: String,
    pub vendor: String,
    pub owner: String,
    /// Whether the viewer may open the product.
    pub sees_product: bool,
    /// The contract behind it is a test.
    pub test: bool,
}

diesel::alias!(accounts as vendors: VendorsAlias);

pub fn find<P>(read: &mut Read<'_, P>, id: &Id<Listing>) -> Result<Detail> {
    type Head = (ListingRow, (String, Option<String>), (String, String, String), bool, Purpose);
    let me = &read.actor.identity.company.id;
    let (listing, (master, public), (marketplace, owner, vendor), seen, kind) = listings::table
        .inner_join(marketplaces::table.on(marketplaces::id.eq(listings::marketplace_id)))
        .inner_join(accounts::table.on(accounts::id.eq(marketplaces::owner_id)))
        .inner_join(vendors.on(vendors.field(accounts::id).eq(listings::vendor_id)))
        .inner_join(contracts::table.on(contracts::id.eq(listings::contract_id)))
        .inner_join(products::table.on(products::id.eq(listings::product_id)))
        .left_join(
            product_versions::table.on(product_versions::product_id
                .eq(products::id)
                .and(product_versions::number.nullable().eq(products::public_version))),
        )
        .filter(listings::id.eq(id))
        .filter(owned_by(me))
        .select((
            ListingRow::as_select(),
            (products::name, product_versions::name.nullable()),
            (marketplaces::name, accounts::name, vendors.field(accounts::name)),
            sight::seen_by(me),
            contracts::kind,
        ))
        .first::<Head>(read.conn)?;
    let own = listing.vendor_id == *me;
    let public = || public.ok_or_else(|| Problem::internal("a listed product has a public version"));
    let product = if own { master } else { public()? };
    let (sees_product, test) = (own || seen, kind == Purpose::Test);
    Ok(Detail { listing, product, marketplace, vendor, owner, sees_product, test })
}

/// A request with its listing and who has to do with it.
#[derive(Debug, Clone)]
pub struct RequestDetail {
    pub request: RequestRow,
    pub of: Detail,
    pub creator: String,
    pub assignee: Option<String>,
}

pub fn find_request<P>(read: &mut Read<'_, P>, id: &Id<Request>) -> Result<RequestDetail> {
    type Head =
        (RequestRow, ListingRow, (String, String), (String, String, String), (bool, Purpose), (String, Option<String>));
    let me = &read.actor.identity.company.id;
    let creators = diesel::alias!(users as creators);
    let head = listing_requests::table
        .inner_join(listings::table.on(listings::id.eq(listing_requests::listing_id)))
        .inner_join(marketplaces::table.on(marketplaces::id.eq(listings::marketplace_id)))
        .inner_join(accounts::table.on(accounts::id.eq(marketplaces::owner_id)))
        .inner_join(vendors.on(vendors.field(accounts::id).eq(listings::vendor_id)))
        .inner_join(contracts::table.on(contracts::id.eq(listings::contract_id)))
        .inner_join(products::table.on(products::id.eq(listing_requests::product_id)))
        .inner_join(
            product_versions::table.on(product_versions::product_id
                .eq(listing_requests::product_id)
                .and(product_versions::number.eq(listing_requests::version))),
        )
        .inner_join(creators.on(creators.field(users::id).eq(listing_requests::creator_id)))
        .left_join(users::table.on(users::id.nullable().eq(listing_requests::assignee_id)))
        .filter(listing_requests::id.eq(id))
        .filter(owned_by(me))
        .select((
            RequestRow::as_select(),
            ListingRow::as_select(),
            (products::name, product_versions::name),
            (marketplaces::name, accounts::name, vendors.field(accounts::name)),
            (sight::seen_by(me), contracts::kind),
            (creators.field(users::name), users::name.nullable()),
        ))
        .first::<Head>(read.conn)?;
    let (request, listing, (master, asked), (marketplace, owner, vendor), (seen, kind), (creator, assignee)) = head;
    let own = listing.vendor_id == *me;
    // what was asked for then, not what it is called by now
    let product = if own { master } else { asked };
    let (sees_product, test) = (own || seen, kind == Purpose::Test);
    let of = Detail { listing, product, marketplace, vendor, owner, sees_product, test };
    Ok(RequestDetail { request, of, creator, assignee })
}

/// Locks a request of the actor's company, and its listing before it.
pub fn lock_request<P>(tx: &mut Tx<'_, P>, id: &Id<Request>) -> Result<(RequestRow, ListingRow)> {
    let me = tx.account()?;
    let listing: Id<Listing> = listing_requests::table.find(id).select(listing_requests::listing_id).first(tx.conn)?;
    let listing = listings::table
        .filter(listings::id.eq(listing))
        .filter(owned_by(&me))
        .select(ListingRow::as_select())
        .for_update()
        .first(tx.conn)?;
    let request = listing_requests::table.find(id).select(RequestRow::as_select()).for_update().first(tx.conn)?;
    Ok((request, listing))
}

/// The product of a request, to be locked before it.
pub fn product_of<P>(tx: &mut Tx<'_, P>, id: &Id<Request>) -> Result<Id<Product>> {
    Ok(listing_requests::table.find(id).select(listing_requests::product_id).first(tx.conn)?)
}

/// The requests of a listing whose sight was checked, the newest first.
pub fn requests<P>(read: &mut Read<'_, P>, listing: &Id<Listing>) -> Result<Vec<RequestRow>> {
    Ok(listing_requests::table
        .filter(listing_requests::listing_id.eq(listing))
        .order((listing_requests::created_at.desc(), listing_requests::id.desc()))
        .limit(100)
        .select(RequestRow::as_select())
        .load(read.conn)?)
}

/// A listing as the page of its product names it.
#[derive(Debug, Clone, Queryable)]
pub struct Placed {
    pub id: Id<Listing>,
    pub status: Status,
    pub marketplace: Id<Marketplace>,
    pub marketplace_name: String,
    pub environment: Environment,
}

/// Where a product is listed, or asked to be, as far as the actor's company is concerned.
pub fn of_product<P>(read: &mut Read<'_, P>, product: &Id<Product>) -> Result<Vec<Placed>> {
    let me = &read.actor.identity.company.id;
    Ok(listings::table
        .inner_join(marketplaces::table.on(marketplaces::id.eq(listings::marketplace_id)))
        .filter(listings::product_id.eq(product))
        .filter(owned_by(me))
        .order((marketplaces::name, listings::id))
        .limit(200)
        .select((listings::id, listings::status, marketplaces::id, marketplaces::name, listings::environment))
        .load(read.conn)?)
}

/// A product that can be listed, or was.
#[derive(Debug, Clone, Queryable)]
pub struct Listable {
    pub id: Id<Product>,
    pub name: String,
    pub status: ProductStatus,
}

/// Products of the actor's company with a public version.
pub fn listable<P>(read: &mut Read<'_, P>) -> Result<Vec<Listable>> {
    let me = &read.actor.identity.company.id;
    Ok(products::table
        .filter(products::vendor_id.eq(me))
        .filter(products::public_version.is_not_null())
        .order((products::name, products::id))
        .limit(500)
        .select((products::id, products::name, products::status))
        .load(read.conn)?)
}

/// A marketplace that an Active distribution contract opens to the actor's company.
#[derive(Debug, Clone, Queryable)]
pub struct Door {
    pub contract: Id<Contract>,
    pub marketplace: Id<Marketplace>,
    pub name: String,
    pub owner: Id<Account>,
    pub owner_name: String,
}

diesel::alias!(contracts as granting: GrantingAlias);

/// The owner of a marketplace, a row of `accounts`, may run one: the operator made it, or an Active contract gives it the right.
#[auto_type(no_type_alias)]
fn may_run_marketplaces() -> _ {
    accounts::founding.or(diesel::dsl::exists(
        granting
            .filter(granting.field(contracts::signee_id).eq(accounts::id.nullable()))
            .filter(granting.field(contracts::status).eq("active"))
            .filter(granting.field(contracts::allows_program))
            .filter(
                granting
                    .field(contracts::expire_at)
                    .is_null()
                    .or(granting.field(contracts::expire_at).gt(diesel::dsl::now)),
            ),
    ))
}

pub fn doors<P>(read: &mut Read<'_, P>) -> Result<Vec<Door>> {
    let me = &read.actor.identity.company.id;
    Ok(contracts::table
        .inner_join(agreements::table.on(agreements::id.eq(contracts::agreement_id)))
        .inner_join(marketplaces::table.on(marketplaces::id.nullable().eq(agreements::marketplace_id)))
        .inner_join(accounts::table.on(accounts::id.eq(marketplaces::owner_id)))
        .filter(contracts::signee_id.eq(me))
        .filter(contracts::status.eq(ContractStatus::Active))
        .filter(may_run_marketplaces())
        .order((accounts::name, marketplaces::name, contracts::id))
        .limit(500)
        .select((contracts::id, marketplaces::id, marketplaces::name, accounts::id, accounts::name))
        .load(read.conn)?)
}

/// The listing of a product under a contract, with its open request.
pub fn at(
    look: &mut impl Looks,
    product: &Id<Product>,
    contract: &Id<Contract>,
) -> Result<Option<(ListingRow, Option<RequestRow>)>> {
    let Some(listing) = listings::table
        .filter(listings::product_id.eq(product))
        .filter(listings::contract_id.eq(contract))
        .select(ListingRow::as_select())
        .first(look.conn())
        .optional()?
    else {
        return Ok(None);
    };
    let open = listing_requests::table
        .filter(listing_requests::listing_id.eq(&listing.id))
        .filter(listing_requests::status.eq_any(RequestStatus::OPEN))
        .select(RequestRow::as_select())
        .first(look.conn())
        .optional()?;
    Ok(Some((listing, open)))
}

/// Locks the contract behind a door, so that it does not end meanwhile; none when it is not Active any more.
pub fn lock_door<P>(tx: &mut Tx<'_, P>, contract: &Id<Contract>) -> Result<Option<Door>> {
    let me = tx.account()?;
    let active: Option<Id<Contract>> = contracts::table
        .filter(contracts::id.eq(contract))
        .filter(contracts::signee_id.eq(&me))
        .filter(contracts::status.eq(ContractStatus::Active))
        .select(contracts::id)
        .for_update()
        .first(tx.conn)
        .optional()?;
    if active.is_none() {
        return Ok(None);
    }
    let door: Option<Door> = contracts::table
        .inner_join(agreements::table.on(agreements::id.eq(contracts::agreement_id)))
        .inner_join(marketplaces::table.on(marketplaces::id.nullable().eq(agreements::marketplace_id)))
        .inner_join(accounts::table.on(accounts::id.eq(marketplaces::owner_id)))
        .filter(contracts::id.eq(contract))
        .select((contracts::id, marketplaces::id, marketplaces::name, accounts::id, accounts::name))
        .first(tx.conn)
        .optional()?;
    match door {
        // held, so that the right does not end meanwhile either
        Some(door) if rights::hold(tx, &door.owner)?.program => Ok(Some(door)),
        _ => Ok(None),
    }
}

pub fn insert<P>(tx: &mut Tx<'_, P>, product: &Id<Product>, vendor: &Id<Account>, door: &Door) -> Result<ListingRow> {
    let id: Id<Listing> = draw("LST", |id| {
        Ok(diesel::insert_into(listings::table)
            .values((
                listings::id.eq(id),
                listings::product_id.eq(product),
                listings::contract_id.eq(&door.contract),
                listings::marketplace_id.eq(&door.marketplace),
                listings::vendor_id.eq(vendor),
                listings::owner_id.eq(&door.owner),
                listings::created_at.eq(tx.at),
                listings::updated_at.eq(tx.at),
            ))
            .on_conflict(listings::id)
            .do_nothing()
            .execute(tx.conn)?)
    })?;
    Ok(listings::table.find(id).select(ListingRow::as_select()).first(tx.conn)?)
}

/// A request to be made on a listing that is locked, or new.
pub struct NewRequest<'a> {
    pub listing: &'a ListingRow,
    pub type_: Type,
    pub version: i32,
    pub note: &'a str,
    pub creator: &'a Id<User>,
    pub due_at: DateTime<Utc>,
}

pub fn insert_request<P>(tx: &mut Tx<'_, P>, new: &NewRequest<'_>) -> Result<Id<Request>> {
    let listing = new.listing;
    let before: i64 =
        listing_requests::table.filter(listing_requests::listing_id.eq(&listing.id)).count().get_result(tx.conn)?;
    let mut number = i32::try_from(before).map_err(Problem::internal)? + 1;
    // drafts may have been deleted, so a number may be taken
    loop {
        let id = Id::within(&listing.id, number);
        let made = diesel::insert_into(listing_requests::table)
            .values((
                listing_requests::id.eq(&id),
                listing_requests::type_.eq(new.type_),
                listing_requests::status.eq(RequestStatus::Draft),
                listing_requests::listing_id.eq(&listing.id),
                listing_requests::product_id.eq(&listing.product_id),
                listing_requests::version.eq(new.version),
                listing_requests::marketplace_id.eq(&listing.marketplace_id),
                listing_requests::vendor_id.eq(&listing.vendor_id),
                listing_requests::owner_id.eq(&listing.owner_id),
                listing_requests::note.eq(new.note),
                listing_requests::creator_id.eq(new.creator),
                listing_requests::created_at.eq(tx.at),
                listing_requests::updated_at.eq(tx.at),
                listing_requests::submitted_at.eq(tx.at),
                listing_requests::due_at.eq(new.due_at),
            ))
            .on_conflict(listing_requests::id)
            .do_nothing()
            .execute(tx.conn)?;
        if made == 1 {
            return Ok(id);
        }
        number += 1;
    }
}

/// What a vendor sends a draft back with.
pub fn resubmit<P>(
    tx: &mut Tx<'_, P>,
    id: &Id<Request>,
    version: i32,
    note: &str,
    due_at: DateTime<Utc>,
) -> Result<()> {
    diesel::update(listing_requests::table.find(id))
        .set((
            listing_requests::version.eq(version),
            listing_requests::note.eq(note),
            listing_requests::submitted_at.eq(tx.at),
            listing_requests::due_at.eq(due_at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn advance_listing<P>(tx: &mut Tx<'_, P>, id: &Id<Listing>, planned: &ListingMove) -> Result<()> {
    let moved = diesel::update(listings::table.find(id).filter(listings::status.eq(planned.from())))
        .set((
            listings::status.eq(planned.to()),
            listings::updated_at.eq(planned.at()),
            // what is removed is not paused, and what is listed anew is for sale
            listings::paused_at.eq(None::<DateTime<Utc>>),
            listings::pause_note.eq(""),
        ))
        .execute(tx.conn)?;
    if moved == 1 { Ok(()) } else { Err(Problem::internal("a locked listing moved under its lock")) }
}

/// Locks a listing on a marketplace of the actor's company.
pub fn lock_own<P>(tx: &mut Tx<'_, P>, id: &Id<Listing>) -> Result<ListingRow> {
    let me = tx.account()?;
    Ok(listings::table
        .filter(listings::id.eq(id))
        .filter(listings::owner_id.eq(&me))
        .select(ListingRow::as_select())
        .for_update()
        .first(tx.conn)?)
}

/// Pauses a locked listing for this reason, or resumes it.
pub fn set_paused<P>(tx: &mut Tx<'_, P>, id: &Id<Listing>, reason: Option<&str>) -> Result<()> {
    diesel::update(listings::table.find(id))
        .set((
            listings::paused_at.eq(reason.map(|_| tx.at)),
            listings::pause_note.eq(reason.unwrap_or_default()),
            listings::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn touch<P>(tx: &mut Tx<'_, P>, id: &Id<Listing>) -> Result<()> {
    diesel::update(listings::table.find(id)).set(listings::updated_at.eq(tx.at)).execute(tx.conn)?;
    Ok(())
}

pub fn delete_request<P>(tx: &mut Tx<'_, P>, id: &Id<Request>) -> Result<()> {
    diesel::delete(listing_requests::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// Deletes a listing that was never listed and whose only request is gone.
pub fn delete_bare<P>(tx: &mut Tx<'_, P>, id: &Id<Listing>) -> Result<()> {
    diesel::delete(listings::table.find(id).filter(listings::status.eq(Status::Unlisted))).execute(tx.conn)?;
    Ok(())
}

/// Whether anything else than this request was asked for of a listing.
pub fn asked_besides(look: &mut impl Looks, id: &Id<Listing>, request: &Id<Request>) -> Result<bool> {
    let asked =
        listing_requests::table.filter(listing_requests::listing_id.eq(id)).filter(listing_requests::id.ne(request));
    Ok(diesel::select(diesel::dsl::exists(asked)).get_result(look.conn())?)
}

/// How many products are listed, or were asked to be, on a marketplace.
pub fn on_marketplace(look: &mut impl Looks, marketplace: &Id<Marketplace>) -> Result<usize> {
    let there: i64 =
        listings::table.filter(listings::marketplace_id.eq(marketplace)).count().get_result(look.conn())?;
    usize::try_from(there).map_err(Problem::internal)
}
