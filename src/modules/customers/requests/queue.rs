//! Changes of customers' data as a queue: what is its own of what every queue has.

use serde::{Deserialize, Serialize};

use super::{
    Decide, Request, Status,
    actions::{self, Decision},
    grid::{RequestCells, Requests, TO_DO},
    lifecycle::{Action, Part, RULES},
    store::{self, RequestRow},
};
use crate::{
    kit::{actor::Company, db::Tx, id::Id, lifecycle::Rule, problem::Result},
    modules::queue::{Queue, Settled, Standing, Waiting, Worked, grid::Waits},
};

/// The queue of changes of customers' data.
pub struct Changes;

impl Standing for Status {
    fn open(self) -> bool {
        self == Self::Pending
    }

    fn waits(self) -> bool {
        self == Self::Pending
    }
}

impl Waiting<Changes> for RequestRow {
    fn id(&self) -> &Id<Request> {
        &self.id
    }
    fn status(&self) -> Status {
        self.status
    }
}

impl Queue for Changes {
    type Kind = Request;
    type Status = Status;
    type Action = Action;
    type Part = Part;
    type Row = RequestRow;
    type Of = ();

    const RULES: &'static [Rule<Status, Action, Part>] = RULES;
    const TABLE: &'static str = "tier_account_requests";
    const PATH: &'static str = "customer-requests";
    const TITLE: &'static str = "Customer changes";

    fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<Request>) -> Result<(RequestRow, ())> {
        Ok((store::lock(tx, id)?, ()))
    }

    fn parts(row: &RequestRow, (): &(), company: &Company) -> Vec<Part> {
        (row.vendor_id == company.id).then_some(Part::Vendor).into_iter().collect()
    }
}

impl Worked for Changes {
    type List = Requests;

    const TO_DO: &'static str = TO_DO;

    fn name(cells: &RequestCells) -> &str {
        &cells.account
    }

    fn waits(cells: &RequestCells) -> &Waits<Status> {
        &cells.waits
    }

    fn came_to(action: Action) -> &'static str {
        match action {
            Action::Accept => "Accepted",
            Action::Ignore => "Ignored",
        }
    }
}

/// A decision with what the page showed the person who made it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Decided {
    pub decision: Decision,
    pub sent: String,
}

impl Settled for Changes {
    type Right = Decide;
    type Decision = Decided;

    fn action(decided: &Decided) -> Action {
        match decided.decision {
            Decision::Accept => Action::Accept,
            Decision::Ignore(_) => Action::Ignore,
        }
    }

    fn settle(tx: &mut Tx<'_, Decide>, id: &Id<Request>, decided: &Decided) -> Result<()> {
        actions::decide(tx, id, &decided.decision, Some(&decided.sent))
    }

    fn attempt(tx: &mut Tx<'_, Decide>, id: &Id<Request>, decided: &Decided) -> Result<()> {
        actions::attempt(tx, id, &decided.decision, &decided.sent)
    }
}
