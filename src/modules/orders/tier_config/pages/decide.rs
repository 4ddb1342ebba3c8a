//! What is done with a request of a tier configuration.

use actix_web::{HttpResponse, web};

use super::{OfObject, id, url};
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
            fulfillment::actions::{changed, of_phase},
            subscriptions::{
                pages::{chosen_message, message_field, message_picks},
                store::{Message, frozen},
            },
            tier_config::{
                Manage, Process, Request, Type, View,
                actions::{self, Against, parameters_of},
                lifecycle::{Action, RULES},
                shown,
                store::{self, Detail, RequestRow},
            },
        },
        products::parameters::{Phase, inquiry::Inquiry, store::ParameterRow, values::ValueForm},
    },
};

const BACK: &str = "Back to the request";

/// A request, its configuration, and the parameters of its tier.
struct Open {
    row: RequestRow,
    detail: Detail,
    rows: Vec<ParameterRow>,
}

async fn open<P: Permission>(actor: &Viewer<P>, db: &Db, text: &str) -> Result<Open> {
    let wanted = id(text)?;
    db.read(actor, move |read| {
        let (row, detail, _) = store::find_request(read, &wanted)?;
        let rows = parameters_of(read.conn, &detail.row.product_id, detail.row.level)?;
        Ok(Open { row, detail, rows })
    })
    .await
}

/// The same, when `action` is possible for the actor's company now.
async fn ready<P: Permission>(actor: &Viewer<P>, db: &Db, text: &str, action: Action) -> Result<Open> {
    let open = open(actor, db, text).await?;
    let parts = open.detail.row.parts(actor.account());
    if parts.iter().any(|part| allowed(RULES, open.row.status, *part).contains(&action)) {
        return Ok(open);
    }
    if parts.is_empty() {
        return Err(Problem::NotFound);
    }
    Err(Problem::moved(&open.row.id, open.row.status).leading_to(url(actor, &open.row.id), BACK))
}

fn form<P: Permission>(actor: &Viewer<P>, open: &Open, heading: &'static str, button: &'static str) -> FormPage {
    let config = &open.detail.row;
    let page = actor.page(&format!("{heading} - {} - Tier Config", open.row.id));
    FormPage::new(page, heading, (url(actor, &open.row.id), BACK), button).below_heading(format!(
        "{}, tier {}, for {}.",
        apart(&config.account_name),
        config.level,
        apart(&open.detail.product)
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

pub async fn assign(post: Post<Process>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    assigned(post, &path.1, &db, true).await
}

pub async fn unassign(post: Post<Process>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    assigned(post, &path.1, &db, false).await
}

async fn assigned(post: Post<Process>, text: &str, db: &Db, to_me: bool) -> Result<HttpResponse> {
    let (wanted, actor) = (id(text)?, post.actor);
    act(&actor, db, &wanted, move |tx, id| actions::assign(tx, id, to_me)).await?;
    Ok(done(&actor, &wanted, if to_me { "Assigned to you" } else { "Unassigned" }))
}

fn fill_form<P: Permission>(actor: &Viewer<P>, open: &Open) -> Result<ValueForm> {
    Ok(ValueForm::new(of_phase(&open.rows, Phase::Fulfillment), &open.row.values()?, actor.visit.vault()))
}

async fn fillable(actor: &Viewer<Process>, db: &Db, text: &str) -> Result<Open> {
    let open = open(actor, db, text).await?;
    if open.row.status.fillable() {
        return Ok(open);
    }
    Err(Problem::moved(&open.row.id, open.row.status).leading_to(url(actor, &open.row.id), BACK))
}

pub async fn parameters(actor: Viewer<Process>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let open = fillable(&actor, &db, &path.1).await?;
    let page = fill_form(&actor, &open)?.onto(form(&actor, &open, "Edit parameters", "Save"));
    page::html(&actor.visit, &page)
}

pub async fn filled_in(post: Post<Process>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let open = fillable(&actor, &db, &path.1).await?;
    let mut values = fill_form(&actor, &open)?.typed(&post.fields);
    let Some(parsed) = values.parse(false) else {
        return page::invalid(&actor.visit, &values.onto(form(&actor, &open, "Edit parameters", "Save")));
    };
    let (wanted, own) = (open.row.id.clone(), values.own(&parsed));
    act(&actor, &db, &wanted, move |tx, id| actions::fill_in(tx, id, &own)).await?;
    Ok(done(&actor, &wanted, "Parameters saved"))
}

struct Approval {
    values: ValueForm,
    messages: Vec<Message>,
    message: Field,
    shown: Shown,
}

impl Approval {
    fn typed(self, fields: &Fields) -> Self {
        Self { values: self.values.typed(fields), message: self.message.from(fields), ..self }
    }
}

async fn approval(actor: &Viewer<Process>, db: &Db, open: &Open) -> Result<Approval> {
    let (product, scope) = (open.detail.row.product_id.clone(), actions::scope(open.detail.row.level));
    let messages = db
        .read(actor, move |read| {
            let row = crate::modules::products::store::find_any(read.conn, &product)?;
            let Some(version) = row.public_version.or((row.version > 0).then_some(row.version)) else {
                return Ok(Vec::new());
            };
            let templates = frozen(read.conn, &product, version)?.templates;
            let fits = templates.into_iter().filter(|one| one.scope == scope);
            Ok(fits.map(|one| Message { id: one.id, name: one.name, body: one.body }).collect())
        })
        .await?;
    // an adjustment is the vendor's own: everything may be looked at again
    let rows = match open.row.type_ {
        Type::Adjustment => open.rows.clone(),
        Type::Setup | Type::Update => of_phase(&open.rows, Phase::Fulfillment),
    };
    let values = ValueForm::new(rows, &open.row.values()?, actor.visit.vault());
    let shown = shown::request(&open.row, &open.detail.row, &open.rows)?;
    Ok(Approval { values, messages, message: message_field().filled("0"), shown })
}

fn approval_page(actor: &Viewer<Process>, open: &Open, approval: &Approval) -> FormPage {
    let page = approval.values.onto(form(actor, open, "Approve", "Approve").binding(&approval.shown));
    match approval.messages.is_empty() {
        true => page,
        false => page.ask(&approval.message, Ask::Select(message_picks(&approval.messages))),
    }
}

pub async fn approve(actor: Viewer<Process>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let open = ready(&actor, &db, &path.1, Action::Approve).await?;
    let approval = approval(&actor, &db, &open).await?;
    page::html(&actor.visit, &approval_page(&actor, &open, &approval))
}

pub async fn approved(post: Post<Process>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let open = ready(&actor, &db, &path.1, Action::Approve).await?;
    let mut form = approval(&actor, &db, &open).await?.typed(&post.fields);
    let Some(values) = form.values.parse(true) else {
        return page::invalid(&actor.visit, &approval_page(&actor, &open, &form));
    };
    let (wanted, own) = (open.row.id.clone(), form.values.own(&values));
    let message = chosen_message(&form.messages, &form.message);
    let sent = post.fields.text(FIELD).to_owned();
    let outcome =
        act(&actor, &db, &wanted, move |tx, id| actions::approve(tx, id, &own, message.as_ref(), &sent)).await?;
    match outcome {
        Ok(()) => Ok(done(&actor, &wanted, "Request approved")),
        Err(Against::Missing(missing)) => {
            form.values.missing(&missing);
            let page = approval_page(&actor, &open, &form);
            page::invalid(
                &actor.visit,
                &match form.values.failing() {
                    true => page,
                    false => page.failing("A value that the reseller has to give is missing: inquire for it"),
                },
            )
        }
        Err(Against::Changed(parts)) => {
            // as it stands now, with what was typed
            let open = ready(&actor, &db, &path.1, Action::Approve).await?;
            let form = approval(&actor, &db, &open).await?.typed(&post.fields);
            page::invalid(&actor.visit, &approval_page(&actor, &open, &form).failing(changed(&parts)))
        }
    }
}

fn inquiry_page(actor: &Viewer<Process>, open: &Open, inquiry: &Inquiry) -> FormPage {
    inquiry.onto(form(actor, open, "Inquire", "Inquire"))
}

pub async fn inquire(actor: Viewer<Process>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let open = ready(&actor, &db, &path.1, Action::Inquire).await?;
    let inquiry = Inquiry::new(of_phase(&open.rows, Phase::Ordering));
    page::html(&actor.visit, &inquiry_page(&actor, &open, &inquiry))
}

pub async fn inquired(post: Post<Process>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let open = ready(&actor, &db, &path.1, Action::Inquire).await?;
    let mut inquiry = Inquiry::new(of_phase(&open.rows, Phase::Ordering)).typed(&post.fields);
    let Some((question, blamed)) = inquiry.parse() else {
        return page::invalid(&actor.visit, &inquiry_page(&actor, &open, &inquiry));
    };
    let wanted = open.row.id.clone();
    act(&actor, &db, &wanted, move |tx, id| actions::inquire(tx, id, &question, &blamed)).await?;
    Ok(done(&actor, &wanted, "The reseller is asked by email"))
}

fn reason() -> Field {
    Field::new("reason", "Reason").hint("The other party reads it. Up to 500 characters.")
}

async fn fail_page(actor: &Viewer<Manage>, db: &Db, text: &str, note: Field) -> Result<Confirm> {
    let open = ready(actor, db, text, Action::Fail).await?;
    let (row, config) = (open.row.clone(), open.detail.row.clone());
    let failing = db.read(actor, move |read| actions::failing(read.conn, &row, &config)).await?;
    let first = format!(
        "What {} asked for with {} does not come about. This cannot be undone.",
        apart(&open.detail.row.account_name),
        apart(&open.detail.product)
    );
    let mut effects = vec![Effect::of_one("tier_config_request.failed", first)];
    if open.row.type_ != Type::Setup {
        effects.push(Effect::of_one("tier_config.activated", "The configuration stays active as it is."));
    }
    let waiting =
        actor.leads::<View>(&format!("fulfillment?status=tiers_setup&product={}", open.detail.row.product_id));
    effects.extend(failing.effects().into_iter().map(|effect| match effect.event {
        Some("fulfillment_request.failed") => effect.at_if(waiting.clone()),
        _ => effect,
    }));
    effects.push("Whoever ordered reads the reason, and is told by email.".into());
    let page = actor.page(&format!("Fail request - {} - Tier Config", open.row.id));
    let back = (url(actor, &open.row.id), BACK);
    Ok(Confirm::new(page, "Fail request", back, effects).danger().with_note(note))
}

pub async fn fail(actor: Viewer<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &fail_page(&actor, &db, &path.1, reason()).await?)
}

pub async fn failed(post: Post<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, wanted) = (post.actor, id(&path.1)?);
    let mut why = reason().from(&post.fields);
    let Some(words) = why.line("a reason", 500) else {
        return page::invalid(&actor.visit, &fail_page(&actor, &db, &path.1, why).await?);
    };
    act(&actor, &db, &wanted, move |tx, id| actions::fail(tx, id, &words)).await?;
    Ok(done(&actor, &wanted, "Request failed"))
}

fn answer_page(actor: &Viewer<Manage>, open: &Open, values: &ValueForm) -> FormPage {
    let page = form(actor, open, Action::Answer.label(), "Send");
    let page = match open.row.question.is_empty() {
        true => page,
        false => page.below_heading(open.row.question.clone()),
    };
    values.onto(page)
}

pub async fn answer(actor: Viewer<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let open = ready(&actor, &db, &path.1, Action::Answer).await?;
    let values = ValueForm::new(of_phase(&open.rows, Phase::Ordering), &open.row.values()?, actor.visit.vault());
    page::html(&actor.visit, &answer_page(&actor, &open, &values))
}

pub async fn answered(post: Post<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let open = ready(&actor, &db, &path.1, Action::Answer).await?;
    let values = ValueForm::new(of_phase(&open.rows, Phase::Ordering), &open.row.values()?, actor.visit.vault());
    let mut values = values.typed(&post.fields);
    let Some(parsed) = values.parse(true) else {
        return page::invalid(&actor.visit, &answer_page(&actor, &open, &values));
    };
    let (wanted, own) = (open.row.id.clone(), values.own(&parsed));
    act(&actor, &db, &wanted, move |tx, id| actions::answer(tx, id, &own)).await?;
    Ok(done(&actor, &wanted, "Sent to the vendor"))
}
