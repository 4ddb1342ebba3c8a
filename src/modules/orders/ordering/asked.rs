//! What a vendor asks, answered by whoever got the form's link: no sign-in, the code in the address is the key. It is alive
//! while the request is Inquiring. The same for requests of subscriptions and of tier configurations.

use actix_web::{HttpRequest, HttpResponse, cookie::time::Duration, http::header, web};
use askama::Template;

use crate::{
    access::throttle::Aim,
    accounts::{brands, store},
    kit::{
        actor::Account,
        brand::ActiveBrand,
        db::{Db, Looks, Who},
        fields::GuestPost,
        form_page::{Ask, Asked, FormPage},
        id::Id,
        link,
        page::{self, Page},
        problem::{Problem, Refusal, Result},
        route::{Mount, get, post},
        secret::Key,
        typed::apart,
        vault::Vault,
        violation,
        visit::{Guest, Visit},
        words::{Words, filters},
    },
    modules::{
        orders::{
            asking::{acts::answer_by_link, pages::said_at, reply::ReplyForm},
            form_link::PURPOSE,
            fulfillment::{self, Status, queue::Fulfillment},
            questions::{of_phase, of_tier, parameters_of},
            subscriptions,
            tier_config::{self, RequestStatus, queue::Tiers},
        },
        products::{
            self,
            parameters::{
                Phase,
                value_form::ValueForm,
                values::{Line, Values},
            },
        },
    },
    t,
};

const COOKIE: &str = "entente-form";

/// A request of either sort, as its form needs it.
struct Found {
    nonce: Option<Vec<u8>>,
    alive: bool,
    answered: bool,
    what: What,
}

enum What {
    Order(Box<fulfillment::store::RequestRow>),
    Tier(Box<(tier_config::store::RequestRow, tier_config::store::ConfigRow)>),
}

impl What {
    /// From whom it was ordered.
    fn buyer(&self) -> &Id<Account> {
        match self {
            Self::Order(row) => &row.buyer_id,
            Self::Tier(both) => &both.1.buyer_id,
        }
    }
}

fn find(look: &mut impl Looks, request: &str) -> Result<Option<Found>> {
    if let Ok(id) = request.parse::<Id<fulfillment::Request>>() {
        let row = fulfillment::store::find_any(look, &id)?;
        return Ok(row.map(|row| Found {
            nonce: row.form_nonce.clone(),
            alive: row.status == Status::Inquiring,
            answered: row.answered,
            what: What::Order(Box::new(row)),
        }));
    }
    let Ok(id) = request.parse::<Id<tier_config::Request>>() else { return Ok(None) };
    let row = tier_config::store::find_any(look, &id)?;
    Ok(row.map(|(row, config)| Found {
        nonce: row.form_nonce.clone(),
        alive: row.status == RequestStatus::Inquiring,
        answered: row.answered,
        what: What::Tier(Box::new((row, config))),
    }))
}

/// The request behind a link, and the company from which it was ordered, whose brand its page has; a wrong code and an unknown request
/// are told alike.
fn behind(
    look: &mut impl Looks,
    key: &Key,
    request: &str,
    code: &str,
    active_brand: &ActiveBrand,
) -> Result<(Found, String)> {
    let found = find(look, request)?.ok_or(Problem::NotFound)?;
    let nonce = found.nonce.as_deref().ok_or(Problem::NotFound)?;
    if !key.opens(PURPOSE, &[request.as_bytes(), nonce], code) {
        return Err(Problem::NotFound);
    }
    let (buyer, brand) = brands::named(look.conn(), found.what.buyer())?;
    active_brand.set(&brand)?;
    Ok((found, buyer))
}

/// What has become of a request whose form is closed.
fn closed(found: &Found) -> Problem {
    let (title, text) = match (found.answered, &found.what) {
        (_, What::Order(row)) if matches!(row.status, Status::Approved) => {
            (t!("This order is complete"), t!("You've answered everything. We don't need anything else from you."))
        }
        (_, What::Order(row)) if matches!(row.status, Status::Failed | Status::Revoked) => {
            (t!("This order is closed"), t!("It was not fulfilled. Contact the company you order from."))
        }
        (true, _) => (
            t!("Thank you, we have your answers"),
            t!("The vendor has your data. We'll email you if they need anything else."),
        ),
        (false, _) => (
            t!("There is nothing left to answer"),
            t!("We already have this data. We don't need anything else from you."),
        ),
    };
    Problem::Gone(Box::new(Refusal { title, text, next: None, since: None }))
}

pub fn screens() -> Vec<Mount> {
    vec![
        get("/form/{request}", || web::to(show)),
        post("/form/{request}", || web::to(sent)),
        get("/form/{request}/{code:.+}", || web::to(arrive)),
    ]
}

/// The link's own GET hands the secret over to a cookie and changes nothing.
async fn arrive(path: web::Path<(String, String)>, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let request = link::id(&path.0);
    let code = link::code(&path.1).ok_or(Problem::NotFound)?;
    let visit = guest.0;
    let (key, aim) = (visit.house.key.clone(), Aim::at("form").network(&visit.caller.network()));
    let (asked, typed, active_brand) = (request.clone(), code.clone(), visit.active_brand.clone());
    db.read_by_link(move |guest| {
        let counted = aim.reserve(guest.conn())?;
        let (found, _) = behind(guest, &key, &asked, &typed, &active_brand)?;
        counted.right(guest.conn())?;
        if found.alive { Ok(()) } else { Err(closed(&found)) }
    })
    .await?;
    let name = visit.house.path_cookie_name(COOKIE);
    let mut cookie = visit.house.cookie(&name, code, &format!("/form/{request}"));
    cookie.set_max_age(Duration::days(7));
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, format!("/form/{request}")))
        .insert_header(("x-robots-tag", "noindex"))
        .cookie(cookie)
        .finish())
}

/// What the form shows and asks.
struct Open {
    question: String,
    product: String,
    /// For whom it is.
    account: String,
    /// The order or the request that waits for it.
    request: String,
    /// Who asks, and from whom it was ordered.
    vendor: String,
    buyer: String,
    form: ValueForm,
    /// The answer in words.
    reply: ReplyForm,
}

fn open(look: &mut impl Looks, key: &Key, request: &str, code: &str, active_brand: &ActiveBrand) -> Result<Open> {
    let (found, buyer) = behind(look, key, request, code, active_brand)?;
    if !found.alive {
        return Err(closed(&found));
    }
    match &found.what {
        What::Order(row) => {
            let rows = parameters_of(look, &row.product_id)?;
            let values = row.values()?;
            let product = subscriptions::store::frozen(look, &row.product_id, row.version)?.general.name;
            let form = ValueForm::new(of_phase(&rows, Phase::Ordering), &values, Vault::of(key)).fixing();
            Ok(Open {
                question: row.question.clone(),
                product,
                account: row.customer_name.clone(),
                request: row.id.to_string(),
                vendor: store::name(look.conn(), &row.vendor_id)?,
                buyer,
                reply: ReplyForm::new(&row.question, &form),
                form,
            })
        }
        What::Tier(both) => {
            let (row, config) = &**both;
            let rows = of_tier(look, &config.product_id, config.level)?;
            let values = row.values()?;
            let form = ValueForm::new(of_phase(&rows, Phase::Ordering), &values, Vault::of(key)).fixing();
            Ok(Open {
                question: row.question.clone(),
                product: products::store::name(look, &config.product_id)?,
                account: config.account_name.clone(),
                request: row.id.to_string(),
                vendor: store::name(look.conn(), &config.vendor_id)?,
                buyer,
                reply: ReplyForm::new(&row.question, &form),
                form,
            })
        }
    }
}

#[derive(Template)]
#[template(path = "orders/fulfillment/form.html")]
struct FormOfLink {
    page: Page,
    errors: Vec<crate::kit::form::FieldError>,
    vendor: String,
    request: String,
    /// Who needs the answers, and for what.
    lead: Words,
    question: String,
    asked: Vec<Asked>,
    /// What was answered before.
    settled: Vec<Line>,
}

fn page_of(visit: &Visit, open: Open) -> FormOfLink {
    let page = Page::of_guest(visit, t!("Data for {product}", product = open.product));
    let (form, settled) = open.form.apart(FormPage::new(page, "", (String::new(), ""), ""));
    let form = open.reply.onto(form);
    let errors = form.errors().to_vec();
    let (page, asked) = form.into_asked();
    let lead = t!(
        "{vendor} needs your answers to deliver {product} to {account}. You ordered it from {buyer}.",
        vendor = apart(&open.vendor),
        product = apart(&open.product),
        account = apart(&open.account),
        buyer = apart(&open.buyer),
    );
    FormOfLink {
        page,
        errors,
        lead,
        vendor: open.vendor,
        request: open.request,
        question: open.question,
        asked,
        settled,
    }
}

fn code(request: &HttpRequest) -> Result<String> {
    let cookie = request.cookie(&Visit::of(request).house.path_cookie_name(COOKIE));
    cookie.map(|cookie| cookie.value().to_owned()).ok_or(Problem::NotFound)
}

async fn read(request: &HttpRequest, named: &str, visit: &Visit, db: &Db) -> Result<Open> {
    let (key, named, code) = (visit.house.key.clone(), link::id(named), code(request)?);
    let active_brand = visit.active_brand.clone();
    db.read_by_link(move |guest| open(guest, &key, &named, &code, &active_brand)).await
}

async fn show(request: HttpRequest, path: web::Path<String>, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let open = read(&request, &path, &guest.0, &db).await?;
    let calm = Open { form: open.form.calm(), ..open };
    page::html(&guest.0, &page_of(&guest.0, calm))
}

#[derive(Template)]
#[template(path = "orders/fulfillment/thanks.html")]
struct Thanks {
    page: Page,
}

async fn sent(
    request: HttpRequest,
    post: GuestPost,
    path: web::Path<String>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let GuestPost { visit, fields: typed } = post;
    let mut open = read(&request, &path, &visit, &db).await?;
    open.form = open.form.typed(&typed);
    open.reply = open.reply.typed(&typed);
    let (Some(values), Some(reply)) = (open.form.read(true), open.reply.read()) else {
        return page::invalid(&visit, &page_of(&visit, open));
    };
    let who = Who::Person { name: format!("{}, by the form", open.account), user: None, caller: visit.by_link() };
    let (key, named, code) = (visit.house.key.clone(), link::id(&path), code(&request)?);
    let active_brand = visit.active_brand.clone();
    let outcome = db
        .write_as_person(who, move |tx| {
            // the code again, in the same transaction: the request may be over by now
            let (found, _) = behind(tx, &key, &named, &code, &active_brand)?;
            answer(tx, &found, (&values, reply.as_str()))
        })
        .await;
    if let Err(wrong) = violation::told(outcome)? {
        said_at(&mut open.form, wrong)?;
        return page::invalid(&visit, &page_of(&visit, open));
    }
    page::html(&visit, &Thanks { page: Page::of_guest(&visit, "Thank you") })
}

fn answer<P>(tx: &mut crate::kit::db::Tx<'_, P>, found: &Found, given: (&Values, &str)) -> Result<()> {
    let outcome = match &found.what {
        What::Order(row) => {
            let (row, of) = fulfillment::store::lock_any(tx, &row.id)?;
            answer_by_link::<Fulfillment, P>(tx, (&row, &of), given)
        }
        What::Tier(both) => {
            let (row, of) = tier_config::store::lock_any_request(tx, &both.0.id)?;
            answer_by_link::<Tiers, P>(tx, (&row, &of), given)
        }
    };
    match outcome {
        // somebody was faster
        Err(Problem::Stale(_)) => Err(closed(found)),
        other => other,
    }
}
