//! Requests of tier configurations as a queue: what is their own of what every queue has.

use super::{
    Manage, Process, Request, RequestStatus,
    actions::{self, ask_reseller, tell_buyer, tell_vendor},
    letters::Mail,
    lifecycle::{Action, RULES},
    requests::{RequestCells, Requests, TO_DO},
    store::{self, ConfigRow, RequestRow},
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
            questions::of_tier,
        },
        products::parameters::{store::ParameterRow, values::Values},
        queue::{Assigned, Queue, Settled, Standing, Talks, Waiting, Worked, grid::Waits},
    },
};

/// The queue of requests of tier configurations.
pub struct Tiers;

impl Standing for RequestStatus {
    fn open(self) -> bool {
        Self::OPEN.contains(&self)
    }

    fn waits(self) -> bool {
        self == Self::Pending
    }
}

impl Waiting<Tiers> for RequestRow {
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

impl Queue for Tiers {
    type Kind = Request;
    type Status = RequestStatus;
    type Action = Action;
    type Part = Part;
    type Row = RequestRow;
    type Of = ConfigRow;

    const RULES: &'static [Rule<RequestStatus, Action, Part>] = RULES;
    const TABLE: &'static str = "tier_config_requests";
    const PATH: &'static str = "tier-config-requests";
    const TITLE: &'static str = "Tier requests";

    fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<Request>) -> Result<(RequestRow, ConfigRow)> {
        let config = store::config_of(tx, id)?;
        let config = store::lock(tx, &config)?;
        Ok((store::hold_request(tx, id)?, config))
    }

    fn parts(_: &RequestRow, of: &ConfigRow, company: &Company) -> Vec<Part> {
        of.parts(&company.id)
    }
}

impl Assigned for Tiers {
    type Process = Process;

    const ASSIGNED: (&'static str, &'static str) = ("tier_config_request.assigned", "tier_config_request.unassigned");
    const HANDED_ON: &'static str = "tier_config_request.handed_on";
}

impl Talks for Tiers {
    type Talk = Manage;

    fn other(_: &RequestRow, of: &ConfigRow, company: &Company) -> Id<Account> {
        if company.id == of.vendor_id { of.buyer_id.clone() } else { of.vendor_id.clone() }
    }

    type Letter = Mail;

    fn discussed(id: &Id<Request>, account: Id<Account>, company: String) -> Mail {
        Mail::TierConfigDiscussed { request: id.clone(), account, company }
    }
}

impl Asks for Tiers {
    const INQUIRE: Action = Action::Inquire;
    const ANSWER: Action = Action::Answer;
    const CUSTOMER: Part = Part::Customer;
    const INQUIRED: &'static str = "tier_config_request.inquired";
    const ANSWERED: &'static str = "tier_config_request.answered";
    const FILLED_IN: &'static str = "tier_config_request.filled_in";

    fn fillable(status: RequestStatus) -> bool {
        status.fillable()
    }

    fn values(row: &RequestRow) -> Result<Values> {
        row.values()
    }

    fn nonce(row: &RequestRow) -> Option<&[u8]> {
        row.form_nonce.as_deref()
    }

    fn vendor<'a>(_: &'a RequestRow, of: &'a ConfigRow) -> &'a Id<Account> {
        &of.vendor_id
    }

    fn parameters<P>(tx: &mut Tx<'_, P>, _: &RequestRow, of: &ConfigRow) -> Result<Vec<ParameterRow>> {
        of_tier(tx, &of.product_id, of.level)
    }

    fn ask<P>(tx: &mut Tx<'_, P>, row: &RequestRow, of: &ConfigRow) -> Result<()> {
        ask_reseller(tx, &row.id, of)
    }

    fn tell_buyer<P>(
        tx: &mut Tx<'_, P>,
        row: &RequestRow,
        of: &ConfigRow,
        now: RequestStatus,
        words: &str,
    ) -> Result<()> {
        tell_buyer(tx, &row.id, of, now, words)
    }

    fn tell_vendor<P>(tx: &mut Tx<'_, P>, row: &RequestRow, of: &ConfigRow) -> Result<()> {
        tell_vendor(tx, &row.id, of)
    }
}

impl Worked for Tiers {
    type List = Requests;

    const TO_DO: &'static str = TO_DO;

    fn name(cells: &RequestCells) -> &str {
        &cells.account
    }

    fn waits(cells: &RequestCells) -> &Waits<RequestStatus> {
        &cells.waits
    }

    fn came_to(action: Action) -> &'static str {
        match action {
            Action::Approve => "Approved",
            other => other.label(),
        }
    }
}

impl Settled for Tiers {
    type Right = Process;
    type Decision = Approving;

    fn action(_: &Approving) -> Action {
        Action::Approve
    }

    fn settle(tx: &mut Tx<'_, Process>, id: &Id<Request>, decision: &Approving) -> Result<()> {
        actions::approve(tx, id, &decision.values, decision.message.as_ref(), &decision.sent)
    }
}
