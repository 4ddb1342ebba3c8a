//! The vendor's adjustment: other values, or another message.

use actix_web::{HttpResponse, web};

use super::super::{OfSubscription, url};
use super::{made, ready};
use crate::{
    access::extract::Post,
    kit::{
        db::Db,
        fields::Fields,
        form_page::FormPage,
        id::Id,
        input::Form,
        page::{self, Flash},
        problem::Result,
        shown::{CHANGED, FIELD, Shown},
        viewer::Viewer,
        violation::{self, Violations},
    },
    modules::{
        orders::{
            asking::approval::Approves as _,
            fulfillment::{Process, Type, queue::Fulfillment},
            message::{MessageForm, messages},
            ordering::{actions, forms::Adjusting},
            questions::parameters_of,
            subscriptions::{
                Subscription, shown,
                store::{self, Detail},
            },
        },
        products::parameters::value_form::ValueForm,
    },
    t,
};

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
