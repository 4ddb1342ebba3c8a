//! The screen that hands a company over.

use actix_web::{HttpResponse, web};

use super::{
    HandOver, actions,
    data::{After, Handed},
    store,
};
use crate::{
    access::proof::Proved,
    kit::{
        actor::User,
        choice::Choice as _,
        db::Db,
        form::Pick,
        form_page::{Ask, FormPage},
        id::Id,
        input::Form,
        page::{self, Flash},
        problem::Result,
        route::{Mount, get, post},
        typed::apart,
        viewer::Viewer,
        words::Words,
    },
    modules::people,
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![get("/account/hand-over", || web::to(show)), post("/account/hand-over", || web::to(handed))]
}

const BACK: &str = "Back to company";

type Colleague = (Id<User>, String, String);

fn page_of(actor: &Viewer<HandOver>, form: &Form<Handed>, colleagues: &[Colleague]) -> FormPage {
    let heading = t!("Hand over {company}", company = apart(&actor.identity.company.name));
    let page = actor.page(("Hand over company", "Account"));
    let mut page = FormPage::new(page, heading, (actor.url("account"), BACK), "Hand over")
        .below_heading("A colleague takes over the company. You both get an email.");
    if colleagues.is_empty() && actor.may::<people::Manage>() {
        page = page.needing("Invite users", actor.url("users/new"));
    }
    let picks = colleagues.iter().map(|(id, name, email)| {
        let label = t!("{name}, {email}", name = apart(name), email = apart(email));
        Pick::new(id.as_str(), label, Words::default())
    });
    let picks: Vec<Pick> = picks.collect();
    form.onto_asking(page, |entry| match entry.name {
        "to" => Some(Ask::from_list("Choose a colleague", picks.clone())),
        _ => Some(entry.asked()),
    })
}

async fn show(actor: Viewer<HandOver>, db: web::Data<Db>) -> Result<HttpResponse> {
    let colleagues = db.read(&actor, store::colleagues).await?;
    let form = Form::empty().with("after", After::Stay.key());
    page::html(&actor.visit, &page_of(&actor, &form, &colleagues))
}

async fn handed(post: Proved<HandOver>, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut form = Form::<Handed>::typed(&post.fields);
    let mut after = After::Stay;
    let act = |given: Handed| {
        after = given.after;
        db.write(&actor, move |tx| actions::hand_over(tx, &given))
    };
    let done = form.sent(act).await.map_err(|no| no.leading_to(actor.url("account"), BACK))?;
    let Some(()) = done else {
        let colleagues = db.read(&actor, store::colleagues).await?;
        return page::invalid(&actor.visit, &page_of(&actor, &form, &colleagues));
    };
    // who has left may see no more of the company than the other groups allow
    let here = match after {
        After::Stay => actor.url("account"),
        After::Leave => actor.identity.company.home(),
    };
    Ok(page::see_with(&actor.visit, here, &Flash::success("Company handed over")))
}
