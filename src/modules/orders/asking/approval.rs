//! The page on which a vendor approves: it fills in what is its own, chooses what is read, and is bound to what the page shows.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};

use super::pages::AskPages;
use crate::{
    access::extract::Post,
    input,
    kit::{
        db::{Db, Read, Tx},
        effect::Effect,
        fields::Fields,
        form_page::FormPage,
        id::Id,
        input::{
            Form,
            kinds::{Day, Maybe},
        },
        page,
        problem::Result,
        shown::{CHANGED, FIELD, Shown},
        viewer::Viewer,
        violation::{self, Violation, Violations},
        words::Words,
    },
    modules::{
        orders::message::{Message, MessageForm},
        products::parameters::{store::ParameterRow, value_form::ValueForm, values::Values},
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
    fn offered(
        detail: &Self::Detail,
    ) -> impl FnOnce(&mut Read<'_, Self::Process>) -> Result<Vec<Message>> + Send + 'static;

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

input! {
    /// From when an approval counts.
    struct Since, DraftSince {
        "" {
            effective: Option<NaiveDate> = Maybe(Day), "Effective since", at "effective",
                hint "The day from which it counts, today or earlier. Left empty, now.";
        }
    }
}

struct Approval {
    values: ValueForm,
    message: MessageForm,
    since: Form<Since>,
    shown: Shown,
}

impl Approval {
    fn typed(self, fields: &Fields) -> Self {
        Self {
            values: self.values.typed(fields),
            message: self.message.typed(fields),
            since: Form::typed(fields),
            ..self
        }
    }

    /// Says at its field what is wrong; gives back what has none here.
    fn fail(&mut self, wrong: Violations) -> Violations {
        self.values.fail(self.message.fail(self.since.fail(wrong)))
    }
}

async fn approval<A: Approves>(actor: &Viewer<A::Process>, db: &Db, detail: &A::Detail) -> Result<Approval> {
    let offered = A::offered(detail);
    let messages = db.read(actor, move |read| offered(read)).await?;
    let values = ValueForm::new(A::filled(detail), &A::values(A::row(detail))?, actor.visit.vault());
    let message = MessageForm::new(messages, 0);
    Ok(Approval { values, message, since: Form::empty(), shown: A::shown(detail)? })
}

fn page_of<A: Approves>(actor: &Viewer<A::Process>, detail: &A::Detail, approval: &Approval) -> FormPage {
    let page = form::<A, _>(actor, detail, t!("Approve"), "Approve").binding(&approval.shown);
    let page = match A::ends(actor, detail) {
        none if none.is_empty() => page,
        effects => page.effects(effects).danger(),
    };
    let page = approval.message.onto(approval.values.onto(page));
    if A::DATED { approval.since.onto(page) } else { page }
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
    let (values, message, since) = (form.values.read(true), form.message.read(), form.since.read());
    let (Some(values), Some(message), Some(since)) = (values, message, since) else {
        return page::invalid(&actor.visit, &page_of::<A>(&actor, &detail, &form));
    };
    let since = since.effective.and_then(|day| actor.zone().start_of(day));
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
    let left = form.fail(wrong);
    let page = page_of::<A>(&actor, &detail, &form);
    let page = match left.first() {
        Some(one) => page.failing(A::elsewhere(one)),
        None => page,
    };
    page::invalid(&actor.visit, &page)
}
