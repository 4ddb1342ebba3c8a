//! The items that an order or a change asks about: what a version offers, and what is in use beside it.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Array, Int4, Jsonb, Text},
};

use super::{quantity::Quantity, store};
use crate::{
    kit::{
        db::Looks,
        id::Id,
        problem::{Problem, Result},
        statement::statement,
        time::Zone,
        words::Words,
    },
    modules::products::{Product, items::Item, versions},
    t,
};

/// An item in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InUse {
    pub item: Id<Item>,
    pub quantity: Quantity,
    /// Until when the customer is bound to have it.
    pub committed_until: Option<DateTime<Utc>>,
}

/// An item that can be ordered, or that is in use though the version offers it no more.
#[derive(Debug, Clone)]
pub struct Orderable {
    pub line: versions::Line,
    /// What the version offers no more may stay as it is, or be reduced.
    pub offered: bool,
    pub held: Quantity,
    pub committed_until: Option<DateTime<Utc>>,
}

impl Orderable {
    fn of(line: versions::Line, offered: bool, held: &[InUse]) -> Self {
        let one = held.iter().find(|one| one.item == line.id);
        Self {
            offered,
            held: one.map_or(Quantity::NONE, |one| one.quantity),
            committed_until: one.and_then(|one| one.committed_until),
            line,
        }
    }

    /// Whether this quantity is less than what the customer is bound to have now.
    pub fn is_early(&self, quantity: Quantity, now: DateTime<Utc>) -> bool {
        quantity.is_less(self.held) && self.committed_until.is_some_and(|until| until > now)
    }
}

/// Every item of a version, and behind them those that are in use beside it, so that none vanishes without a word.
pub fn all(look: &mut impl Looks, product: &Id<Product>, version: i32, held: &[InUse]) -> Result<Vec<Orderable>> {
    let frozen = store::frozen(look, product, version)?.items;
    let beside = held.iter().filter(|one| !frozen.iter().any(|line| line.id == one.item)).map(|one| one.item.as_str());
    let beside = definitions(look, product, version, &beside.collect::<Vec<_>>())?;
    let offered = frozen.into_iter().map(|line| Orderable::of(line, true, held)).collect::<Vec<_>>();
    Ok(offered.into_iter().chain(beside.into_iter().map(|line| Orderable::of(line, false, held))).collect())
}

/// Items as the nearest version froze them: an older one before a newer.
fn definitions(
    look: &mut impl Looks,
    product: &Id<Product>,
    version: i32,
    items: &[&str],
) -> Result<Vec<versions::Line>> {
    #[derive(QueryableByName)]
    struct Defined {
        #[diesel(sql_type = Jsonb)]
        line: serde_json::Value,
    }
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let found: Vec<Defined> = statement(
        "SELECT DISTINCT ON (line->>'id') line FROM product_versions v \
         CROSS JOIN LATERAL jsonb_array_elements(v.snapshot->'items') line \
         WHERE v.product_id = $1 AND line->>'id' = ANY($3) \
         ORDER BY line->>'id', (v.number <= $2) DESC, abs(v.number - $2)",
    )
    .bind::<Text, _>(product)
    .bind::<Int4, _>(version)
    .bind::<Array<Text>, _>(items)
    .load(look.conn())?;
    found.into_iter().map(|one| serde_json::from_value(one.line).map_err(Problem::internal)).collect()
}

/// The commitment of an item that is ordered or in use, in words: nothing without one.
pub fn committed(zone: Zone, years: i32, until: Option<DateTime<Utc>>) -> Option<Words> {
    match until {
        Some(until) => Some(t!("Committed until {day}", day = zone.day(until).words)),
        None => {
            let years = usize::try_from(years).ok().filter(|years| *years > 0)?;
            Some(t!("Commitment of {n} year" | "Commitment of {n} years", years))
        }
    }
}
