//! Screens of the syndication and referral agreements that hang on a service agreement.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{
    actions::{self, NewChild},
    data::{Choice, NewForm},
    pages::{OfAgreement, id, named},
    store::{self, Child},
};
use crate::{
    access::extract::Post,
    kit::{
        db::Db,
        done,
        form_page::FormPage,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        viewer::Viewer,
        words::filters,
    },
    modules::{
        agreements::{
            self, Activate, Manage, Type, View,
            pages::show::{self, Facts},
            store::AgreementRow,
        },
        ids::ProductGroup,
    },
};

/// What is said of the agreements of one type.
struct Said {
    type_: Type,
    title: &'static str,
    heading: &'static str,
    text: &'static str,
    nothing: &'static str,
    about: &'static str,
}

impl Said {
    /// Its tab, and the part of its address.
    fn path(&self) -> &'static str {
        if self.type_ == Type::Referral { "referral" } else { "syndication" }
    }
}

const SYNDICATION: Said = Said {
    type_: Type::Syndication,
    title: "Syndication agreements",
    heading: "Create syndication agreement",
    text: "Syndication agreement created",
    nothing: "No syndication agreements yet",
    about: "A syndication agreement lets partners sell products of their catalog on marketplaces of their own.",
};

const REFERRAL: Said = Said {
    type_: Type::Referral,
    title: "Referral agreements",
    heading: "Create referral agreement",
    text: "Referral agreement created",
    nothing: "No referral agreements yet",
    about: "A referral agreement lets partners offer a program agreement of their own to a product's vendor.",
};

#[derive(Template)]
#[template(path = "catalog/carried/children.html")]
struct Children {
    page: Page,
    facts: Facts,
    said: &'static Said,
    children: Vec<(Child, String)>,
    create: Option<String>,
}

async fn children(actor: &Viewer<View>, db: &Db, text: &str, said: &'static Said) -> Result<HttpResponse> {
    let parent = id(text)?;
    let (found, children) = db
        .read(actor, move |read| {
            let found = show::find(read, &parent)?;
            if found.0.type_ != Type::Service {
                return Err(Problem::NotFound);
            }
            Ok((found, store::children(read, &parent, said.type_)?))
        })
        .await?;
    let tab = said.path();
    let facts = Facts::new(actor, found, tab);
    let creates = actor.may::<Manage>() && said.type_.written_with(actor.identity.rights);
    let shown = Children {
        page: actor.page((said.title, &facts.agreement.name, "Agreements")),
        said,
        children: children
            .into_iter()
            .map(|child| {
                let href = actor.url(&format!("agreements/{}", child.id));
                (child, href)
            })
            .collect(),
        create: creates.then(|| actor.url(&format!("agreements/{}/{tab}/new", facts.agreement.id))),
        facts,
    };
    page::html(&actor.visit, &shown)
}

/// A service agreement with what it carries.
type Parent = (AgreementRow, Vec<Choice<ProductGroup>>);

async fn parent(actor: &Viewer<Manage>, db: &Db, text: &str, said: &'static Said) -> Result<Parent> {
    let parent = id(text)?;
    let writes = said.type_.written_with(actor.identity.rights);
    db.read(actor, move |read| {
        let (row, _) = agreements::store::find(read, &parent)?;
        if row.type_ != Type::Service || !writes {
            return Err(Problem::NotFound);
        }
        Ok((row, named(store::carried(read, &parent)?)))
    })
    .await
}

/// `once` names this form, so that it makes one agreement however often it is sent.
fn create_page(
    actor: &Viewer<Manage>,
    (row, carried): &Parent,
    form: &NewForm,
    (said, once): (&'static Said, Uuid),
) -> FormPage {
    let page = actor.page((said.heading, &row.name, "Agreements"));
    let back = (actor.url(&format!("agreements/{}/{}", row.id, said.path())), said.title);
    let page = FormPage::new(page, said.heading, back, "Create").hiding("form", once);
    form.onto(page, carried, actor.may::<Activate>())
}

async fn create(actor: &Viewer<Manage>, db: &Db, text: &str, said: &'static Said) -> Result<HttpResponse> {
    let found = parent(actor, db, text, said).await?;
    page::html(&actor.visit, &create_page(actor, &found, &NewForm::empty(), (said, Uuid::new_v4())))
}

async fn created(post: Post<Manage>, db: &Db, text: &str, said: &'static Said) -> Result<HttpResponse> {
    let (actor, once) = (post.actor, post.fields.form());
    let found = parent(&actor, db, text, said).await?;
    let mut form = NewForm::typed(&post.fields);
    let Some((words, chosen, source, start)) = form.read() else {
        return page::invalid(&actor.visit, &create_page(&actor, &found, &form, (said, once)));
    };
    let Some(document) = form.document.told(source.read(&post.fields, &actor.visit.house).await)? else {
        return page::invalid(&actor.visit, &create_page(&actor, &found, &form, (said, once)));
    };
    let parent = found.0.id.clone();
    let new = NewChild { type_: said.type_, words, groups: chosen.groups, document, activate: start.activate };
    let made = db.attempt(&actor, move |tx| done::once(tx, once, |tx| actions::create(tx, &parent, &new))).await;
    match form.groups.told(made)? {
        Some(made) => {
            let href = actor.url(&format!("agreements/{}", made.value()));
            Ok(page::see_with(&actor.visit, href, &Flash::success(said.text)))
        }
        None => page::invalid(&actor.visit, &create_page(&actor, &found, &form, (said, once))),
    }
}

pub(super) async fn syndication(actor: Viewer<View>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    children(&actor, &db, &path.1, &SYNDICATION).await
}

pub(super) async fn create_syndication(
    actor: Viewer<Manage>,
    path: OfAgreement,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    create(&actor, &db, &path.1, &SYNDICATION).await
}

pub(super) async fn syndication_created(
    post: Post<Manage>,
    path: OfAgreement,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    created(post, &db, &path.1, &SYNDICATION).await
}

pub(super) async fn referral(actor: Viewer<View>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    children(&actor, &db, &path.1, &REFERRAL).await
}

pub(super) async fn create_referral(
    actor: Viewer<Manage>,
    path: OfAgreement,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    create(&actor, &db, &path.1, &REFERRAL).await
}

pub(super) async fn referral_created(post: Post<Manage>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    created(post, &db, &path.1, &REFERRAL).await
}
