//! What is done with a request: filling in, approving, asking, scheduling, failing; answering and revoking.

use actix_web::{HttpResponse, web};

use super::{OfRequest, id, url};
use crate::{
    access::extract::Post,
    kit::{
        actor::Permission,
        acts,
        choice::Choice as _,
        confirm::Confirm,
        db::{Db, Tx},
        effect::Effect,
        fields::Fields,
        form::Field,
        form_page::{Ask, FormPage},
        id::Id,
        lifecycle::allowed,
        page::{self, Flash},
        problem::{Problem, Result},
        shown::{FIELD, Shown},
        typed::apart,
        viewer::Viewer,
    },
    modules::{
        orders::{
            fulfillment::{
                Process, Request, Talk, Type,
                actions::{self, Against, of_phase, parameters_of},
                lifecycle::{Action, RULES},
                shown,
                store::{self, Detail},
            },
            subscriptions::{
                self, Manage,
                pages::{chosen_message, message_field, message_picks, messages},
                store::Message,
            },
        },
        products::parameters::{Phase, inquiry::Inquiry, store::ParameterRow, values::ValueForm},
    },
};

const BACK: &str = "Back to the request";

/// The request with the parameters of its product, when `action` is possible for the actor's company now.
async fn ready<P: Permission>(
    actor: &Viewer<P>,
    db: &Db,
    text: &str,
    action: Action,
) -> Result<(Detail, Vec<ParameterRow>)> {
    let wanted = id(text)?;
    let (detail, rows) = db
        .read(actor, move |read| {
            let detail = store::find(read, &wanted)?;
            let rows = parameters_of(read.conn, &detail.row.product_id)?;
            Ok((detail, rows))
        })
        .await?;
    let parts = detail.row.parts(actor.account());
    let possible = |status| parts.iter().any(|part| allowed(RULES, status, *part).contains(&action));
    if possible(detail.row.status) {
        return Ok((detail, rows));
    }
    let ever = RULES.iter().any(|rule| rule.action == action && parts.iter().any(|part| rule.by.contains(part)));
    if !ever {
        return Err(Problem::NotFound);
    }
    Err(Problem::moved(&detail.row.id, detail.row.status).leading_to(url(actor, &detail.row.id), BACK))
}

fn form<P: Permission>(actor: &Viewer<P>, detail: &Detail, heading: &'static str, button: &'static str) -> FormPage {
    let page = actor.page(&format!("{heading} - {} - Fulfilment", detail.row.id));
    FormPage::new(page, heading, (url(actor, &detail.row.id), BACK), button).below_heading(format!(
        "{} of {} for {}.",
        detail.row.type_,
        apart(&detail.product),
        apart(&detail.row.customer_name)
    ))
}

fn done<P: Permission>(actor: &Viewer<P>, id: &Id<Request>, words: &'static str) -> HttpResponse {
    page::see_with(&actor.visit, url(actor, id), &Flash::success(words))
}

/// Does something with a request; what is against it leads back to it.
async fn act<P: Permission, T: Send + 'static>(
    actor: &Viewer<P>,
    db: &Db,
    id: &Id<Request>,
    verb: impl FnOnce(&mut Tx<'_, P>, &Id<Request>) -> Result<T> + Send + 'static,
) -> Result<T> {
    acts::act(actor, db, id, (url(actor, id), BACK), verb).await
}

pub async fn assign(post: Post<Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    assigned(post, &path.1, &db, true).await
}

pub async fn unassign(post: Post<Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    assigned(post, &path.1, &db, false).await
}

async fn assigned(post: Post<Process>, text: &str, db: &Db, to_me: bool) -> Result<HttpResponse> {
    let (wanted, actor) = (id(text)?, post.actor);
    let one = [wanted.clone()];
    let count = db.write(&actor, move |tx| actions::assign(tx, &one, to_me)).await?;
    if count == 0 {
        return Err(Problem::stale("This request is over", format!("{wanted} needs nobody any more."))
            .leading_to(url(&actor, &wanted), BACK));
    }
    Ok(done(&actor, &wanted, if to_me { "Assigned to you" } else { "Unassigned" }))
}

fn fill_form<P: Permission>(actor: &Viewer<P>, detail: &Detail, rows: &[ParameterRow]) -> Result<ValueForm> {
    Ok(ValueForm::new(of_phase(rows, Phase::Fulfillment), &detail.row.values()?, actor.visit.vault()))
}

/// The request while its vendor may fill in what it knows.
async fn fillable(actor: &Viewer<Process>, db: &Db, text: &str) -> Result<(Detail, Vec<ParameterRow>)> {
    let wanted = id(text)?;
    let (detail, rows) = db
        .read(actor, move |read| {
            let detail = store::find(read, &wanted)?;
            let rows = parameters_of(read.conn, &detail.row.product_id)?;
            Ok((detail, rows))
        })
        .await?;
    if detail.row.status.fillable() {
        return Ok((detail, rows));
    }
    Err(Problem::moved(&detail.row.id, detail.row.status).leading_to(url(actor, &detail.row.id), BACK))
}

fn parameters_page(actor: &Viewer<Process>, detail: &Detail, values: &ValueForm) -> FormPage {
    values.onto(form(actor, detail, "Edit parameters", "Save"))
}

pub async fn parameters(actor: Viewer<Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let (detail, rows) = fillable(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &parameters_page(&actor, &detail, &fill_form(&actor, &detail, &rows)?))
}

pub async fn filled_in(post: Post<Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let (detail, rows) = fillable(&actor, &db, &path.1).await?;
    let mut values = fill_form(&actor, &detail, &rows)?.typed(&post.fields);
    let Some(parsed) = values.parse(false) else {
        return page::invalid(&actor.visit, &parameters_page(&actor, &detail, &values));
    };
    let wanted = detail.row.id.clone();
    let filled = values.own(&parsed);
    act(&actor, &db, &wanted, move |tx, id| actions::fill_in(tx, id, &filled)).await?;
    Ok(done(&actor, &wanted, "Parameters saved"))
}

/// The form of an approval.
struct Approval {
    values: ValueForm,
    messages: Vec<Message>,
    message: Field,
    effective: Field,
    shown: Shown,
}

impl Approval {
    fn typed(self, fields: &Fields) -> Self {
        Self {
            values: self.values.typed(fields),
            message: self.message.from(fields),
            effective: self.effective.from(fields),
            ..self
        }
    }
}

async fn approval(actor: &Viewer<Process>, db: &Db, detail: &Detail, rows: &[ParameterRow]) -> Result<Approval> {
    let row = detail.row.clone();
    let messages = db
        .read(actor, move |read| match row.type_.fills() {
            true => messages(read.conn, &row.product_id, row.version),
            false => Ok(Vec::new()),
        })
        .await?;
    let effective = Field::new("effective", "Effective since")
        .hint("The day from which it counts, today or earlier. Left empty, now.")
        .optional();
    let shown = shown::request(&detail.row, &detail.lines, rows)?;
    let values = match detail.row.type_.fills() {
        true => fill_form(actor, detail, rows)?,
        false => ValueForm::new(Vec::new(), &detail.row.values()?, actor.visit.vault()),
    };
    Ok(Approval { values, messages, message: message_field().filled("0"), effective, shown })
}

/// What an approval ends.
fn ended_by(actor: &Viewer<Process>, detail: &Detail) -> Vec<Effect> {
    let subscription = actor.leads::<subscriptions::View>(&format!("subscriptions/{}", detail.row.subscription_id));
    let Some(ended) = actions::ended_with(&detail.row) else { return Vec::new() };
    vec![ended.at_if(subscription), format!("{} is told by email.", apart(&detail.buyer)).into()]
}

fn approval_page(actor: &Viewer<Process>, detail: &Detail, approval: &Approval) -> FormPage {
    let page = form(actor, detail, "Approve", "Approve").binding(&approval.shown);
    let page = match ended_by(actor, detail) {
        none if none.is_empty() => page,
        effects => page.effects(effects).danger(),
    };
    let page = approval.values.onto(page);
    let page = match approval.messages.is_empty() {
        true => page,
        false => page.ask(&approval.message, Ask::Select(message_picks(&approval.messages))),
    };
    page.ask(&approval.effective, Ask::Day)
}

pub async fn approve(actor: Viewer<Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let (detail, rows) = ready(&actor, &db, &path.1, Action::Approve).await?;
    let approval = approval(&actor, &db, &detail, &rows).await?;
    page::html(&actor.visit, &approval_page(&actor, &detail, &approval))
}

pub async fn approved(post: Post<Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let (detail, rows) = ready(&actor, &db, &path.1, Action::Approve).await?;
    let mut form = approval(&actor, &db, &detail, &rows).await?.typed(&post.fields);
    let (values, day) = (form.values.parse(true), form.effective.day());
    let (Some(values), Some(day)) = (values, day) else {
        return page::invalid(&actor.visit, &approval_page(&actor, &detail, &form));
    };
    let effective = day.and_then(|day| actor.zone().start_of(day));
    let message = chosen_message(&form.messages, &form.message);
    let wanted = detail.row.id.clone();
    let own = form.values.own(&values);
    let sent = post.fields.text(FIELD).to_owned();
    let outcome = act(&actor, &db, &wanted, move |tx, id| {
        actions::approve(tx, id, (&own, message.as_ref()), effective, Some(&sent))
    })
    .await?;
    match outcome {
        Ok(()) => Ok(done(&actor, &wanted, "Request approved")),
        Err(against) => {
            if matches!(against, Against::Changed(_)) {
                // as it stands now, with what was typed
                let (detail, rows) = ready(&actor, &db, &path.1, Action::Approve).await?;
                form = approval(&actor, &db, &detail, &rows).await?.typed(&post.fields);
            }
            let elsewhere = against.say(&mut form.values);
            if let (Against::Day(_), Some(words)) = (&against, &elsewhere) {
                form.effective.fail(words.clone());
            }
            let page = approval_page(&actor, &detail, &form);
            page::invalid(
                &actor.visit,
                &match elsewhere.filter(|_| form.effective.error.is_none()) {
                    Some(words) => page.failing(words),
                    None => page,
                },
            )
        }
    }
}

fn inquiry_page(actor: &Viewer<Process>, detail: &Detail, inquiry: &Inquiry) -> FormPage {
    inquiry.onto(form(actor, detail, "Inquire", "Inquire"))
}

pub async fn inquire(actor: Viewer<Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let (detail, rows) = ready(&actor, &db, &path.1, Action::Inquire).await?;
    let inquiry = Inquiry::new(of_phase(&rows, Phase::Ordering));
    page::html(&actor.visit, &inquiry_page(&actor, &detail, &inquiry))
}

pub async fn inquired(post: Post<Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let (detail, rows) = ready(&actor, &db, &path.1, Action::Inquire).await?;
    let mut inquiry = Inquiry::new(of_phase(&rows, Phase::Ordering)).typed(&post.fields);
    let Some((question, blamed)) = inquiry.parse() else {
        return page::invalid(&actor.visit, &inquiry_page(&actor, &detail, &inquiry));
    };
    let wanted = detail.row.id.clone();
    act(&actor, &db, &wanted, move |tx, id| actions::inquire(tx, id, &question, &blamed)).await?;
    Ok(done(&actor, &wanted, "The customer is asked by email"))
}

fn time_field() -> Field {
    Field::new("at", "Date and time").hint("In your time zone. The request comes back to you then.")
}

pub async fn schedule(actor: Viewer<Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let (detail, _) = ready(&actor, &db, &path.1, Action::Schedule).await?;
    page::html(&actor.visit, &form(&actor, &detail, "Schedule", "Schedule").ask(&time_field(), Ask::Moment))
}

pub async fn scheduled(post: Post<Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let (detail, _) = ready(&actor, &db, &path.1, Action::Schedule).await?;
    let mut field = time_field().from(&post.fields);
    let Some(at) = field.later(actor.zone(), actor.now()) else {
        let page = form(&actor, &detail, "Schedule", "Schedule").ask(&field, Ask::Moment);
        return page::invalid(&actor.visit, &page);
    };
    let wanted = detail.row.id.clone();
    act(&actor, &db, &wanted, move |tx, id| actions::schedule(tx, id, at)).await?;
    Ok(done(&actor, &wanted, "Request scheduled"))
}

fn reason(hint: &'static str) -> Field {
    Field::new("reason", "Reason").hint(hint)
}

/// The page that asks once more, with the reason where one is needed.
async fn asked<P: Permission>(
    actor: &Viewer<P>,
    db: &Db,
    text: &str,
    action: Action,
    note: Option<Field>,
) -> Result<Confirm> {
    let (detail, rows) = ready(actor, db, text, action).await?;
    let (customer, buyer, vendor) = (apart(&detail.row.customer_name), apart(&detail.buyer), apart(&detail.vendor));
    let (heading, words) = match action {
        Action::Fail => (
            "Fail request",
            vec![
                format!(
                    "{} of {} for {customer} does not come about. This cannot be undone.",
                    detail.row.type_,
                    apart(&detail.product)
                ),
                format!("{buyer} reads the reason, and is told by email."),
            ],
        ),
        Action::Revoke => (
            "Revoke request",
            vec![
                format!("{vendor} is asked by email to clean up and to confirm. This cannot be undone."),
                "Until then the request is Revoking.".to_owned(),
            ],
        ),
        Action::Confirm => (
            "Confirm revocation",
            vec![
                "Whatever you prepared for it is cleaned up.".to_owned(),
                format!("The request is over, and {buyer} is told by email."),
            ],
        ),
        _ => ("Set to Pending", vec!["You take it up again before its time; from then on its clock runs.".to_owned()]),
    };
    let mut effects: Vec<Effect> = words.into_iter().map(Effect::from).collect();
    if matches!(action, Action::Fail | Action::Confirm) {
        let subscription = actor.leads::<subscriptions::View>(&format!("subscriptions/{}", detail.row.subscription_id));
        effects.extend(actions::given_up_with(&detail.row).map(|effect| effect.at_if(subscription)));
    }
    let page = actor.page(&format!("{heading} - {} - Fulfilment", detail.row.id));
    let page = Confirm::new(page, heading, (url(actor, &detail.row.id), BACK), effects);
    let page = match action {
        Action::Fail | Action::Revoke => page.danger(),
        Action::Confirm => page.danger().binding(&shown::request(&detail.row, &detail.lines, &rows)?),
        _ => page,
    };
    Ok(match note {
        Some(note) => page.with_note(note),
        None => page,
    })
}

const FAILING: &str = "The other party reads it, and maybe the customer. Up to 500 characters.";
const REVOKING: &str = "The vendor reads it. Up to 500 characters.";

pub async fn fail(actor: Viewer<Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &asked(&actor, &db, &path.1, Action::Fail, Some(reason(FAILING))).await?)
}

pub async fn failed(post: Post<Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, wanted) = (post.actor, id(&path.1)?);
    let mut why = reason(FAILING).from(&post.fields);
    let Some(words) = why.line("a reason", 500) else {
        return page::invalid(&actor.visit, &asked(&actor, &db, &path.1, Action::Fail, Some(why)).await?);
    };
    act(&actor, &db, &wanted, move |tx, id| actions::fail(tx, id, &words)).await?;
    Ok(done(&actor, &wanted, "Request failed"))
}

pub async fn revoke(actor: Viewer<Manage>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &asked(&actor, &db, &path.1, Action::Revoke, Some(reason(REVOKING))).await?)
}

pub async fn revoked(post: Post<Manage>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, wanted) = (post.actor, id(&path.1)?);
    let mut why = reason(REVOKING).from(&post.fields);
    let Some(words) = why.line("a reason", 500) else {
        return page::invalid(&actor.visit, &asked(&actor, &db, &path.1, Action::Revoke, Some(why)).await?);
    };
    act(&actor, &db, &wanted, move |tx, id| actions::revoke(tx, id, &words)).await?;
    Ok(done(&actor, &wanted, "The vendor is asked to revoke it"))
}

pub async fn take_up(actor: Viewer<Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &asked(&actor, &db, &path.1, Action::Return, None).await?)
}

pub async fn taken_up(post: Post<Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, wanted) = (post.actor, id(&path.1)?);
    act(&actor, &db, &wanted, actions::take_up).await?;
    Ok(done(&actor, &wanted, "The request is Pending"))
}

pub async fn confirm(actor: Viewer<Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &asked(&actor, &db, &path.1, Action::Confirm, None).await?)
}

pub async fn confirmed(post: Post<Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, wanted) = (post.actor, id(&path.1)?);
    let sent = post.fields.text(FIELD).to_owned();
    act(&actor, &db, &wanted, move |tx, id| actions::confirm(tx, id, &sent)).await?;
    Ok(done(&actor, &wanted, "Revocation confirmed"))
}

fn withdrawing() -> Field {
    Field::new("note", "Why").hint("The other party reads it. Up to 200 characters.").optional()
}

/// The page that asks once more before a request is withdrawn, with what ends besides.
async fn withdraw_page(actor: &Viewer<Manage>, db: &Db, text: &str, note: Field) -> Result<Confirm> {
    let (detail, _) = ready(actor, db, text, Action::Withdraw).await?;
    let (row, now) = (detail.row.clone(), actor.now());
    if !row.withdrawable(&row.parts(actor.account()), now) {
        return Err(actions::not_withdrawable(&row, actor.zone()).leading_to(url(actor, &row.id), BACK));
    }
    let (ends, setups) = db.read(actor, move |read| actions::withdrawn_with(read.conn, &row)).await?;
    let (customer, vendor, product) = (apart(&detail.row.customer_name), apart(&detail.vendor), apart(&detail.product));
    let first: Effect = match detail.row.type_ {
        Type::Purchase => format!("{product} is not ordered for {customer}. This cannot be undone."),
        Type::Cancel => format!("{customer} keeps {product}: it goes back to where it was."),
        _ => format!("{customer} keeps {product} as it is."),
    }
    .into();
    let mut effects = vec![first];
    let subscription = actor.leads::<subscriptions::View>(&format!("subscriptions/{}", detail.row.subscription_id));
    effects.extend(ends.map(|effect| effect.at_if(subscription)));
    effects.extend(Effect::counted(
        "tier_config_request.failed",
        setups.len(),
        "set-up of a tier fails, since nothing else waits for it",
        "set-ups of tiers fail, since nothing else waits for them",
    ));
    effects.push(format!("{vendor} is told by email that there is nothing more to do.").into());
    let page = actor.page(&format!("Withdraw request - {} - Fulfilment", detail.row.id));
    let back = (url(actor, &detail.row.id), BACK);
    Ok(Confirm::new(page, "Withdraw request", back, effects).danger().with_note(note))
}

pub async fn withdraw(actor: Viewer<Manage>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &withdraw_page(&actor, &db, &path.1, withdrawing()).await?)
}

pub async fn withdrawn(post: Post<Manage>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, wanted) = (post.actor, id(&path.1)?);
    let mut why = withdrawing().from(&post.fields);
    let Some(words) = why.line("a reason", 200) else {
        return page::invalid(&actor.visit, &withdraw_page(&actor, &db, &path.1, why).await?);
    };
    act(&actor, &db, &wanted, move |tx, id| actions::withdraw(tx, id, &words)).await?;
    Ok(done(&actor, &wanted, "Request withdrawn"))
}

fn answer_page(actor: &Viewer<Talk>, detail: &Detail, values: &ValueForm) -> FormPage {
    let page = form(actor, detail, Action::Answer.label(), "Send");
    let page = match detail.row.question.is_empty() {
        true => page,
        false => page.below_heading(detail.row.question.clone()),
    };
    values.onto(page)
}

fn answer_form(actor: &Viewer<Talk>, detail: &Detail, rows: &[ParameterRow]) -> Result<ValueForm> {
    Ok(ValueForm::new(of_phase(rows, Phase::Ordering), &detail.row.values()?, actor.visit.vault()))
}

pub async fn answer(actor: Viewer<Talk>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let (detail, rows) = ready(&actor, &db, &path.1, Action::Answer).await?;
    page::html(&actor.visit, &answer_page(&actor, &detail, &answer_form(&actor, &detail, &rows)?))
}

pub async fn answered(post: Post<Talk>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let (detail, rows) = ready(&actor, &db, &path.1, Action::Answer).await?;
    let mut values = answer_form(&actor, &detail, &rows)?.typed(&post.fields);
    let Some(parsed) = values.parse(true) else {
        return page::invalid(&actor.visit, &answer_page(&actor, &detail, &values));
    };
    let (wanted, own) = (detail.row.id.clone(), values.own(&parsed));
    act(&actor, &db, &wanted, move |tx, id| actions::answer(tx, id, &own)).await?;
    Ok(done(&actor, &wanted, "Sent to the vendor"))
}
