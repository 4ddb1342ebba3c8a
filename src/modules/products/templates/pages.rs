//! Screens of templates.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{
    FORM_URL, ProductTemplate, actions,
    data::{NewTemplate, fillable, strange},
    render::render,
    store::{self, TemplateRow},
};
use crate::{
    access::extract::Post,
    kit::{
        choice::Choice as _,
        confirm::Confirm,
        db::Db,
        done::once,
        edit::Edit,
        form_page::FormPage,
        id::Id,
        input::Form,
        markup::SafeHtml,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        typed::apart,
        viewer::Viewer,
        violation::none_left,
        words::{Words, filters},
    },
    modules::products::{
        Manage, ViewOwn,
        pages::{Facts, OfPart, OfProduct, about, find, shown, url},
        parameters::{self, Scope, store::ParameterRow},
        store::ProductRow,
    },
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/products/{id}/templates", || web::to(list)),
        get("/products/{id}/templates/new", || web::to(create)),
        post("/products/{id}/templates/new", || web::to(created)),
        get("/products/{id}/templates/{template}", || web::to(edit)),
        post("/products/{id}/templates/{template}", || web::to(edited)),
        get("/products/{id}/templates/{template}/delete", || web::to(delete)),
        post("/products/{id}/templates/{template}/delete", || web::to(deleted)),
    ]
}

/// "Subscription, activation".
pub fn used_for(scope: Scope, type_: Option<super::Type>) -> Words {
    let scope = Words::new(scope.label());
    match type_ {
        Some(type_) => t!("{scope}, {type}", scope, type = Words::within(type_)),
        None => scope,
    }
}

/// A template with every placeholder filled by a sample of its parameter's type.
pub fn sample(body: &str, scope: Scope, parameters: &[ParameterRow]) -> SafeHtml {
    let known = fillable(parameters, scope);
    render(body, |name| {
        if name == FORM_URL {
            return Some("https://entente.example/form/PR-0000-0000-0000-001".to_owned());
        }
        let parameter = known.iter().find(|one| one.name == name)?;
        let first = parameter.choices().into_iter().next().map(|choice| choice.label);
        Some(first.unwrap_or_else(|| parameter.type_.sample().to_owned()))
    })
}

struct Shown {
    row: TemplateRow,
    used_for: Words,
    text: SafeHtml,
}

#[derive(Template)]
#[template(path = "products/show/templates.html")]
struct Templates {
    page: Page,
    facts: Facts,
    templates: Vec<Shown>,
}

async fn list(actor: Viewer<ViewOwn>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let (facts, (rows, parameters)) = shown(&actor, &db, &path.1, "templates", |read, row| {
        Ok((store::all(read, &row.id)?, parameters::store::all(read, &row.id)?))
    })
    .await?;
    let templates = rows.into_iter().map(|row| Shown {
        used_for: used_for(row.scope, row.type_),
        text: sample(&row.body, row.scope, &parameters),
        row,
    });
    let shown = Templates {
        page: actor.page(("Templates", &facts.product.name, "Products")),
        templates: templates.collect(),
        facts,
    };
    page::html(&actor.visit, &shown)
}

async fn own_parameters(actor: &Viewer<Manage>, db: &Db, row: &ProductRow) -> Result<Vec<ParameterRow>> {
    let product = row.id.clone();
    db.read(actor, move |read| parameters::store::all(read, &product)).await
}

/// The IDs that may stand between braces, as a line below the heading.
fn known(parameters: &[ParameterRow], scope: Option<Scope>) -> Words {
    let names: Vec<&str> = parameters
        .iter()
        .filter(|one| one.phase != parameters::Phase::Configuration && scope.is_none_or(|scope| one.scope == scope))
        .map(|one| one.name.as_str())
        .collect();
    match names.is_empty() {
        true => t!("There are no ordering or fulfilment parameters to insert yet."),
        false => t!("Parameters: {names}", names = names.join(", ")),
    }
}

fn create_page(
    actor: &Viewer<Manage>,
    row: &ProductRow,
    parameters: &[ParameterRow],
    form: &Form<NewTemplate>,
    copy: Uuid,
) -> FormPage {
    let page = about(actor, row, "templates", "Create template", "Create").below_heading(known(parameters, None));
    form.onto(page.hiding("form", copy)).also("preview", "Preview")
}

async fn create(actor: Viewer<Manage>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let row = find(&actor, &db, &path.1).await?;
    let parameters = own_parameters(&actor, &db, &row).await?;
    page::html(&actor.visit, &create_page(&actor, &row, &parameters, &Form::empty(), Uuid::new_v4()))
}

async fn created(post: Post<Manage>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let row = find(&actor, &db, &path.1).await?;
    let parameters = own_parameters(&actor, &db, &row).await?;
    let copy = post.fields.form();
    let mut form = Form::<NewTemplate>::typed(&post.fields);
    if post.fields.has("preview") {
        return match previewed(&mut form, &parameters)? {
            Some(text) => {
                let shown = create_page(&actor, &row, &parameters, &form, copy).showing("Preview", text);
                page::html(&actor.visit, &shown)
            }
            None => page::invalid(&actor.visit, &create_page(&actor, &row, &parameters, &form, copy)),
        };
    }
    let (product, here) = (row.id.clone(), url(&actor, &row.id, "templates"));
    let act = |new| db.attempt(&actor, move |tx| once(tx, copy, |tx| actions::create(tx, &product, &new)));
    match form.sent(act).await? {
        Some(_) => Ok(page::see_with(&actor.visit, here, &Flash::success("Template created"))),
        None => page::invalid(&actor.visit, &create_page(&actor, &row, &parameters, &form, copy)),
    }
}

/// The text with samples, when it does.
fn previewed(form: &mut Form<NewTemplate>, parameters: &[ParameterRow]) -> Result<Option<SafeHtml>> {
    let Some(new) = form.read() else { return Ok(None) };
    let fits = form.told(none_left(strange(&new, parameters).into_iter().collect()))?;
    Ok(fits.map(|()| sample(&new.body, new.kind.0, parameters)))
}

async fn found(actor: &Viewer<Manage>, db: &Db, path: &OfPart) -> Result<(ProductRow, TemplateRow)> {
    let row = find(actor, db, &path.1).await?;
    let id: Id<ProductTemplate> = path.2.parse().map_err(|_| Problem::NotFound)?;
    let product = row.id.clone();
    let template = db.read(actor, move |read| store::find(read, &product, &id)).await?;
    Ok((row, template))
}

type Editing = Edit<(ProductRow, TemplateRow), NewTemplate>;

async fn editing(actor: &Viewer<Manage>, db: &Db, path: &OfPart) -> Result<Editing> {
    let (row, template) = found(actor, db, path).await?;
    let (saved, revision) = (NewTemplate::of(&template), template.revision);
    Ok(Edit::of((row, template), saved, revision))
}

fn edit_page(actor: &Viewer<Manage>, edit: &Editing, parameters: &[ParameterRow]) -> FormPage {
    let (row, template) = &edit.row;
    let words = t!(
        "{id} - {used_for}. {parameters}",
        id = template.id,
        used_for = used_for(template.scope, template.type_),
        parameters = known(parameters, Some(template.scope))
    );
    let page = edit.begun(about(actor, row, "templates", "Edit template", "Save").below_heading(words));
    edit.form.onto_asking(page, |entry| (entry.name != "kind").then(|| entry.asked())).also("preview", "Preview")
}

async fn edit(actor: Viewer<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = editing(&actor, &db, &path).await?;
    let parameters = own_parameters(&actor, &db, &edit.row.0).await?;
    page::html(&actor.visit, &edit_page(&actor, &edit, &parameters))
}

async fn edited(post: Post<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut edit = editing(&actor, &db, &path).await?.typed_over(&post.fields, |name| name != "kind");
    let parameters = own_parameters(&actor, &db, &edit.row.0).await?;
    if post.fields.has("preview") {
        let text = previewed(&mut edit.form, &parameters)?;
        let page = edit_page(&actor, &edit, &parameters);
        return match text {
            Some(text) => page::html(&actor.visit, &page.showing("Preview", text)),
            None => edit.again(&actor.visit, &page),
        };
    }
    let (row, template) = &edit.row;
    let (product, id, revision) = (row.id.clone(), template.id.clone(), edit.revision);
    let back = url(&actor, &product, "templates");
    let again = format!("{back}/{id}");
    let act = |new| db.write(&actor, move |tx| actions::update(tx, &product, &id, revision, &new));
    let done = edit.save(act, editing(&actor, &db, &path)).await;
    match done.map_err(|problem| problem.leading_to(again, "Open the form again"))? {
        Some(()) => Ok(page::see_with(&actor.visit, back, &Flash::success("Template saved"))),
        None => edit.again(&actor.visit, &edit_page(&actor, &edit, &parameters)),
    }
}

async fn delete(actor: Viewer<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let (row, template) = found(&actor, &db, &path).await?;
    let (product, id) = (row.id.clone(), template.id.clone());
    let refusal = db.read(&actor, move |read| actions::keeps(read, &product, &id)).await?;
    let page = actor.page(("Delete template", &template.name, &row.name, "Products"));
    let effects = [t!(
        "{name} ({id}) will be permanently deleted. Existing versions keep it.",
        name = apart(&template.name),
        id = template.id
    )];
    let back = (url(&actor, &row.id, "templates"), "Back to templates");
    let shown = Confirm::new(page, "Delete template", back, effects).danger();
    page::html(&actor.visit, &shown.refused("This template cannot be deleted", refusal))
}

async fn deleted(post: Post<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let (row, template) = found(&post.actor, &db, &path).await?;
    let here = url(&post.actor, &row.id, "templates");
    db.write(&post.actor, move |tx| actions::delete(tx, &row.id, &template.id))
        .await
        .map_err(|problem| problem.leading_to(&here, "Back to templates"))?;
    Ok(page::see_with(&post.actor.visit, here, &Flash::success("Template deleted")))
}
