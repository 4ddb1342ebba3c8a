//! A configuration: what was settled, and asking for something else.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{config_id, config_url};
use crate::{
    access::extract::Post,
    kit::{
        db::Db,
        done::Done,
        fields::Fields,
        form_page::FormPage,
        input::Form,
        markup::SafeHtml,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        shown::{FIELD, Shown},
        time::{When, Zone},
        typed::apart,
        viewer::Viewer,
        violation,
        words::{Words, filters},
    },
    modules::{
        customers,
        events::{self, Asked, Trail},
        orders::{
            message::rendered,
            note::Note,
            party::Part,
            questions::{by_phase, of_tier},
            tier_config::{
                Manage, Status, View, actions,
                grid::{Column, Configs},
                queue::Tiers,
                shown,
                store::{self, Detail, RequestRow},
            },
        },
        products::parameters::{reveal, value_form::ValueForm, values::Line},
        queue::pages::{OfRequest, url},
        views::list::{Listed, list as listed},
    },
    t,
};

#[derive(Template)]
#[template(path = "orders/tier_config/list.html")]
struct List {
    page: Page,
    list: Listed<Configs>,
    zone: Zone,
}

pub async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let list = listed(&actor, &db).await?;
    page::html(
        &actor.visit,
        &List { page: actor.page(("Tier configurations", "Tier Config")), list, zone: actor.zone() },
    )
}

#[derive(Template)]
#[template(path = "orders/tier_config/show.html")]
struct Show {
    page: Page,
    detail: Detail,
    created: When,
    activated: Option<When>,
    values: Vec<(&'static str, Vec<Line>)>,
    /// Where secrets are asked for.
    reveal: Option<String>,
    message: Option<SafeHtml>,
    requests: Vec<(RequestRow, When, String)>,
    /// The account's page, for who may open it.
    account: Option<String>,
    /// Where an update begins, and what it is called.
    update: Option<(String, Words)>,
    /// What is in progress, and where it is.
    open: Option<(RequestRow, String)>,
    directory: String,
    trail: Trail,
}

pub async fn show(actor: Viewer<View>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let wanted = config_id(&path.1)?;
    let links = actor.may::<customers::View>();
    let asked = Asked::of(&actor.visit);
    let (detail, rows, requests, sees, trail) = db
        .read(&actor, move |read| {
            let detail = store::find(read, &wanted)?;
            let rows = of_tier(read, &detail.row.product_id, detail.row.level)?;
            let requests = store::requests(read, &wanted)?;
            let sees = links && !customers::store::seen(read, &[&detail.row.tier_account_id])?.is_empty();
            let trail = events::trail(read, wanted.as_str(), &asked)?;
            Ok((detail, rows, requests, sees, trail))
        })
        .await?;
    let row = &detail.row;
    let parts = row.parts(actor.account());
    let base = config_url(&actor, &row.id);
    let updates = row.status == Status::Active && !parts.is_empty() && actor.may::<Manage>();
    let vendor = parts.contains(&Part::Vendor);
    let values = row.values()?;
    let zone = actor.zone();
    let shown = Show {
        page: actor.page((&row.id, "Tier configurations")),
        created: zone.when(row.created_at),
        activated: row.activated_at.map(|at| zone.when(at)),
        message: row.message().map(|message| rendered(&message, &rows, &values, "")),
        values: by_phase(&rows, &values),
        reveal: (actor.may::<Manage>() && !parts.is_empty()).then(|| format!("{base}/reveal")),
        open: requests
            .iter()
            .find(|one| one.status.open())
            .map(|open| (open.clone(), url::<Tiers, _>(&actor, &open.id))),
        requests: requests
            .into_iter()
            .map(|row| {
                let href = url::<Tiers, _>(&actor, &row.id);
                let at = zone.when(row.created_at);
                (row, at, href)
            })
            .collect(),
        account: sees.then(|| actor.url(&format!("customers/{}", row.tier_account_id))),
        update: updates
            .then(|| (format!("{base}/update"), if vendor { t!("Adjust") } else { t!("Update configuration") })),
        directory: actor.url("tier-configs"),
        trail,
        detail,
    };
    page::html(&actor.visit, &shown)
}

pub async fn reveal(post: Post<Manage>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, wanted) = (post.actor, config_id(&path.1)?);
    let back = config_url(&actor, &wanted);
    let parameter = post.fields.text(reveal::FIELD).to_owned();
    let revealed = db.write(&actor, move |tx| actions::reveal(tx, &wanted, &parameter)).await?;
    reveal::page(&actor, revealed, (back, "Back to configuration"))
}

struct UpdateForm {
    values: ValueForm,
    note: Form<Note>,
    shown: Shown,
}

impl UpdateForm {
    fn typed(self, fields: &Fields) -> Self {
        Self { values: self.values.typed(fields), note: asked(Form::typed(fields)), ..self }
    }
}

/// Either party says it to the other one.
fn asked(note: Form<Note>) -> Form<Note> {
    note.saying("note", "Note", "Up to 2,000 characters.")
}

async fn update_form(actor: &Viewer<Manage>, db: &Db, text: &str) -> Result<(Detail, UpdateForm)> {
    let wanted = config_id(text)?;
    let (detail, rows) = db
        .read(actor, move |read| {
            let detail = store::find(read, &wanted)?;
            let vendor = detail.row.parts(read.actor.account()).contains(&Part::Vendor);
            let rows = actions::updatable(read, &detail.row, vendor)?;
            Ok((detail, rows))
        })
        .await?;
    let parts = detail.row.parts(actor.account());
    if parts.is_empty() {
        return Err(Problem::NotFound);
    }
    if detail.row.status != Status::Active {
        let words = t!("{id} is {status}.", id = detail.row.id, status = Words::within(detail.row.status));
        return Err(Problem::refused("This configuration cannot be updated", words)
            .leading_to(config_url(actor, &detail.row.id), "Back to configuration"));
    }
    let shown = shown::config(&detail.row, &rows)?;
    let values = ValueForm::new(rows, &detail.row.values()?, actor.visit.vault());
    Ok((detail, UpdateForm { values, note: asked(Form::empty()), shown }))
}

fn update_page(actor: &Viewer<Manage>, detail: &Detail, form: &UpdateForm) -> FormPage {
    let page = actor.page(("Update", &detail.row.id, "Tier configurations"));
    let back = (config_url(actor, &detail.row.id), "Back to configuration");
    let page = FormPage::new(page, "Update configuration", back, "Create update request")
        .below_heading(t!(
            "{account}, tier {level}, for {product}.",
            account = apart(&detail.row.account_name),
            level = detail.row.level,
            product = apart(&detail.product)
        ))
        .binding(&form.shown);
    form.note.onto(form.values.onto(page))
}

pub async fn update(actor: Viewer<Manage>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let (detail, form) = update_form(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &update_page(&actor, &detail, &form))
}

pub async fn updated(post: Post<Manage>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let (detail, form) = update_form(&actor, &db, &path.1).await?;
    let mut form = form.typed(&post.fields);
    let (Some(values), Some(said)) = (form.values.read(true), form.note.read()) else {
        return page::invalid(&actor.visit, &update_page(&actor, &detail, &form));
    };
    let (wanted, own) = (detail.row.id.clone(), form.values.own(&values));
    let back = config_url(&actor, &wanted);
    let sent = post.fields.text(FIELD).to_owned();
    let made = db
        .attempt(&actor, move |tx| actions::update(tx, &wanted, &own, &said.note, &sent))
        .await
        .map_err(|problem| problem.leading_to(back.clone(), "Back to configuration"));
    match violation::told(made)?.map(Done::value) {
        Ok(Some(request)) => {
            let told = Flash::success("Update request created");
            Ok(page::see_with(&actor.visit, url::<Tiers, _>(&actor, &request), &told))
        }
        Ok(None) => Ok(page::see_with(&actor.visit, back, &Flash::notice("No changes to request."))),
        Err(wrong) => {
            // as it stands now, with what was typed
            let (detail, form) = update_form(&actor, &db, &path.1).await?;
            let mut form = form.typed(&post.fields);
            let elsewhere = form.values.fail(form.note.fail(wrong));
            let page = update_page(&actor, &detail, &form);
            let page = match elsewhere.first() {
                Some(one) => page.failing(one.why.words.clone()),
                None => page,
            };
            page::invalid(&actor.visit, &page)
        }
    }
}
