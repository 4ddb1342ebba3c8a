//! Requests of subscriptions as a queue: what is their own of what every queue has.

use super::{
    Process, Request, Status, Talk,
    actions::{self, ask_customer, tell_again, tell_buyer},
    grid::{RequestCells, Requests, TO_DO},
    letters::Mail,
    lifecycle::{Action, RULES},
    store::{self, RequestRow},
};
use crate::{
    kit::{
        actor::{Account, Company, User},
        choice::Choice as _,
        db::Tx,
        id::Id,
        lifecycle::Rule,
        problem::Result,
    },
    modules::{
        orders::{
            asking::{Asks, approval::Approving},
            party::Part,
            questions::parameters_of,
            subscriptions::store::SubscriptionRow,
        },
        products::parameters::{store::ParameterRow, values::Values},
        queue::{Assigned, Queue, Settled, Standing, Talks, Waiting, Worked, grid::Waits},
    },
};

/// The queue of requests of subscriptions.
pub struct Fulfillment;

impl Standing for Status {
    fn open(self) -> bool {
        Self::OPEN.contains(&self)
    }

    fn waits(self) -> bool {
        matches!(self, Self::Pending | Self::Revoking)
    }
}

impl Waiting<Fulfillment> for RequestRow {
    fn id(&self) -> &Id<Request> {
        &self.id
    }
    fn status(&self) -> Status {
        self.status
    }
    fn assignee(&self) -> Option<&Id<User>> {
        self.assignee_id.as_ref()
    }
}

impl Queue for Fulfillment {
    type Kind = Request;
    type Status = Status;
    type Action = Action;
    type Part = Part;
    type Row = RequestRow;
    type Of = SubscriptionRow;

    const RULES: &'static [Rule<Status, Action, Part>] = RULES;
    const TABLE: &'static str = "fulfillment_requests";
    const PATH: &'static str = "fulfillment";
    const TITLE: &'static str = "Orders";

    fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<Request>) -> Result<(RequestRow, SubscriptionRow)> {
        store::lock(tx, id)
    }

    fn parts(row: &RequestRow, _: &SubscriptionRow, company: &Company) -> Vec<Part> {
        row.parts(&company.id)
    }
}

impl Assigned for Fulfillment {
    type Process = Process;

    const ASSIGNED: (&'static str, &'static str) = ("fulfillment_request.assigned", "fulfillment_request.unassigned");
    const HANDED_ON: &'static str = "fulfillment_request.handed_on";
}

impl Talks for Fulfillment {
    type Talk = Talk;

    fn other(row: &RequestRow, _: &SubscriptionRow, company: &Company) -> Id<Account> {
        if company.id == row.vendor_id { row.buyer_id.clone() } else { row.vendor_id.clone() }
    }

    type Letter = Mail;

    fn discussed(id: &Id<Request>, account: Id<Account>, company: String) -> Mail {
        Mail::OrderDiscussed { request: id.clone(), account, company }
    }
}

impl Asks for Fulfillment {
    const INQUIRE: Action = Action::Inquire;
    const ANSWER: Action = Action::Answer;
    const CUSTOMER: Part = Part::Customer;
    const INQUIRED: &'static str = "fulfillment_request.inquired";
    const ANSWERED: &'static str = "fulfillment_request.answered";
    const FILLED_IN: &'static str = "fulfillment_request.filled_in";

    fn fillable(status: Status) -> bool {
        status.fillable()
    }

    fn values(row: &RequestRow) -> Result<Values> {
        row.values()
    }

    fn nonce(row: &RequestRow) -> Option<&[u8]> {
        row.form_nonce.as_deref()
    }

    fn vendor<'a>(row: &'a RequestRow, _: &'a SubscriptionRow) -> &'a Id<Account> {
        &row.vendor_id
    }

    fn parameters<P>(tx: &mut Tx<'_, P>, row: &RequestRow, _: &SubscriptionRow) -> Result<Vec<ParameterRow>> {
        parameters_of(tx, &row.product_id)
    }

    fn ask<P>(tx: &mut Tx<'_, P>, row: &RequestRow, _: &SubscriptionRow) -> Result<()> {
        ask_customer(tx, &row.id, &row.tiers()?)
    }

    fn tell_buyer<P>(
        tx: &mut Tx<'_, P>,
        row: &RequestRow,
        _: &SubscriptionRow,
        now: Status,
        words: &str,
    ) -> Result<()> {
        tell_buyer(tx, row, now, words)
    }

    fn tell_vendor<P>(tx: &mut Tx<'_, P>, row: &RequestRow, of: &SubscriptionRow) -> Result<()> {
        tell_again(tx, row, of)
    }
}

impl Worked for Fulfillment {
    type List = Requests;

    const TO_DO: &'static str = TO_DO;

    fn name(cells: &RequestCells) -> &str {
        &cells.customer
    }

    fn waits(cells: &RequestCells) -> &Waits<Status> {
        &cells.waits
    }

    fn came_to(action: Action) -> &'static str {
        match action {
            Action::Approve => "Approved",
            other => other.label(),
        }
    }
}

impl Settled for Fulfillment {
    type Right = Process;
    type Decision = Approving;

    fn action(_: &Approving) -> Action {
        Action::Approve
    }

    fn settle(tx: &mut Tx<'_, Process>, id: &Id<Request>, decision: &Approving) -> Result<()> {
        let Approving { values, message, since, sent } = decision;
        actions::approve(tx, id, (values, message.as_ref()), *since, Some(sent))
    }
}
