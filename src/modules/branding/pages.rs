//! The page of branding: what is said, pictures, a look at both themes, host names.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    Manage,
    actions::{self, Pictures},
    data::{Away, Look},
    hosts::{
        Claim, FILE, MOST,
        store::{self as names, HostRow},
    },
    store::{self, BrandRow},
};
use crate::{
    access::extract::Post,
    accounts::brands,
    kit::{
        brand::{
            Brand,
            colour::{Colour, DARK, LIGHT},
            sheet_url,
        },
        choice::Choice as _,
        db::Db,
        edit::Edit,
        form::{self, Field, FieldError},
        form_page::{Ask, Asked, FormPage},
        input::Form,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        viewer::Viewer,
        visit::Visit,
        words::{Words, filters},
    },
    modules::images,
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/branding", || web::to(show)),
        post("/branding", || web::to(saved)),
        post("/branding/images", || web::to(pictured)).with_file(),
    ]
}

/// Pictures, as they are asked for.
pub(super) struct Asking {
    logo: Field,
    logo_dark: Field,
    icon: Field,
    away: Form<Away>,
    /// Whether somebody else saved pictures in the meantime.
    overtaken: bool,
}

impl Asking {
    pub(super) fn new() -> Self {
        Self {
            logo: Field::new("logo", "Logo")
                .hint("PNG, JPEG, WebP or GIF, up to 5 MB. Shown in the header and in emails.")
                .optional(),
            logo_dark: Field::new("logo_dark", "Logo for dark pages")
                .hint("For people who use the dark theme. Without one, the logo is used.")
                .optional(),
            icon: Field::new("icon", "Icon")
                .hint("A square image of at least 180 pixels. Shown in browser tabs.")
                .optional(),
            away: Form::empty(),
            overtaken: false,
        }
    }

    fn errors(&self) -> Vec<FieldError> {
        let overtaken = self.overtaken.then(|| {
            let words = t!("Someone else changed the images. Choose your images again to replace theirs.");
            ("main".to_owned(), words)
        });
        overtaken.into_iter().chain(form::errors([&self.logo, &self.logo_dark, &self.icon])).collect()
    }

    fn asked(&self, page: &Page, row: &BrandRow) -> Vec<Asked> {
        let file = || Ask::File(images::ACCEPTED);
        let blank = FormPage::new(page.clone(), "", (String::new(), ""), "");
        let all = blank.ask(&self.logo, file()).ask(&self.logo_dark, file()).ask(&self.icon, file());
        let there = [
            ("no_logo", row.logo.is_some()),
            ("no_logo_dark", row.logo_dark.is_some()),
            ("no_icon", row.icon.is_some()),
        ];
        let all = self.away.onto_asking(all, |entry| {
            there.iter().any(|(name, there)| *name == entry.name && *there).then(|| entry.asked())
        });
        all.asked().to_vec()
    }
}

/// A host name, as its line shows it.
struct HostLine {
    name: String,
    state: Words,
    shape: &'static str,
    trouble: Option<Words>,
    /// Where the file has to be, and what it has to say, while the name is not proven.
    proof: Option<(String, String)>,
    /// It is proven, and does not lead here yet.
    astray: bool,
    remove: String,
}

impl HostLine {
    fn new(viewer: &Viewer<Manage>, row: HostRow) -> Self {
        let (state, shape) = match (row.verified_at, row.leads_here) {
            (None, _) => (t!("Not verified"), "ring"),
            (Some(_), false) => (t!("Verified, doesn't point here yet"), "half"),
            (Some(_), true) => (t!("In use"), "dot"),
        };
        let query = serde_html_form::to_string([("host", &row.host)]).unwrap_or_default();
        Self {
            state,
            shape,
            trouble: row.trouble().filter(|_| row.verified_at.is_none()).map(|trouble| Words::new(trouble.label())),
            proof: row.verified_at.is_none().then(|| (format!("http://{}{FILE}", row.host), row.token.clone())),
            astray: row.verified_at.is_some() && !row.leads_here,
            remove: format!("{}?{query}", viewer.url("branding/hosts/remove")),
            name: row.host,
        }
    }
}

#[derive(Template)]
#[template(path = "branding/show.html")]
pub(super) struct Show {
    page: Page,
    errors: Vec<FieldError>,
    revision: i32,
    asked: Vec<Asked>,
    pictures: Vec<Asked>,
    pictures_revision: i32,
    /// What became of the colour, where one is chosen.
    tones: Option<Words>,
    hosts: Vec<HostLine>,
    claim: Vec<Asked>,
    /// No more host names can be added.
    full: bool,
    /// Where host names have to lead.
    public: String,
    here: String,
}

/// A brand and its host names.
type Editing = Edit<(BrandRow, Vec<HostRow>), Look>;

async fn editing(viewer: &Viewer<Manage>, db: &Db) -> Result<Editing> {
    let (row, hosts) = db.read(viewer, |read| Ok((store::own(read)?, names::own(read)?))).await?;
    let (saved, revision) = (row.look(), row.revision);
    Ok(Edit::of((row, hosts), saved, revision))
}

/// What a page consists of, besides the look.
pub(super) struct Typed {
    pub(super) pictures: Asking,
    pub(super) claim: Form<Claim>,
    /// The look that the page previews before it is saved.
    pub(super) previewed: Option<Look>,
}

impl Typed {
    pub(super) fn nothing() -> Self {
        Self { pictures: Asking::new(), claim: Form::empty(), previewed: None }
    }
}

/// What becomes of a colour in each theme, in words.
fn tones(chosen: Colour) -> Words {
    let (light, dark) = (LIGHT.tones(chosen).accent, DARK.tones(chosen).accent);
    let (colour, darker, lighter) = (chosen.to_string(), light.to_string(), dark.to_string());
    match (light == chosen, dark == chosen) {
        (true, true) => t!("{colour} is readable on light and dark pages and is used as is.", colour),
        (true, false) => t!(
            "{colour} is used as is on light pages. It isn't readable on dark pages, so {lighter} is used there.",
            colour,
            lighter
        ),
        (false, true) => t!(
            "{colour} is used as is on dark pages. It isn't readable on light pages, so {darker} is used there.",
            colour,
            darker
        ),
        (false, false) => t!(
            "{colour} isn't readable on light or dark pages, so {darker} is used on light pages and {lighter} on dark pages.",
            colour,
            darker,
            lighter
        ),
    }
}

/// The brand as it would be with this look.
fn previewed(brand: &Brand, look: &Look) -> Brand {
    let some = |text: &String| (!text.is_empty()).then(|| text.clone());
    Brand {
        name: some(&look.portal_name).unwrap_or_else(|| Brand::product().name.clone()),
        sheet: Colour::read(&look.colour).map(sheet_url),
        footer: look.footer.clone(),
        privacy: some(&look.privacy_url),
        terms: some(&look.terms_url),
        sign_up: some(&look.sign_up_url),
        ..brand.clone()
    }
}

pub(super) async fn page_of(viewer: &Viewer<Manage>, db: &Db, typed: Typed) -> Result<Show> {
    Ok(page_with(viewer, &editing(viewer, db).await?, typed))
}

fn page_with(viewer: &Viewer<Manage>, edit: &Editing, typed: Typed) -> Show {
    let (row, hosts) = &edit.row;
    let plain = |page: Page| FormPage::new(page, "", (String::new(), ""), "");
    let asked = edit.onto(plain(viewer.page(("Branding", "Account"))));
    let errors = [asked.errors().to_vec(), typed.pictures.errors(), typed.claim.errors()].concat();
    let mut page = viewer.page(("Branding", "Account")).with_errors(&errors);
    let colour = typed.previewed.as_ref().map_or_else(|| row.colour.clone(), |look| look.colour.clone());
    if let Some(look) = &typed.previewed {
        page.brand = Arc::new(previewed(&page.brand, look));
        page.flash = Some(Flash::notice("This page shows what you typed. Nothing is saved yet."));
    }
    Show {
        errors,
        revision: edit.revision,
        asked: asked.asked().to_vec(),
        pictures_revision: row.pictures_revision,
        pictures: typed.pictures.asked(&page, row),
        tones: Colour::read(&colour).map(tones),
        full: hosts.len() >= MOST,
        hosts: hosts.iter().map(|row| HostLine::new(viewer, row.clone())).collect(),
        claim: typed.claim.onto(plain(page.clone())).asked().to_vec(),
        public: viewer.visit.house.public.host().to_owned(),
        here: viewer.url("branding"),
        page,
    }
}

async fn show(viewer: Viewer<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&viewer.visit, &page_of(&viewer, &db, Typed::nothing()).await?)
}

/// Lets this process go by what was just saved; the others follow within seconds.
pub(super) async fn refresh(db: &Db, visit: &Visit) {
    if let Err(problem) = brands::refresh(db, &visit.house).await {
        tracing::warn!(%problem, "brands will be read again in a few seconds");
    }
}

async fn saved(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let viewer = post.actor;
    let mut edit = editing(&viewer, &db).await?.typed(&post.fields);
    if post.fields.has("preview")
        && let Some(look) = edit.form.read()
    {
        let typed = Typed { previewed: Some(look), ..Typed::nothing() };
        return page::html(&viewer.visit, &page_with(&viewer, &edit, typed));
    }
    let revision = edit.revision;
    let act = |look| db.attempt(&viewer, move |tx| actions::set_look(tx, revision, &look));
    match edit.save(act, editing(&viewer, &db)).await? {
        Some(done) => {
            refresh(&db, &viewer.visit).await;
            Ok(page::see_with(&viewer.visit, viewer.url("branding"), &done.said("Branding saved")))
        }
        None => edit.again(&viewer.visit, &page_with(&viewer, &edit, Typed::nothing())),
    }
}

async fn pictured(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (viewer, fields) = (post.actor, post.fields);
    let revision = fields.number("revision");
    let house = viewer.visit.house.clone();
    let mut asking = Asking { away: Form::typed(&fields), ..Asking::new() };
    let sent = Pictures {
        logo: images::made(&house, &fields, &mut asking.logo, images::logo).await?,
        logo_dark: images::made(&house, &fields, &mut asking.logo_dark, images::logo).await?,
        icons: images::made(&house, &fields, &mut asking.icon, images::icons).await?,
    };
    let away = asking.away.read();
    let (Some(away), true) = (away, asking.errors().is_empty()) else {
        let typed = Typed { pictures: asking, ..Typed::nothing() };
        return page::invalid(&viewer.visit, &page_of(&viewer, &db, typed).await?);
    };
    let done = db.attempt(&viewer, move |tx| actions::set_pictures(tx, revision, &sent, &away)).await;
    // a form cannot keep files, so they have to be chosen again
    if matches!(done, Err(Problem::Overtaken(_))) {
        let typed = Typed { pictures: Asking { overtaken: true, ..asking }, ..Typed::nothing() };
        return page::overtaken(&viewer.visit, &page_of(&viewer, &db, typed).await?);
    }
    let done = done?;
    refresh(&db, &viewer.visit).await;
    Ok(page::see_with(&viewer.visit, viewer.url("branding"), &done.said("Images saved")))
}
