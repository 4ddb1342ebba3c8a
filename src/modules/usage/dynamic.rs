//! Dynamic items: where a product allows it, rows describe items that it does not have. Such an item is a draft while its file is checked, and
//! is made when the file becomes ready; the same part number in another file is the same item.

use std::{collections::HashSet, sync::Arc};

use super::{
    check::Checker,
    fault::{Code, Fault},
    job,
    known::ItemFacts,
    read::{self, Heading, Layout, Line},
    store::{self, FileRow},
};
use crate::{
    kit::{
        choice::Choice as _,
        db::{Looks, Tx},
        id::Id,
        lifecycle::plan,
        problem::{Problem, Result},
    },
    modules::products::{
        self,
        items::{Precision, Unit, dynamic},
        lifecycle::{Action, By, RULES},
    },
};

pub use crate::modules::products::items::dynamic::Described;

/// What a row says of its item, beside what it is found by.
struct Said {
    mpn: String,
    name: String,
    unit: Option<Unit>,
    precision: Option<Precision>,
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// A published unit by its id or its name.
fn unit(text: &str) -> Option<Unit> {
    Unit::ALL.iter().copied().find(|unit| same(unit.key(), text) || same(unit.label(), text))
}

/// `decimal_2`, as it is published too: `decimal(2)`.
fn precision(text: &str) -> Option<Precision> {
    let key = text.to_lowercase().replace('(', "_").replace(')', "");
    Precision::from_key(&key)
}

impl Said {
    /// # Errors
    /// What of it cannot be read.
    fn of(layout: &Layout, line: &Line) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut text = |heading| {
            let cell = layout.at(heading).and_then(|at| line.cell(at));
            read::text(heading, cell).unwrap_or_else(|fault| {
                faults.push(fault);
                String::new()
            })
        };
        let (mpn, name) = (text(Heading::ItemMpn), text(Heading::ItemName));
        let (unit_text, precision_text) = (text(Heading::ItemUnit), text(Heading::ItemPrecision));
        let (unit, precision) = (unit(&unit_text), precision(&precision_text));
        if unit.is_none() && !unit_text.is_empty() {
            faults.push(Fault::at(Heading::ItemUnit, Code::Unit, unit_text));
        }
        if precision.is_none() && !precision_text.is_empty() {
            faults.push(Fault::at(Heading::ItemPrecision, Code::Precision, precision_text));
        }
        if faults.is_empty() { Ok(Self { mpn, name, unit, precision }) } else { Err(faults) }
    }

    fn nothing(&self) -> bool {
        self.mpn.is_empty() && self.name.is_empty() && self.unit.is_none() && self.precision.is_none()
    }

    /// What is not said here, as another row says it.
    fn fill(&mut self, other: Self) {
        if self.name.is_empty() {
            self.name = other.name;
        }
        self.unit = self.unit.or(other.unit);
        self.precision = self.precision.or(other.precision);
    }

    /// Whether it is of an item with this part number.
    fn is_of(&self, mpn: &str) -> bool {
        self.mpn.is_empty() || same(&self.mpn, mpn)
    }

    /// All of an item with this part number. Published reports name items without saying what counts them: those are counted in units, as
    /// finely as records are kept.
    ///
    /// # Errors
    /// What is not said of it.
    fn whole(self, mpn: &str) -> Result<Described, Vec<Fault>> {
        let mut faults = Vec::new();
        if !self.is_of(mpn) {
            faults.push(Fault::at(Heading::ItemMpn, Code::Described, self.mpn.as_str()).naming(mpn));
        }
        if self.name.is_empty() {
            faults.push(Fault::at(Heading::ItemName, Code::Missing, ""));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let (unit, precision) = (self.unit.unwrap_or(Unit::Units), self.precision.unwrap_or(Precision::Decimal8));
        Ok(Described { mpn: mpn.to_owned(), name: self.name, unit, precision })
    }
}

/// What a row says otherwise than its item is.
pub fn differs(item: &ItemFacts, layout: &Layout, line: &Line) -> Vec<Fault> {
    let said = match Said::of(layout, line) {
        Ok(said) => said,
        Err(faults) => return faults,
    };
    let pairs = [
        (Heading::ItemMpn, said.mpn.as_str(), item.mpn.as_str()),
        (Heading::ItemName, said.name.as_str(), item.name.as_str()),
        (Heading::ItemUnit, said.unit.map_or("", Unit::key), item.unit.key()),
        (Heading::ItemPrecision, said.precision.map_or("", Precision::key), item.precision.key()),
    ];
    pairs
        .into_iter()
        .filter(|(_, said, is)| !said.is_empty() && !same(said, is))
        .map(|(heading, said, is)| Fault::at(heading, Code::Described, said).naming(is))
        .collect()
}

/// Why an item that was not found is not made either; `unknown` where the row says nothing of it.
pub fn against(unknown: Fault, mpn: &str, layout: &Layout, line: &Line) -> Vec<Fault> {
    match Said::of(layout, line) {
        Err(faults) => faults,
        Ok(said) if said.nothing() => vec![unknown],
        Ok(said) => match said.whole(mpn) {
            Err(faults) => faults,
            Ok(described) => vec![Fault::at(Heading::ItemName, Code::Barred, described.name)],
        },
    }
}

/// The items that rows describe and the product does not have, each once, but for those that it cannot get.
fn fresh(
    look: &mut impl Looks,
    file: &FileRow,
    checker: &Checker,
    rows: &[(Arc<Layout>, Line)],
) -> Result<Vec<Described>> {
    if !checker.allowed.dynamic {
        return Ok(Vec::new());
    }
    let mut all: Vec<(String, Said)> = Vec::new();
    for (layout, line) in rows {
        let Some(mpn) = checker.known.lacking(layout, line) else { continue };
        let Some(said) = Said::of(layout, line).ok().filter(|said| said.is_of(&mpn)) else { continue };
        match all.iter_mut().find(|(known, _)| same(known, &mpn)) {
            Some((_, one)) => one.fill(said),
            None => all.push((mpn, said)),
        }
    }
    let mut names: HashSet<String> = checker.known.items().iter().map(|item| item.name.to_lowercase()).collect();
    let described = all.into_iter().filter_map(|(mpn, said)| said.whole(&mpn).ok());
    let mut found: Vec<Described> = described.filter(|one| names.insert(one.name.to_lowercase())).collect();
    if !found.is_empty() {
        let barred = dynamic::barred(look, &file.product_id, &found)?;
        found.retain(|one| !barred.contains(&one.mpn));
    }
    Ok(found)
}

/// Makes drafts of the items that rows describe and the product does not have, so that their records can be kept.
pub fn prepare<P>(
    tx: &mut Tx<'_, P>,
    file: &FileRow,
    checker: &mut Checker,
    rows: &[(Arc<Layout>, Line)],
) -> Result<()> {
    job::look_back(tx, file, checker, rows)?;
    for one in fresh(tx, file, checker, rows)? {
        if let Some(id) = dynamic::draft(tx, &file.product_id, &one)? {
            checker.known.add(&one, id);
        }
    }
    Ok(())
}

/// The items that a report would make which is only tried out.
pub fn pretend(
    look: &mut impl Looks,
    file: &FileRow,
    checker: &mut Checker,
    rows: &[(Arc<Layout>, Line)],
) -> Result<Vec<Described>> {
    job::look_back(look, file, checker, rows)?;
    let found = fresh(look, file, checker, rows)?;
    for one in &found {
        // no item has this number
        checker.known.add(one, Id::within(&file.product_id, 0));
    }
    Ok(found)
}

/// Makes the items of a held file that becomes ready: its totals name their drafts.
pub fn make<P>(tx: &mut Tx<'_, P>, file: &FileRow) -> Result<()> {
    let ids = store::drafts_of(tx, &file.id)?;
    if ids.is_empty() {
        return Ok(());
    }
    let planned = plan(RULES, products::Status::Draft, Action::Publish, By::Vendor, tx.at)
        .map_err(|_| Problem::internal("a draft can be published"))?;
    store::keep_made(tx, &file.id, &ids)?;
    dynamic::publish(tx, &file.product_id, &ids, &planned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_and_precisions_are_known_by_what_they_are_published_as() {
        for (text, key) in
            [("hours", Some("hours")), ("Unit-hour", Some("unith")), ("GB", Some("gb")), ("parsec", None)]
        {
            assert_eq!(unit(text).map(Unit::key), key, "{text}");
        }
        for (text, key) in [("decimal(2)", Some("decimal_2")), ("Integer", Some("integer")), ("2", None)] {
            assert_eq!(precision(text).map(Precision::key), key, "{text}");
        }
    }
}
