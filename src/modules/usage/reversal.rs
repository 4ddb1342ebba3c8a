//! Reversals: a record is never edited. One of a later file takes back a record of an accepted one, or a part of it, and says the same with
//! numbers below zero, so that both can be billed the same way. All that take back one record take back no more than it has. Anything reported
//! again after a reversal is another record.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::{
    Status, UsageFile,
    check::{Record, told},
    fault::{Code, Fault},
    read::{Heading, row_of},
    store::{self, FileRow, Original},
};
use crate::kit::{
    db::{Looks, Tx},
    id::Id,
    problem::Result,
};

/// The record that a row takes back: by its vendor's ID, and where it stands once it was looked up.
#[derive(Debug, Clone)]
pub struct Reverses {
    pub key: String,
    pub of: Option<(Id<UsageFile>, i32)>,
    /// What rows before it in its file take back of the record.
    pub before: Taken,
}

/// What the rows of one file take back of a record so far: numbers below zero.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    /// The first of these rows, by its number.
    first: i32,
    rows: u32,
    quantity: Decimal,
    amount: Decimal,
}

impl Taken {
    /// Nothing yet; the row with this number is about to.
    pub fn from(number: i32) -> Self {
        Self { first: number, rows: 0, quantity: Decimal::ZERO, amount: Decimal::ZERO }
    }

    /// A row takes back this as well. What leaves the numbers' range is more than any record has.
    pub fn add(&mut self, quantity: Decimal, amount: Option<Decimal>) {
        self.rows += 1;
        self.quantity = self.quantity.saturating_add(quantity);
        self.amount = self.amount.saturating_add(amount.unwrap_or_default());
    }
}

/// Finds the records that rows of a file take back; what is wrong with it, by the rows.
pub fn look_up<'a>(
    look: &mut impl Looks,
    file: &FileRow,
    records: impl Iterator<Item = &'a mut Record>,
) -> Result<HashMap<i32, Vec<Fault>>> {
    let turning: Vec<&mut Record> = records.filter(|record| record.reverses.is_some()).collect();
    if turning.is_empty() {
        return Ok(HashMap::new());
    }
    let keys: Vec<&str> =
        turning.iter().filter_map(|record| record.reverses.as_ref()).map(|one| one.key.as_str()).collect();
    let originals = store::originals(look, file, &keys)?;
    let originals: HashMap<&str, &Original> = originals.iter().map(|one| (one.key.as_str(), one)).collect();
    let mut wrong = HashMap::new();
    for record in turning {
        let Some(key) = record.reverses.as_ref().map(|one| one.key.clone()) else { continue };
        let found = originals.get(key.as_str()).copied();
        let faults = match found {
            None => vec![Fault::at(Heading::Reverses, Code::Original, key.as_str())],
            Some(original) => against(record, &key, original, file),
        };
        if !faults.is_empty() {
            wrong.insert(record.number, faults);
        }
        if let (Some(one), Some(original)) = (record.reverses.as_mut(), found) {
            one.of = Some((original.file_id.clone(), original.number));
        }
    }
    Ok(wrong)
}

/// All that keeps a row from taking back a record: whether it can be at all, and else what it says otherwise.
fn against(record: &Record, key: &str, original: &Original, file: &FileRow) -> Vec<Fault> {
    let fault = |code| Fault::at(Heading::Reverses, code, key);
    if !matches!(original.status, Status::Accepted | Status::Closed) {
        return vec![fault(Code::Original).naming(original.file_id.as_str())];
    }
    if original.reversal {
        return vec![fault(Code::Reversal)];
    }
    let before = record.reverses.as_ref().map_or(Taken::from(record.number), |one| one.before);
    let left = original.quantity + original.taken_quantity + before.quantity;
    let amount_left = original.amount.map(|amount| amount + original.taken_amount + before.amount);
    if left <= Decimal::ZERO && amount_left.is_none_or(|left| left <= Decimal::ZERO) {
        if before.rows > 0 {
            return vec![fault(Code::Reversed).naming(row_of(before.first).to_string())];
        }
        if let Some(other) = &original.reversed_in {
            return vec![fault(Code::Reversed).naming(other.as_str())];
        }
    }
    let elsewhere = [
        ("of:marketplace", original.marketplace_id == file.marketplace_id),
        ("of:environment", original.environment == file.environment),
        ("of:currency", original.currency == file.currency),
        (
            "of:schema",
            original.amount.is_some() == record.amount.is_some() && original.tier.is_some() == record.tier.is_some(),
        ),
    ];
    let elsewhere: Vec<Fault> =
        elsewhere.into_iter().filter(|(_, same)| !same).map(|(what, _)| fault(Code::Differs).naming(what)).collect();
    if !elsewhere.is_empty() {
        return elsewhere;
    }
    let pairs = [
        (Heading::ItemValue, record.item.to_string(), original.item_id.to_string()),
        (Heading::Start, told(record.start), told(original.start_at)),
        (Heading::End, told(record.end), told(original.end_at)),
        (Heading::AssetValue, record.subscription.to_string(), original.subscription_id.to_string()),
        (Heading::Tier, tier(record.tier), tier(original.tier)),
    ];
    let repeated = pairs
        .into_iter()
        .filter(|(_, said, meant)| said != meant)
        .map(|(heading, said, meant)| Fault::at(heading, Code::Differs, said).naming(meant));
    let nothing = record.quantity.is_zero() && record.amount.is_none_or(|amount| amount.is_zero());
    let nothing = nothing && (left > Decimal::ZERO || amount_left.is_some_and(|left| left > Decimal::ZERO));
    let quantity = part_of(Heading::Quantity, record.quantity, left, nothing);
    let amount = record.amount.zip(amount_left).and_then(|(said, left)| part_of(Heading::Amount, said, left, false));
    repeated.chain(quantity).chain(amount).collect()
}

/// What is wrong with a number that takes back a part of what is left, or all of it.
fn part_of(heading: Heading, said: Decimal, left: Decimal, nothing: bool) -> Option<Fault> {
    let plain = |number: Decimal| number.normalize().to_string();
    let left = left.max(Decimal::ZERO);
    if said > Decimal::ZERO || nothing {
        return Some(Fault::at(heading, Code::Differs, plain(said)).naming(plain(-left)));
    }
    (-said > left).then(|| Fault::at(heading, Code::Left, plain(said)).naming(plain(left)))
}

fn tier(tier: Option<i16>) -> String {
    tier.map(|tier| tier.to_string()).unwrap_or_default()
}

/// What another file has taken back since it was looked up, so that not enough is left. To be asked under the product's lock, which
/// [`taken_meanwhile`](store::taken_meanwhile) takes.
pub fn taken_back_meanwhile<P>(tx: &mut Tx<'_, P>, file: &FileRow) -> Result<Vec<(i32, Fault)>> {
    let fault = |one: store::Overtaken| {
        let fault = match (one.whole, one.file_id) {
            (true, Some(other)) => Fault::at(Heading::Reverses, Code::Reversed, one.of_key).naming(other.as_str()),
            _ => Fault::at(Heading::Reverses, Code::Left, one.of_key),
        };
        (one.number, fault)
    };
    Ok(store::reversed_meanwhile(tx, file)?.into_iter().map(fault).collect())
}
