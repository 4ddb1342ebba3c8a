//! Listing requests as a queue: what is their own of what every queue has.

use super::{
    MANAGE, Process, Request, RequestStatus, Talk,
    letters::Mail,
    lifecycle::{Action, Part, RULES},
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
    modules::queue::{Assigned, Queue, Standing, Talks, Waiting},
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
}

impl Talks for Reviews {
    type Talk = Talk;

    const TOLD: &'static str = MANAGE;

    fn other(row: &RequestRow, _: &ListingRow, company: &Company) -> Id<Account> {
        if store::part(company) == Part::Vendor { row.owner_id.clone() } else { row.vendor_id.clone() }
    }

    type Letter = Mail;

    fn discussed(id: &Id<Request>, account: Id<Account>, company: String) -> Mail {
        Mail::RequestDiscussed { request: id.clone(), account, company }
    }
}
