//! What is laid beside each other: sums made by PostgreSQL, exact. A company sees what it is a party of, by the same columns as files of usage
//! and subscriptions: its vendor, and the owner of the marketplace.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{BigInt, Bool, Nullable, Numeric, Text, Timestamptz},
};
use rust_decimal::Decimal;

use super::billed::billed;
use crate::{
    kit::{
        actor::Role,
        choice::Choice as _,
        db::Read,
        environment::Environment,
        problem::Result,
        statement::{Statement, Values, statement},
    },
    modules::products::items::{Precision, Unit},
};

/// A product, and a marketplace that it is or was listed on.
#[derive(Debug, Clone, QueryableByName)]
pub struct Place {
    #[diesel(sql_type = Text)]
    pub product: String,
    /// As the company knows it.
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub marketplace: String,
    #[diesel(sql_type = Text)]
    pub marketplace_name: String,
    /// The last period of which usage was submitted and not sent back, half-open.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_from: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_to: Option<DateTime<Utc>>,
}

impl Place {
    pub fn last(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        self.last_from.zip(self.last_to)
    }
}

/// The most that a list of choices shows.
const MOST: usize = 500;

/// The columns of files and of subscriptions that hold a company, as its portal sees usage.
fn own(role: Role) -> (&'static str, &'static str) {
    if role == Role::Vendor { ("vendor_id", "vendor_id") } else { ("owner_id", "distributor_id") }
}

/// What the actor's company can reconcile: listed products of which usage is or was reported.
pub fn places<P>(read: &mut Read<'_, P>, environment: Environment) -> Result<Vec<Place>> {
    let company = &read.actor.identity.company;
    let (file, _) = own(company.role);
    // who lists a product on its marketplace may not know what its vendor calls it by now
    let name = match company.role {
        Role::Vendor => "p.name",
        _ => {
            "coalesce(v.name, (SELECT f.product_name FROM usage_files f WHERE f.product_id = p.id AND f.owner_id = $1 \
              AND f.submitted_at IS NOT NULL ORDER BY f.created_at DESC LIMIT 1), p.id)"
        }
    };
    Ok(statement(format!(
        "SELECT x.product, {name} AS name, m.id AS marketplace, m.name AS marketplace_name, u.period_from AS last_from, u.period_to AS last_to \
         FROM (SELECT DISTINCT l.product_id AS product, l.marketplace_id AS marketplace FROM listings l WHERE l.{file} = $1) x \
         JOIN products p ON p.id = x.product JOIN marketplaces m ON m.id = x.marketplace \
         LEFT JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version \
         LEFT JOIN LATERAL (SELECT f.period_from, f.period_to FROM usage_files f WHERE f.{file} = $1 AND f.product_id = x.product \
            AND f.marketplace_id = x.marketplace AND f.environment = $2 AND f.status IN ('pending', 'accepted', 'closed') \
            ORDER BY f.period_to DESC, f.period_from DESC LIMIT 1) u ON true \
         WHERE p.usage_schema IS NOT NULL OR EXISTS (SELECT FROM usage_files f WHERE f.product_id = p.id) \
         ORDER BY 2, 1, m.name, m.id LIMIT {MOST}"
    ))
    .bind::<Text, _>(&company.id)
    .bind::<Text, _>(environment.key())
    .load(read.conn)?)
}

/// What is laid beside each other.
#[derive(Debug, Clone)]
pub struct Scope {
    pub product: String,
    /// Empty: all of the company's.
    pub marketplace: String,
    pub environment: Environment,
    /// Half-open.
    pub period: (DateTime<Utc>, DateTime<Utc>),
    pub now: DateTime<Utc>,
    /// Part of a customer's name, or of an ID of its subscription.
    pub search: String,
}

impl Scope {
    /// The instant at which it is asked what is ordered and active: the end of the period, or now while that is still to come.
    fn at(&self) -> DateTime<Utc> {
        self.period.1.min(self.now)
    }
}

/// Subscriptions behind the first and up to the second one, by their ids; empty texts leave that end open.
type Piece<'a> = (&'a str, &'a str);

/// Whether all records of a file `f` begin in the period, so that its sums are those of the period. Where a file may have records outside of its own
/// period, it is to be said here and in [`TOUCHES`].
const WITHIN: &str =
    "f.period_from >= $5 AND f.period_to <= $6 AND NOT EXISTS (SELECT FROM usage_apart x WHERE x.file_id = f.id)";

/// Whether records of a file `f` may begin in the period.
const TOUCHES: &str =
    "f.period_from < $6 AND f.period_to > $5 OR EXISTS (SELECT FROM usage_apart x WHERE x.file_id = f.id)";

/// Everything that there is.
const WHOLE: Piece<'static> = ("", "");

/// `$1` the company, `$2` product, `$3` marketplace, `$4` environment, `$5` and `$6` the period, `$7` the instant, `$8` what is searched, `$9` and
/// `$10` the piece.
///
/// * `s` the subscriptions.
/// * `ordered`: the lines of the last purchase or change that was asked for by then and is in force; none once a cancellation is.
/// * `active`: what a subscription has now; of a period that is over, what was approved by its end.
/// * `used`: what was submitted and not sent back, of several tiers the customer's. A record counts in the period in which it begins: where
///   a file lies within the period its sums are read, and its records only where it reaches beyond.
/// * `lines`: all of it by subscription, item and currency, with the differences.
fn lines(role: Role) -> String {
    let (file, subscription) = own(role);
    let billed = billed("r.start_at >= $5 AND r.start_at < $6 AND r.subscription_id IN (SELECT s.id FROM s)");
    format!(
        "WITH s AS MATERIALIZED (SELECT s.id, s.status FROM subscriptions s WHERE s.{subscription} = $1 AND s.product_id = $2 \
            AND ($3 = '' OR s.marketplace_id = $3) AND s.environment = $4 AND ($8 = '' OR s.search LIKE holding($8)) \
            AND s.id > $9 AND ($10 = '' OR s.id <= $10)), \
         ordered AS (SELECT s.id AS subscription_id, l.item_id, l.quantity FROM s CROSS JOIN LATERAL (SELECT r.id \
            FROM fulfillment_requests r WHERE r.subscription_id = s.id AND r.created_at < $7 AND r.type IN ('purchase', 'change') \
            AND r.status NOT IN ('draft', 'failed', 'revoked') ORDER BY r.created_at DESC LIMIT 1) o \
            JOIN request_items l ON l.request_id = o.id AND l.quantity <> 0 WHERE NOT EXISTS (SELECT FROM fulfillment_requests c \
            WHERE c.subscription_id = s.id AND c.created_at < $7 AND c.type = 'cancel' AND c.status NOT IN ('draft', 'failed', 'revoked'))), \
         active AS (SELECT s.id AS subscription_id, u.item_id, u.quantity FROM s JOIN subscription_items u ON u.subscription_id = s.id \
            WHERE $7 < $6 AND s.status IN ('active', 'suspended', 'terminating') \
            UNION ALL SELECT s.id, l.item_id, l.quantity FROM s CROSS JOIN LATERAL (SELECT r.id FROM fulfillment_requests r \
            WHERE r.subscription_id = s.id AND r.effective_at < $7 AND r.type IN ('purchase', 'change') AND r.status = 'approved' \
            ORDER BY r.effective_at DESC, r.created_at DESC LIMIT 1) o JOIN request_items l ON l.request_id = o.id AND l.quantity <> 0 \
            WHERE $7 >= $6 AND NOT EXISTS (SELECT FROM fulfillment_requests c WHERE c.subscription_id = s.id AND c.effective_at < $7 \
            AND c.type = 'cancel' AND c.status = 'approved')), \
         f AS MATERIALIZED (SELECT f.id, f.status, f.billing_reference, CASE WHEN f.schema <> 'QT' THEN f.currency END AS currency, \
            ({WITHIN}) AS within FROM usage_files f WHERE f.{file} = $1 AND f.product_id = $2 \
            AND ($3 = '' OR f.marketplace_id = $3) AND f.environment = $4 AND f.status IN ('pending', 'accepted', 'closed') AND ({TOUCHES})), \
         used AS (SELECT f.id AS file_id, t.subscription_id, t.item_id, f.currency, t.quantity, t.amount FROM f \
            JOIN usage_totals t ON t.file_id = f.id AND t.tier <= 0 JOIN s ON s.id = t.subscription_id WHERE f.within \
            UNION ALL SELECT f.id, r.subscription_id, r.item_id, f.currency, r.quantity, r.amount FROM f \
            JOIN usage_records r ON r.file_id = f.id AND r.start_at >= $5 AND r.start_at < $6 AND coalesce(r.tier, 0) = 0 \
            JOIN s ON s.id = r.subscription_id WHERE NOT f.within), \
         billed AS ({billed}), \
         held AS (SELECT subscription_id, item_id, o.quantity AS ordered, a.quantity AS active \
            FROM ordered o FULL JOIN active a USING (subscription_id, item_id)), \
         told AS (SELECT x.subscription_id, x.item_id, x.currency, coalesce(sum(x.quantity) FILTER (WHERE x.reported), 0) AS reported, \
            coalesce(sum(x.quantity) FILTER (WHERE NOT x.reported), 0) AS billed, \
            CASE WHEN x.currency IS NOT NULL THEN coalesce(sum(x.amount) FILTER (WHERE x.reported), 0) END AS reported_amount, \
            CASE WHEN x.currency IS NOT NULL THEN coalesce(sum(x.amount) FILTER (WHERE NOT x.reported), 0) END AS billed_amount \
            FROM (SELECT u.subscription_id, u.item_id, u.currency, u.quantity, u.amount, true AS reported FROM used u \
            UNION ALL SELECT b.subscription_id, b.item_id, b.currency, b.quantity, b.amount, false FROM billed b) x \
            GROUP BY x.subscription_id, x.item_id, x.currency), \
         beside AS (SELECT subscription_id, item_id, t.currency, coalesce(h.ordered, 0) AS ordered, coalesce(h.active, 0) AS active, \
            coalesce(t.reported, 0) AS reported, coalesce(t.billed, 0) AS billed, t.reported_amount, t.billed_amount \
            FROM held h FULL JOIN told t USING (subscription_id, item_id)), \
         lines AS (SELECT b.*, i.name AS item, i.mpn, i.unit, i.precision, i.type = 'ppu' AS metered, \
            CASE WHEN i.type <> 'ppu' THEN b.ordered - b.active END AS of_orders, b.reported - b.billed AS of_usage, \
            b.reported_amount - b.billed_amount AS of_amounts, b.ordered <> b.active OR b.reported <> b.billed \
            OR coalesce(b.reported_amount <> b.billed_amount, false) AS differs FROM beside b JOIN items i ON i.id = b.item_id) "
    )
}

/// A statement that begins with [`lines`] and has its values.
fn over(scope: &Scope, company: &str, piece: Piece<'_>, text: String) -> Statement<impl Values> {
    statement(text)
        .bind::<Text, _>(company.to_owned())
        .bind::<Text, _>(scope.product.clone())
        .bind::<Text, _>(scope.marketplace.clone())
        .bind::<Text, _>(scope.environment.key())
        .bind::<Timestamptz, _>(scope.period.0)
        .bind::<Timestamptz, _>(scope.period.1)
        .bind::<Timestamptz, _>(scope.at())
        .bind::<Text, _>(scope.search.clone())
        .bind::<Text, _>(piece.0.to_owned())
        .bind::<Text, _>(piece.1.to_owned())
}

/// An item of a subscription, in one currency. Numbers are texts, exact.
#[derive(Debug, Clone, QueryableByName)]
pub struct Line {
    #[diesel(sql_type = Text)]
    pub subscription: String,
    #[diesel(sql_type = Text)]
    pub external_id: String,
    #[diesel(sql_type = Text)]
    pub customer_id: String,
    #[diesel(sql_type = Text)]
    pub customer: String,
    #[diesel(sql_type = Text)]
    pub item_id: String,
    #[diesel(sql_type = Text)]
    pub item: String,
    #[diesel(sql_type = Text)]
    pub mpn: String,
    #[diesel(sql_type = Text)]
    pub unit: Unit,
    #[diesel(sql_type = Text)]
    pub precision: Precision,
    /// Whether it is paid as one goes, so that it has no ordered quantity.
    #[diesel(sql_type = Bool)]
    pub metered: bool,
    /// As the table of orders keeps it: -1 is unlimited.
    #[diesel(sql_type = Numeric)]
    pub ordered: Decimal,
    #[diesel(sql_type = Numeric)]
    pub active: Decimal,
    /// Ordered less active; none where there is no ordered quantity.
    #[diesel(sql_type = Nullable<Text>)]
    pub of_orders: Option<String>,
    #[diesel(sql_type = Text)]
    pub reported: String,
    #[diesel(sql_type = Text)]
    pub billed: String,
    /// Reported less billed.
    #[diesel(sql_type = Text)]
    pub of_usage: String,
    /// None where quantities alone are reported.
    #[diesel(sql_type = Nullable<Text>)]
    pub currency: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub reported_amount: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub billed_amount: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub of_amounts: Option<String>,
}

const CELLS: &str = "SELECT l.subscription_id AS subscription, s.external_id, s.customer_id, s.customer_name AS customer, l.item_id, l.item, \
    l.mpn, l.unit, l.precision, l.metered, l.ordered, l.active, trim_scale(l.of_orders)::text AS of_orders, trim_scale(l.reported)::text AS reported, \
    trim_scale(l.billed)::text AS billed, trim_scale(l.of_usage)::text AS of_usage, l.currency, \
    trim_scale(l.reported_amount)::text AS reported_amount, trim_scale(l.billed_amount)::text AS billed_amount, \
    trim_scale(l.of_amounts)::text AS of_amounts FROM lines l JOIN subscriptions s ON s.id = l.subscription_id \
    WHERE ($11 OR l.differs)";

/// A page of it: what differs first, the largest difference of amounts first, then that of quantities. All lines, or those alone that differ.
pub fn page<P>(read: &mut Read<'_, P>, scope: &Scope, all: bool, (limit, offset): (i64, i64)) -> Result<Vec<Line>> {
    let company = &read.actor.identity.company;
    let text = format!(
        "{}{CELLS} ORDER BY l.differs DESC, abs(coalesce(l.of_amounts, 0)) DESC, \
         greatest(abs(l.of_usage), abs(coalesce(l.of_orders, 0))) DESC, s.customer_name, l.subscription_id, l.item, l.item_id, l.currency \
         LIMIT $12 OFFSET $13",
        lines(company.role)
    );
    Ok(over(scope, company.id.as_str(), WHOLE, text)
        .bind::<Bool, _>(all)
        .bind::<BigInt, _>(limit)
        .bind::<BigInt, _>(offset)
        .load(read.conn)?)
}

/// The next subscriptions behind one of them, `limit` at most: the last of them, and whether there are as many.
pub fn next<P>(read: &mut Read<'_, P>, scope: &Scope, behind: &str, limit: i64) -> Result<Option<(String, bool)>> {
    #[derive(QueryableByName)]
    struct Last {
        #[diesel(sql_type = Nullable<Text>)]
        last: Option<String>,
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let company = &read.actor.identity.company;
    let (_, subscription) = own(company.role);
    let found: Last = statement(format!(
        "SELECT max(s.id) AS last, count(*) AS count FROM (SELECT s.id FROM subscriptions s WHERE s.{subscription} = $1 AND s.product_id = $2 \
         AND ($3 = '' OR s.marketplace_id = $3) AND s.environment = $4 AND ($5 = '' OR s.search LIKE holding($5)) AND s.id > $6 \
         ORDER BY s.id LIMIT $7) s"
    ))
    .bind::<Text, _>(&company.id)
    .bind::<Text, _>(&scope.product)
    .bind::<Text, _>(&scope.marketplace)
    .bind::<Text, _>(scope.environment.key())
    .bind::<Text, _>(&scope.search)
    .bind::<Text, _>(behind)
    .bind::<BigInt, _>(limit)
    .get_result(read.conn)?;
    Ok(found.last.map(|last| (last, found.count == limit)))
}

/// The lines of these subscriptions, one after another.
pub fn of<P>(read: &mut Read<'_, P>, scope: &Scope, all: bool, piece: (&str, &str)) -> Result<Vec<Line>> {
    let company = &read.actor.identity.company;
    let text = format!("{}{CELLS} ORDER BY l.subscription_id, l.item, l.item_id, l.currency", lines(company.role));
    Ok(over(scope, company.id.as_str(), piece, text).bind::<Bool, _>(all).load(read.conn)?)
}

/// What an item comes to in one currency; or, without an item, all items. Quantities of several items have no sum.
#[derive(Debug, Clone, QueryableByName)]
pub struct Sum {
    #[diesel(sql_type = Nullable<Text>)]
    pub item_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub item: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub unit: Option<Unit>,
    #[diesel(sql_type = Nullable<Text>)]
    pub precision: Option<Precision>,
    #[diesel(sql_type = Nullable<Text>)]
    pub currency: Option<String>,
    /// How many lines there are, and how many of them differ.
    #[diesel(sql_type = BigInt)]
    pub lines: i64,
    #[diesel(sql_type = BigInt)]
    pub differences: i64,
    #[diesel(sql_type = Text)]
    pub reported: String,
    #[diesel(sql_type = Text)]
    pub billed: String,
    #[diesel(sql_type = Text)]
    pub of_usage: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub reported_amount: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub billed_amount: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub of_amounts: Option<String>,
}

/// What all lines come to, whether they differ or not: by item and currency, those of all items behind.
pub fn sums<P>(read: &mut Read<'_, P>, scope: &Scope) -> Result<Vec<Sum>> {
    let company = &read.actor.identity.company;
    let text = format!(
        "{}SELECT l.item_id, l.item, l.unit, l.precision, l.currency, count(*) AS lines, count(*) FILTER (WHERE l.differs) AS differences, \
         trim_scale(sum(l.reported))::text AS reported, trim_scale(sum(l.billed))::text AS billed, \
         trim_scale(sum(l.of_usage))::text AS of_usage, trim_scale(sum(l.reported_amount))::text AS reported_amount, \
         trim_scale(sum(l.billed_amount))::text AS billed_amount, trim_scale(sum(l.of_amounts))::text AS of_amounts \
         FROM lines l GROUP BY GROUPING SETS ((l.item_id, l.item, l.unit, l.precision, l.currency), (l.currency)) \
         ORDER BY l.item_id IS NULL, l.item, l.item_id, l.currency LIMIT 1000",
        lines(company.role)
    );
    Ok(over(scope, company.id.as_str(), WHOLE, text).load(read.conn)?)
}
