//! What is asked of a subscription that is there: change, suspend, resume, cancel; and the vendor's adjustment.

use actix_web::{HttpResponse, web};

use super::{OfSubscription, id, url};
use crate::{
    access::extract::Post,
    kit::{
        actor::Permission,
        choice::Choice as _,
        confirm::Confirm,
        db::Db,
        fields::Fields,
        form_page::FormPage,
        id::Id,
        input::Form,
        page::{self, Flash},
        problem::{Problem, Result},
        shown::{CHANGED, FIELD, Shown},
        typed::apart,
        viewer::Viewer,
        violation::{self, Violations, none_left},
    },
    modules::{
        orders::{
            asking::approval::Approves as _,
            fulfillment::{self, Process, Type, queue::Fulfillment},
            message::{MessageForm, messages},
            note::Note,
            ordering::{
                actions,
                forms::{Adjusting, Early, ItemsForm},
                shown as reviewed,
            },
            questions::parameters_of,
            subscriptions::{
                Manage, Order, Subscription, orderable, shown,
                store::{self, Detail},
            },
            tiers::tiers,
        },
        products::{self, parameters::value_form::ValueForm, versions},
    },
    t,
};

/// A subscription of which a request of this type can be made now, or the page that says why not.
async fn ready<P: Permission>(actor: &Viewer<P>, db: &Db, text: &str, type_: Type) -> Result<Detail> {
    let wanted = id(text)?;
    let orders = type_ == Type::Adjustment || Order::of_account(&actor.identity);
    let (detail, open, against) = db
        .read(actor, move |read| {
            let detail = store::find(read, &wanted)?;
            let open = fulfillment::store::open_of(read, &wanted)?;
            let against = actions::may(detail.ground, detail.row.status, type_, orders);
            Ok((detail, open, against))
        })
        .await?;
    let side = if type_ == Type::Adjustment { &detail.row.vendor_id } else { &detail.row.buyer_id };
    if side != actor.account() {
        return Err(Problem::NotFound);
    }
    let back = url(actor, &detail.row.id);
    if let Some(open) = open {
        let open_url = actor.url(&format!("fulfillment/{}", open.id));
        return Err(actions::another_open(&open).leading_to(open_url, "Open request"));
    }
    match against {
        Some(words) => Err(actions::impossible(type_, words).leading_to(back, "Back to subscription")),
        None => Ok(detail),
    }
}

fn made<P: Permission>(
    actor: &Viewer<P>,
    request: &Id<fulfillment::Request>,
    words: impl Into<crate::kit::words::Words>,
) -> HttpResponse {
    page::see_with(&actor.visit, actor.url(&format!("fulfillment/{request}")), &Flash::success(words))
}

struct ChangeForm {
    items: ItemsForm,
    values: ValueForm,
    note: Form<Note>,
    early: Form<Early>,
    shown: Shown,
}

impl ChangeForm {
    fn typed(self, fields: &Fields) -> Self {
        Self {
            items: self.items.typed(fields),
            values: self.values.typed(fields),
            note: Form::typed(fields),
            early: Form::typed(fields),
            ..self
        }
    }

    /// Says at its field what is wrong; gives back what has none here.
    fn fail(&mut self, wrong: Violations) -> Violations {
        self.values.fail(self.items.fail(self.note.fail(self.early.fail(wrong))))
    }
}

async fn change_form(actor: &Viewer<Manage>, db: &Db, detail: &Detail) -> Result<ChangeForm> {
    let (row, zone) = (detail.row.clone(), actor.zone());
    db.read(actor, move |read| {
        let product = products::store::find_any(read, &row.product_id)?;
        let held = store::in_use(read, &row.id)?;
        let version = row.next_version(&product);
        let offered = orderable::all(read, &row.product_id, version, &held)?;
        let standing = versions::store::standing(read, &row.product_id)?;
        let chosen: Vec<_> = held.iter().map(|one| (one.item.clone(), one.quantity)).collect();
        let rows = actions::editable(read, &product)?;
        let tiers = tiers(read, &row.customer_id)?;
        Ok(ChangeForm {
            shown: reviewed::change(&row, (&held, &offered, version), tiers.as_ref(), &rows)?,
            items: ItemsForm::new(&offered, &standing, &chosen, zone).reserved(),
            values: ValueForm::new(rows, &row.values()?, read.vault()?),
            note: Form::empty(),
            early: Form::empty(),
        })
    })
    .await
}

fn change_page(actor: &Viewer<Manage>, detail: &Detail, form: &ChangeForm) -> FormPage {
    let page = actor.page(("Change", &detail.row.id, "Subscriptions"));
    let back = (url(actor, &detail.row.id), "Back to subscription");
    let page = FormPage::new(page, "Change subscription", back, "Create change request")
        .below_heading(t!(
            "Nothing changes for {customer}'s {product} subscription until the vendor approves.",
            customer = apart(&detail.row.customer_name),
            product = apart(&detail.product)
        ))
        .binding(&form.shown);
    let page = form.items.onto(page);
    let page = if form.values.is_empty() { page } else { form.values.onto(page.group("Information for the vendor")) };
    let page = form.note.onto(page.group("Note"));
    // asked when less is wanted before a commitment is over, and kept once it is ticked
    let early = form.early.failed("early") || !form.early.text("early").is_empty();
    if early { form.early.onto(page) } else { page }
}

pub async fn change(actor: Viewer<Manage>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    let detail = ready(&actor, &db, &path.1, Type::Change).await?;
    let form = change_form(&actor, &db, &detail).await?;
    page::html(&actor.visit, &change_page(&actor, &detail, &form))
}

pub async fn changed(post: Post<Manage>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let detail = ready(&actor, &db, &path.1, Type::Change).await?;
    let mut form = change_form(&actor, &db, &detail).await?.typed(&post.fields);
    let (items, values) = (form.items.read(), form.values.read(true));
    let (note, early) = (form.note.read(), form.early.read());
    let (Some(items), Some(values), Some(said), Some(early)) = (items, values, note, early) else {
        return page::invalid(&actor.visit, &change_page(&actor, &detail, &form));
    };
    let asked = actions::Wanted {
        items,
        values,
        note: said.note,
        early: early.early,
        sent: post.fields.text(FIELD).to_owned(),
    };
    let wanted = detail.row.id.clone();
    let back = url(&actor, &wanted);
    let outcome = db
        .write(&actor, move |tx| actions::change(tx, &wanted, &asked))
        .await
        .map_err(|problem| problem.leading_to(back, "Back to subscription"));
    let wrong = match violation::told(outcome)? {
        Ok(request) => return Ok(made(&actor, &request, t!("Change request created"))),
        Err(wrong) => wrong,
    };
    if wrong.iter().any(|one| one.why.code == CHANGED) {
        // as it stands now, with what was typed
        form = change_form(&actor, &db, &detail).await?.typed(&post.fields);
    }
    let left = form.fail(wrong);
    let page =
        left.into_iter().rev().fold(change_page(&actor, &detail, &form), |page, one| page.failing(one.why.words));
    page::invalid(&actor.visit, &page)
}

async fn confirm(
    actor: &Viewer<Manage>,
    db: &Db,
    text: &str,
    type_: Type,
    (note, early): (&Form<Note>, &Form<Early>),
) -> Result<Confirm> {
    let detail = ready(actor, db, text, type_).await?;
    let row = detail.row.clone();
    let (held, lines) = db
        .read(actor, move |read| {
            let held = store::in_use(read, &row.id)?;
            let lines = actions::kept_lines(read, &row.product_id, row.version, &held)?;
            Ok((held, lines))
        })
        .await?;
    let (customer, product, vendor) = (apart(&detail.row.customer_name), apart(&detail.product), apart(&detail.vendor));
    let asked = t!("{vendor} will be asked to approve. We'll email you the outcome.", vendor);
    let (heading, mut effects) = match type_ {
        Type::Suspend => (
            t!("Suspend subscription"),
            vec![t!("Once approved, {customer} cannot use {product} until it is resumed.", customer, product), asked],
        ),
        Type::Resume => (
            t!("Resume subscription"),
            vec![t!("Once approved, {customer} can use {product} again.", customer, product), asked],
        ),
        _ => (
            t!("Cancel subscription"),
            vec![
                t!("Once approved, {customer}'s subscription to {product} ends permanently.", customer, product),
                t!("Until then it is Terminating. If the vendor refuses, it continues."),
                asked,
            ],
        ),
    };
    let now = actor.now();
    let bound = type_ == Type::Cancel && actions::bound(&held, now);
    if bound {
        for line in lines.iter().filter(|line| line.is_early(type_, now)) {
            if let Some(until) = line.committed_until {
                let day = actor.zone().day(until).words;
                let (quantity, item) = (line.quantity, apart(&line.name));
                effects.push(t!(
                    "{quantity} × {item} is committed until {day}. We'll tell {vendor}.",
                    quantity,
                    item,
                    day,
                    vendor
                ));
            }
        }
    }
    let page = actor.page((heading.clone(), &detail.row.id, "Subscriptions"));
    let back = (url(actor, &detail.row.id), "Back to subscription");
    let about = t!("{product} for {customer}", product, customer);
    let page = Confirm::new(page, heading, back, effects)
        .about(about)
        .asking(note)
        .binding(&shown::subscription(&detail.row, &held)?);
    let page = if bound { page.with_tick(early.field("early")) } else { page };
    Ok(if type_ == Type::Cancel { page.danger() } else { page })
}

/// Who cancels says it in other words.
fn cancelling(early: Form<Early>) -> Form<Early> {
    let hint = early.field("early").hint;
    early.saying("early", "I'm cancelling before the commitment ends", hint)
}

async fn asked(actor: Viewer<Manage>, text: &str, db: &Db, type_: Type) -> Result<HttpResponse> {
    page::html(&actor.visit, &confirm(&actor, db, text, type_, (&Form::empty(), &cancelling(Form::empty()))).await?)
}

async fn sent(post: Post<Manage>, text: &str, db: &Db, type_: Type) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut note = Form::<Note>::typed(&post.fields);
    let mut early = cancelling(Form::typed(&post.fields));
    let (Some(said), Some(ticked)) = (note.read(), early.read()) else {
        return page::invalid(&actor.visit, &confirm(&actor, db, text, type_, (&note, &early)).await?);
    };
    let wanted = id(text)?;
    let back = url(&actor, &wanted);
    let here = format!("{back}/{}", type_.key());
    let shown = post.fields.text(FIELD).to_owned();
    let outcome = db
        .write(&actor, move |tx| actions::ask(tx, &wanted, type_, (&said.note, ticked.early), &shown))
        .await
        .map_err(|problem| match problem {
            Problem::Stale(_) => problem.leading_to(here, "Open again"),
            _ => problem.leading_to(back, "Back to subscription"),
        });
    match violation::told(outcome)? {
        Ok(request) => Ok(made(&actor, &request, t!("{action} request created", action = type_))),
        Err(wrong) => {
            none_left(early.fail(note.fail(wrong)))?;
            page::invalid(&actor.visit, &confirm(&actor, db, text, type_, (&note, &early)).await?)
        }
    }
}

pub async fn suspend(actor: Viewer<Manage>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    asked(actor, &path.1, &db, Type::Suspend).await
}

pub async fn suspended(post: Post<Manage>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    sent(post, &path.1, &db, Type::Suspend).await
}

pub async fn resume(actor: Viewer<Manage>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    asked(actor, &path.1, &db, Type::Resume).await
}

pub async fn resumed(post: Post<Manage>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    sent(post, &path.1, &db, Type::Resume).await
}

pub async fn cancel(actor: Viewer<Manage>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    asked(actor, &path.1, &db, Type::Cancel).await
}

pub async fn cancelled(post: Post<Manage>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    sent(post, &path.1, &db, Type::Cancel).await
}

struct AdjustForm {
    values: ValueForm,
    message: MessageForm,
    said: Form<Adjusting>,
    shown: Shown,
}

impl AdjustForm {
    fn typed(self, fields: &Fields) -> Self {
        Self {
            values: self.values.typed(fields),
            message: self.message.typed(fields),
            said: Form::typed(fields),
            ..self
        }
    }

    /// Says at its field what is wrong; gives back what has none here.
    fn fail(&mut self, wrong: Violations) -> Violations {
        self.values.fail(self.message.fail(self.said.fail(wrong)))
    }
}

async fn adjust_form(actor: &Viewer<Process>, db: &Db, detail: &Detail) -> Result<AdjustForm> {
    let row = detail.row.clone();
    db.read(actor, move |read| {
        let rows = parameters_of(read, &row.product_id)?;
        let messages = messages(read, &row.product_id, row.version)?;
        let now = row.message().and_then(|now| messages.iter().position(|one| one.name == now.name)).unwrap_or(0);
        let held = store::in_use(read, &row.id)?;
        Ok(AdjustForm {
            shown: shown::subscription(&row, &held)?,
            values: ValueForm::new(rows, &row.values()?, read.vault()?),
            message: MessageForm::new(messages, now),
            said: Form::filled(&Adjusting { note: String::new(), at_once: true }),
        })
    })
    .await
}

fn adjust_page(actor: &Viewer<Process>, detail: &Detail, form: &AdjustForm) -> FormPage {
    let page = actor.page(("Adjust", &detail.row.id, "Subscriptions"));
    let back = (url(actor, &detail.row.id), "Back to subscription");
    let page = FormPage::new(page, "Adjust subscription", back, "Create adjustment")
        .below_heading("Changes the subscription's parameter values or message. Its items stay the same.")
        .binding(&form.shown);
    form.said.onto(form.message.onto(form.values.onto(page)))
}

pub async fn adjust(actor: Viewer<Process>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    let detail = ready(&actor, &db, &path.1, Type::Adjustment).await?;
    let form = adjust_form(&actor, &db, &detail).await?;
    page::html(&actor.visit, &adjust_page(&actor, &detail, &form))
}

pub async fn adjusted(post: Post<Process>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let detail = ready(&actor, &db, &path.1, Type::Adjustment).await?;
    let mut form = adjust_form(&actor, &db, &detail).await?.typed(&post.fields);
    let (values, message, said) = (form.values.read(true), form.message.read(), form.said.read());
    let (Some(values), Some(message), Some(said)) = (values, message, said) else {
        return page::invalid(&actor.visit, &adjust_page(&actor, &detail, &form));
    };
    let (wanted, at_once) = (detail.row.id.clone(), said.at_once);
    let back = url(&actor, &wanted);
    let sent = post.fields.text(FIELD).to_owned();
    let outcome = db
        .write(&actor, {
            let wanted: Id<Subscription> = wanted.clone();
            move |tx| actions::adjust(tx, &wanted, &values, message.as_ref(), (&said.note, at_once, &sent))
        })
        .await
        .map_err(|problem| problem.leading_to(back.clone(), "Back to subscription"));
    match violation::told(outcome)? {
        Ok(_) if at_once => Ok(page::see_with(&actor.visit, back, &Flash::success("Subscription adjusted"))),
        Ok(request) => Ok(made(&actor, &request, t!("Adjustment request created"))),
        Err(wrong) => {
            if wrong.iter().any(|one| one.why.code == CHANGED) {
                form = adjust_form(&actor, &db, &detail).await?.typed(&post.fields);
            }
            let elsewhere = form.fail(wrong).first().map(Fulfillment::elsewhere);
            let page = adjust_page(&actor, &detail, &form);
            page::invalid(
                &actor.visit,
                &match elsewhere {
                    Some(words) => page.failing(words),
                    None => page,
                },
            )
        }
    }
}
