//! A report that is tried out through a mapping, by the code that reads it when it is uploaded: where its rows would go, and which of its
//! values nobody has named yet.

use std::io::{Read, Seek};

use super::{
    data::Mapping,
    engine::{Facts, Outcome},
    ledger::{Ledger, Sum},
    source::{self, Through},
};
use crate::{
    kit::{db::Looks, problem::Result},
    modules::usage::{
        actions::{MOST_TRIED, Tried},
        check::Checker,
        fault::{Code, Fault},
        job,
        read::row_of,
        store::{FileRow, Placed},
    },
};

/// A value that stops rows, with how many and what they come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    pub code: Code,
    pub raw: String,
    pub sum: Sum,
}

impl Unknown {
    pub fn value(&self) -> String {
        self.sum.value.to_string()
    }
}

/// Where the rows of a report would go.
#[derive(Debug, Clone)]
pub struct Preview {
    pub ledger: Ledger,
    /// Values that no rule fits, and items and subscriptions that are not found, the largest sums first.
    pub unknown: Vec<Unknown>,
}

/// Values that are listed.
const LISTED: usize = 50;

impl Preview {
    fn note(&mut self, faults: &[Placed], sum: Sum) {
        let about = |code: Code| {
            matches!(code, Code::Rule | Code::Item | Code::Ordered | Code::Unknown | Code::Ambiguous | Code::Lifetime)
        };
        for one in faults.iter().filter(|one| about(one.fault.code)) {
            let same = |known: &&mut Unknown| known.code == one.fault.code && known.raw == one.fault.raw;
            match self.unknown.iter_mut().find(same) {
                Some(known) => known.sum += sum,
                None => self.unknown.push(Unknown { code: one.fault.code, raw: one.fault.raw.clone(), sum }),
            }
        }
    }
}

/// What a mapping made of the first rows of a report.
pub struct Rows {
    rows: job::Rows,
    /// Of each what went into it, and whether it is a group.
    sums: Vec<(i32, Sum, bool)>,
    /// Rows that it could not read.
    unread: Vec<(Vec<Placed>, Sum)>,
    read: Through,
}

impl Rows {
    /// Whether the report has more rows than were read.
    pub fn more(&self) -> bool {
        self.read.more
    }
}

/// Reads the first rows of a report.
///
/// # Errors
/// What is wrong with the file as a whole.
pub fn read(file: &mut (impl Read + Seek), through: (&Mapping, &Facts)) -> Result<Rows, Vec<Fault>> {
    let (mut rows, mut sums, mut unread) = (job::Rows::new(), Vec::new(), Vec::new());
    let read = source::read(file, through, MOST_TRIED, |layout, outcome| {
        match outcome {
            Outcome::Made(made) => {
                sums.push((made.line.number, made.sum, made.grouped));
                rows.push((layout.clone(), made.line));
            }
            Outcome::Wrong(faults, sum) => unread.push((faults, sum)),
            Outcome::Split(_) | Outcome::Kept => {}
        }
        true
    })?;
    Ok(Rows { rows, sums, unread, read })
}

/// Checks what was read as an upload is checked, and keeps nothing of it.
pub fn check(look: &mut impl Looks, file: &FileRow, checker: &mut Checker, all: Rows) -> Result<Tried> {
    let Rows { rows, sums, unread, read } = all;
    let (records, found, _) = job::judge(look, file, checker, &rows)?;
    let mut preview = Preview { ledger: read.ledger, unknown: Vec::new() };
    for (faults, sum) in &unread {
        preview.note(faults, *sum);
    }
    let good: std::collections::HashSet<i32> = records.iter().map(|record| record.number).collect();
    for (number, sum, grouped) in sums.into_iter().filter(|(number, ..)| !good.contains(number)) {
        preview.ledger.refuse(sum, grouped);
        let here: Vec<Placed> = found.iter().filter(|one| one.number == row_of(number)).cloned().collect();
        preview.note(&here, sum);
    }
    preview.unknown.sort_by(|one, other| other.sum.value.cmp(&one.sum.value).then_with(|| one.raw.cmp(&other.raw)));
    preview.unknown.truncate(LISTED);
    let mut faults: Vec<Placed> = unread.into_iter().flat_map(|(faults, _)| faults).chain(found).collect();
    faults.sort_by_key(|one| one.number);
    let ledger = &preview.ledger;
    let (rows, wrong, made, beside) = (ledger.source.rows, ledger.errors.rows, ledger.made, ledger.beside);
    Ok(Tried {
        rows: rows as usize,
        wrong: wrong as usize,
        records: made.rows,
        total: made.value,
        faults,
        preview: Some(preview),
        items: Vec::new(),
        beside,
    })
}
