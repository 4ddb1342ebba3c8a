//! Screens of parameters.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{
    Parameter, Phase, Scope, Type, actions,
    data::{Fixed, NewParameter, empty, filled, onto},
    store::{self, ParameterRow},
};
use crate::{
    access::extract::Post,
    kit::{
        choice::Choice as _,
        confirm::Confirm,
        db::Db,
        done::once,
        edit::Edit,
        fields::Fields,
        form::{Field, FieldError, Pick},
        form_page::FormPage,
        id::Id,
        input::Form,
        page::{self, Flash, Page, Tab},
        problem::{Problem, Result},
        route::{Mount, get, post},
        typed::{self, apart},
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::products::{
        Manage, ViewOwn,
        pages::{Facts, OfPart, OfProduct, about, find, shown, url},
        store::ProductRow,
    },
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/products/{id}/parameters", || web::to(ordering)),
        get("/products/{id}/parameters/fulfillment", || web::to(fulfillment)),
        get("/products/{id}/parameters/configuration", || web::to(configuration)),
        get("/products/{id}/parameters/new", || web::to(create)),
        post("/products/{id}/parameters/new", || web::to(created)),
        get("/products/{id}/parameters/{parameter}", || web::to(edit)),
        post("/products/{id}/parameters/{parameter}", || web::to(edited)),
        post("/products/{id}/parameters/{parameter}/move", || web::to(moved)),
        get("/products/{id}/parameters/{parameter}/delete", || web::to(delete)),
        post("/products/{id}/parameters/{parameter}/delete", || web::to(deleted)),
    ]
}

/// The end of a phase's URL below `parameters`.
fn end(phase: Phase) -> &'static str {
    match phase {
        Phase::Ordering => "",
        other => other.key(),
    }
}

/// The tab that a parameter of this phase stands on.
fn tab(phase: Phase) -> String {
    format!("parameters/{}", end(phase)).trim_end_matches('/').to_owned()
}

/// The parameters of one scope.
struct Group {
    scope: Scope,
    rows: Vec<ParameterRow>,
}

#[derive(Template)]
#[template(path = "products/show/parameters.html")]
struct Parameters {
    page: Page,
    facts: Facts,
    phase: Phase,
    phases: Vec<Tab>,
    groups: Vec<Group>,
}

async fn ordering(actor: Viewer<ViewOwn>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    list(actor, path, db, Phase::Ordering).await
}

async fn fulfillment(actor: Viewer<ViewOwn>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    list(actor, path, db, Phase::Fulfillment).await
}

async fn configuration(actor: Viewer<ViewOwn>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    list(actor, path, db, Phase::Configuration).await
}

async fn list(actor: Viewer<ViewOwn>, path: OfProduct, db: web::Data<Db>, phase: Phase) -> Result<HttpResponse> {
    let (facts, rows) = shown(&actor, &db, &path.1, "parameters", |read, row| store::all(read, &row.id)).await?;
    let groups = phase.scopes().iter().map(|scope| Group {
        scope: *scope,
        rows: rows.iter().filter(|row| (row.phase, row.scope) == (phase, *scope)).cloned().collect(),
    });
    let phases: Vec<(&'static str, &str)> = Phase::ALL.iter().map(|phase| (phase.label(), end(*phase))).collect();
    let shown = Parameters {
        page: actor.page((phase.parameters(), &facts.product.name, "Products")),
        phases: Tab::list(&format!("{}/parameters", facts.base), &phases, end(phase)),
        phase,
        groups: groups.collect(),
        facts,
    };
    page::html(&actor.visit, &shown)
}

/// The first page: what kind of parameter. It leads to the second by its query, so nothing has to be remembered.
#[derive(Template)]
#[template(path = "products/parameter_kind.html")]
struct Kind {
    page: Page,
    heading: Words,
    errors: Vec<FieldError>,
    phase: Field,
    scope: Field,
    type_: Field,
    phases: Vec<Pick>,
    scopes: Vec<Pick>,
    types: Vec<Pick>,
    back: String,
}

fn kind_page(actor: &Viewer<Manage>, row: &ProductRow, form: &Form<Fixed>) -> Kind {
    // it may come with the link that led here
    let chosen = Phase::from_key(form.text("phase"));
    let errors = form.errors();
    // where the phase is known, only what goes with it is offered
    let scopes = Scope::ALL.iter().filter(|scope| chosen.is_none_or(|phase| phase.scopes().contains(scope)));
    let scopes = scopes.map(|scope| {
        let phase = match (chosen, Phase::Configuration.scopes().contains(scope)) {
            (Some(_), _) => Words::default(),
            (None, true) => t!("Configuration"),
            (None, false) => t!("Ordering and fulfilment"),
        };
        Pick::new(scope.key(), scope.label(), phase)
    });
    let phases = Phase::ALL.iter().filter(|_| chosen.is_none());
    let types = Type::ALL.iter().map(|type_| Pick::new(type_.key(), type_.label(), ""));
    let heading = match chosen {
        Some(Phase::Ordering) => t!("Create ordering parameter"),
        Some(Phase::Fulfillment) => t!("Create fulfilment parameter"),
        Some(Phase::Configuration) => t!("Create configuration parameter"),
        None => t!("Create parameter"),
    };
    Kind {
        page: actor.page(("Create parameter", &row.name, "Products")).with_errors(&errors),
        errors,
        back: url(actor, &row.id, &tab(chosen.unwrap_or(Phase::Ordering))),
        phase: form.field("phase"),
        scope: form.field("scope"),
        type_: form.field("type"),
        heading,
        phases: phases.map(|phase| Pick::new(phase.key(), phase.label(), phase.about())).collect(),
        scopes: scopes.collect(),
        types: std::iter::once(Pick::new("", "Choose a type", "")).chain(types).collect(),
    }
}

fn create_page(
    actor: &Viewer<Manage>,
    row: &ProductRow,
    fixed: Fixed,
    form: &Form<NewParameter>,
    dependable: &[ParameterRow],
    copy: Uuid,
) -> FormPage {
    let heading = t!("Create parameter of type {type}", type = Words::new(fixed.type_.label()));
    let page = about(actor, row, &tab(fixed.phase), heading, "Create")
        .below_heading(t!(
            "{phase}, {scope}. You cannot change this once the parameter is created.",
            phase = Words::new(fixed.phase.label()),
            scope = Words::new(fixed.scope.label())
        ))
        .hiding("form", copy)
        .hiding("phase", fixed.phase.key())
        .hiding("scope", fixed.scope.key())
        .hiding("type", fixed.type_.key());
    onto(form, page, fixed, dependable)
}

/// What the parameter may depend on.
async fn dependable(
    actor: &Viewer<Manage>,
    db: &Db,
    row: &ProductRow,
    fixed: Fixed,
    but: Option<Id<Parameter>>,
) -> Result<Vec<ParameterRow>> {
    let product = row.id.clone();
    let all = db.read(actor, move |read| store::all(read, &product)).await?;
    Ok(fixed.dependable(&all, but.as_ref()))
}

async fn create(actor: Viewer<Manage>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let row = find(&actor, &db, &path.1).await?;
    let asked = Fields::new(typed::parameters(&actor.visit.query));
    let mut form = Form::<Fixed>::typed(&asked);
    // the phase alone comes with a link, the rest was sent by the form
    let sent = asked.has("scope") || asked.has("type");
    let Some(fixed) = (if sent { form.read() } else { None }) else {
        let kind = kind_page(&actor, &row, &form);
        return if kind.errors.is_empty() {
            page::html(&actor.visit, &kind)
        } else {
            page::invalid(&actor.visit, &kind)
        };
    };
    let others = dependable(&actor, &db, &row, fixed, None).await?;
    page::html(&actor.visit, &create_page(&actor, &row, fixed, &empty(fixed), &others, Uuid::new_v4()))
}

async fn created(post: Post<Manage>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let row = find(&actor, &db, &path.1).await?;
    let Some(fixed) = Form::<Fixed>::typed(&post.fields).read() else {
        return Err(Problem::Elsewhere(url(&actor, &row.id, "parameters/new")));
    };
    let copy = post.fields.form();
    let others = dependable(&actor, &db, &row, fixed, None).await?;
    let mut form = Form::<NewParameter>::typed(&post.fields);
    let product = row.id.clone();
    let act = |new| db.attempt(&actor, move |tx| once(tx, copy, |tx| actions::create(tx, &product, &new)));
    match form.sent(act).await? {
        Some(_) => {
            let here = url(&actor, &row.id, &tab(fixed.phase));
            Ok(page::see_with(&actor.visit, here, &Flash::success("Parameter created")))
        }
        None => page::invalid(&actor.visit, &create_page(&actor, &row, fixed, &form, &others, copy)),
    }
}

async fn found(actor: &Viewer<Manage>, db: &Db, path: &OfPart) -> Result<(ProductRow, ParameterRow)> {
    let row = find(actor, db, &path.1).await?;
    let id: Id<Parameter> = path.2.parse().map_err(|_| Problem::NotFound)?;
    let product = row.id.clone();
    let parameter = db.read(actor, move |read| store::find(read, &product, &id)).await?;
    Ok((row, parameter))
}

type Editing = Edit<(ProductRow, ParameterRow), NewParameter>;

async fn editing(actor: &Viewer<Manage>, db: &Db, path: &OfPart) -> Result<Editing> {
    let (row, parameter) = found(actor, db, path).await?;
    let (saved, form, revision) = (NewParameter::of(&parameter), filled(&parameter), parameter.revision);
    let mut edit = Edit::of((row, parameter), saved, revision);
    edit.form = form;
    Ok(edit)
}

fn edit_page(actor: &Viewer<Manage>, edit: &Editing, dependable: &[ParameterRow]) -> FormPage {
    let (row, parameter) = &edit.row;
    let heading = t!("Edit {parameter}", parameter = apart(&parameter.title));
    let page = about(actor, row, &tab(parameter.phase), heading, "Save").below_heading(t!(
        "{id} - {phase}, {scope}, {type}",
        id = parameter.id,
        phase = Words::new(parameter.phase.label()),
        scope = Words::new(parameter.scope.label()),
        type = Words::new(parameter.type_.label())
    ));
    onto(&edit.form, edit.begun(page), Fixed::of(parameter), dependable)
}

async fn edit(actor: Viewer<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = editing(&actor, &db, &path).await?;
    let (row, parameter) = &edit.row;
    let others = dependable(&actor, &db, row, Fixed::of(parameter), Some(parameter.id.clone())).await?;
    page::html(&actor.visit, &edit_page(&actor, &edit, &others))
}

async fn edited(post: Post<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let asked = |name: &str| !["phase", "scope", "type"].contains(&name);
    let mut edit = editing(&actor, &db, &path).await?.typed_over(&post.fields, asked);
    let (row, parameter) = &edit.row;
    let (product, id, revision) = (row.id.clone(), parameter.id.clone(), edit.revision);
    let others = dependable(&actor, &db, row, Fixed::of(parameter), Some(id.clone())).await?;
    let here = url(&actor, &product, &format!("parameters/{id}"));
    let back = url(&actor, &product, &tab(parameter.phase));
    let act = |new| db.write(&actor, move |tx| actions::update(tx, &product, &id, revision, &new));
    let done = edit.save(act, editing(&actor, &db, &path)).await;
    match done.map_err(|problem| problem.leading_to(here, "Open the form again"))? {
        Some(()) => Ok(page::see_with(&actor.visit, back, &Flash::success("Parameter saved"))),
        None => edit.again(&actor.visit, &edit_page(&actor, &edit, &others)),
    }
}

async fn moved(post: Post<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let (row, parameter) = found(&post.actor, &db, &path).await?;
    let earlier = post.fields.text("to") != "later";
    let product = row.id.clone();
    let fixed = db.write(&post.actor, move |tx| actions::reorder(tx, &product, &parameter.id, earlier)).await?;
    Ok(page::see(url(&post.actor, &row.id, &tab(fixed.phase))))
}

async fn delete(actor: Viewer<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let (row, parameter) = found(&actor, &db, &path).await?;
    let asked = parameter.clone();
    let refusal = db.read(&actor, move |read| actions::keeps(read, &asked)).await?;
    let page = actor.page(("Delete parameter", &parameter.title, &row.name, "Products"));
    let effects = [t!(
        "{parameter} ({id}) will be permanently deleted. Nothing already ordered has a value for it.",
        parameter = apart(&parameter.title),
        id = parameter.id
    )];
    let back = (url(&actor, &row.id, &tab(parameter.phase)), "Back to parameters");
    let shown = Confirm::new(page, "Delete parameter", back, effects).danger();
    page::html(&actor.visit, &shown.refused("This parameter cannot be deleted", refusal))
}

async fn deleted(post: Post<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let (row, parameter) = found(&post.actor, &db, &path).await?;
    let here = url(&post.actor, &row.id, &tab(parameter.phase));
    db.write(&post.actor, move |tx| actions::delete(tx, &row.id, &parameter.id))
        .await
        .map_err(|problem| problem.leading_to(&here, "Back to parameters"))?;
    Ok(page::see_with(&post.actor.visit, here, &Flash::success("Parameter deleted")))
}
