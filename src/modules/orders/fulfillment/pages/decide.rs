//! What is done with a request besides what every queue has: approving, scheduling; and the words of acts that are asked once more.

use actix_web::{HttpResponse, web};
use chrono::NaiveDateTime;

use crate::{
    access::extract::Post,
    input,
    kit::{
        actor::{Company, Permission},
        confirm::Confirm,
        db::{Db, Read, Tx},
        effect::Effect,
        form_page::FormPage,
        id::Id,
        input::{Form, kinds::Minute},
        page::{self, Flash},
        problem::{Problem, Result},
        shown::Shown,
        typed::apart,
        viewer::Viewer,
        violation::Violation,
        words::Words,
    },
    modules::{
        conversation,
        orders::{
            asking::{
                approval::{Approval, Approves},
                pages::AskPages,
            },
            fulfillment::{
                Process, Request, actions,
                lifecycle::Action,
                queue::Fulfillment,
                shown,
                store::{self, Detail, RequestRow},
            },
            message::Message,
            party::Part,
            questions::{of_phase, parameters_of},
            subscriptions::{self, Manage},
        },
        products::parameters::{Phase, store::ParameterRow},
        queue::{
            beside::{next, onwards},
            pages::{Decides, OfRequest, Pages, TalkPages, act, confirm, form, ready, to_ask},
        },
    },
    t,
};

/// A request with the parameters of its product.
pub struct Open {
    pub detail: Detail,
    pub rows: Vec<ParameterRow>,
}

impl Pages for Fulfillment {
    type Detail = Open;

    fn find<P: Permission>(read: &mut Read<'_, P>, id: &Id<Request>) -> Result<Open> {
        let detail = store::find(read, id)?;
        let rows = parameters_of(read, &detail.row.product_id)?;
        Ok(Open { detail, rows })
    }

    fn row(open: &Open) -> &RequestRow {
        &open.detail.row
    }

    fn parts_in(open: &Open, company: &Company) -> Vec<Part> {
        open.detail.row.parts(&company.id)
    }

    fn about(open: &Open) -> Words {
        let detail = &open.detail;
        let (product, customer) = (apart(&detail.product), apart(&detail.row.customer_name));
        t!("{action} of {product} for {customer}.", action = detail.row.type_, product, customer)
    }
}

impl TalkPages for Fulfillment {
    async fn show<P: Permission>(
        actor: &Viewer<P>,
        db: &Db,
        id: Id<Request>,
        form: &Form<conversation::Message>,
    ) -> Result<impl askama::Template> {
        super::show::show_page(actor, db, id, form, None).await
    }
}

impl AskPages for Fulfillment {
    const ASKED: &'static str = "The customer gets an email with the question";

    fn rows(open: &Open) -> &[ParameterRow] {
        &open.rows
    }

    fn question(row: &RequestRow) -> &str {
        &row.question
    }
}

fn of_subscription<P: Permission>(actor: &Viewer<P>, row: &RequestRow) -> Option<String> {
    actor.leads::<subscriptions::View>(&format!("subscriptions/{}", row.subscription_id))
}

impl Approves for Fulfillment {
    const APPROVE: Action = Action::Approve;
    const DATED: bool = true;

    fn called(open: &Open) -> &str {
        &open.detail.row.customer_name
    }

    fn filled(open: &Open) -> Vec<ParameterRow> {
        if open.detail.row.type_.fills() { of_phase(&open.rows, Phase::Fulfillment) } else { Vec::new() }
    }

    fn offered(open: &Open) -> &[Message] {
        &open.detail.messages
    }

    fn shown(open: &Open) -> Result<Shown> {
        shown::request(&open.detail.row, &open.detail.lines, &open.rows)
    }

    fn ends(actor: &Viewer<Process>, open: &Open) -> Vec<Effect> {
        let detail = &open.detail;
        let Some(ended) = actions::ended_with(&detail.row) else { return Vec::new() };
        let subscription = of_subscription(actor, &detail.row);
        vec![ended.at_if(subscription), t!("We'll email {buyer}.", buyer = apart(&detail.buyer)).into()]
    }

    fn elsewhere(wrong: &Violation) -> Words {
        match wrong.why.code {
            "missing" => "The customer still needs to provide a value. Use Inquire to ask for it".into(),
            "taken" => t!(
                "Another subscription already has a value the customer entered. Use Inquire to ask for a different one"
            ),
            _ => wrong.why.words.clone(),
        }
    }

    async fn again(
        actor: &Viewer<Process>,
        db: &Db,
        id: Id<Request>,
        approval: Approval,
    ) -> Result<impl askama::Template> {
        super::show::show_page(actor, db, id, &Form::empty(), Some(approval)).await
    }
}

input! {
    /// When a request comes back to its vendor, in the zone of whoever says it.
    struct Planned, DraftPlanned {
        "" {
            at: NaiveDateTime = Minute, "Date and time", at "at", missing "Enter a date and time",
                hint "In your time zone. The request returns to you at that time.";
        }
    }
}

fn schedule_page(actor: &Viewer<Process>, open: &Open, planned: &Form<Planned>) -> FormPage {
    planned.onto(form::<Fulfillment, _>(actor, open, t!("Schedule"), "Schedule"))
}

pub async fn schedule(actor: Viewer<Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let open = to_ask::<Fulfillment, _>(&actor, &db, &path.1, Action::Schedule).await?;
    page::html(&actor.visit, &schedule_page(&actor, &open, &Form::empty()))
}

pub async fn scheduled(post: Post<Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let open = ready::<Fulfillment, _>(&actor, &db, &path.1, Action::Schedule).await?;
    let mut form = Form::<Planned>::typed(&post.fields);
    let (wanted, zone) = (open.detail.row.id.clone(), actor.zone());
    let next = next::<Fulfillment, _>(&actor, &db, &wanted).await?;
    let schedule = |planned: Planned| {
        act::<Fulfillment, _, _>(&actor, &db, &wanted, move |tx, id| {
            let at = zone.instant(planned.at).ok_or_else(|| Violation::new("at", Minute::wrong()))?;
            actions::schedule(tx, id, at)
        })
    };
    match form.sent(schedule).await? {
        Some(()) => Ok(onwards::<Fulfillment, _>(&actor, &wanted, next, &Flash::success("Request scheduled"))),
        None => page::invalid(&actor.visit, &schedule_page(&actor, &open, &form)),
    }
}

/// The page that asks once more before a request fails, is revoked, comes back or is cleaned up.
fn asked_once_more<P: Permission>(actor: &Viewer<P>, open: &Open, action: Action) -> Result<Confirm> {
    let detail = &open.detail;
    let (customer, buyer, vendor) = (apart(&detail.row.customer_name), apart(&detail.buyer), apart(&detail.vendor));
    let (heading, words) = match action {
        Action::Fail => (
            t!("Fail request"),
            vec![
                t!(
                    "{action} of {product} for {customer} will not be fulfilled. This cannot be undone.",
                    action = detail.row.type_,
                    product = apart(&detail.product),
                    customer
                ),
                t!("We'll email {buyer} the reason.", buyer),
            ],
        ),
        Action::Revoke => (
            t!("Revoke request"),
            vec![
                t!("We'll ask {vendor} by email to clean up and confirm. This cannot be undone.", vendor),
                t!("Until then the request is Revoking."),
            ],
        ),
        Action::Confirm => (
            t!("Confirm revocation"),
            vec![
                t!("You confirm that anything you set up for it has been cleaned up."),
                t!("The request is closed. We'll email {buyer}.", buyer),
            ],
        ),
        _ => (
            t!("Set to Pending"),
            vec![t!("You set it back to Pending before its scheduled time. Its due date applies from then on.")],
        ),
    };
    let mut effects: Vec<Effect> = words.into_iter().map(Effect::from).collect();
    if matches!(action, Action::Fail | Action::Confirm) {
        let subscription = of_subscription(actor, &detail.row);
        effects.extend(actions::given_up_with(&detail.row).map(|effect| effect.at_if(subscription)));
    }
    let page = confirm::<Fulfillment, _, _>(actor, &detail.row.id, heading, effects);
    Ok(match action {
        Action::Fail | Action::Revoke => page.danger(),
        Action::Confirm => page.danger().binding(&shown::request(&detail.row, &detail.lines, &open.rows)?),
        _ => page,
    })
}

impl Decides<Process> for Fulfillment {
    async fn asked(actor: &Viewer<Process>, _: &Db, open: &Open, action: Action) -> Result<Confirm> {
        asked_once_more(actor, open, action)
    }

    fn why(action: Action) -> Option<&'static str> {
        (action == Action::Fail).then_some("Shown to the other party, and possibly the customer. Up to 500 characters.")
    }

    fn decide(tx: &mut Tx<'_, Process>, id: &Id<Request>, action: Action, reason: &str, sent: &str) -> Result<()> {
        match action {
            Action::Fail => actions::fail(tx, id, reason),
            Action::Return => actions::take_up(tx, id),
            Action::Confirm => actions::confirm(tx, id, sent),
            _ => Err(Problem::NotFound),
        }
    }

    fn told(action: Action) -> &'static str {
        match action {
            Action::Fail => "Request marked as failed",
            Action::Confirm => "Revocation confirmed",
            _ => "Request set to Pending",
        }
    }
}

impl Decides<Manage> for Fulfillment {
    async fn asked(actor: &Viewer<Manage>, _: &Db, open: &Open, action: Action) -> Result<Confirm> {
        asked_once_more(actor, open, action)
    }

    fn why(_: Action) -> Option<&'static str> {
        Some("Shown to the vendor. Up to 500 characters.")
    }

    fn decide(tx: &mut Tx<'_, Manage>, id: &Id<Request>, action: Action, reason: &str, _: &str) -> Result<()> {
        match action {
            Action::Revoke => actions::revoke(tx, id, reason),
            _ => Err(Problem::NotFound),
        }
    }

    fn told(_: Action) -> &'static str {
        "We've asked the vendor to revoke it"
    }
}
