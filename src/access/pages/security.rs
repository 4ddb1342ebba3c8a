//! The person's own second factor: setting it up, its recovery codes, removing it.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::profile::tabs;
use crate::{
    access::{
        extract::{SignedIn, SignedInPost},
        factors::{
            self, Overview,
            authenticator::{self, Setup},
            codes::{self, Sheet},
            passkeys::Site,
        },
        linked::{self, Linked},
        profile::who,
        proof::ProvedPerson,
    },
    accounts::store::UserRow,
    input,
    kit::{
        actor::Account,
        confirm::Confirm,
        db::{Db, Personal, Tx},
        done::Done,
        effect::Effect,
        export,
        form::{self, Field, FieldError},
        id::Id,
        input::{Form, kinds::Line},
        page::{self, Flash, Page, Tab},
        problem::{Problem, Result},
        time::When,
        words::{Say as _, filters},
    },
    t,
};

pub(super) const HERE: &str = "/profile/security";
const SETUP: &str = "/profile/security/authenticator";

/// Somebody who is signed in, as the verbs take it.
pub(super) fn user(signed_in: &SignedIn) -> UserRow {
    let person = &signed_in.person;
    UserRow { id: person.id.clone(), name: person.name.clone(), email: person.email.clone(), password_hash: None }
}

pub(super) fn session(signed_in: &SignedIn) -> Result<Uuid> {
    signed_in.visit.caller.session.ok_or(Problem::SignIn)
}

#[derive(Template)]
#[template(path = "access/security.html")]
struct Security {
    page: Page,
    errors: Vec<FieldError>,
    tabs: Vec<Tab>,
    /// When the authenticator app was set up, and last used.
    authenticator: Option<(When, When)>,
    /// Recovery codes that are left.
    codes: usize,
    passkeys: Vec<Passkey>,
    /// The name of a new passkey; none where the address is one of which browsers keep none.
    name: Option<Field>,
    /// Companies that ask for the second factor to be removed.
    resets: Vec<String>,
    /// Companies whose identity providers know the person.
    linked: Vec<Linking>,
}

/// A company whose identity provider knows the person.
struct Linking {
    account: Id<Account>,
    company: String,
    made: When,
    used: When,
}

/// A passkey, with what of it is shown.
struct Passkey {
    id: Uuid,
    name: String,
    /// The host name it is for, when that is not this one.
    elsewhere: Option<String>,
    made: When,
    used: Option<When>,
}

input! {
    /// What a new passkey is called.
    pub struct Naming, DraftNaming {
        "" {
            name: String = Line(64), "Name of the passkey", at "name", missing "Enter a name for the passkey",
                hint "For example the device it's on, to tell several apart.";
        }
    }
}

/// The page, with what was typed into the form of a new passkey.
pub(super) async fn security_page(signed_in: &SignedIn, db: &Db, form: &Form<Naming>) -> Result<impl Template> {
    let person = signed_in.person.id.clone();
    let (found, linked) =
        db.open(move |conn| Ok((factors::overview(conn, &person)?, linked::of_user(conn, &person)?))).await?;
    let (zone, host) = (signed_in.person.zone, Site::of(&signed_in.visit).map(|site| site.host));
    let errors = form.errors();
    let passkeys = found.passkeys.into_iter().map(|one| Passkey {
        id: one.id,
        name: one.name,
        elsewhere: (host.as_ref() != Some(&one.host)).then_some(one.host),
        made: zone.when(one.created_at),
        used: one.used_at.map(|at| zone.when(at)),
    });
    let linking = |one: Linked| Linking {
        account: one.account,
        company: one.company,
        made: zone.when(one.linked_at),
        used: zone.when(one.used_at),
    };
    Ok(Security {
        page: signed_in.page(("Security", "Profile")).with_errors(&errors),
        errors,
        tabs: tabs(HERE),
        authenticator: found.authenticator.map(|(made, used)| (zone.when(made), zone.when(used))),
        codes: found.codes,
        passkeys: passkeys.collect(),
        name: host.is_some().then(|| form.field("name")),
        resets: found.resets,
        linked: linked.into_iter().map(linking).collect(),
    })
}

pub async fn show(signed_in: SignedIn, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&signed_in.visit, &security_page(&signed_in, &db, &Form::empty()).await?)
}

pub async fn begin(post: ProvedPerson, db: web::Data<Db>) -> Result<HttpResponse> {
    let signed_in = post.signed_in;
    let (person, session, vault) = (signed_in.person.id.clone(), session(&signed_in)?, signed_in.visit.vault());
    db.open(move |conn| authenticator::begin(conn, &vault, &person, session)).await?;
    Ok(page::see(SETUP))
}

#[derive(Template)]
#[template(path = "access/authenticator.html")]
struct Authenticator {
    page: Page,
    errors: Vec<FieldError>,
    setup: Setup,
    /// The secret in groups of four, for typing.
    secret: String,
    code: Field,
    back: &'static str,
}

fn code() -> Field {
    Field::new("code", "Code from the app")
}

/// The page that shows the app's secret; none when nothing is being set up in this session.
async fn setup_page(signed_in: &SignedIn, db: &Db, code: Field) -> Result<Option<Authenticator>> {
    let (person, session, vault) = (signed_in.person.clone(), session(signed_in)?, signed_in.visit.vault());
    let page = signed_in.page(("Set up an authenticator app", "Security", "Profile"));
    let portal = page.brand.name.clone();
    let setup = db
        .open(move |conn| authenticator::setup(conn, &vault, (&person.id, (&portal, &person.email)), session))
        .await?;
    let Some(setup) = setup else { return Ok(None) };
    let errors = form::errors([&code]);
    let secret: Vec<char> = setup.secret.chars().collect();
    let groups: Vec<String> = secret.chunks(4).map(|group| group.iter().collect()).collect();
    Ok(Some(Authenticator {
        page: page.with_errors(&errors),
        errors,
        setup,
        secret: groups.join(" "),
        code,
        back: HERE,
    }))
}

pub async fn setup(signed_in: SignedIn, db: web::Data<Db>) -> Result<HttpResponse> {
    match setup_page(&signed_in, &db, code()).await? {
        Some(shown) => page::html(&signed_in.visit, &shown),
        None => Ok(page::see(HERE)),
    }
}

pub async fn confirm(post: SignedInPost, db: web::Data<Db>) -> Result<HttpResponse> {
    let signed_in = post.signed_in;
    let (person, session, typed) = (user(&signed_in), session(&signed_in)?, post.fields.text("code").to_owned());
    let empty = typed.trim().is_empty();
    let first = factors::first_codes(&db, &signed_in.visit, &person.id, session, &typed)
        .await
        .map_err(|problem| problem.leading_to(HERE, "Back to security"))?;
    let act = move |tx: &mut Tx<'_, Personal>| factors::enrol(tx, &person, (session, &typed), first);
    let done = db.attempt_as_person(who(&signed_in), act).await?;
    match done {
        Done::Changed(Some(enrolled)) => match enrolled.codes {
            Some(codes) => show_codes(&signed_in, codes),
            None => {
                let told = Flash::success("Authenticator app replaced. Your other sessions were signed out.");
                Ok(page::see_with(&signed_in.visit, HERE, &told))
            }
        },
        _ => {
            let mut code = code();
            match empty {
                true => code.fail("Enter the code"),
                false => code.fail("Wrong code"),
            }
            match setup_page(&signed_in, &db, code).await? {
                Some(shown) => page::invalid(&signed_in.visit, &shown),
                None => {
                    let told = Flash::notice("This took too long, or was already done. Start again.");
                    Ok(page::see_with(&signed_in.visit, HERE, &told))
                }
            }
        }
    }
}

#[derive(Template)]
#[template(path = "access/codes.html")]
struct Codes {
    page: Page,
    codes: Vec<String>,
    /// All of them, for copying.
    together: String,
    /// That they were shown, for the file.
    sheet: String,
    back: &'static str,
}

/// The only page that ever shows recovery codes: they are kept nowhere.
fn show_codes(signed_in: &SignedIn, sheet: Sheet) -> Result<HttpResponse> {
    let shown = Codes {
        page: signed_in.page(("Recovery codes", "Security", "Profile")),
        together: sheet.together(),
        codes: sheet.codes,
        sheet: sheet.seal,
        back: HERE,
    };
    page::html(&signed_in.visit, &shown)
}

pub async fn making(signed_in: SignedIn, db: web::Data<Db>) -> Result<HttpResponse> {
    let person = signed_in.person.id.clone();
    let Overview { authenticator, codes, .. } = db.open(move |conn| factors::overview(conn, &person)).await?;
    if authenticator.is_none() {
        return Err(Problem::NotFound);
    }
    let page = signed_in.page(("Create new recovery codes", "Security", "Profile"));
    let effects = [
        Effect::touched(codes, "{n} code will stop working.", "{n} codes will stop working."),
        Some(t!("You'll get ten new ones, which are shown once.").into()),
    ];
    let back = (HERE.to_owned(), "Back to security");
    let shown = Confirm::new(page, "Create new recovery codes", back, effects.into_iter().flatten());
    page::html(&signed_in.visit, &shown)
}

pub async fn make(post: ProvedPerson, db: web::Data<Db>) -> Result<HttpResponse> {
    let (signed_in, person) = (&post.signed_in, user(&post.signed_in));
    let id = person.id.clone();
    // the hashes of ten codes are made only for somebody who can have them
    if !db.open(move |conn| factors::has_one(conn, &id)).await? {
        return Err(Problem::NotFound);
    }
    let set = codes::draw_set(&signed_in.visit.vault(), &person.id).await?;
    let made = db.write_as_person(who(signed_in), move |tx| factors::renew_codes(tx, &person, set)).await?;
    show_codes(signed_in, made)
}

/// The codes that were just shown, as a file. What is none of the person's own is left out.
pub async fn file(post: SignedInPost, db: web::Data<Db>) -> Result<HttpResponse> {
    let signed_in = post.signed_in;
    let (together, seal) = (post.fields.text("codes").to_owned(), post.fields.text("sheet").to_owned());
    let (person, vault) = (signed_in.person.id.clone(), signed_in.visit.vault());
    let own = db.open(move |conn| codes::on_sheet(conn, &vault, &person, (&together, &seal))).await?;
    if own.is_empty() {
        return Ok(page::see(HERE));
    }
    let heading = t!("Recovery codes of {email}. Each works once.", email = signed_in.person.email);
    let lines = std::iter::once(heading.said(signed_in.visit.lang)).chain([String::new()]).chain(own);
    let text: String = lines.map(|line| format!("{line}\r\n")).collect();
    Ok(export::attachment("recovery-codes.txt", "text/plain; charset=utf-8").body(text))
}

pub async fn removing(signed_in: SignedIn, db: web::Data<Db>) -> Result<HttpResponse> {
    let person = signed_in.person.id.clone();
    let (has_one, refusal) = db
        .open(move |conn| {
            let refusal = match factors::removable(conn, &person) {
                Err(Problem::Refused(why)) => Some((why.title, why.text)),
                other => other.map(|()| None)?,
            };
            Ok((factors::has_one(conn, &person)?, refusal))
        })
        .await?;
    if !has_one {
        return Err(Problem::NotFound);
    }
    let page = signed_in.page(("Remove second factor", "Security", "Profile"));
    let effects = [
        t!("You'll sign in with your password alone."),
        t!("Your recovery codes and passkeys will stop working."),
        t!("Your other sessions will be signed out."),
        t!("You will get an email."),
    ];
    let back = (HERE.to_owned(), "Back to security");
    let (says, why) = refusal.unzip();
    let shown = Confirm::new(page, "Remove second factor", back, effects).danger();
    page::html(&signed_in.visit, &shown.refused(says.unwrap_or_default(), why))
}

pub async fn remove(post: ProvedPerson, db: web::Data<Db>) -> Result<HttpResponse> {
    let signed_in = &post.signed_in;
    let (person, session) = (user(signed_in), session(signed_in)?);
    db.write_as_person(who(signed_in), move |tx| factors::remove(tx, &person, session))
        .await
        .map_err(|problem| problem.leading_to(HERE, "Back to security"))?;
    let told = Flash::success("Second factor removed. Your other sessions were signed out.");
    Ok(page::see_with(&signed_in.visit, HERE, &told))
}
