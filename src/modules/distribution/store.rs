//! Statements about distribution. Two conditions of sight: an owner sees its agreements ([`agreements::store`]); a vendor
//! sees those of the programs that it has signed (`OFFERED`).
//!
//! [`agreements::store`]: crate::modules::agreements::store

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, Bool, Int4, Nullable, Text},
};

use crate::{
    accounts::store::draw,
    kit::{
        actor::{Account, Permission, User},
        choice::Choice as _,
        constraint::{Constraints, named},
        db::{Looks, Read, Tx},
        id::Id,
        problem::{Problem, Result},
        shown::Shown,
        statement::statement,
        violation::{Violation, Why},
    },
    modules::{
        agreements::{Agreement, Type, data::Words, documents::Document},
        contracts::{Contract, Purpose, Status, store::search_text, terms},
        ids::Marketplace,
    },
    schema::{agreement_versions, agreements, contracts, marketplaces},
};

/// A distribution agreement as its program agreement lists it.
#[derive(Debug, Clone, Queryable)]
pub struct Child {
    pub id: Id<Agreement>,
    pub name: String,
    pub marketplace: Id<Marketplace>,
    pub marketplace_name: String,
    pub auto_accept: bool,
    pub version: Option<i32>,
}

/// The distribution agreements inside a program agreement whose sight was checked.
pub fn children<P>(read: &mut Read<'_, P>, program: &Id<Agreement>) -> Result<Vec<Child>> {
    Ok(agreements::table
        .inner_join(marketplaces::table.on(marketplaces::id.nullable().eq(agreements::marketplace_id)))
        .left_join(
            agreement_versions::table
                .on(agreement_versions::agreement_id.eq(agreements::id).and(agreement_versions::status.eq("active"))),
        )
        .filter(agreements::parent_id.eq(program))
        .order((agreements::name, agreements::id))
        .limit(200)
        .select((
            agreements::id,
            agreements::name,
            marketplaces::id,
            marketplaces::name,
            agreements::auto_accept,
            agreement_versions::number.nullable(),
        ))
        .load(read.conn)?)
}

/// Marketplaces of the actor's company that a program agreement has no distribution agreement for yet.
pub fn free<P: Permission>(read: &mut Read<'_, P>, program: &Id<Agreement>) -> Result<Vec<(Id<Marketplace>, String)>> {
    let used = agreements::table
        .filter(agreements::parent_id.eq(program))
        .filter(agreements::marketplace_id.eq(marketplaces::id.nullable()));
    Ok(marketplaces::table
        .filter(marketplaces::owner_id.eq(read.actor.account()))
        .filter(diesel::dsl::not(diesel::dsl::exists(used)))
        .order((marketplaces::name, marketplaces::id))
        .limit(200)
        .select((marketplaces::id, marketplaces::name))
        .load(read.conn)?)
}

/// The keys that two acts at once can break, and what the later one is told.
pub const KEYS: Constraints = &[
    ("agreements_parent", no_place),
    ("agreements_marketplace_id_owner_id_fkey", no_place),
    ("contracts_one_enrolled", || {
        Problem::stale("There is nothing to enroll in", "Your company is already enrolled. Nothing was signed.")
    }),
];

/// What is said of a marketplace that cannot be chosen.
pub fn no_place() -> Problem {
    Violation::new("marketplace", Why::new("unknown", "Choose one of your marketplaces")).into()
}

/// Whether a marketplace is of the actor's company and has no distribution agreement in this program.
pub fn is_free<P>(tx: &mut Tx<'_, P>, program: &Id<Agreement>, marketplace: &Id<Marketplace>) -> Result<bool> {
    let me = tx.account()?;
    let own = marketplaces::table.find(marketplace).filter(marketplaces::owner_id.eq(me));
    let used =
        agreements::table.filter(agreements::parent_id.eq(program)).filter(agreements::marketplace_id.eq(marketplace));
    let free = diesel::dsl::exists(own).and(diesel::dsl::not(diesel::dsl::exists(used)));
    Ok(diesel::select(free).get_result(tx.conn)?)
}

/// Makes an inserted agreement a distribution agreement of `program`, for a marketplace of the same owner.
pub fn insert<P: Permission>(
    tx: &mut Tx<'_, P>,
    program: &Id<Agreement>,
    marketplace: &Id<Marketplace>,
    words: &Words,
) -> Result<Id<Agreement>> {
    let owner = tx.account()?;
    draw(Type::Distribution.agreement_prefix(), |id| {
        diesel::insert_into(agreements::table)
            .values((
                agreements::id.eq(id),
                agreements::type_.eq(Type::Distribution),
                agreements::owner_id.eq(&owner),
                agreements::name.eq(&words.name),
                agreements::description.eq(&words.description),
                agreements::parent_id.eq(program),
                agreements::marketplace_id.eq(marketplace),
                agreements::created_at.eq(tx.at),
                agreements::updated_at.eq(tx.at),
            ))
            .on_conflict(agreements::id)
            .do_nothing()
            .execute(tx.conn)
            .map_err(named(KEYS))
    })
}

/// How many active contracts there are on a distribution agreement.
pub fn active<P>(read: &mut Read<'_, P>, id: &Id<Agreement>) -> Result<usize> {
    let count: i64 = contracts::table
        .filter(contracts::agreement_id.eq(id))
        .filter(contracts::status.eq(Status::Active))
        .count()
        .get_result(read.conn)?;
    usize::try_from(count).map_err(Problem::internal)
}

pub fn set_auto_accept<P>(tx: &mut Tx<'_, P>, id: &Id<Agreement>, on: bool) -> Result<()> {
    diesel::update(agreements::table.find(id))
        .set((
            agreements::auto_accept.eq(on),
            agreements::updated_at.eq(tx.at),
            agreements::revision.eq(agreements::revision + 1),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// A vendor sees the distribution agreements of every program that it has an Active contract for. `$1` is the vendor.
const OFFERED: &str = "\
    FROM agreements a JOIN contracts p ON p.agreement_id = a.parent_id AND p.signee_id = $1 AND p.status = 'active' \
    JOIN accounts o ON o.id = a.owner_id JOIN marketplaces m ON m.id = a.marketplace_id \
    LEFT JOIN agreement_versions v ON v.agreement_id = a.id AND v.status = 'active' \
    LEFT JOIN LATERAL (SELECT c.id, c.status FROM contracts c WHERE c.agreement_id = a.id AND c.signee_id = $1 \
                       ORDER BY c.created_at DESC, c.id DESC LIMIT 1) mine ON true \
    WHERE a.type = 'distribution' AND (v.number IS NOT NULL OR mine.id IS NOT NULL)";

/// A distribution agreement as a vendor sees it, with the vendor's own latest contract on it.
#[derive(Debug, Clone, QueryableByName)]
pub struct Offer {
    #[diesel(sql_type = Text)]
    pub id: Id<Agreement>,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub description: String,
    #[diesel(sql_type = Text)]
    pub owner_id: Id<Account>,
    #[diesel(sql_type = Text)]
    pub owner: String,
    #[diesel(sql_type = Text)]
    pub marketplace_id: String,
    #[diesel(sql_type = Text)]
    pub marketplace: String,
    #[diesel(sql_type = Array<Text>)]
    pub countries: Vec<String>,
    #[diesel(sql_type = Text)]
    pub currency: String,
    #[diesel(sql_type = Nullable<Int4>)]
    pub version: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    pub contract: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub status: Option<Status>,
    #[diesel(sql_type = Text)]
    pub kind: Purpose,
    #[diesel(sql_type = Text)]
    program: String,
}

impl Offer {
    /// Nothing of the vendor's runs on it, and there is something to sign.
    pub fn open(&self) -> bool {
        let running = matches!(self.status, Some(Status::Enrolling | Status::Pending | Status::Active));
        self.version.is_some() && !running
    }

    /// What a vendor that enrolls is shown and bound to.
    pub fn terms(&self, document: &Document) -> Shown {
        terms::version(&self.name, document)
            .part("the kind", self.kind.key())
            .part("the marketplace", format!("{} {}", self.marketplace_id, self.marketplace))
            .part("the countries and the currency", format!("{} {}", self.countries.join(" "), self.currency))
    }
}

const OFFER: &str = "a.id, a.name, a.description, a.owner_id, o.name AS owner, m.id AS marketplace_id, m.name AS marketplace, \
    m.countries, m.currency, v.number AS version, mine.id AS contract, mine.status, p.kind, p.id AS program";

/// What a vendor may enroll in, and has; by distributor and name.
pub fn offers<P: Permission>(read: &mut Read<'_, P>) -> Result<Vec<Offer>> {
    Ok(statement(format!("SELECT {OFFER} {OFFERED} ORDER BY o.name, a.name, a.id LIMIT 500"))
        .bind::<Text, _>(read.actor.account().as_str())
        .load(read.conn)?)
}

fn offered(look: &mut impl Looks, vendor: &Id<Account>, id: &Id<Agreement>) -> Result<Offer> {
    Ok(statement(format!("SELECT {OFFER} {OFFERED} AND a.id = $2"))
        .bind::<Text, _>(vendor.as_str())
        .bind::<Text, _>(id.as_str())
        .get_result(look.conn())?)
}

pub fn offer<P: Permission>(read: &mut Read<'_, P>, id: &Id<Agreement>) -> Result<Offer> {
    let actor = read.actor;
    offered(read, actor.account(), id)
}

/// The offer, with the vendor's program contract locked: enrolments of one vendor go one after the other.
pub fn lock_offer<P: Permission>(tx: &mut Tx<'_, P>, id: &Id<Agreement>) -> Result<Offer> {
    let me = tx.account()?;
    let program = offered(tx, &me, id)?.program;
    contracts::table.find(&program).select(contracts::id).for_update().first::<String>(tx.conn)?;
    offered(tx, &me, id)
}

/// What a contract is made of that its signee enrolled in.
pub struct NewContract<'a> {
    pub type_: Type,
    pub agreement: &'a Id<Agreement>,
    pub version: i32,
    pub kind: Purpose,
    pub issuer: &'a Id<Account>,
    pub signee: (&'a Id<Account>, &'a str),
    pub creator: &'a Id<User>,
    pub status: Status,
    pub auto_accepted: bool,
}

pub fn insert_contract<P>(tx: &mut Tx<'_, P>, new: &NewContract<'_>) -> Result<Id<Contract>> {
    let activated: Option<DateTime<Utc>> = (new.status == Status::Active).then_some(tx.at);
    let note = match new.type_ {
        _ if new.auto_accepted => "Made by Auto Accept.",
        Type::Distribution => "Enrolled by the vendor.",
        _ => "Enrolled by the partner.",
    };
    draw(new.type_.contract_prefix(), |id| {
        diesel::insert_into(contracts::table)
            .values((
                contracts::id.eq(id),
                contracts::type_.eq(new.type_),
                contracts::kind.eq(new.kind),
                contracts::status.eq(new.status),
                contracts::agreement_id.eq(new.agreement),
                contracts::version.eq(new.version),
                contracts::issuer_id.eq(new.issuer),
                contracts::signee_id.eq(new.signee.0),
                contracts::note.eq(note),
                contracts::creator_id.eq(new.creator),
                contracts::created_at.eq(tx.at),
                contracts::updated_at.eq(tx.at),
                contracts::activated_at.eq(activated),
                contracts::auto_accepted.eq(new.auto_accepted),
                contracts::search.eq(search_text(id, new.signee)),
            ))
            .on_conflict(contracts::id)
            .do_nothing()
            .execute(tx.conn)
            .map_err(named(KEYS))
    })
}

/// A vendor of a program, with what it has on one of its distribution agreements.
#[derive(Debug, Clone, QueryableByName)]
pub struct Waiting {
    #[diesel(sql_type = Text)]
    pub vendor: Id<Account>,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub kind: Purpose,
    #[diesel(sql_type = Nullable<Text>)]
    pub pending: Option<String>,
}

/// Vendors of the program without an Active contract on the distribution agreement, and without a renewal that waits for their
/// signature; `only` one of them when given.
pub fn without(
    conn: &mut PgConnection,
    program: &Id<Agreement>,
    agreement: &Id<Agreement>,
    only: Option<&Id<Account>>,
) -> Result<Vec<Waiting>> {
    Ok(statement(
        "SELECT p.signee_id AS vendor, s.name, p.kind, \
         (SELECT c.id FROM contracts c WHERE c.agreement_id = $2 AND c.signee_id = p.signee_id AND c.status = 'pending' \
          AND c.predecessor_id IS NULL) AS pending \
         FROM contracts p JOIN accounts s ON s.id = p.signee_id \
         WHERE p.agreement_id = $1 AND p.status = 'active' AND ($3 IS NULL OR p.signee_id = $3) \
         AND NOT EXISTS (SELECT FROM contracts c WHERE c.agreement_id = $2 AND c.signee_id = p.signee_id \
                         AND (c.status = 'active' OR (c.status = 'pending' AND c.predecessor_id IS NOT NULL))) \
         ORDER BY p.id",
    )
    .bind::<Text, _>(program.as_str())
    .bind::<Text, _>(agreement.as_str())
    .bind::<Nullable<Text>, _>(only.map(Id::as_str))
    .load(conn)?)
}

/// Locks the program contracts of a program's vendors, as [`lock_offer`] does, so that enrolments wait; `only` one of them when given.
pub fn hold_vendors<P>(tx: &mut Tx<'_, P>, program: &Id<Agreement>, only: Option<&Id<Account>>) -> Result<()> {
    statement(
        "SELECT p.id FROM contracts p WHERE p.agreement_id = $1 AND p.status = 'active' AND ($2 IS NULL OR p.signee_id = $2) \
         ORDER BY p.id FOR UPDATE",
    )
    .bind::<Text, _>(program.as_str())
    .bind::<Nullable<Text>, _>(only.map(Id::as_str))
    .execute(tx.conn)?;
    Ok(())
}

/// A distribution agreement with an active version: none can arise without one.
#[derive(Debug, Clone, QueryableByName)]
pub struct Accepting {
    #[diesel(sql_type = Text)]
    pub id: Id<Agreement>,
    #[diesel(sql_type = Text)]
    pub owner: Id<Account>,
    #[diesel(sql_type = Int4)]
    pub version: i32,
    #[diesel(sql_type = Text)]
    pub activator: Id<User>,
    #[diesel(sql_type = Bool)]
    auto_accept: bool,
}

/// Those of a program, or one of them, that accept by themselves. All are locked before they are asked, so that a vendor
/// that joins while Auto Accept is switched on is missed by neither.
pub fn accepting<P>(
    tx: &mut Tx<'_, P>,
    program: &Id<Agreement>,
    only: Option<&Id<Agreement>>,
) -> Result<Vec<Accepting>> {
    let all: Vec<Accepting> = statement(
        "SELECT a.id, a.owner_id AS owner, v.number AS version, v.activator_id AS activator, a.auto_accept \
         FROM agreements a JOIN agreement_versions v ON v.agreement_id = a.id AND v.status = 'active' \
         WHERE a.parent_id = $1 AND ($2 IS NULL OR a.id = $2) ORDER BY a.id FOR SHARE OF a, v",
    )
    .bind::<Text, _>(program.as_str())
    .bind::<Nullable<Text>, _>(only.map(Id::as_str))
    .load(tx.conn)?;
    Ok(all.into_iter().filter(|one| one.auto_accept).collect())
}
