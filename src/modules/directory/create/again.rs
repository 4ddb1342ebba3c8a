//! Inviting the representative of an account that was made for a partner once more, or somebody else instead.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::{
    actions,
    data::Representative,
    store::{self, Created},
};
use crate::{
    access::extract::Post,
    kit::{
        db::Db,
        done::once,
        form_page::FormPage,
        id::Id,
        input::Form,
        page::{self, Flash},
        problem::{Problem, Result},
        typed::apart,
        viewer::Viewer,
    },
    modules::contracts::{Contract, Create},
};

/// A company and the contract of an invited partner.
type OfContract = web::Path<(String, String)>;

fn named(text: &str) -> Result<Id<Contract>> {
    text.parse().map_err(|_| Problem::NotFound)
}

/// The account that was made for the contract, while nobody works for it.
async fn waiting(actor: &Viewer<Create>, db: &Db, id: Id<Contract>) -> Result<Created> {
    db.read(actor, move |read| {
        let me = read.actor.account().clone();
        let created = store::find(read, &me, &id)?.filter(|one| one.account_id.is_some() && !one.joined);
        created.ok_or(Problem::NotFound)
    })
    .await
}

fn form_page(
    actor: &Viewer<Create>,
    (id, created): (&Id<Contract>, &Created),
    form: &Form<Representative>,
    copy: Uuid,
) -> FormPage {
    let name = created.account.clone().unwrap_or_default();
    let page = actor.page(("Invite representative", &name, "Partners"));
    let back = (actor.url(&format!("directory/{id}")), "Back to partner");
    let page = FormPage::new(page, "Invite representative", back, "Invite")
        .below_heading(apart(&name).into_owned())
        .effects(vec!["The link sent before stops working.".into()]);
    form.onto(page.hiding("form", copy))
}

/// Asks whom to invite.
pub async fn ask(actor: Viewer<Create>, path: OfContract, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = named(&path.1)?;
    let created = waiting(&actor, &db, id.clone()).await?;
    let form = Form::empty().with("email", created.email.as_deref().unwrap_or_default());
    page::html(&actor.visit, &form_page(&actor, (&id, &created), &form, Uuid::new_v4()))
}

/// Sends the invitation.
pub async fn invited(post: Post<Create>, path: OfContract, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, copy) = (post.actor, post.fields.form());
    let id = named(&path.1)?;
    let created = waiting(&actor, &db, id.clone()).await?;
    let mut form = Form::<Representative>::typed(&post.fields);
    let contract = id.clone();
    let act = |said: Representative| {
        db.attempt(&actor, move |tx| {
            once(tx, copy, |tx| actions::invite_again(tx, &contract, &said).map(|()| contract.clone()))
        })
    };
    let here = actor.url(&format!("directory/{id}"));
    match form.sent(act).await.map_err(|no| no.leading_to(&here, "Back to partner"))? {
        Some(_) => Ok(page::see_with(&actor.visit, here, &Flash::success("Invitation sent"))),
        None => page::invalid(&actor.visit, &form_page(&actor, (&id, &created), &form, copy)),
    }
}
