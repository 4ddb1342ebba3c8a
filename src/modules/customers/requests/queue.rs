//! Changes of customers' data as a queue: what is its own of what every queue has.

use super::{
    Request, Status,
    lifecycle::{Action, Part, RULES},
    store::{self, RequestRow},
};
use crate::{
    kit::{actor::Company, db::Tx, id::Id, lifecycle::Rule, problem::Result},
    modules::queue::{Queue, Standing, Waiting},
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
