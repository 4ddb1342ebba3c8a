//! A dry run that takes longer than somebody waits: the job reads the report as it reads an upload, checks it by the same functions, and keeps
//! no row of it. What it finds is held until all rows are read and written once. Whoever stops in the middle leaves a dry run that is begun
//! anew, from its first row, once the lease has run out.

use std::{collections::BTreeMap, sync::Arc};

use diesel::{PgConnection, RunQueryDsl as _};
use serde::{Deserialize, Serialize};
use tokio::{sync::mpsc, task::spawn_blocking};

use super::{
    UsageFile,
    actions::{of_file, worth},
    check::{Checker, Record},
    dynamic::{self, Described},
    fault::{Code, Fault},
    job::{self, ATTEMPTS, JOB, Piece, WHY},
    mapping::{engine::Facts, exact::Exact, ledger::Ledger},
    read::Beside,
    store::{self, FaultRow, FileRow, KEPT, Pieces, Placed, TrialRow, Trying},
    waiting::{self, Next},
};
use crate::{
    kit::{
        choice::Choice as _,
        db::{Db, System, Tx},
        id::Id,
        problem::{NO_SPACE, Problem, Result},
        statement::statement,
    },
    manifest::Ending,
};

/// Items that are listed.
const ITEMS: usize = 200;

/// What a dry run found.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Outcome {
    pub rows: usize,
    /// Rows that are wrong.
    pub wrong: usize,
    /// Records, and what they come to: their amounts, or their quantities where they have none.
    pub records: u32,
    pub total: Exact,
    /// The first faults of each sort, in the order of their rows.
    pub faults: Vec<FaultRow>,
    /// How many there are of each sort.
    pub counts: BTreeMap<String, u32>,
    /// Items that the report would make, the first of them.
    pub items: Vec<Described>,
    /// Of a report that is read through a mapping: where its rows went.
    pub ledger: Option<Ledger>,
    /// What is told of the report beside its rows.
    pub beside: Beside,
}

impl Outcome {
    /// How many faults there are.
    pub fn all(&self) -> usize {
        self.counts.values().map(|count| *count as usize).sum()
    }

    fn note(&mut self, faults: &[Placed]) {
        for one in faults {
            let count = self.counts.entry(one.fault.code.key().to_owned()).or_default();
            *count += 1;
            if *count <= KEPT.unsigned_abs() {
                self.faults.push(FaultRow::of(one));
            }
        }
    }

    fn whole(&mut self, faults: Vec<Fault>) {
        self.note(&faults.into_iter().map(of_file).collect::<Vec<_>>());
    }

    fn count(&mut self, records: &[Record]) {
        self.records += u32::try_from(records.len()).unwrap_or(u32::MAX);
        self.total = records.iter().map(worth).fold(self.total, |all, one| all + one);
    }
}

/// Clears away what was tried out a day ago.
pub fn sweep(conn: &mut PgConnection) -> Result<usize> {
    Ok(statement("DELETE FROM usage_trials WHERE sent_at < now() - interval '1 day'").execute(conn)?)
}

/// Checks dry runs until none waits.
pub async fn check_all(db: Db, ending: Ending) -> Result<()> {
    while !*ending.borrow() && check_next(&db).await? {}
    Ok(())
}

/// Checks the dry run that waits longest; false when none does.
pub async fn check_next(db: &Db) -> Result<bool> {
    let Some(trying) = db.write_system(JOB, store::take_trial).await? else { return Ok(false) };
    let done = if trying.attempts > ATTEMPTS {
        let mut outcome = Outcome::default();
        outcome.whole(vec![Fault::of_row(Code::Unreadable, WHY)]);
        settle(db, &trying, outcome).await
    } else {
        check(db, &trying).await
    };
    let (given, full) = (trying.clone(), matches!(done, Err(Problem::NoSpace(_))));
    let released =
        db.write_system(
            JOB,
            move |tx| {
                if full { store::put_off_trial(tx, &given) } else { store::release_trial(tx, &given) }
            },
        );
    done.and(released.await).map(|()| true)
}

/// Keeps what was found.
async fn settle(db: &Db, trying: &Trying, mut outcome: Outcome) -> Result<()> {
    outcome.faults.sort_by_key(|one| one.number);
    job::piece(db, trying, move |tx, trying| store::settle_trial(tx, &trying.id, &outcome)).await.map(drop)
}

/// What a dry run begins with: the file, what its rows are held against, its pieces, and what was sent with them. None when it is gone.
fn open(tx: &mut Tx<'_, System>, id: &Id<UsageFile>) -> Result<Option<(FileRow, Checker, Pieces, TrialRow)>> {
    let Some(trial) = store::trial(tx, id)? else { return Ok(None) };
    let file = store::held_file(tx, id)?;
    let pieces = store::pieces_of_trial(tx, id)?;
    let checker = job::checker(tx, &file)?;
    Ok(Some((file, checker, pieces, trial)))
}

/// Checks rows as those of an upload are checked. What came of it is counted, and none of it is kept.
fn take_in(
    tx: &mut Tx<'_, System>,
    file: &FileRow,
    (checker, outcome): (&mut Checker, &mut Outcome),
    piece: &Piece,
) -> Result<()> {
    let made = dynamic::pretend(tx, file, checker, &piece.rows)?;
    let room = ITEMS.saturating_sub(outcome.items.len());
    outcome.items.extend(made.into_iter().take(room));
    let (records, faults, wrong) = job::judge(tx, file, checker, &piece.rows)?;
    outcome.count(&records);
    outcome.note(&piece.faults);
    outcome.note(&faults);
    outcome.rows += piece.len();
    outcome.wrong += wrong + piece.unread;
    store::trial_worked(tx, &file.id, piece.len(), wrong + piece.unread)
}

async fn check(db: &Db, trying: &Trying) -> Result<()> {
    let opened = job::piece(db, trying, |tx, trying| open(tx, &trying.id)).await?;
    let Some((file, mut checker, pieces, trial)) = opened.flatten() else { return Ok(()) };
    let Some(content) = job::bring_back(db, trying, &pieces).await? else { return Ok(()) };
    let (file, control, mut outcome) = (Arc::new(file), trial.control, Outcome::default());
    let (send, mut pieces) = mpsc::channel::<Piece>(2);
    let (schema, facts, mapping) = (file.schema, Facts::of(&file), trial.mapping.map(|(_, _, mapping)| mapping));
    let reader = spawn_blocking(move || {
        let through = mapping.as_ref().map(|mapping| (mapping, &facts));
        job::read_in_pieces(&mut content.reader(), schema, through, &send)
    });
    loop {
        let rows = match waiting::next(db, trying, &mut pieces).await? {
            Next::Piece(rows) => rows,
            Next::Over => break,
            Next::Lost => return Ok(()),
        };
        let file = file.clone();
        let back = job::piece(db, trying, move |tx, _| {
            take_in(tx, &file, (&mut checker, &mut outcome), &rows)?;
            Ok((checker, outcome))
        });
        let Some(back) = back.await? else { return Ok(()) };
        (checker, outcome) = back;
    }
    let seen = match reader.await.map_err(Problem::internal)? {
        // nothing is wrong with the report; it is read again once there is space
        Err(faults) if faults.iter().any(job::no_space) => return Err(Problem::NoSpace(NO_SPACE.into())),
        Err(faults) => {
            outcome.whole(faults);
            return settle(db, trying, outcome).await;
        }
        Ok(seen) => seen,
    };
    outcome.beside = seen.beside;
    match seen.ledger {
        Some(ledger) => {
            let said = (control, ledger.said);
            outcome.whole(store::against_control(said, ledger.source.rows, ledger.source.value));
            outcome.ledger = Some(ledger);
        }
        // rows that are wrong may make the difference
        None if outcome.wrong == 0 => {
            let (said, records, total) = ((control, store::Control::default()), outcome.records, outcome.total);
            outcome.whole(store::against_control(said, records, total));
        }
        None => {}
    }
    settle(db, trying, outcome).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_sort_the_first_faults_are_kept_and_all_are_counted() {
        let mut outcome = Outcome::default();
        let many: Vec<Fault> = (0..1_500).map(|_| Fault::of_row(Code::Empty, "")).collect();
        outcome.whole(many);
        outcome.whole(vec![Fault::of_row(Code::Unreadable, WHY)]);
        let of = |code: Code| outcome.faults.iter().filter(|one| one.code() == code).count();
        assert_eq!((of(Code::Empty), of(Code::Unreadable), outcome.all()), (1_000, 1, 1_501));
    }
}
