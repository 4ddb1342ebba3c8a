//! Screens of contacts.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{
    Manage, View, actions,
    data::Contact,
    store::{self, ContactRow},
};
use crate::{
    access::extract::Post,
    kit::{
        confirm::Confirm,
        db::Db,
        done::once,
        edit::Edit,
        form_page::FormPage,
        input::Form,
        page::{self, Flash, Page},
        problem::Result,
        route::{Mount, get, post},
        typed::apart,
        viewer::Viewer,
        words::filters,
    },
    modules::accounts::{
        self,
        pages::{Facts, OfOne, number},
    },
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/account/contacts", || web::to(list)),
        get("/account/contacts/new", || web::to(add)),
        post("/account/contacts/new", || web::to(added)),
        get("/account/contacts/{place}/edit", || web::to(edit)),
        post("/account/contacts/{place}/edit", || web::to(saved)),
        get("/account/contacts/{place}/remove", || web::to(remove)),
        post("/account/contacts/{place}/remove", || web::to(removed)),
    ]
}

const BACK: &str = "Back to contacts";

#[derive(Template)]
#[template(path = "accounts/contacts.html")]
struct List {
    page: Page,
    facts: Facts,
    contacts: Vec<ContactRow>,
}

async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (company, contacts) = db
        .read(&actor, |read| {
            let company = accounts::store::find(read)?;
            let contacts = store::all(read, &company.id)?;
            Ok((company, contacts))
        })
        .await?;
    let page = actor.page(("Contacts", "Account"));
    page::html(&actor.visit, &List { page, facts: Facts::of(&actor, company, "contacts"), contacts })
}

fn add_page(actor: &Viewer<Manage>, form: &Form<Contact>, copy: Uuid) -> FormPage {
    let page = actor.page(("Add contact", "Contacts", "Account"));
    let page = FormPage::new(page, "Add contact", (actor.url("account/contacts"), BACK), "Add")
        .below_heading("Your partners see your contacts.");
    form.onto(page.hiding("form", copy))
}

async fn add(actor: Viewer<Manage>) -> Result<HttpResponse> {
    page::html(&actor.visit, &add_page(&actor, &Form::empty(), Uuid::new_v4()))
}

async fn added(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, copy) = (post.actor, post.fields.form());
    let mut form = Form::<Contact>::typed(&post.fields);
    let here = actor.url("account/contacts");
    let act = |new| db.attempt(&actor, move |tx| once(tx, copy, |tx| actions::add(tx, &new)));
    match form.sent(act).await.map_err(|no| no.leading_to(&here, BACK))? {
        Some(_) => Ok(page::see_with(&actor.visit, here, &Flash::success("Contact added"))),
        None => page::invalid(&actor.visit, &add_page(&actor, &form, copy)),
    }
}

type Editing = Edit<ContactRow, Contact>;

async fn editing(actor: &Viewer<Manage>, db: &Db, number: i64) -> Result<Editing> {
    let row = db.read(actor, move |read| store::find(read, number)).await?;
    let (saved, revision) = (row.contact.clone(), row.revision);
    Ok(Edit::of(row, saved, revision))
}

fn edit_page(actor: &Viewer<Manage>, edit: &Editing) -> FormPage {
    let row = &edit.row;
    let page = actor.page(("Edit", &row.contact.name, "Contacts", "Account"));
    let heading = t!("Edit {name}", name = apart(&row.contact.name));
    edit.onto(FormPage::new(page, heading, (actor.url("account/contacts"), BACK), "Save"))
}

async fn edit(actor: Viewer<Manage>, path: OfOne, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = editing(&actor, &db, number(&path)?).await?;
    page::html(&actor.visit, &edit_page(&actor, &edit))
}

async fn saved(post: Post<Manage>, path: OfOne, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, number) = (post.actor, number(&path)?);
    let mut edit = editing(&actor, &db, number).await?.typed(&post.fields);
    let (here, revision) = (actor.url("account/contacts"), edit.revision);
    let act = |new| db.attempt(&actor, move |tx| actions::change(tx, number, revision, &new));
    match edit.save(act, editing(&actor, &db, number)).await? {
        Some(done) => Ok(page::see_with(&actor.visit, here, &done.said("Contact saved"))),
        None => edit.again(&actor.visit, &edit_page(&actor, &edit)),
    }
}

async fn remove(actor: Viewer<Manage>, path: OfOne, db: web::Data<Db>) -> Result<HttpResponse> {
    let number = number(&path)?;
    let row = db.read(&actor, move |read| store::find(read, number)).await?;
    let page = actor.page(("Remove contact", &row.contact.name, "Account"));
    let effects = [t!("Your partners will no longer see {name}.", name = apart(&row.contact.name))];
    let back = (actor.url("account/contacts"), BACK);
    page::html(&actor.visit, &Confirm::new(page, "Remove contact", back, effects).danger())
}

async fn removed(post: Post<Manage>, path: OfOne, db: web::Data<Db>) -> Result<HttpResponse> {
    let number = number(&path)?;
    db.write(&post.actor, move |tx| actions::remove(tx, number)).await?;
    let here = post.actor.url("account/contacts");
    Ok(page::see_with(&post.actor.visit, here, &Flash::success("Contact removed")))
}
