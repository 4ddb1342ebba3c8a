//! Listing requests as a queue: what is their own of what every queue has.

use serde::{Deserialize, Serialize};

use super::{
    Process, Request, RequestStatus, Talk, actions,
    letters::Mail,
    lifecycle::{Action, Part, RULES},
    requests::{RequestCells, Requests, TO_DO},
    store::{self, ListingRow, RequestRow},
};
use crate::{
    kit::{
        actor::{Account, Company, User},
        db::Tx,
        id::Id,
        lifecycle::Rule,
        problem::Result,
    },
    modules::queue::{Assigned, Queue, Settled, Standing, Talks, Waiting, Worked, grid::Waits},
};

/// The queue of listing requests.
pub struct Reviews;

impl Standing for RequestStatus {
    fn open(self) -> bool {
        Self::OPEN.contains(&self)
    }

    fn waits(self) -> bool {
        matches!(self, Self::Reviewing | Self::Deploying)
    }
}

impl Waiting<Reviews> for RequestRow {
    fn id(&self) -> &Id<Request> {
        &self.id
    }
    fn status(&self) -> RequestStatus {
        self.status
    }
    fn assignee(&self) -> Option<&Id<User>> {
        self.assignee_id.as_ref()
    }
}

impl Queue for Reviews {
    type Kind = Request;
    type Status = RequestStatus;
    type Action = Action;
    type Part = Part;
    type Row = RequestRow;
    type Of = ListingRow;

    const RULES: &'static [Rule<RequestStatus, Action, Part>] = RULES;
    const TABLE: &'static str = "listing_requests";
    const PATH: &'static str = "listing-requests";
    const TITLE: &'static str = "Listing requests";

    fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<Request>) -> Result<(RequestRow, ListingRow)> {
        store::lock_request(tx, id)
    }

    fn parts(_: &RequestRow, _: &ListingRow, company: &Company) -> Vec<Part> {
        vec![store::part(company)]
    }
}

impl Assigned for Reviews {
    type Process = Process;

    const ASSIGNED: (&'static str, &'static str) = ("listing_request.assigned", "listing_request.unassigned");
    const HANDED_ON: &'static str = "listing_request.handed_on";
}

impl Talks for Reviews {
    type Talk = Talk;

    fn other(row: &RequestRow, _: &ListingRow, company: &Company) -> Id<Account> {
        if store::part(company) == Part::Vendor { row.owner_id.clone() } else { row.vendor_id.clone() }
    }

    type Letter = Mail;

    fn discussed(id: &Id<Request>, account: Id<Account>, company: String) -> Mail {
        Mail::RequestDiscussed { request: id.clone(), account, company }
    }
}

impl Worked for Reviews {
    type List = Requests;

    const TO_DO: &'static str = TO_DO;

    fn name(cells: &RequestCells) -> &str {
        &cells.waits.product
    }

    fn waits(cells: &RequestCells) -> &Waits<RequestStatus> {
        &cells.waits
    }

    fn came_to(action: Action) -> &'static str {
        match action {
            Action::Submit => "Submitted",
            Action::Deploy => "Deploying",
            Action::Complete => "Completed",
            Action::Refine => "Refined",
            Action::Cancel => "Cancelled",
        }
    }
}

/// A step that the owner of a marketplace takes without giving a reason.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Forward {
    Deploy,
    Complete,
}

impl Forward {
    /// None when the act needs a reason, or is not the owner's.
    pub fn of(action: Action) -> Option<Self> {
        match action {
            Action::Deploy => Some(Self::Deploy),
            Action::Complete => Some(Self::Complete),
            Action::Submit | Action::Refine | Action::Cancel => None,
        }
    }
}

impl Settled for Reviews {
    type Right = Process;
    type Decision = Forward;

    fn action(decision: &Forward) -> Action {
        match decision {
            Forward::Deploy => Action::Deploy,
            Forward::Complete => Action::Complete,
        }
    }

    fn settle(tx: &mut Tx<'_, Process>, id: &Id<Request>, decision: &Forward) -> Result<()> {
        actions::decide(tx, id, Self::action(decision), "")
    }
}
