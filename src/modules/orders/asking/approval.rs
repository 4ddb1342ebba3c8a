//! The page on which a vendor approves: it fills in what is its own, chooses what is read, and is bound to what the page shows.

use std::future::Future;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::pages::AskPages;
use crate::{
    access::extract::Post,
    input,
    kit::{
        actor::Permission,
        acts::Acts,
        db::Db,
        effect::Effect,
        fields::Fields,
        form::FieldError,
        form_page::FormPage,
        id::Id,
        input::{
            Form,
            kinds::{Day, Maybe},
        },
        lifecycle::allowed,
        page::{self, Flash},
        problem::Result,
        shown::{CHANGED, FIELD, Shown},
        viewer::Viewer,
        violation::{self, Violation, Violations},
        words::Words,
    },
    modules::{
        orders::message::{Message, MessageForm},
        products::parameters::{
            store::ParameterRow,
            value_form::ValueForm,
            values::{Line, Values},
        },
        queue::{
            Assigned, Settled, Waiting as _,
            beside::{Beside, next, onwards},
            pages::{Deciding, OfRequest, UNDO, act, form, hold, ready, to_ask, url},
        },
    },
    t,
};

/// An approval with everything that it needs. Secrets among the values are sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Approving {
    pub values: Values,
    pub message: Option<Message>,
    /// From when on it counts.
    pub since: Option<DateTime<Utc>>,
    /// What the page showed.
    pub sent: String,
}

/// A kind of request that its vendor approves.
pub trait Approves: AskPages + Settled<Right = <Self as Assigned>::Process, Decision = Approving> {
    const APPROVE: Self::Action;
    /// Whether it may count from an earlier day.
    const DATED: bool;

    /// What it is called where one has many.
    fn called(detail: &Self::Detail) -> &str;

    /// The parameters that the vendor fills in.
    fn filled(detail: &Self::Detail) -> Vec<ParameterRow>;

    /// The messages that it may choose from.
    fn offered(detail: &Self::Detail) -> &[Message];

    /// What the page shows.
    fn shown(detail: &Self::Detail) -> Result<Shown>;

    /// What an approval ends.
    fn ends(actor: &Viewer<Self::Process>, detail: &Self::Detail) -> Vec<Effect>;

    /// What the vendor can do about something that is wrong and not on this form.
    fn elsewhere(wrong: &Violation) -> Words;

    /// The request's own page, with its approval as it was typed.
    fn again(
        actor: &Viewer<Self::Process>,
        db: &Db,
        id: Id<Self::Kind>,
        approval: Approval,
    ) -> impl Future<Output = Result<impl Template>>;
}

input! {
    /// From when an approval counts.
    struct Since, DraftSince {
        "" {
            effective: Option<NaiveDate> = Maybe(Day), "Effective since", at "effective",
                hint "The date it takes effect, today or earlier. If you leave it empty, it takes effect now.";
        }
    }
}

/// The form of an approval.
pub struct Approval {
    values: ValueForm,
    message: MessageForm,
    since: Form<Since>,
    shown: Shown,
    /// Something that is wrong with no single field.
    failing: Option<Words>,
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

/// Before anything is typed.
pub fn approval<A: Approves, P: Permission>(actor: &Viewer<P>, detail: &A::Detail) -> Result<Approval> {
    let values = ValueForm::new(A::filled(detail), &A::values(A::row(detail))?, actor.visit.vault());
    let message = MessageForm::new(A::offered(detail).to_vec(), 0);
    Ok(Approval { values, message, since: Form::empty(), shown: A::shown(detail)?, failing: None })
}

fn page_of<A: Approves>(actor: &Viewer<A::Process>, detail: &A::Detail, approval: &Approval) -> FormPage {
    let page = form::<A, _>(actor, detail, t!("Approve"), "Approve").binding(&approval.shown);
    let page = match A::ends(actor, detail) {
        none if none.is_empty() => page,
        effects => page.effects(effects).danger(),
    };
    let page = approval.message.onto(approval.values.onto(page));
    let page = if A::DATED { approval.since.onto(page) } else { page };
    match &approval.failing {
        Some(words) => page.failing(words.clone()),
        None => page,
    }
}

/// The same form on the page of the request.
pub struct InPlace {
    pub deciding: Option<Deciding>,
    pub errors: Vec<FieldError>,
}

/// The approval on the page of a request, for whoever may approve it now. `typed`: as it was typed.
pub fn approving<A: Approves, P: Permission>(
    actor: &Viewer<P>,
    detail: &A::Detail,
    typed: Option<Approval>,
    beside: Option<&Beside>,
) -> Result<InPlace> {
    let none = InPlace { deciding: None, errors: Vec::new() };
    let Ok(vendor) = actor.with::<<A as Assigned>::Process>() else { return Ok(none) };
    let (row, parts) = (A::row(detail), A::parts_in(detail, &actor.identity.company));
    let possible = parts.iter().any(|part| allowed(A::RULES, row.status(), *part).contains(&A::APPROVE));
    if !possible || beside.is_some_and(Beside::is_decided) {
        return Ok(none);
    }
    let approval = match typed {
        Some(typed) => typed,
        None => approval::<A, P>(actor, detail)?,
    };
    let within = beside.map(|beside| beside.within.as_str()).unwrap_or_default();
    let page = page_of::<A>(&vendor, detail, &approval);
    let errors = page.errors().to_vec();
    let here = url::<A, P>(actor, row.id());
    let effects = A::ends(&vendor, detail);
    let deciding = Deciding {
        action: format!("{here}/approve{within}"),
        hidden: vec![(FIELD, approval.shown.token())],
        danger: !effects.is_empty(),
        effects,
        asked: page.into_asked().1,
        button: "Approve",
        save: (!approval.values.is_empty()).then(|| format!("{here}/parameters{within}")),
    };
    Ok(InPlace { deciding: Some(deciding), errors })
}

impl InPlace {
    /// What can be done besides: nothing while a decision can be taken back.
    pub fn left_of(&self, acts: Acts, here: &str, beside: Option<&Beside>) -> Acts {
        match beside {
            Some(beside) if beside.is_decided() => Acts::default(),
            Some(beside) => self.without_approval(acts, here).within(&beside.within),
            None => self.without_approval(acts, here),
        }
    }

    fn without_approval(&self, acts: Acts, here: &str) -> Acts {
        if self.deciding.is_some() { acts.without(&format!("{here}/approve")) } else { acts }
    }

    /// The values that the form does not ask.
    pub fn others(&self, mut groups: Vec<(&'static str, Vec<Line>)>) -> Vec<(&'static str, Vec<Line>)> {
        let asked = |line: &Line| {
            let fields = self.deciding.iter().flat_map(|deciding| &deciding.asked);
            fields.map(|one| &one.field.name).any(|name| name.starts_with(&line.id))
        };
        groups.iter_mut().for_each(|(_, lines)| lines.retain(|line| !asked(line)));
        groups.retain(|(_, lines)| !lines.is_empty());
        groups
    }
}

pub async fn approve<A: Approves>(
    actor: Viewer<A::Process>,
    path: OfRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let detail = to_ask::<A, _>(&actor, &db, &path.1, A::APPROVE).await?;
    let approval = approval::<A, _>(&actor, &detail)?;
    page::html(&actor.visit, &page_of::<A>(&actor, &detail, &approval))
}

/// From the page of the request it can be taken back; from the page that asks once more it is done at once.
pub async fn approved<A: Approves>(post: Post<A::Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let held = post.fields.has(UNDO);
    let mut detail = ready::<A, _>(&actor, &db, &path.1, A::APPROVE).await?;
    let mut form = approval::<A, _>(&actor, &detail)?.typed(&post.fields);
    let (values, message, since) = (form.values.read(true), form.message.read(), form.since.read());
    let (Some(values), Some(message), Some(since)) = (values, message, since) else {
        return again::<A>(&actor, &db, &detail, form, held).await;
    };
    let decision = Approving {
        values: form.values.own(&values),
        message,
        since: since.effective.and_then(|day| actor.zone().start_of(day)),
        sent: post.fields.text(FIELD).to_owned(),
    };
    let wanted = A::row(&detail).id().clone();
    let outcome = match held {
        true => hold::<A>(&actor, &db, (&wanted, A::called(&detail)), decision).await,
        false => {
            let next = next::<A, _>(&actor, &db, &wanted).await?;
            let done = act::<A, _, _>(&actor, &db, &wanted, move |tx, id| A::settle(tx, id, &decision)).await;
            done.map(|()| onwards::<A, _>(&actor, &wanted, next, &Flash::success("Request approved")))
        }
    };
    let wrong = match violation::told(outcome)? {
        Ok(answer) => return Ok(answer),
        Err(wrong) => wrong,
    };
    if wrong.iter().any(|one| one.why.code == CHANGED) {
        // as it stands now, with what was typed
        detail = ready::<A, _>(&actor, &db, &path.1, A::APPROVE).await?;
        form = approval::<A, _>(&actor, &detail)?.typed(&post.fields);
    }
    form.failing = form.fail(wrong).first().map(A::elsewhere);
    again::<A>(&actor, &db, &detail, form, held).await
}

/// The form once more, where it was sent from, with what is wrong.
async fn again<A: Approves>(
    actor: &Viewer<A::Process>,
    db: &Db,
    detail: &A::Detail,
    form: Approval,
    held: bool,
) -> Result<HttpResponse> {
    match held {
        true => page::invalid(&actor.visit, &A::again(actor, db, A::row(detail).id().clone(), form).await?),
        false => page::invalid(&actor.visit, &page_of::<A>(actor, detail, &form)),
    }
}
