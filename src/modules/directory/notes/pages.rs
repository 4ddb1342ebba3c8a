//! Screens of notes.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{
    actions::{self, Note},
    store::{self, NoteRow},
};
use crate::{
    access::extract::Post,
    kit::{
        actor::Account,
        confirm::Confirm,
        db::Db,
        done::once,
        edit::Edit,
        form_page::FormPage,
        id::Id,
        input::Form,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        time::When,
        viewer::Viewer,
        words::filters,
    },
    modules::directory::{
        Manage, View,
        show::{Facts, OfPartner, id},
        store::{self as partners, Partner},
    },
    t,
};

/// The tab Notes and what is done there.
pub fn screens() -> Vec<Mount> {
    vec![
        get("/directory/{id}/notes", || web::to(list)),
        get("/directory/{id}/notes/new", || web::to(add)),
        post("/directory/{id}/notes/new", || web::to(added)),
        get("/directory/{id}/notes/{number}/edit", || web::to(edit)),
        post("/directory/{id}/notes/{number}/edit", || web::to(saved)),
        get("/directory/{id}/notes/{number}/delete", || web::to(delete)),
        post("/directory/{id}/notes/{number}/delete", || web::to(deleted)),
    ]
}

const BACK: &str = "Back to notes";

/// A company, its partner, and the number of a note.
type OfNote = web::Path<(String, String, String)>;

fn number(path: &OfNote) -> Result<(Id<Account>, i64)> {
    Ok((id(&path.1)?, path.2.parse().map_err(|_| Problem::NotFound)?))
}

/// Where the notes on a partner stand.
fn here(actor: &Viewer<Manage>, partner: &Id<Account>) -> String {
    actor.url(&format!("directory/{partner}/notes"))
}

struct Line {
    row: NoteRow,
    at: When,
    /// Written by who looks, who may change it.
    mine: bool,
    href: String,
}

#[derive(Template)]
#[template(path = "directory/show/notes.html")]
struct List {
    page: Page,
    facts: Facts,
    notes: Vec<Line>,
    may_manage: bool,
}

async fn list(actor: Viewer<View>, path: OfPartner, db: web::Data<Db>) -> Result<HttpResponse> {
    let wanted = id(&path.1)?;
    let (partner, rows) = db
        .read(&actor, move |read| {
            let partner = partners::find(read, &wanted)?;
            let rows = store::all(read, &wanted)?;
            Ok((partner, rows))
        })
        .await?;
    let page = actor.page(("Notes", &partner.name, "Partners"));
    let facts = Facts::new(&actor, partner, "notes");
    let (zone, may_manage) = (actor.zone(), actor.may::<Manage>());
    let notes = rows.into_iter().map(|row| Line {
        at: zone.when(row.updated_at),
        mine: may_manage && row.author_id == actor.identity.person.id,
        href: format!("{}/notes/{}", facts.base, row.number),
        row,
    });
    let notes = notes.collect();
    page::html(&actor.visit, &List { page, facts, notes, may_manage })
}

async fn partner(actor: &Viewer<Manage>, db: &Db, id: Id<Account>) -> Result<Partner> {
    db.read(actor, move |read| partners::find(read, &id)).await
}

fn add_page(actor: &Viewer<Manage>, partner: &Partner, form: &Form<Note>, copy: Uuid) -> FormPage {
    let page = actor.page(("Add note", &partner.name, "Partners"));
    let page = FormPage::new(page, "Add note", (here(actor, &partner.id), BACK), "Add").below_heading(&partner.name);
    form.onto(page.hiding("form", copy))
}

async fn add(actor: Viewer<Manage>, path: OfPartner, db: web::Data<Db>) -> Result<HttpResponse> {
    let partner = partner(&actor, &db, id(&path.1)?).await?;
    page::html(&actor.visit, &add_page(&actor, &partner, &Form::empty(), Uuid::new_v4()))
}

async fn added(post: Post<Manage>, path: OfPartner, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, copy) = (post.actor, post.fields.form());
    let partner = partner(&actor, &db, id(&path.1)?).await?;
    let mut form = Form::<Note>::typed(&post.fields);
    let wanted = partner.id.clone();
    let act = |note| db.attempt(&actor, move |tx| once(tx, copy, |tx| actions::add(tx, &wanted, &note)));
    match form.sent(act).await? {
        Some(_) => Ok(page::see_with(&actor.visit, here(&actor, &partner.id), &Flash::success("Note added"))),
        None => page::invalid(&actor.visit, &add_page(&actor, &partner, &form, copy)),
    }
}

type Editing = Edit<(Partner, NoteRow), Note>;

async fn editing(actor: &Viewer<Manage>, db: &Db, (wanted, number): (Id<Account>, i64)) -> Result<Editing> {
    let row = db
        .read(actor, move |read| {
            let partner = partners::find(read, &wanted)?;
            Ok((partner, store::find(read, &wanted, number)?))
        })
        .await?;
    let (note, revision) = (Note { text: row.1.text.clone() }, row.1.revision);
    Ok(Edit::of(row, note, revision))
}

fn edit_page(actor: &Viewer<Manage>, edit: &Editing) -> FormPage {
    let partner = &edit.row.0;
    let page = actor.page(("Edit note", &partner.name, "Partners"));
    let back = (here(actor, &partner.id), BACK);
    edit.onto(FormPage::new(page, "Edit note", back, "Save").below_heading(&partner.name))
}

async fn edit(actor: Viewer<Manage>, path: OfNote, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = editing(&actor, &db, number(&path)?).await?;
    page::html(&actor.visit, &edit_page(&actor, &edit))
}

async fn saved(post: Post<Manage>, path: OfNote, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, (wanted, number)) = (post.actor, number(&path)?);
    let mut edit = editing(&actor, &db, (wanted.clone(), number)).await?.typed(&post.fields);
    let (here, revision, partner) = (here(&actor, &wanted), edit.revision, wanted.clone());
    let act = |note| db.attempt(&actor, move |tx| actions::change(tx, (&partner, number), revision, &note));
    let now = editing(&actor, &db, (wanted, number));
    match edit.save(act, now).await.map_err(|no| no.leading_to(&here, BACK))? {
        Some(done) => Ok(page::see_with(&actor.visit, here, &done.said("Note saved"))),
        None => edit.again(&actor.visit, &edit_page(&actor, &edit)),
    }
}

async fn delete(actor: Viewer<Manage>, path: OfNote, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = editing(&actor, &db, number(&path)?).await?;
    let (partner, row) = edit.row;
    let page = actor.page(("Delete note", &partner.name, "Partners"));
    let effects = [t!("The note by {author} is deleted for everyone in your company.", author = row.author)];
    let confirm = Confirm::new(page, "Delete note", (here(&actor, &partner.id), BACK), effects);
    page::html(&actor.visit, &confirm.about(row.text).danger())
}

async fn deleted(post: Post<Manage>, path: OfNote, db: web::Data<Db>) -> Result<HttpResponse> {
    let (wanted, number) = number(&path)?;
    let here = here(&post.actor, &wanted);
    db.write(&post.actor, move |tx| actions::delete(tx, &wanted, number)).await?;
    Ok(page::see_with(&post.actor.visit, here, &Flash::success("Note deleted")))
}
