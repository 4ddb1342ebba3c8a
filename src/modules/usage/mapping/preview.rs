//! A report that is tried out through a mapping, by the code that reads it when it is uploaded: where its rows would go, and which of its
//! values nobody has named yet.

use super::{
    engine::{Facts, Outcome},
    ledger::{Ledger, Sum},
    source,
    store::Chosen,
};
use crate::{
    kit::{db::Tx, problem::Result},
    modules::usage::{
        actions::{MOST_TRIED, Tried, of_file},
        check::Checker,
        fault::Code,
        job,
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
    /// Whether only the first rows were read.
    pub more: bool,
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

/// Reads the first rows of a report and keeps nothing of it.
pub fn try_out<P>(
    tx: &mut Tx<'_, P>,
    file: &FileRow,
    checker: &mut Checker,
    bytes: &[u8],
    chosen: &Chosen,
) -> Result<Tried> {
    let facts = Facts::of(file);
    let (mut rows, mut sums, mut unread) = (Vec::new(), Vec::new(), Vec::new());
    let read = source::read(bytes, (&chosen.mapping, &facts), MOST_TRIED, |layout, outcome| {
        match outcome {
            Outcome::Made(made) => {
                sums.push((made.line.number, made.sum, made.grouped));
                rows.push((layout.clone(), made.line));
            }
            Outcome::Wrong(faults, sum) => unread.push((faults, sum)),
            Outcome::Kept => {}
        }
        true
    });
    let read = match read {
        Ok(read) => read,
        Err(faults) => {
            let faults = faults.into_iter().map(of_file).collect();
            return Ok(Tried { rows: 0, wrong: 0, faults, preview: None });
        }
    };
    let (records, found, _) = job::judge(tx, file, checker, &rows)?;
    let mut preview = Preview { ledger: read.ledger, unknown: Vec::new(), more: read.more };
    for (faults, sum) in &unread {
        preview.note(faults, *sum);
    }
    let good: std::collections::HashSet<i32> = records.iter().map(|record| record.number).collect();
    for (number, sum, grouped) in sums.into_iter().filter(|(number, ..)| !good.contains(number)) {
        preview.ledger.refuse(sum, grouped);
        let here: Vec<Placed> = found.iter().filter(|one| one.number == number).cloned().collect();
        preview.note(&here, sum);
    }
    preview.unknown.sort_by(|one, other| other.sum.value.cmp(&one.sum.value).then_with(|| one.raw.cmp(&other.raw)));
    preview.unknown.truncate(LISTED);
    let mut faults: Vec<Placed> = unread.into_iter().flat_map(|(faults, _)| faults).chain(found).collect();
    faults.sort_by_key(|one| one.number);
    let ledger = &preview.ledger;
    let (rows, wrong) = (ledger.source.rows, ledger.errors.rows);
    Ok(Tried { rows: rows as usize, wrong: wrong as usize, faults, preview: Some(preview) })
}
