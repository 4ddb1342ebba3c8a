//! Other quantities, or other values of ordering parameters, as the buyer asks for them.

use actix_web::{HttpResponse, web};

use super::super::{OfSubscription, url};
use super::{made, ready};
use crate::{
    access::extract::Post,
    kit::{
        db::Db,
        fields::Fields,
        form_page::FormPage,
        input::Form,
        page,
        problem::Result,
        shown::{CHANGED, FIELD, Shown},
        typed::apart,
        viewer::Viewer,
        violation::{self, Violations},
    },
    modules::{
        orders::{
            fulfillment::Type,
            note::Note,
            ordering::{
                actions,
                forms::{Early, ItemsForm},
                shown as reviewed,
            },
            subscriptions::{
                Manage, orderable,
                store::{self, Detail},
            },
            tiers::tiers,
        },
        products::{self, parameters::value_form::ValueForm, versions},
    },
    t,
};

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
