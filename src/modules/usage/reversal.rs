//! Reversals: a record is never edited. One of a later file takes back a record of an accepted one, and says the same with its numbers
//! below zero, so that both can be billed the same way. Anything reported again after a reversal is another record.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::{
    Status, UsageFile,
    check::{Record, told},
    fault::{Code, Fault},
    read::Heading,
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
    if let Some(other) = &original.reversed_in {
        return vec![fault(Code::Reversed).naming(other.as_str())];
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
    let number = |number: Decimal| number.normalize().to_string();
    let pairs = [
        (Heading::ItemValue, record.item.to_string(), original.item_id.to_string()),
        (Heading::Quantity, number(record.quantity), number(-original.quantity)),
        (Heading::Amount, record.amount.map(number).unwrap_or_default(), {
            original.amount.map(|amount| number(-amount)).unwrap_or_default()
        }),
        (Heading::Start, told(record.start), told(original.start_at)),
        (Heading::End, told(record.end), told(original.end_at)),
        (Heading::AssetValue, record.subscription.to_string(), original.subscription_id.to_string()),
        (Heading::Tier, tier(record.tier), tier(original.tier)),
    ];
    pairs
        .into_iter()
        .filter(|(_, said, meant)| said != meant)
        .map(|(heading, said, meant)| Fault::at(heading, Code::Differs, said).naming(meant))
        .collect()
}

fn tier(tier: Option<i16>) -> String {
    tier.map(|tier| tier.to_string()).unwrap_or_default()
}

/// What another file has taken back since it was looked up. To be asked under the product's lock, which
/// [`taken_meanwhile`](store::taken_meanwhile) takes.
pub fn taken_back_meanwhile<P>(tx: &mut Tx<'_, P>, file: &FileRow) -> Result<Vec<(i32, Fault)>> {
    let claims = store::reversed_meanwhile(tx, file)?;
    let fault =
        |key: String, other: Id<UsageFile>| Fault::at(Heading::Reverses, Code::Reversed, key).naming(other.as_str());
    Ok(claims.into_iter().map(|(number, key, other)| (number, fault(key, other))).collect())
}
