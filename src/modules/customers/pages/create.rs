//! The wizard Create Customer, step by step.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::asked;
use crate::{
    access::extract::Post,
    kit::{
        choice::Choice as _,
        db::Db,
        done,
        form::{Field, Pick},
        form_page::{Ask, FormPage},
        id::Id,
        input::Form,
        page::{self, Page},
        problem::{Problem, Result},
        viewer::Viewer,
        violation::{self, Violation, Why, none_left},
        wizard::{self, Answers as _, Frame, Wizard},
        words::{Words, filters},
    },
    modules::customers::{
        Manage, TierAccount, Type,
        actions::{self, Against},
        data::Data,
        store::{self, AccountRow, New, Node},
        wizard::{Answers, Place, Sort, Step, TOP, Under},
    },
    t,
};

type OfWizard = web::Path<(String, Uuid)>;
type Saved = Wizard<Answers>;

fn url(actor: &Viewer<Manage>, id: Uuid, step: Step) -> String {
    wizard::url::<Answers, _>(actor, id, step)
}

#[derive(Template)]
#[template(path = "customers/new/type.html")]
struct TypeStep {
    frame: Frame,
    page: Page,
    action: String,
    field: Field,
    picks: Vec<Pick>,
    /// No reseller is there that a customer could stand below.
    first: bool,
    unfinished: Vec<wizard::Unfinished>,
    directory: String,
}

/// The types, as the wizard offers them.
fn types(may_customer: bool) -> Vec<Pick> {
    Type::ALL
        .iter()
        .filter(|type_| may_customer || **type_ == Type::Reseller)
        .map(|type_| Pick::new(type_.key(), type_.label(), type_.about()))
        .collect()
}

fn type_step(actor: &Viewer<Manage>, saved: Option<&Saved>, form: &Form<Sort>, may_customer: bool) -> TypeStep {
    let frame = wizard::frame(actor, saved, Step::Type, form.errors());
    TypeStep {
        page: frame.page.clone(),
        frame,
        action: saved.map_or_else(|| actor.url("customers/new"), |saved| url(actor, saved.id, Step::Type)),
        field: form.field("type"),
        picks: types(may_customer),
        first: !may_customer,
        unfinished: Vec::new(),
        directory: actor.url("customers"),
    }
}

/// Whether there is a reseller that a customer could stand below.
async fn may_customer(actor: &Viewer<Manage>, db: &Db) -> Result<bool> {
    db.read(actor, |read| Ok(!store::possible_parents(read, "", None)?.is_empty())).await
}

/// The first page: a new one begins with its first answer, unfinished ones are offered.
pub async fn start(actor: Viewer<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let unfinished = db.read(&actor, wizard::unfinished::<Answers, _>).await?;
    let unfinished = wizard::offered(&actor, &unfinished, |answers: &Answers| {
        answers.data.as_ref().map_or_else(|| t!("New account"), |data| Words::data(&data.name))
    });
    let may = may_customer(&actor, &db).await?;
    page::html(&actor.visit, &TypeStep { unfinished, ..type_step(&actor, None, &Form::empty(), may) })
}

pub async fn begin(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut form = Form::typed(&post.fields);
    let may = may_customer(&actor, &db).await?;
    let Some(type_) = chosen_type(&mut form, may)? else {
        return page::invalid(&actor.visit, &type_step(&actor, None, &form, may));
    };
    let id = db
        .draft(&actor, move |tx| {
            let id = wizard::begin::<Answers, _>(tx)?;
            wizard::answer::<Answers, _>(tx, id, |answers| answers.type_ = Some(type_))?;
            Ok(id)
        })
        .await?;
    Ok(page::see(url(&actor, id, Step::Parent)))
}

/// The chosen type; none when it cannot be created, which the form says.
fn chosen_type(form: &mut Form<Sort>, may_customer: bool) -> Result<Option<Type>> {
    let chosen = form.read().map(|sort| sort.type_);
    if chosen == Some(Type::Customer) && !may_customer {
        let why = Why::new("no_reseller", "Create a reseller first: a customer must be under one");
        none_left(form.fail(vec![Violation::new("type", why)]))?;
        return Ok(None);
    }
    Ok(chosen)
}

pub async fn kind(actor: Viewer<Manage>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = Saved::open(&actor, &db, path.1, Step::Type).await?;
    let form = saved.answers.type_.map_or_else(Form::empty, |type_| Form::filled(&Sort { type_ }));
    let may = may_customer(&actor, &db).await?;
    page::html(&actor.visit, &type_step(&actor, Some(&saved), &form, may))
}

pub async fn kind_answered(post: Post<Manage>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let saved = Saved::open(&actor, &db, id, Step::Type).await?;
    let mut form = Form::typed(&post.fields);
    let may = may_customer(&actor, &db).await?;
    let Some(type_) = chosen_type(&mut form, may)? else {
        return page::invalid(&actor.visit, &type_step(&actor, Some(&saved), &form, may));
    };
    Saved::answer(&actor, &db, id, move |answers| {
        if answers.type_ != Some(type_) {
            // only a reseller may stand at the top
            answers.parent = None;
        }
        answers.type_ = Some(type_);
    })
    .await?;
    Ok(page::see(url(&actor, id, Step::Parent)))
}

#[derive(Template)]
#[template(path = "customers/new/parent.html")]
struct ParentStep {
    frame: Frame,
    page: Page,
    search: Field,
    field: Field,
    picks: Vec<Pick>,
    here: String,
}

async fn parent_step(
    actor: &Viewer<Manage>,
    db: &Db,
    saved: &Saved,
    form: &Form<Under>,
    text: &str,
) -> Result<ParentStep> {
    let chosen = saved.answers.parent.as_ref().and_then(Place::parent).cloned();
    let wanted = text.to_owned();
    let found = db
        .read(actor, move |read| {
            let mut found = store::possible_parents(read, &wanted, None)?;
            // what was chosen before is offered again, wherever it stands
            if let Some(chosen) = &chosen
                && !found.iter().any(|node| node.id == chosen.as_str())
                && let Ok(row) = store::find(read, chosen)
            {
                found.extend(store::path(read, &row.id)?.pop());
            }
            Ok(found)
        })
        .await?;
    let mut picks: Vec<Pick> = found.iter().map(|node| Pick::new(&node.id, &node.name, &node.id)).collect();
    if saved.answers.type_ == Some(Type::Reseller) {
        picks.insert(0, Pick::new(TOP, "None", "A direct reseller at the top level, without a parent"));
    }
    let frame = wizard::frame(actor, Some(saved), Step::Parent, form.errors());
    let search = Field::new("q", "Find a reseller").filled(text);
    let here = url(actor, saved.id, Step::Parent);
    Ok(ParentStep { page: frame.page.clone(), frame, search, field: form.field("parent"), picks, here })
}

pub async fn parent(actor: Viewer<Manage>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = Saved::open(&actor, &db, path.1, Step::Parent).await?;
    let form = saved.answers.parent.clone().map_or_else(Form::empty, |parent| Form::filled(&Under { parent }));
    let text = asked(&actor, "q").unwrap_or_default();
    page::html(&actor.visit, &parent_step(&actor, &db, &saved, &form, &text).await?)
}

pub async fn parent_answered(post: Post<Manage>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let saved = Saved::open(&actor, &db, id, Step::Parent).await?;
    if post.fields.has("back") {
        return Ok(page::see(url(&actor, id, Step::Type)));
    }
    let mut form = Form::<Under>::typed(&post.fields);
    let chosen = match form.read().map(|under| under.parent) {
        Some(Place::Top) if saved.answers.type_ == Some(Type::Reseller) => Some(Place::Top),
        Some(Place::Below(wanted)) => {
            let row = db.read(&actor, move |read| match store::find(read, &wanted) {
                Err(Problem::NotFound) => Ok(None),
                other => other.map(Some),
            });
            row.await?.filter(|row| row.type_ == Type::Reseller).map(|row| Place::Below(row.id))
        }
        Some(Place::Top) | None => None,
    };
    let Some(parent) = chosen else {
        if form.errors().is_empty() {
            none_left(form.fail(vec![Against::Parent.into()]))?;
        }
        return page::invalid(&actor.visit, &parent_step(&actor, &db, &saved, &form, "").await?);
    };
    Saved::answer(&actor, &db, id, move |answers| answers.parent = Some(parent)).await?;
    Ok(page::see(url(&actor, id, Step::Data)))
}

#[derive(Template)]
#[template(path = "customers/new/data.html")]
struct DataStep {
    frame: Frame,
    page: Page,
    fields: FormPage,
    /// Accounts that may be the same, with links.
    duplicates: Vec<(Node, String)>,
}

fn data_step(actor: &Viewer<Manage>, saved: &Saved, form: &Form<Data>, duplicates: Vec<Node>) -> DataStep {
    let blank = FormPage::new(actor.page(""), "", (String::new(), ""), "Create");
    let fields = form.onto(blank);
    let frame = wizard::frame(actor, Some(saved), Step::Data, fields.errors().to_vec());
    let duplicates = duplicates.into_iter().map(|node| {
        let href = actor.url(&format!("customers/{}", node.id));
        (node, href)
    });
    DataStep { page: frame.page.clone(), frame, fields, duplicates: duplicates.collect() }
}

pub async fn data(actor: Viewer<Manage>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = Saved::open(&actor, &db, path.1, Step::Data).await?;
    let form = saved.answers.data.as_ref().map_or_else(Form::empty, Form::filled);
    page::html(&actor.visit, &data_step(&actor, &saved, &form, Vec::new()))
}

/// Create; or once more, when an account may be there already.
pub async fn finish(post: Post<Manage>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let saved = Saved::open(&actor, &db, id, Step::Data).await?;
    let mut form = Form::<Data>::typed(&post.fields);
    let parsed = form.read();
    if post.fields.has("back") {
        if let Some(data) = parsed {
            Saved::answer(&actor, &db, id, move |answers| answers.data = Some(data)).await?;
        }
        return Ok(page::see(url(&actor, id, Step::Parent)));
    }
    let Some(data) = parsed else {
        return page::invalid(&actor.visit, &data_step(&actor, &saved, &form, Vec::new()));
    };
    let kept = data.clone();
    let saved = Saved::answer(&actor, &db, id, move |answers| answers.data = Some(kept)).await?;
    if !post.fields.has("anyway") {
        let described = data.clone();
        let (duplicates, now) = db
            .read(&actor, move |read| Ok((store::duplicates(read, &described)?, wizard::find::<Answers, _>(read, id)?)))
            .await?;
        // sent twice, the account is no duplicate of itself
        wizard::at(&actor, &now, Step::Data)?;
        if !duplicates.is_empty() {
            return page::html(&actor.visit, &data_step(&actor, &saved, &form, duplicates));
        }
    }
    let (Some(type_), Some(place)) = (saved.answers.type_, saved.answers.parent.clone()) else {
        return Err(Problem::Elsewhere(url(&actor, id, saved.answers.gap())));
    };
    let new = New { type_, parent: place.parent().cloned(), data };
    let made = db.attempt(&actor, move |tx| done::finish(tx, id, |tx, _: Answers| actions::create(tx, new))).await;
    match violation::told(made)? {
        Ok(_) => Ok(page::see(url(&actor, id, Step::Summary))),
        Err(wrong) => {
            let of_parent = form.fail(wrong);
            if of_parent.is_empty() {
                return page::invalid(&actor.visit, &data_step(&actor, &saved, &form, Vec::new()));
            }
            let mut form = Form::<Under>::empty();
            none_left(form.fail(of_parent))?;
            page::invalid(&actor.visit, &parent_step(&actor, &db, &saved, &form, "").await?)
        }
    }
}

#[derive(Template)]
#[template(path = "customers/new/summary.html")]
struct Summary {
    frame: Frame,
    page: Page,
    row: AccountRow,
    details: String,
    directory: String,
}

pub async fn summary(actor: Viewer<Manage>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let saved = db.read(&actor, move |read| wizard::find::<Answers, _>(read, id)).await?;
    let Some(made) = saved.finished_as.as_deref().and_then(|made| made.parse::<Id<TierAccount>>().ok()) else {
        return Ok(page::see(url(&actor, saved.id, saved.answers.gap())));
    };
    let row = db.read(&actor, move |read| store::find(read, &made)).await?;
    let frame = wizard::frame(&actor, Some(&saved), Step::Summary, Vec::new());
    let details = actor.url(&format!("customers/{}", row.id));
    let directory = actor.url("customers");
    page::html(&actor.visit, &Summary { page: frame.page.clone(), frame, row, details, directory })
}

pub async fn cancel(post: Post<Manage>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    db.draft(&post.actor, move |tx| wizard::discard::<Answers, _>(tx, id)).await?;
    Ok(page::see(post.actor.url("customers")))
}
