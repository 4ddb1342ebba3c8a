//! The words before the owner of a marketplace does something with a request.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::{
    access::extract::Post,
    kit::{
        actor::{Company, Permission},
        choice::Choice as _,
        confirm::Confirm,
        db::{Db, Read, Tx},
        effect::Effect,
        id::Id,
        input::Form,
        lifecycle::allowed,
        problem::{Problem, Result},
        typed::apart,
        viewer::Viewer,
        words::Words,
    },
    modules::{
        conversation::Message,
        listings::{
            Process, Request, Type, actions,
            lifecycle::{Action, Part, RULES},
            queue::{Forward, Reviews},
            store::{self, RequestDetail, RequestRow},
        },
        queue::pages::{self as queue, Decides, Deciding, OfRequest, Pages, TalkPages, UNDO, confirm},
    },
    t,
};

impl Pages for Reviews {
    type Detail = RequestDetail;

    fn find<P: Permission>(read: &mut Read<'_, P>, id: &Id<Request>) -> Result<RequestDetail> {
        store::find_request(read, id)
    }

    fn row(detail: &RequestDetail) -> &RequestRow {
        &detail.request
    }

    fn parts_in(_: &RequestDetail, company: &Company) -> Vec<Part> {
        vec![store::part(company)]
    }

    fn about(detail: &RequestDetail) -> Words {
        let (product, marketplace) = (apart(&detail.of.product), apart(&detail.of.marketplace));
        t!("{product} on {marketplace}.", product, marketplace)
    }
}

impl TalkPages for Reviews {
    async fn show<P: Permission>(
        actor: &Viewer<P>,
        db: &Db,
        id: Id<Request>,
        form: &Form<Message>,
    ) -> Result<impl askama::Template> {
        super::request::show_page(actor, db, id, form).await
    }
}

impl Decides<Process> for Reviews {
    async fn asked(actor: &Viewer<Process>, _: &Db, detail: &RequestDetail, action: Action) -> Result<Confirm> {
        let request = &detail.request;
        let (product, place) = (apart(&detail.of.product), apart(&detail.of.marketplace));
        let vendor = apart(&detail.of.vendor);
        let told = t!("We'll email {vendor}.", vendor);
        let (heading, effects): (Words, _) = match action {
            Action::Deploy => {
                (t!("Mark as Deploying"), vec![t!("You start setting up {product} in your own system.", product), told])
            }
            Action::Complete => (
                t!("Mark as Completed"),
                vec![
                    match request.type_ {
                        Type::New => t!("{product} will be listed on {place}.", product, place),
                        Type::Update => {
                            t!("{product} stays listed on {place}, with the requested update.", product, place)
                        }
                        Type::Remove => t!("{product} will no longer be listed on {place}.", product, place),
                    },
                    told,
                ],
            ),
            Action::Refine => (
                t!("Refine"),
                vec![t!("The request will go back to {vendor}, who can correct it and submit it again.", vendor)],
            ),
            Action::Cancel | Action::Submit => (
                t!("Cancel request"),
                vec![
                    match request.type_ {
                        Type::New => {
                            t!(
                                "{product} will not be listed on {place}. The vendor can send a new request.",
                                product,
                                place
                            )
                        }
                        _ => t!("{product} stays listed on {place} without changes.", product, place),
                    },
                    told,
                ],
            ),
        };
        let mut effects: Vec<Effect> = effects.into_iter().map(Effect::from).collect();
        if action == Action::Complete {
            let listing = actor.url(&format!("listings/{}", detail.of.listing.id));
            effects.extend(actions::completes(request).map(|effect| effect.at(listing)));
        }
        let ends = action == Action::Cancel || (action == Action::Complete && request.type_ == Type::Remove);
        let page = confirm::<Reviews, _, _>(actor, &request.id, heading, effects);
        let page = if ends { page.danger() } else { page };
        Ok(if action == Action::Cancel { page.cancels() } else { page })
    }

    fn why(action: Action) -> Option<&'static str> {
        matches!(action, Action::Refine | Action::Cancel).then_some("Shown to the vendor. Up to 500 characters.")
    }

    fn decide(tx: &mut Tx<'_, Process>, id: &Id<Request>, action: Action, reason: &str, _: &str) -> Result<()> {
        actions::decide(tx, id, action, reason)
    }

    fn told(action: Action) -> &'static str {
        match action {
            Action::Deploy => "Request marked as Deploying",
            Action::Complete => "Request completed",
            Action::Refine | Action::Submit => "Request sent back to the vendor",
            Action::Cancel => "Request cancelled",
        }
    }
}

/// The step that the owner of a marketplace takes where it reads a request, in the list of the query `within`. What takes a product off is asked
/// once more, on a page of its own.
pub fn forward_here<P: Permission>(actor: &Viewer<P>, detail: &RequestDetail, within: &str) -> Option<Deciding> {
    let request = &detail.request;
    let allowed = allowed(RULES, request.status, Part::Owner);
    let action = *allowed.iter().find(|action| Forward::of(**action).is_some())?;
    if action == Action::Complete && request.type_ == Type::Remove {
        return None;
    }
    Some(Deciding {
        action: format!("{}/{}{within}", queue::url::<Reviews, P>(actor, &request.id), action.key()),
        hidden: Vec::new(),
        effects: Vec::new(),
        asked: Vec::new(),
        button: action.label(),
        danger: false,
        save: None,
    })
}

/// From the page of the request it can be taken back; from the page that asks once more it is done at once.
pub async fn forward(
    request: HttpRequest,
    post: Post<Process>,
    path: OfRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    if !post.fields.has(UNDO) {
        return queue::decide::<Reviews, Process>(request, post, path, db).await;
    }
    let (actor, action) = (post.actor, queue::action::<Reviews>(&request)?);
    let decision = Forward::of(action).ok_or(Problem::NotFound)?;
    let detail = queue::ready::<Reviews, _>(&actor, &db, &path.1, action).await?;
    queue::hold::<Reviews>(&actor, &db, (&detail.request.id, &detail.of.product), decision).await
}
