//! Statements about usage files. [`owned_by`] is the one tenancy condition: a file is seen by its vendor, and from its first submission on by
//! the owner of the marketplace.

mod alike;
mod apart;
mod categories;
mod columns;
mod compare;
mod control;
mod dynamic;
mod faults;
mod lease;
mod outliers;
mod over_time;
mod records;
mod repeats;
mod reversals;
mod review;
mod subscription;
mod trials;
mod unmatched;
mod uploads;

use chrono::{DateTime, Days, NaiveDate, Utc};
use diesel::{
    dsl::auto_type,
    prelude::*,
    sql_types::{Bool, Int4, Text, Timestamptz},
};

use super::{
    Status, UsageFile,
    data::{Billing, Details},
    lifecycle::{Move, Part},
    read,
    rules::store::{Ruling, RulingRow},
};
use crate::{
    accounts::store::draw_by,
    kit::{
        actor::{Account, Company, Role},
        db::{Read, Tx},
        environment::Environment,
        id::Id,
        problem::{Problem, Result},
        statement::statement,
        time::Zone,
    },
    modules::{
        ids::{Contract, Listing, Marketplace, Product},
        products::UsageSchema,
    },
    schema::{
        accounts, marketplaces, usage_alike, usage_apart, usage_controls, usage_files, usage_rulings, usage_uploads,
    },
};

pub use alike::*;
pub use apart::*;
pub use categories::*;
pub use columns::*;
pub use compare::*;
pub use control::*;
pub use dynamic::*;
pub use faults::*;
pub use lease::*;
pub use outliers::*;
pub use over_time::*;
pub use records::*;
pub use repeats::*;
pub use reversals::*;
pub use review::*;
pub use subscription::*;
pub use trials::*;
pub use unmatched::*;
pub use uploads::*;

diesel::define_sql_function! {
    /// The first other file of a product that holds the same report as one, and whose records the reader's company sees.
    fn same_report(file: Text, reader: Text) -> Nullable<Text>;
}

#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    usage_files::vendor_id
        .eq(account)
        .or(usage_files::owner_id.eq(account).and(usage_files::submitted_at.is_not_null()))
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = usage_files)]
pub struct FileRow {
    pub id: Id<UsageFile>,
    pub status: Status,
    pub environment: Environment,
    pub schema: UsageSchema,
    pub name: String,
    pub description: String,
    pub external_id: String,
    pub product_id: Id<Product>,
    /// As the distributor knows it.
    pub product_name: String,
    pub contract_id: Id<Contract>,
    pub marketplace_id: Id<Marketplace>,
    pub vendor_id: Id<Account>,
    pub owner_id: Id<Account>,
    pub currency: Option<String>,
    pub period_from: DateTime<Utc>,
    pub period_to: DateTime<Utc>,
    pub round: i32,
    pub records: i32,
    /// The sum of all amounts: text, since it may have more digits than a row's.
    pub amount: Option<String>,
    pub note: String,
    pub billing_reference: String,
    pub billing_note: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub submitted_at: Option<DateTime<Utc>>,
    pub revision: i32,
    /// Records that are closed while the file is not.
    pub closed: i32,
    /// The name of its time zone; empty is UTC.
    pub zone: String,
}

impl FileRow {
    /// The time zone in which its days begin.
    pub fn clock(&self) -> Zone {
        Zone::named(&self.zone)
    }

    /// The name of its time zone, unless that is UTC.
    pub fn elsewhere(&self) -> Option<&'static str> {
        let zone = self.clock();
        (zone != Zone::UTC).then(|| zone.name())
    }

    pub fn first_day(&self) -> NaiveDate {
        self.clock().today(self.period_from)
    }

    /// The last day that belongs to the period.
    pub fn last_day(&self) -> NaiveDate {
        let end = self.clock().today(self.period_to);
        end.checked_sub_days(Days::new(1)).unwrap_or(end)
    }

    pub fn billing(&self) -> Billing {
        Billing { billing_reference: self.billing_reference.clone(), billing_note: self.billing_note.clone() }
    }

    /// Whether a company to which the file belongs sees its records.
    pub fn shows_records(&self, company: &Company) -> bool {
        self.status.shows_records(part(company))
    }

    /// As a company may see it: what its records come to is told who sees them.
    fn seen_by(self, company: &Company) -> Self {
        if self.shows_records(company) { self } else { Self { records: 0, amount: None, ..self } }
    }

    /// Whether the vendor may take it away: nobody else has seen it.
    pub fn can_go(&self) -> bool {
        super::lifecycle::DELETABLE.contains(&self.status) && self.submitted_at.is_none()
    }
}

/// A company's part in a file that it sees.
pub fn part(company: &Company) -> Part {
    if company.role == Role::Vendor { Part::Vendor } else { Part::Owner }
}

/// A file with the names around it.
#[derive(Debug, Clone)]
pub struct Detail {
    pub row: FileRow,
    pub vendor: String,
    pub owner: String,
    pub marketplace: String,
    /// The vendor alone sees what it uploaded.
    pub upload: Option<UploadRow>,
    /// Records that are alike, for who sees the records.
    pub alike: Option<AlikeRow>,
    /// Of its records those that are told apart, for who sees them.
    pub apart: Option<Apart>,
    /// What its report should come to, for who sees the records.
    pub control: Option<ControlRow>,
    /// What a rule of the marketplace's owner came to, as far as the company sees it.
    pub ruling: Option<Ruling>,
    /// What is told of its report beside the rows: all of it to its vendor, and to who sees the records of numbers that look like dates.
    pub told: read::Beside,
    /// Another file of the product with the very same report, for who sees what this one holds.
    pub same: Option<Id<UsageFile>>,
    /// Whether somebody went on although another file had the report.
    pub repeats: bool,
}

pub fn find<P>(read: &mut Read<'_, P>, id: &Id<UsageFile>) -> Result<Detail> {
    type Beside = (Option<UploadRow>, Option<AlikeRow>, Option<Apart>, Option<ControlRow>, Option<RulingRow>);
    let company = &read.actor.identity.company;
    let owners = diesel::alias!(accounts as owners);
    let (row, (vendor, owner, marketplace), same, (upload, alike, apart, control, ruling)) = usage_files::table
        .inner_join(accounts::table.on(accounts::id.eq(usage_files::vendor_id)))
        .inner_join(owners.on(owners.field(accounts::id).eq(usage_files::owner_id)))
        .inner_join(marketplaces::table.on(marketplaces::id.eq(usage_files::marketplace_id)))
        .left_join(usage_uploads::table.on(usage_uploads::file_id.eq(usage_files::id)))
        .left_join(usage_alike::table.on(usage_alike::file_id.eq(usage_files::id)))
        .left_join(usage_apart::table.on(usage_apart::file_id.eq(usage_files::id)))
        .left_join(usage_controls::table.on(usage_controls::file_id.eq(usage_files::id)))
        .left_join(
            usage_rulings::table
                .on(usage_rulings::file_id.eq(usage_files::id).and(usage_rulings::round.eq(usage_files::round))),
        )
        .filter(usage_files::id.eq(id))
        .filter(owned_by(&company.id))
        .select((
            FileRow::as_select(),
            (accounts::name, owners.field(accounts::name), marketplaces::name),
            same_report(usage_files::id, &company.id),
            (
                Option::<UploadRow>::as_select(),
                Option::<AlikeRow>::as_select(),
                Option::<Apart>::as_select(),
                Option::<ControlRow>::as_select(),
                Option::<RulingRow>::as_select(),
            ),
        ))
        .first::<(FileRow, (String, String, String), Option<Id<UsageFile>>, Beside)>(read.conn)?;
    let same = same.filter(|_| row.vendor_id == company.id || row.shows_records(company));
    let told = upload.as_ref().map(UploadRow::beside).unwrap_or_default();
    let told = match (row.vendor_id == company.id, row.shows_records(company)) {
        (true, _) => told,
        (false, true) => told.dated(),
        (false, false) => read::Beside::default(),
    };
    let repeats = upload.as_ref().is_some_and(|upload| upload.repeats.is_some());
    let upload = upload.filter(|_| row.vendor_id == company.id);
    let alike = alike.filter(|_| row.shows_records(company));
    let apart = apart.filter(|_| row.shows_records(company));
    let control = control.filter(|_| row.shows_records(company));
    let seen = |row: RulingRow| row.seen(part(company) == Part::Owner);
    let ruling = ruling.map(seen).transpose()?.flatten();
    let row = row.seen_by(company);
    Ok(Detail { row, vendor, owner, marketplace, upload, alike, apart, control, ruling, told, same, repeats })
}

/// Locks a file of the actor's company.
pub fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<FileRow> {
    let me = tx.account()?;
    Ok(usage_files::table
        .filter(usage_files::id.eq(id))
        .filter(owned_by(&me))
        .select(FileRow::as_select())
        .for_update()
        .first(tx.conn)?)
}

/// A file that the job holds.
pub fn held_file<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<FileRow> {
    Ok(usage_files::table.find(id).select(FileRow::as_select()).for_update().first(tx.conn)?)
}

/// A product on a marketplace of which usage can be reported.
#[derive(Debug, Clone, QueryableByName)]
pub struct Place {
    #[diesel(sql_type = Text)]
    pub listing: Id<Listing>,
    #[diesel(sql_type = Text)]
    pub product: Id<Product>,
    /// As its public version is called.
    #[diesel(sql_type = Text)]
    pub product_name: String,
    #[diesel(sql_type = Text)]
    pub schema: UsageSchema,
    #[diesel(sql_type = Text)]
    pub contract: Id<Contract>,
    #[diesel(sql_type = Bool)]
    test: bool,
    #[diesel(sql_type = Text)]
    pub marketplace: Id<Marketplace>,
    #[diesel(sql_type = Text)]
    pub marketplace_name: String,
    #[diesel(sql_type = Text)]
    pub currency: String,
    #[diesel(sql_type = Text)]
    pub owner: Id<Account>,
    #[diesel(sql_type = Text)]
    pub owner_name: String,
}

impl Place {
    pub fn environment(&self) -> Environment {
        if self.test { Environment::Test } else { Environment::Production }
    }
}

/// Listed products with a usage schema and something to report; and those whose listing or contract has ended, but which were subscribed to:
/// their last usage is still to be billed.
const PLACES: &str = "SELECT l.id AS listing, p.id AS product, v.name AS product_name, p.usage_schema AS schema, c.id AS contract, \
    c.kind = 'test' AS test, m.id AS marketplace, m.name AS marketplace_name, m.currency, a.id AS owner, a.name AS owner_name \
    FROM listings l JOIN products p ON p.id = l.product_id AND p.usage_schema IS NOT NULL \
    JOIN product_versions v ON v.product_id = p.id AND v.number = coalesce(p.public_version, p.version) \
    JOIN contracts c ON c.id = l.contract_id JOIN marketplaces m ON m.id = l.marketplace_id JOIN accounts a ON a.id = l.owner_id \
    WHERE l.vendor_id = $1 \
    AND (p.usage_dynamic OR EXISTS (SELECT FROM items i WHERE i.product_id = p.id AND (i.type = 'ppu' OR p.usage_reservations) \
    AND i.status <> 'draft')) \
    AND (l.status = 'listed' AND c.status = 'active' OR EXISTS (SELECT FROM subscriptions s WHERE s.product_id = p.id \
    AND s.marketplace_id = m.id AND s.activated_at IS NOT NULL) AND NOT EXISTS (SELECT FROM listings n WHERE n.product_id = p.id \
    AND n.marketplace_id = m.id AND n.created_at > l.created_at))";

/// The most that a list of choices shows.
const MOST: usize = 500;

/// Where the actor's company can report usage.
pub fn places<P>(read: &mut Read<'_, P>) -> Result<Vec<Place>> {
    let me = &read.actor.identity.company.id;
    Ok(statement(format!("{PLACES} ORDER BY v.name, m.name, l.id LIMIT {MOST}")).bind::<Text, _>(me).load(read.conn)?)
}

/// Where usage of a product can be reported under a contract, on one marketplace or any: two at most, so that a caller sees whether it is one.
pub fn places_of<P>(tx: &mut Tx<'_, P>, product: &str, contract: &str, marketplace: &str) -> Result<Vec<Place>> {
    let me = tx.account()?;
    Ok(statement(format!("{PLACES} AND p.id = $2 AND c.id = $3 AND ($4 = '' OR m.id = $4) ORDER BY l.id LIMIT 2"))
        .bind::<Text, _>(&me)
        .bind::<Text, _>(product)
        .bind::<Text, _>(contract)
        .bind::<Text, _>(marketplace)
        .load(tx.conn)?)
}

/// One of them, held until the transaction ends.
pub fn hold_place<P>(tx: &mut Tx<'_, P>, listing: &Id<Listing>) -> Result<Option<Place>> {
    let me = tx.account()?;
    Ok(statement(format!("{PLACES} AND l.id = $2 FOR SHARE OF c"))
        .bind::<Text, _>(&me)
        .bind::<Text, _>(listing)
        .get_result(tx.conn)
        .optional()?)
}

pub fn insert<P>(tx: &mut Tx<'_, P>, place: &Place, new: &Details) -> Result<Id<UsageFile>> {
    let identity = tx.who.member()?;
    let (vendor, creator) = (identity.company.id.clone(), identity.person.id.clone());
    let (from, to) = new.period();
    let at = tx.at;
    draw_by(
        || Id::draw_in(at),
        |id| {
            Ok(diesel::insert_into(usage_files::table)
                .values((
                    (
                        usage_files::id.eq(id),
                        usage_files::status.eq(Status::Draft),
                        usage_files::environment.eq(place.environment()),
                        usage_files::schema.eq(place.schema),
                        usage_files::product_id.eq(&place.product),
                        usage_files::product_name.eq(&place.product_name),
                        usage_files::contract_id.eq(&place.contract),
                        usage_files::marketplace_id.eq(&place.marketplace),
                        usage_files::vendor_id.eq(&vendor),
                        usage_files::owner_id.eq(&place.owner),
                    ),
                    usage_files::name.eq(&new.name),
                    usage_files::description.eq(&new.description),
                    usage_files::external_id.eq(&new.external_id),
                    usage_files::currency.eq(&new.currency),
                    usage_files::period_from.eq(from),
                    usage_files::period_to.eq(to),
                    usage_files::zone.eq(&new.zone),
                    usage_files::creator_id.eq(&creator),
                    usage_files::created_at.eq(at),
                    usage_files::updated_at.eq(at),
                ))
                .on_conflict(usage_files::id)
                .do_nothing()
                .execute(tx.conn)?)
        },
    )
}

/// Changes what the vendor says of a locked file.
pub fn update<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>, new: &Details) -> Result<()> {
    let (from, to) = new.period();
    diesel::update(usage_files::table.find(id))
        .set((
            usage_files::name.eq(&new.name),
            usage_files::description.eq(&new.description),
            usage_files::external_id.eq(&new.external_id),
            usage_files::currency.eq(&new.currency),
            usage_files::period_from.eq(from),
            usage_files::period_to.eq(to),
            usage_files::zone.eq(&new.zone),
            usage_files::revision.eq(usage_files::revision + 1),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Moves a locked file. `updated_at` says since when it stands where it stands, so nothing else changes it.
pub fn advance<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>, planned: &Move) -> Result<()> {
    let moved = diesel::update(usage_files::table.find(id).filter(usage_files::status.eq(planned.from())))
        .set((
            usage_files::status.eq(planned.to()),
            usage_files::updated_at.eq(planned.at()),
            usage_files::revision.eq(usage_files::revision + 1),
        ))
        .execute(tx.conn)?;
    if moved == 1 { Ok(()) } else { Err(Problem::internal("a locked usage file moved under its lock")) }
}

/// The marketplace's owner sees it from now on.
pub fn show<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<()> {
    diesel::update(usage_files::table.find(id).filter(usage_files::submitted_at.is_null()))
        .set(usage_files::submitted_at.eq(tx.at))
        .execute(tx.conn)?;
    Ok(())
}

/// What was said when a file was decided about.
pub fn say<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>, note: &str) -> Result<()> {
    diesel::update(usage_files::table.find(id)).set(usage_files::note.eq(note)).execute(tx.conn)?;
    Ok(())
}

/// How a file was billed. To be said before it is closed.
pub fn bill<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>, billing: &Billing) -> Result<()> {
    diesel::update(usage_files::table.find(id))
        .set((
            usage_files::billing_reference.eq(&billing.billing_reference),
            usage_files::billing_note.eq(&billing.billing_note),
            usage_files::revision.eq(usage_files::revision + 1),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn delete<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<()> {
    diesel::delete(usage_files::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// Files that the job takes up before this one.
pub fn before<P>(read: &mut Read<'_, P>, sent_at: DateTime<Utc>) -> Result<i64> {
    #[derive(QueryableByName)]
    struct Ahead {
        #[diesel(sql_type = Int4)]
        ahead: i32,
    }
    let ahead: Ahead = statement(
        "SELECT count(*)::int AS ahead FROM usage_files f JOIN usage_uploads u ON u.file_id = f.id \
         WHERE f.status IN ('uploading', 'processing') AND u.sent_at < $1",
    )
    .bind::<Timestamptz, _>(sent_at)
    .get_result(read.conn)?;
    Ok(ahead.ahead.into())
}
