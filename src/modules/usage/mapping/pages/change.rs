//! Creating a mapping, from a sample or a built-in one, and changing it.

use std::io::Cursor;

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::{OfMapping, id, url};
use crate::{
    access::extract::Post,
    input,
    kit::{
        choice::Choice as _,
        db::Db,
        done::once,
        edit::Edit,
        form::{Field, Pick},
        form_page::{Ask, FormPage},
        id::Id,
        input::{Form, Input as _, kinds::Key},
        page::{self, Flash},
        problem::{Problem, Result},
        typed::{self, apart},
        viewer::Viewer,
        violation,
        words::Words,
    },
    modules::{
        customers::imports::read,
        ids::Product,
        usage::{
            Report,
            mapping::{
                UsageMapping, actions,
                data::{Mapping, Naming, Placed},
                exact::NumberFormat,
                ready::Ready,
                sample::{NUMBERS, Sample, Told},
                store::{self, MappingRow},
            },
        },
    },
    t,
};

input! {
    /// What a mapping begins with.
    pub struct Beginning, BeginningDraft {
        "" {
            from: String = Key(20), "Start with", at "from", hint "You can change everything afterwards.";
        }
    }
}

fn sample() -> Field {
    Field::new("file", "Sample")
        .hint("A report of yours, XLSX or CSV. We'll guess what its columns are, and keep nothing of it.")
        .optional()
}

fn begin_page(actor: &Viewer<Report>, form: &Form<Beginning>, file: &Field) -> FormPage {
    let page = actor.page(("Create mapping", "Mappings"));
    let page = FormPage::new(page, "Create mapping", (actor.url("usage-mappings"), "Mappings"), "Continue");
    let ready = Ready::ALL.iter().map(|ready| Pick::new(ready.key(), ready.label(), ""));
    let picks: Vec<Pick> = std::iter::once(Pick::new("", "A sample, or an empty form", "")).chain(ready).collect();
    form.onto_asking(page, |_| Some(Ask::Select(picks.clone()))).ask(file, Ask::File(".xlsx,.csv,text/csv"))
}

pub async fn begin(actor: Viewer<Report>) -> Result<HttpResponse> {
    page::html(&actor.visit, &begin_page(&actor, &Form::empty(), &sample()))
}

/// Leads to the form, with what is known already in its address.
pub async fn begun(post: Post<Report>) -> Result<HttpResponse> {
    let actor = post.actor;
    let form = Form::<Beginning>::typed(&post.fields);
    let here = actor.url("usage-mappings/new/columns");
    if let Some(upload) = post.fields.file("file").cloned() {
        let mut file = sample();
        if Ready::from_key(form.text("from")).is_some() {
            file.fail("Start with a sample or with one of these reports, not with both");
            return page::invalid(&actor.visit, &begin_page(&actor, &form, &file));
        }
        if let Err(complaint) = read::kind(&upload.bytes) {
            file.fail(complaint);
            return page::invalid(&actor.visit, &begin_page(&actor, &form, &file));
        }
        let found = web::block(move || Sample::of(&mut Cursor::new(upload.bytes))).await.map_err(Problem::internal)?;
        let fields = match found {
            Ok(sample) => sample.fields(),
            Err(faults) => {
                for fault in faults {
                    file.fail(fault.words());
                }
                return page::invalid(&actor.visit, &begin_page(&actor, &form, &file));
            }
        };
        let query = serde_html_form::to_string(&fields).unwrap_or_default();
        let there = format!("{here}?{query}");
        if fields.iter().any(|(_, text)| text.starts_with('{')) {
            return Ok(page::see(there));
        }
        let nothing = Flash::notice("We could not guess what the sample's columns are. Say below which is which.");
        return Ok(page::see_with(&actor.visit, there, &nothing));
    }
    match Ready::from_key(form.text("from")) {
        Some(ready) => Ok(page::see(format!("{here}?from={}", ready.key()))),
        None => Ok(page::see(here)),
    }
}

/// The form's fields as the address says.
fn prefilled(query: &str) -> Form<Mapping> {
    let asked = typed::parameters(query);
    let of = |name: &str| asked.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    if let Some(mapping) = Ready::from_key(of("from")).and_then(Ready::mapping) {
        return Form::filled(&mapping);
    }
    let usual = crate::modules::usage::mapping::ready::filled(&[]);
    let told = Told::of(&asked);
    Mapping::TABLE.iter().zip(usual).fold(Form::empty(), |form, (entry, usual)| {
        let known = of(entry.name);
        let open = known.is_empty() && told.leaves_open(entry.name);
        form.with(entry.name, if known.is_empty() && !open { &usual } else { known })
    })
}

/// Asks for a mapping, with what a sample in the address tells of its numbers. What it leaves open begins with no choice.
fn ask_beside_sample(page: FormPage, form: &Form<Mapping>, query: &str) -> FormPage {
    let told = Told::of(&typed::parameters(query));
    let form = match told.words() {
        Some(words) => form.clone().saying(NUMBERS, "Numbers", words),
        None => form.clone(),
    };
    let formats = || NumberFormat::ALL.iter().map(|format| Pick::new(format.key(), format.label(), "")).collect();
    form.onto_asking(page, |entry| {
        Some(match told.leaves_open(entry.name) {
            true => Ask::from_list("Choose a number format", formats()),
            false => entry.asked(),
        })
    })
}

/// What is asked of a mapping, as typed.
struct Typed {
    placed: Form<Placed>,
    naming: Form<Naming>,
    mapping: Form<Mapping>,
}

fn create_page(actor: &Viewer<Report>, products: &[(Id<Product>, String)], typed: &Typed, copy: Uuid) -> FormPage {
    let page = actor.page(("Create mapping", "Mappings"));
    let page = FormPage::new(page, "Create mapping", (actor.url("usage-mappings"), "Mappings"), "Create");
    let picks: Vec<Pick> =
        products.iter().map(|(id, name)| Pick::new(id.as_str(), Words::data(apart(name)), "")).collect();
    let page = typed.naming.onto(page.hiding("form", copy));
    let page = typed.placed.onto_asking(page, |_| Some(Ask::from_list("Choose a product", picks.clone())));
    ask_beside_sample(page, &typed.mapping, &actor.visit.query)
}

pub async fn create(actor: Viewer<Report>, db: web::Data<Db>) -> Result<HttpResponse> {
    let products = db.read(&actor, store::reported).await?;
    let mut placed = Form::<Placed>::empty();
    if let [(only, _)] = products.as_slice() {
        placed = placed.with("product", only.as_str());
    }
    let typed = Typed { placed, naming: Form::empty(), mapping: prefilled(&actor.visit.query) };
    page::html(&actor.visit, &create_page(&actor, &products, &typed, Uuid::new_v4()))
}

pub async fn created(post: Post<Report>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, copy) = (post.actor, post.fields.form());
    let mut typed = Typed {
        placed: Form::typed(&post.fields),
        naming: Form::typed(&post.fields),
        mapping: Form::typed(&post.fields),
    };
    let made = match (typed.naming.read(), typed.placed.read(), typed.mapping.read()) {
        (Some(naming), Some(placed), Some(mapping)) => {
            let act = db.attempt(&actor, move |tx| {
                once(tx, copy, |tx| actions::create(tx, &placed.product, &naming.name, &mapping))
            });
            match violation::told(act.await)? {
                Ok(made) => Some(made.value()),
                Err(wrong) => {
                    let left = typed.naming.fail(wrong);
                    violation::none_left(typed.placed.fail(left))?;
                    None
                }
            }
        }
        _ => None,
    };
    match made {
        Some(made) => Ok(page::see_with(&actor.visit, url(&actor, &made), &Flash::success("Mapping created"))),
        None => {
            let products = db.read(&actor, store::reported).await?;
            page::invalid(&actor.visit, &create_page(&actor, &products, &typed, copy))
        }
    }
}

type Editing = Edit<MappingRow, Naming>;

fn edit_page(actor: &Viewer<Report>, naming: &Editing, mapping: &Form<Mapping>) -> FormPage {
    let row = &naming.row;
    let page = actor.page(("Edit", &row.name, "Mappings"));
    let back = (url(actor, &row.id), super::BACK);
    let page = FormPage::new(page, t!("Edit {name}", name = apart(&row.name)), back, "Save");
    mapping.onto(naming.onto(page))
}

async fn editing(actor: &Viewer<Report>, db: &Db, id: Id<UsageMapping>) -> Result<Editing> {
    let (row, _) = db.read(actor, move |read| store::find(read, &id)).await?;
    let (saved, version) = (row.naming(), row.version);
    Ok(Edit::of(row, saved, version))
}

pub async fn edit(actor: Viewer<Report>, path: OfMapping, db: web::Data<Db>) -> Result<HttpResponse> {
    let naming = editing(&actor, &db, id(&path.1)?).await?;
    page::html(&actor.visit, &edit_page(&actor, &naming, &Form::filled(&naming.row.mapping)))
}

pub async fn saved(post: Post<Report>, path: OfMapping, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, wanted) = (post.actor, id(&path.1)?);
    let mut naming = editing(&actor, &db, wanted.clone()).await?.typed(&post.fields);
    let mut mapping = Form::<Mapping>::typed(&post.fields);
    let (Some(name), Some(new)) = (naming.form.read(), mapping.read()) else {
        return naming.again(&actor.visit, &edit_page(&actor, &naming, &mapping));
    };
    let (key, version, here) = (wanted.clone(), naming.revision, url(&actor, &wanted));
    let done = db.attempt(&actor, move |tx| actions::update(tx, &key, version, &name.name, &new)).await;
    if let Some(done) = naming.told(done, editing(&actor, &db, wanted)).await? {
        return Ok(page::see_with(&actor.visit, here, &done.said("Mapping saved")));
    }
    if naming.overtaken() {
        mapping.compare(&naming.row.mapping);
    }
    naming.again(&actor.visit, &edit_page(&actor, &naming, &mapping))
}
