//! The page on which a vendor approves: it fills in what is its own, chooses what is read, and is bound to what the page shows.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use diesel::PgConnection;

use super::pages::AskPages;
use crate::{
    access::extract::Post,
    kit::{
        db::{Db, Tx},
        effect::Effect,
        fields::Fields,
        form::Field,
        form_page::{Ask, FormPage},
        id::Id,
        page,
        problem::Result,
        shown::{CHANGED, FIELD, Shown},
        viewer::Viewer,
        violation::{self, Violation},
        words::Words,
    },
    modules::{
        orders::message::{Message, chosen_message, message_field, message_picks},
        products::parameters::{
            store::ParameterRow,
            values::{ValueForm, Values},
        },
        queue::{
            Waiting as _,
            pages::{OfRequest, act, done, form, ready},
        },
    },
    t,
};

/// A kind of request that is approved on such a page.
pub trait Approves: AskPages {
    const APPROVE: Self::Action;
    /// Whether it may count from an earlier day.
    const DATED: bool;

    /// The parameters that the vendor fills in.
    fn filled(detail: &Self::Detail) -> Vec<ParameterRow>;

    /// The messages that it may choose from.
    fn offered(detail: &Self::Detail) -> impl FnOnce(&mut PgConnection) -> Result<Vec<Message>> + Send + 'static;

    /// What the page shows.
    fn shown(detail: &Self::Detail) -> Result<Shown>;

    /// What an approval ends.
    fn ends(actor: &Viewer<Self::Process>, detail: &Self::Detail) -> Vec<Effect>;

    fn approve(
        tx: &mut Tx<'_, Self::Process>,
        id: &Id<Self::Kind>,
        filled: (&Values, Option<&Message>),
        since: Option<DateTime<Utc>>,
        sent: &str,
    ) -> Result<()>;

    /// What the vendor can do about something that is wrong and not on this form.
    fn elsewhere(wrong: &Violation) -> Words;
}

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

    /// Says at its field what is wrong; gives back what has none here.
    fn fail(&mut self, wrong: Violation) -> Option<Violation> {
        let field = match wrong.at.as_ref() {
            "effective" => &mut self.effective,
            "message" => &mut self.message,
            _ => return self.values.fail(wrong),
        };
        field.fail(wrong.why.words);
        None
    }
}

async fn approval<A: Approves>(actor: &Viewer<A::Process>, db: &Db, detail: &A::Detail) -> Result<Approval> {
    let effective = Field::new("effective", "Effective since")
        .hint("The day from which it counts, today or earlier. Left empty, now.")
        .optional();
    let offered = A::offered(detail);
    let messages = db.read(actor, move |read| offered(read.conn)).await?;
    let values = ValueForm::new(A::filled(detail), &A::values(A::row(detail))?, actor.visit.vault());
    let message = message_field().filled("0");
    Ok(Approval { values, messages, message, effective, shown: A::shown(detail)? })
}

fn page_of<A: Approves>(actor: &Viewer<A::Process>, detail: &A::Detail, approval: &Approval) -> FormPage {
    let page = form::<A, _>(actor, detail, t!("Approve"), "Approve").binding(&approval.shown);
    let page = match A::ends(actor, detail) {
        none if none.is_empty() => page,
        effects => page.effects(effects).danger(),
    };
    let page = approval.values.onto(page);
    let page = match approval.messages.is_empty() {
        true => page,
        false => page.ask(&approval.message, Ask::Select(message_picks(&approval.messages))),
    };
    if A::DATED { page.ask(&approval.effective, Ask::Day) } else { page }
}

pub async fn approve<A: Approves>(
    actor: Viewer<A::Process>,
    path: OfRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let detail = ready::<A, _>(&actor, &db, &path.1, A::APPROVE).await?;
    let approval = approval::<A>(&actor, &db, &detail).await?;
    page::html(&actor.visit, &page_of::<A>(&actor, &detail, &approval))
}

pub async fn approved<A: Approves>(post: Post<A::Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut detail = ready::<A, _>(&actor, &db, &path.1, A::APPROVE).await?;
    let mut form = approval::<A>(&actor, &db, &detail).await?.typed(&post.fields);
    let (Some(values), Some(day)) = (form.values.parse(true), form.effective.day()) else {
        return page::invalid(&actor.visit, &page_of::<A>(&actor, &detail, &form));
    };
    let since = day.and_then(|day| actor.zone().start_of(day));
    let message = chosen_message(&form.messages, &form.message);
    let (wanted, own) = (A::row(&detail).id().clone(), form.values.own(&values));
    let sent = post.fields.text(FIELD).to_owned();
    let outcome =
        act::<A, _, _>(&actor, &db, &wanted, move |tx, id| A::approve(tx, id, (&own, message.as_ref()), since, &sent))
            .await;
    let wrong = match violation::told(outcome)? {
        Ok(()) => return Ok(done::<A, _>(&actor, &wanted, t!("Request approved"))),
        Err(wrong) => wrong,
    };
    if wrong.iter().any(|one| one.why.code == CHANGED) {
        // as it stands now, with what was typed
        detail = ready::<A, _>(&actor, &db, &path.1, A::APPROVE).await?;
        form = approval::<A>(&actor, &db, &detail).await?.typed(&post.fields);
    }
    let left: Vec<_> = wrong.into_iter().filter_map(|one| form.fail(one)).collect();
    let page = page_of::<A>(&actor, &detail, &form);
    let page = match left.first() {
        Some(one) => page.failing(A::elsewhere(one)),
        None => page,
    };
    page::invalid(&actor.visit, &page)
}
