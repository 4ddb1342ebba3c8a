//! Usage files as a queue: what is their own of what every queue has. The owner of a marketplace works through what vendors submitted to it.

use serde::{Deserialize, Serialize};

use super::{
    Review, Status, UsageFile, actions,
    data::Acceptance,
    grid::{FileCells, Files, TO_DO},
    lifecycle::{Action, Part, RULES},
    store::{self, FileRow},
};
use crate::{
    kit::{actor::Company, choice::Choice as _, db::Tx, id::Id, lifecycle::Rule, problem::Result},
    modules::queue::{Queue, Settled, Standing, Waiting, Worked, grid::Waits},
};

/// The queue of usage files.
pub struct Reports;

impl Standing for Status {
    fn open(self) -> bool {
        self != Self::Closed
    }

    fn waits(self) -> bool {
        self == Self::Pending
    }
}

impl Waiting<Reports> for FileRow {
    fn id(&self) -> &Id<UsageFile> {
        &self.id
    }
    fn status(&self) -> Status {
        self.status
    }
}

impl Queue for Reports {
    type Kind = UsageFile;
    type Status = Status;
    type Action = Action;
    type Part = Part;
    type Row = FileRow;
    type Of = ();

    const RULES: &'static [Rule<Status, Action, Part>] = RULES;
    const TABLE: &'static str = "usage_files";
    const PATH: &'static str = "usage-files";
    const TITLE: &'static str = "Usage files";
    const BACK: &'static str = "Back to file";

    fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<(FileRow, ())> {
        Ok((store::lock(tx, id)?, ()))
    }

    fn parts(_: &FileRow, (): &(), company: &Company) -> Vec<Part> {
        vec![store::part(company)]
    }
}

impl Worked for Reports {
    type List = Files;

    const TO_DO: &'static str = TO_DO;

    fn name(cells: &FileCells) -> &str {
        &cells.name
    }

    fn waits(cells: &FileCells) -> &Waits<Status> {
        &cells.waits
    }

    fn came_to(action: Action) -> &'static str {
        match action {
            Action::Accept => "Accepted",
            other => other.label(),
        }
    }
}

/// An acceptance with what the page showed the person who accepts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Accepting {
    pub note: String,
    pub sent: String,
}

impl Settled for Reports {
    type Right = Review;
    type Decision = Accepting;

    fn action(_: &Accepting) -> Action {
        Action::Accept
    }

    fn settle(tx: &mut Tx<'_, Review>, id: &Id<UsageFile>, decision: &Accepting) -> Result<()> {
        let said = Acceptance { note: decision.note.clone() };
        actions::accept(tx, id, &said, &decision.sent)
    }
}
