//! The query language of the published API: `status=active&ordering(-created)&limit=10` becomes a condition, an order and a page.
//!
//! ```text
//! decode   the request's query string → text
//! parse    text → tree            knows the grammar and no collection
//! meaning  tree × Collection → condition, order, select, page
//! write    each of them → Sql     every value bound
//! ```
//!
//! A collection declares what may be asked of it, and nothing else can be:
//!
//! ```
//! use entente::kit::{
//!     rql::{self, Beside, By, Collection, Filter, Violation},
//!     sql::Sql,
//! };
//!
//! const PRODUCT: Beside = Beside::One { key: "r.product_id", table: "products" };
//! const ITEMS: Beside = Beside::Many { from: "request_items f", on: "f.request_id = r.id" };
//!
//! const REQUESTS: Collection = Collection {
//!     filters: &[
//!         Filter::id("id", "r.id").ordered().searched(),
//!         // published words, and the stored ones
//!         Filter::words("status", "r.status", &[("pending", "pending"), ("approved", "approved")]).ordered(),
//!         Filter::instant("created", "r.created_at").ordered(),
//!         Filter::text("asset.external_id", "r.external_id").blank(),
//!         Filter::id("asset.product.id", "r.product_id"),
//!         Filter::text("asset.product.name", "f.name").beside(PRODUCT).ordered().searched(),
//!         Filter::text("asset.items.mpn", "f.mpn").beside(ITEMS),
//!         Filter::part("asset.params"),
//!         Filter::part("template").hidden(),
//!     ],
//!     aliases: &[("product_id", "asset.product.id")],
//!     search: None,
//!     order: &[By::down("r.created_at")],
//!     id: "r.id",
//! };
//!
//! # fn main() -> Result<(), Vec<Violation>> {
//! let raw = "in(status,(pending,approved))&product_id=PRD-276-377-545&version=3&ordering(-created)&limit=500";
//! // an `Err` is answered with 400: each violation has a place, a code and one of the three published families
//! let asked = rql::read(raw, &REQUESTS)?;
//!
//! // tenancy first, by the module's own condition; then what the client asks
//! let mut sql = Sql::default();
//! sql.push("SELECT r.id FROM fulfillment_requests r WHERE r.vendor_id = ");
//! sql.text("VA-392-495");
//! asked.narrow(&mut sql);
//! asked.order.write(&mut sql);
//! asked.page.write(&mut sql);
//! // … sql.load(read.conn), and for each object:
//! assert!(asked.select.wants("asset.params") && !asked.select.wants("template"));
//!
//! assert_eq!(
//!     sql.written(),
//!     "SELECT r.id FROM fulfillment_requests r WHERE r.vendor_id = $1 \
//!      AND (r.status = ANY($2) AND r.product_id = $3) \
//!      ORDER BY r.created_at DESC, r.id DESC LIMIT $4 OFFSET $5"
//! );
//! # Ok(())
//! # }
//! ```
//!
//! # What a query means
//! - An unknown filter is dropped and listed in [`Asked::ignored`], because stock clients send filters that a collection does not have.
//!   Everything else that does not fit is a [`Violation`], including unknown names in `ordering` and `select`.
//! - `ne`, `out` and `not` match rows without a value; `gt`, `ge`, `lt` and `le` never do.
//! - Instants are published in whole seconds, so `eq` and `le` include the rest of the second that they name, and `gt` excludes it.
//! - Conditions on related rows that are joined by "and" must hold for the same row: `parts.name=size&parts.value=S`.
//! - `search` finds part of any searched text, in any case; a `+` in it may also stand for a space.
//! - `limit` and `offset` are terms of the query. The order always ends with the id, so pages neither repeat nor skip rows.
//!
//! # What a query may cost
//! Length, depth, comparisons and values are limited, the parser never backtracks, and statements whose text depends on the client are
//! not kept prepared. How long a statement runs is limited by the list's own time limit.

mod condition;
mod decode;
mod filter;
mod meaning;
mod page;
mod parse;
mod pattern;
mod select;
pub mod tree;
mod value;
mod violation;

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod tests;

pub use condition::Condition;
pub use decode::decode;
pub use filter::{Beside, By, Collection, Filter, Kind, Operators};
pub use page::{MOST, Order, Page, USUAL};
pub use parse::{parse, parse_published};
pub use select::Select;
pub use violation::{Expected, Family, Fault, Violation};

use super::sql::Sql;

/// Bytes of a decoded query.
pub const LONGEST: usize = 8 * 1024;
/// Nested brackets.
pub const DEEPEST: usize = 20;
/// Comparisons in one query.
pub const COMPARISONS: usize = 300;
/// Values of comparisons, and names in `ordering` and `select`, in one query.
pub const VALUES: usize = 2_000;

/// What a query asks of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// `None` matches every row.
    pub condition: Option<Condition>,
    pub order: Order,
    pub select: Select,
    pub page: Page,
    /// Unknown filters, as written: they were dropped.
    pub ignored: Vec<String>,
}

impl Asked {
    /// ` AND …` of the condition.
    pub fn narrow(&self, sql: &mut Sql) {
        if let Some(condition) = &self.condition {
            sql.push(" AND ");
            condition.write(sql);
        }
    }
}

/// Reads a request's query string, as it was sent, without the `?`.
///
/// # Errors
/// Everything that is wrong with it, up to 20 violations. If it does not parse, only the first syntax error.
pub fn read(raw: &str, of: &'static Collection) -> Result<Asked, Vec<Violation>> {
    let query = decode(raw).map_err(|violation| vec![violation])?;
    let term = parse(&query).map_err(|violation| vec![violation])?;
    let mut meaning = meaning::Meaning::new(of);
    let condition = term.and_then(|term| meaning.term(&term));
    if !meaning.violations.is_empty() {
        return Err(meaning.violations);
    }
    Ok(Asked {
        condition,
        order: Order::of(of, meaning.order),
        select: Select::of(of, &meaning.added, meaning.dropped),
        page: meaning.page,
        ignored: meaning.ignored,
    })
}
