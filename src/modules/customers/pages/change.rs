//! Edit, move, decommission.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{OfCustomer, asked, id, url};
use crate::{
    access::extract::Post,
    kit::{
        confirm::Confirm,
        db::Db,
        edit::Edit,
        form::{Field, FieldError, Pick},
        form_page::FormPage,
        id::Id,
        input::Form,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        revision::Expected,
        typed::apart,
        viewer::Viewer,
        violation::{self, none_left},
        words::{Words, filters},
    },
    modules::customers::{
        Manage, Status, TierAccount, Type,
        actions::{self, Against},
        data::Data,
        requests,
        store::{self, AccountRow, Node, Subtree},
        wizard::{TOP, Under},
    },
    t,
};

/// An account that can still be changed; of another the page says so.
async fn find(actor: &Viewer<Manage>, db: &Db, text: &str) -> Result<AccountRow> {
    let account = id(text)?;
    let row = db.read(actor, move |read| store::find(read, &account)).await?;
    if row.status == Status::Active {
        return Ok(row);
    }
    Err(Problem::refused("This account is decommissioned", "It can no longer be changed.")
        .leading_to(url(actor, &row.id), "Back to account"))
}

/// What an edit of an account would cause, in words.
async fn foretold(actor: &Viewer<Manage>, db: &Db, row: &AccountRow) -> Result<Option<Words>> {
    let account = row.id.clone();
    let uses = db.read(actor, move |read| requests::store::uses(read, &account)).await?;
    Ok(requests::actions::foretold(&uses))
}

type Editing = Edit<AccountRow, Data>;

async fn editing(actor: &Viewer<Manage>, db: &Db, text: &str) -> Result<Editing> {
    let row = find(actor, db, text).await?;
    let (saved, version) = (row.data(), row.version);
    Ok(Edit::of(row, saved, version))
}

fn edit_page(actor: &Viewer<Manage>, edit: &Editing, caused: &Option<Words>) -> FormPage {
    let row = &edit.row;
    let name = apart(&row.name);
    let words = match caused {
        None => t!("{name}. The current data is kept under Versions.", name),
        Some(requests) => {
            t!("{name}. The current data is kept under Versions. Saving creates {requests}.", name, requests)
        }
    };
    let page = actor.page(("Edit", &row.name, "Customers"));
    let back = (url(actor, &row.id), "Back to account");
    edit.onto(FormPage::new(page, "Edit account", back, "Save").below_heading(words))
}

pub async fn edit(actor: Viewer<Manage>, path: OfCustomer, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = editing(&actor, &db, &path.1).await?;
    let caused = foretold(&actor, &db, &edit.row).await?;
    page::html(&actor.visit, &edit_page(&actor, &edit, &caused))
}

pub async fn saved(post: Post<Manage>, path: OfCustomer, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut edit = editing(&actor, &db, &path.1).await?.typed(&post.fields);
    let (account, version, here) = (edit.row.id.clone(), edit.revision, url(&actor, &edit.row.id));
    let act = |data| db.attempt(&actor, move |tx| actions::update(tx, &account, &version.into(), &data));
    match edit.save(act, editing(&actor, &db, &path.1)).await? {
        Some(done) => Ok(page::see_with(&actor.visit, here, &done.said("Account saved"))),
        None => {
            let caused = foretold(&actor, &db, &edit.row).await?;
            edit.again(&actor.visit, &edit_page(&actor, &edit, &caused))
        }
    }
}

/// Where an account would stand.
struct Preview {
    before: Words,
    after: Words,
    /// How many accounts go with it.
    along: i64,
    /// "2 requests to 2 vendors", when there are any.
    requests: Option<Words>,
    parent: String,
}

#[derive(Template)]
#[template(path = "customers/move.html")]
struct Relocate {
    page: Page,
    errors: Vec<FieldError>,
    row: AccountRow,
    search: Field,
    parent: Field,
    candidates: Vec<Pick>,
    preview: Option<Preview>,
    back: String,
    here: String,
}

/// "Top, Middle": from the root down.
fn words(path: &[Node]) -> Words {
    if path.is_empty() {
        return t!("At the top level, without a parent");
    }
    Words::data(path.iter().map(|node| node.name.as_str()).collect::<Vec<_>>().join(" › "))
}

async fn page_of(
    actor: &Viewer<Manage>,
    db: &Db,
    row: AccountRow,
    mut form: Form<Under>,
    text: &str,
) -> Result<Relocate> {
    let search = Field::new("q", "Find a reseller").filled(text);
    let (account, wanted, chosen) = (row.id.clone(), text.to_owned(), form.text("parent").to_owned());
    let (found, before, after, subtree, requests) = db
        .read(actor, move |read| {
            let found = store::possible_parents(read, &wanted, Some(&account))?;
            let mut before = store::path(read, &account)?;
            before.pop();
            let after = match chosen.parse::<Id<TierAccount>>() {
                Ok(id) => match store::find(read, &id) {
                    Ok(row) => Some(store::path(read, &row.id)?),
                    Err(Problem::NotFound) => None,
                    Err(other) => return Err(other),
                },
                Err(_) => (chosen == TOP).then(Vec::new),
            };
            let subtree: Subtree = store::subtree(read, &account)?;
            let uses = requests::store::uses(read, &account)?;
            Ok((found, before, after, subtree, requests::actions::foretold(&uses)))
        })
        .await?;
    let parent = form.text("parent").to_owned();
    if !parent.is_empty() && after.is_none() {
        none_left(form.fail(vec![Against::Parent.into()]))?;
    }
    let errors = form.errors();
    let mut candidates: Vec<Pick> = found.iter().map(|node| Pick::new(&node.id, &node.name, &node.id)).collect();
    if row.type_ == Type::Reseller {
        candidates.insert(0, Pick::new(TOP, "None", "At the top level, without a parent"));
    }
    let here = url(actor, &row.id);
    Ok(Relocate {
        page: actor.page(("Move", &row.name, "Customers")).with_errors(&errors),
        preview: after.filter(|_| errors.is_empty()).map(|after| Preview {
            before: words(&before),
            after: words(&after),
            along: subtree.accounts,
            requests,
            parent,
        }),
        errors,
        search,
        parent: form.field("parent"),
        candidates,
        back: here.clone(),
        here: format!("{here}/move"),
        row,
    })
}

fn moving(form: Form<Under>) -> Form<Under> {
    form.saying("parent", "New parent", "")
}

/// Finds a parent, then shows what the move would do; a GET all along.
pub async fn relocate(actor: Viewer<Manage>, path: OfCustomer, db: web::Data<Db>) -> Result<HttpResponse> {
    let row = find(&actor, &db, &path.1).await?;
    let form = moving(Form::empty()).with("parent", &asked(&actor, "parent").unwrap_or_default());
    let text = asked(&actor, "q").unwrap_or_default();
    let shown = page_of(&actor, &db, row, form, &text).await?;
    if shown.errors.is_empty() { page::html(&actor.visit, &shown) } else { page::invalid(&actor.visit, &shown) }
}

pub async fn relocated(post: Post<Manage>, path: OfCustomer, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let row = find(&actor, &db, &path.1).await?;
    let version = post.fields.number("version");
    let mut form = moving(Form::typed(&post.fields));
    let Some(Under { parent }) = form.read() else {
        return page::invalid(&actor.visit, &refused(&actor, &db, row, form).await?);
    };
    let (account, here) = (row.id.clone(), url(&actor, &row.id));
    let outcome = db
        .attempt(&actor, move |tx| actions::relocate(tx, &account, &version.into(), parent.parent()))
        .await
        .map_err(|problem| problem.leading_to(format!("{here}/move"), "Open the form again"));
    match violation::told(outcome)? {
        Ok(done) => Ok(page::see_with(&actor.visit, here, &done.said("Account moved"))),
        Err(wrong) => {
            none_left(form.fail(wrong))?;
            page::invalid(&actor.visit, &refused(&actor, &db, row, form).await?)
        }
    }
}

/// The page that asks again, without a preview of what was refused.
async fn refused(actor: &Viewer<Manage>, db: &Db, row: AccountRow, form: Form<Under>) -> Result<Relocate> {
    let parent = form.field("parent");
    let shown = page_of(actor, db, row, form.with("parent", ""), "").await?;
    Ok(Relocate { parent, ..shown })
}

pub async fn decommission(actor: Viewer<Manage>, path: OfCustomer, db: web::Data<Db>) -> Result<HttpResponse> {
    let row = find(&actor, &db, &path.1).await?;
    let account = row.id.clone();
    let refusal = db.read(&actor, move |read| actions::keeps(read, &account)).await?;
    let effects = [
        t!(
            "{name} ({id}) will be permanently removed from your customers and the account tree. This cannot be undone.",
            name = apart(&row.name),
            id = row.id
        ),
        t!("Its page, versions and history are kept."),
    ];
    let page = actor.page(("Decommission", &row.name, "Customers"));
    let back = (url(&actor, &row.id), "Back to account");
    let shown = Confirm::new(page, "Decommission account", back, effects).danger();
    page::html(&actor.visit, &shown.refused("This account cannot be decommissioned", refusal))
}

pub async fn decommissioned(post: Post<Manage>, path: OfCustomer, db: web::Data<Db>) -> Result<HttpResponse> {
    let account = id(&path.1)?;
    let (here, all) = (url(&post.actor, &account), post.actor.url("customers"));
    db.attempt(&post.actor, move |tx| actions::decommission(tx, &account, &Expected::Any))
        .await
        .map_err(|problem| problem.leading_to(here, "Back to account"))?;
    Ok(page::see_with(&post.actor.visit, all, &Flash::success("Account decommissioned")))
}
