//! In which language a company's people read who have not chosen one themselves, for its administrators to say.

use actix_web::{HttpResponse, web};

use crate::{
    access::extract::Post,
    accounts::store,
    input,
    kit::{
        actor::{Account, Identity, Permission},
        db::{Db, Tx},
        event::Event,
        form::Pick,
        form_page::FormPage,
        id::Id,
        input::{Form, kinds::Listed},
        page::{self, Flash},
        problem::Result,
        route::{Mount, get, post},
        viewer::Viewer,
        words::Lang,
    },
};

/// Say in which language the company reads.
pub struct Manage;
impl Permission for Manage {
    const WORDS: &'static str = "change the company's language";
    fn of_person(identity: &Identity) -> bool {
        identity.administrator
    }
}

input! {
    /// In which language a company reads.
    pub struct Spoken, DraftSpoken {
        "" {
            /// By its tag; without one each person's browser decides.
            language: String = Listed { picks: languages, wrong: "Choose a language from the list" }, "Language", at "language",
                hint "Used for pages and emails, for everyone who hasn't chosen a language in their profile.";
        }
    }
}

fn languages() -> Vec<Pick> {
    Pick::languages(Pick::new("", "Each person's browser language", ""))
}

impl Spoken {
    /// The language that was chosen.
    fn lang(&self) -> Option<Lang> {
        Lang::tagged(&self.language, true)
    }
}

/// Changes in which language a company reads.
pub fn set(tx: &mut Tx<'_, Manage>, account: &Id<Account>, spoken: &Spoken) -> Result<()> {
    let tag = spoken.lang().map(Lang::tag);
    store::set_language(tx, account, tag)?;
    tx.record(Event::new("account.language_changed", account).note(tag.unwrap_or_default()))
}

pub fn screens() -> Vec<Mount> {
    vec![get("/language", || web::to(show)), post("/language", || web::to(saved))]
}

fn page_of(viewer: &Viewer<Manage>, form: &Form<Spoken>) -> FormPage {
    let back = (viewer.url("").trim_end_matches('/').to_owned(), "Home");
    form.onto(FormPage::new(viewer.page("Company language"), "Company language", back, "Save"))
}

async fn show(viewer: Viewer<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let account = viewer.account().clone();
    let language = db.read(&viewer, move |read| store::language(read, &account)).await?.unwrap_or_default();
    page::html(&viewer.visit, &page_of(&viewer, &Form::filled(&Spoken { language })))
}

async fn saved(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let viewer = post.actor;
    let mut form = Form::<Spoken>::typed(&post.fields);
    let account = viewer.account().clone();
    let mut lang = None;
    let act = |spoken: Spoken| {
        // the page that follows is in the language just chosen, unless the reader has one
        lang = spoken.lang().filter(|_| viewer.visit.chosen.is_none());
        db.write(&viewer, move |tx| set(tx, &account, &spoken))
    };
    match form.sent(act).await? {
        Some(()) => {
            let told = Flash::success("Company language saved").spoken(lang);
            Ok(page::see_with(&viewer.visit, viewer.url("language"), &told))
        }
        None => page::invalid(&viewer.visit, &page_of(&viewer, &form)),
    }
}
