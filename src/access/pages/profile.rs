//! The person's own pages: name and time zone, password, sessions.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::door::{Invited, invited};
use crate::{
    access::{
        extract::{SignedIn, SignedInPost},
        factors::Factor,
        password::{NewPassword, Policy, Rule, Secret},
        profile::{self as verbs, By, Profile},
        proof::ProvedPerson,
        sessions as store,
    },
    kit::{
        actor::Company,
        choice::Choice as _,
        confirm::Confirm,
        db::Db,
        effect::Effect,
        form::{self, Field, FieldError, Pick},
        input::Form,
        page::{self, Flash, Page, Tab},
        problem::{Problem, Result},
        security,
        time::When,
        words::{Words, filters},
    },
    t,
};

/// The tabs of the person's own pages, with the one at the address `current` selected.
pub fn tabs(current: &str) -> Vec<Tab> {
    [
        ("General", "/profile"),
        ("Password", "/profile/password"),
        ("Security", "/profile/security"),
        ("Notifications", "/profile/notifications"),
        ("Sessions", "/profile/sessions"),
        ("Your data", "/profile/data"),
    ]
    .map(|(label, href)| Tab { label, href: href.to_owned(), current: href == current })
    .to_vec()
}

#[derive(Template)]
#[template(path = "access/profile.html")]
struct General {
    page: Page,
    tabs: Vec<Tab>,
    errors: Vec<FieldError>,
    name: Field,
    title: Field,
    picture: Option<String>,
    called: String,
    zone: Field,
    zones: Vec<Pick>,
    language: Field,
    languages: Vec<Pick>,
    date_order: Field,
    date_orders: Vec<Pick>,
    clock: Field,
    clocks: Vec<Pick>,
    signs: Field,
    all_signs: Vec<Pick>,
    shortcuts: Field,
    email: String,
    accounts: Vec<Company>,
    invited: Vec<Invited>,
}

fn general_page(signed_in: &SignedIn, form: &Form<Profile>, invited: Vec<Invited>) -> General {
    let errors = form.errors();
    General {
        page: signed_in.page("Profile").with_errors(&errors),
        tabs: tabs("/profile"),
        errors,
        name: form.field("name"),
        title: form.field("title"),
        picture: signed_in.person.picture(),
        called: signed_in.person.name.clone(),
        zone: form.field("zone"),
        zones: verbs::zones(),
        language: form.field("language"),
        languages: verbs::languages(),
        date_order: form.field("date_order"),
        date_orders: verbs::date_orders(),
        clock: form.field("clock"),
        clocks: verbs::clocks(),
        signs: form.field("number_signs"),
        all_signs: verbs::all_signs(),
        shortcuts: form.field("shortcuts"),
        email: signed_in.person.email.clone(),
        accounts: signed_in.accounts.clone(),
        invited,
    }
}

/// The profile as its person sees it first.
pub async fn general(signed_in: SignedIn, db: web::Data<Db>) -> Result<HttpResponse> {
    let person = &signed_in.person;
    let (name, title, zone) = (person.name.clone(), person.title.clone(), person.zone.name().to_owned());
    let language = signed_in.visit.chosen.map_or_else(String::new, |lang| lang.tag().to_owned());
    let shortcuts = signed_in.visit.shortcuts;
    let [date_order, clock, number_signs] = signed_in.visit.lang.habits().keys().map(str::to_owned);
    let profile = Profile { name, title, zone, language, date_order, clock, number_signs, shortcuts };
    let invited = invited(&signed_in, &db).await?;
    page::html(&signed_in.visit, &general_page(&signed_in, &Form::filled(&profile), invited))
}

pub async fn save(post: SignedInPost, db: web::Data<Db>) -> Result<HttpResponse> {
    let signed_in = post.signed_in;
    let mut form = Form::<Profile>::typed(&post.fields);
    let user = signed_in.person.id.clone();
    let mut lang = None;
    let act = |profile: Profile| {
        lang = profile.lang();
        db.write_as_person(verbs::who(&signed_in), move |tx| verbs::update(tx, &user, &profile))
    };
    match form.sent(act).await? {
        // the page that follows is in the language just chosen
        Some(()) => Ok(page::see_with(&signed_in.visit, "/profile", &Flash::success("Profile saved").spoken(lang))),
        None => {
            let invited = invited(&signed_in, &db).await?;
            page::invalid(&signed_in.visit, &general_page(&signed_in, &form, invited))
        }
    }
}

#[derive(Template)]
#[template(path = "access/password.html")]
struct PasswordPage {
    page: Page,
    tabs: Vec<Tab>,
    errors: Vec<FieldError>,
    current: Field,
    password: Field,
    again: Field,
    rules: &'static [Rule],
}

struct PasswordForm {
    current: Field,
    new: NewPassword,
}

impl PasswordForm {
    fn empty() -> Self {
        Self { current: Field::new("current-password", "Current password"), new: NewPassword::empty() }
    }
}

fn password_page(signed_in: &SignedIn, policy: Policy, form: PasswordForm) -> PasswordPage {
    let errors: Vec<FieldError> = form::errors([&form.current]).into_iter().chain(form.new.errors()).collect();
    let page = signed_in.page(("Password", "Profile"));
    PasswordPage {
        page: page.with_errors(&errors),
        tabs: tabs("/profile/password"),
        errors,
        current: form.current,
        password: form.new.password,
        again: form.new.again,
        rules: policy.rules(),
    }
}

pub async fn password_form(signed_in: SignedIn, policy: web::Data<Policy>) -> Result<HttpResponse> {
    page::html(&signed_in.visit, &password_page(&signed_in, *policy.get_ref(), PasswordForm::empty()))
}

pub async fn change_password(post: SignedInPost, db: web::Data<Db>, policy: web::Data<Policy>) -> Result<HttpResponse> {
    let signed_in = post.signed_in;
    let mut form = PasswordForm { new: NewPassword::typed(&post.fields), ..PasswordForm::empty() };
    let current = Secret(post.fields.text(&form.current.name).to_owned());
    let person = &signed_in.person;
    let companies: Vec<&str> = signed_in.accounts.iter().map(|account| account.name.as_str()).collect();
    let words: Vec<&str> = [person.name.as_str(), person.email.as_str()].into_iter().chain(companies).collect();
    let new = form.new.read(*policy.get_ref(), &words);
    if current.0.is_empty() {
        form.current.fail("Enter your current password");
    } else if !crate::access::sign_in::prove_again(&db, &person.id, current).await? {
        form.current.fail("Wrong password");
    }
    let set = match (new, &form.current.error) {
        (Some(new), None) => {
            let (who, by) = (verbs::who(&signed_in), By::Session(signed_in.visit.caller.session));
            form.new.told(verbs::set_password(&db, who, &person.id, new, by).await)?
        }
        _ => None,
    };
    if set.is_none() {
        return page::invalid(&signed_in.visit, &password_page(&signed_in, *policy.get_ref(), form));
    }
    let flash = Flash::success("Password changed. Your other sessions were signed out.");
    Ok(page::see_with(&signed_in.visit, "/profile/password", &flash))
}

struct SessionLine {
    id: Uuid,
    device: Words,
    address: String,
    seen: When,
    began: When,
    /// What it was begun with.
    factor: Factor,
    current: bool,
}

#[derive(Template)]
#[template(path = "access/sessions.html")]
struct Sessions {
    page: Page,
    tabs: Vec<Tab>,
    sessions: Vec<SessionLine>,
}

/// "Firefox on Linux": enough to recognise one's own.
pub fn device(agent: &str) -> Words {
    let first =
        |words: &[(&str, &'static str)]| words.iter().find(|(word, _)| agent.contains(word)).map(|(_, name)| *name);
    let browser = first(&[("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]);
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => t!("{browser} on {system}", browser, system),
        (Some(browser), None) => t!("{browser} on an unknown system", browser),
        (None, Some(system)) => t!("Unknown browser on {system}", system),
        (None, None) => t!("Unknown browser and system"),
    }
}

pub async fn sessions(signed_in: SignedIn, db: web::Data<Db>) -> Result<HttpResponse> {
    let user = signed_in.person.id.clone();
    let rows = db.open(move |conn| store::of_user(conn, &user)).await?;
    let zone = signed_in.person.zone;
    let sessions = rows
        .into_iter()
        .map(|row| SessionLine {
            device: device(&row.agent),
            address: row.address,
            seen: zone.when(row.seen_at),
            began: zone.when(row.created_at),
            factor: row.factor,
            current: Some(row.id) == signed_in.visit.caller.session,
            id: row.id,
        })
        .collect();
    let shown = Sessions { page: signed_in.page(("Sessions", "Profile")), tabs: tabs("/profile/sessions"), sessions };
    page::html(&signed_in.visit, &shown)
}

const SESSIONS: &str = "/profile/sessions";

/// The page that asks once more before sessions end.
fn ending(signed_in: &SignedIn, heading: Words, effects: Vec<Effect>) -> Confirm {
    let page = signed_in.page((&heading, "Sessions", "Profile"));
    Confirm::new(page, heading, (SESSIONS.to_owned(), "Back to sessions"), effects).danger()
}

pub async fn revoking(signed_in: SignedIn, path: web::Path<Uuid>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (user, id) = (signed_in.person.id.clone(), path.into_inner());
    let rows = db.open(move |conn| store::of_user(conn, &user)).await?;
    let row = rows.into_iter().find(|row| row.id == id).ok_or(Problem::NotFound)?;
    let effects = vec![
        t!("{device} at {address} will be signed out immediately.", device = device(&row.agent), address = row.address)
            .into(),
        t!("Anything typed there but not sent is kept until that browser signs in again.").into(),
    ];
    page::html(&signed_in.visit, &ending(&signed_in, t!("Sign out session"), effects))
}

pub async fn revoking_others(signed_in: SignedIn, db: web::Data<Db>) -> Result<HttpResponse> {
    let (user, kept) = (signed_in.person.id.clone(), signed_in.visit.caller.session);
    let rows = db.open(move |conn| store::of_user(conn, &user)).await?;
    let others = rows.iter().filter(|row| Some(row.id) != kept).count();
    let effects = [
        Effect::touched(
            others,
            "{n} other session will be signed out immediately.",
            "{n} other sessions will be signed out immediately.",
        )
        .map(|effect| effect.at(SESSIONS)),
        Some(t!("You'll stay signed in here.").into()),
    ];
    let page = ending(&signed_in, t!("Sign out other sessions"), effects.into_iter().flatten().collect());
    let none = (others == 0).then(|| t!("You're not signed in anywhere else."));
    page::html(&signed_in.visit, &page.refused("There is nothing to sign out", none))
}

pub async fn revoke(post: ProvedPerson, path: web::Path<Uuid>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (user, id) = (post.signed_in.person.id.clone(), path.into_inner());
    if !db.open(move |conn| store::revoke(conn, &user, id)).await? {
        return Err(Problem::NotFound);
    }
    security::tell(&post.signed_in.visit, security::Kind::Revoked, None, "one session");
    Ok(page::see_with(&post.signed_in.visit, "/profile/sessions", &Flash::success("Session signed out")))
}

pub async fn revoke_others(post: ProvedPerson, db: web::Data<Db>) -> Result<HttpResponse> {
    let (user, kept) = (post.signed_in.person.id.clone(), post.signed_in.visit.caller.session);
    db.open(move |conn| store::revoke_others(conn, &user, kept)).await?;
    security::tell(&post.signed_in.visit, security::Kind::Revoked, None, "all other sessions");
    let flash = Flash::success("All other sessions signed out");
    Ok(page::see_with(&post.signed_in.visit, "/profile/sessions", &flash))
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn a_session_is_named_by_what_one_holds() {
        assert_eq!(
            device("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Mobile Safari/604.1"),
            "Safari on iPhone"
        );
        assert_eq!(device("Mozilla/5.0 (X11; Linux x86_64) Chrome/140 Safari/537.36"), "Chrome on Linux");
        assert_eq!(device(""), "Unknown browser and system");
    }
}
