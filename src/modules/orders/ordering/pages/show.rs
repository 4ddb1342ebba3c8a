//! A subscription's details: what is shown to the customer, what is in use, for whom, and how it came about.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{OfSubscription, id, url};
use crate::{
    access::extract::Post,
    kit::{
        actor::Permission as _,
        acts::Acts,
        db::Db,
        markup::SafeHtml,
        page::{self, Page, Tab},
        problem::Result,
        time::When,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        customers,
        events::{self, Asked, Trail},
        orders::{
            form_link::{self, form_of},
            fulfillment::{
                self, Process, Type,
                store::{Line, RequestRow},
            },
            message::{rendered, template},
            ordering::actions,
            questions::{by_phase, parameters_of},
            subscriptions::{
                Manage, Order, Status, View,
                store::{self, Detail},
            },
            tiers::{ShownTier, shown_tiers},
        },
        products::{
            self,
            items::Type as ItemType,
            parameters::{reveal, values},
            templates::Type as TemplateType,
        },
    },
    t,
};

/// The tabs; that of usage is there when usage of the product is reported.
const TABS: [(&str, &str); 7] = [
    ("Control Panel", ""),
    ("Items", "items"),
    ("Usage", "usage"),
    ("Parameters", "parameters"),
    ("Tiers", "tiers"),
    ("Orders", "requests"),
    ("History", "history"),
];

/// The facts above every tab.
pub struct Facts {
    pub detail: Detail,
    /// The request in progress, and its URL.
    pub open: Option<(RequestRow, String)>,
    pub created: When,
    pub activated: Option<When>,
    pub tabs: Vec<Tab>,
    pub base: String,
    pub directory: String,
    /// What can be asked for now.
    pub acts: Acts,
    /// Why it can only be cancelled.
    pub ended: Option<Words>,
    /// The product's page, for who may open it.
    pub product: Option<String>,
}

/// What stands above the tab of that name.
pub async fn facts(actor: &Viewer<View>, db: &Db, text: &str, tab: &'static str) -> Result<Facts> {
    let wanted = id(text)?;
    let (detail, open) = db
        .read(actor, move |read| Ok((store::find(read, &wanted)?, fulfillment::store::open_of(read, &wanted)?)))
        .await?;
    let row = &detail.row;
    let (manages, processes) = (actor.may::<Manage>(), actor.may::<Process>());
    let (orders, me) = (Order::of_account(&actor.identity), actor.account());
    let mine = |type_| match type_ {
        Type::Adjustment => processes && row.vendor_id == *me,
        _ => manages && row.buyer_id == *me,
    };
    let base = url(actor, &row.id);
    let mut acts = Acts::default();
    for type_ in [Type::Change, Type::Resume, Type::Adjustment, Type::Suspend, Type::Cancel] {
        if open.is_some() || !mine(type_) || actions::may(detail.ground, row.status, type_, orders).is_some() {
            continue;
        }
        match type_ {
            Type::Adjustment => acts.button(t!("Adjust"), format!("{base}/adjust"), false),
            Type::Suspend => acts.ending(t!("Suspend subscription"), format!("{base}/suspend")),
            Type::Cancel => acts.ending(t!("Cancel subscription"), format!("{base}/cancel")),
            Type::Resume => acts.button(t!("Resume subscription"), format!("{base}/resume"), false),
            _ => acts.button(t!("Change subscription"), format!("{base}/change"), false),
        }
    }
    let lives = !matches!(row.status, Status::Terminated | Status::Draft);
    let ended = if lives { actions::ended(detail.ground, orders || row.buyer_id != *me) } else { None };
    let zone = actor.zone();
    let tabs: Vec<_> = TABS.iter().copied().filter(|(_, key)| detail.metered || *key != "usage").collect();
    Ok(Facts {
        open: open.map(|row| {
            let href = actor.url(&format!("fulfillment/{}", row.id));
            (row, href)
        }),
        created: zone.when(detail.row.created_at),
        activated: detail.row.activated_at.map(|at| zone.when(at)),
        tabs: Tab::list(&base, &tabs, tab),
        directory: actor.url("subscriptions"),
        product: (detail.sees_product && actor.may::<products::View>())
            .then(|| actor.url(&format!("products/{}", detail.row.product_id))),
        base,
        acts,
        ended,
        detail,
    })
}

#[derive(Template)]
#[template(path = "orders/subscriptions/show/control_panel.html")]
struct ControlPanel {
    page: Page,
    facts: Facts,
    message: Option<SafeHtml>,
    /// What the vendor asks, and the form's link, for who ordered.
    question: String,
    form: Option<String>,
}

pub async fn control_panel(actor: Viewer<View>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    let facts = facts(&actor, &db, &path.1, "").await?;
    let visit = actor.visit.clone();
    let form = facts.open.as_ref().and_then(|(open, _)| {
        let base = form_link::base(&visit.house, &actor.identity.company, &open.buyer_id);
        form_of(&visit.house.key, &base, open.id.as_str(), open.form_nonce.as_deref())
            .filter(|_| open.status == fulfillment::Status::Inquiring)
    });
    let (row, open) = (facts.detail.row.clone(), facts.open.as_ref().map(|(open, _)| open.clone()));
    let link = form.clone().unwrap_or_default();
    let message = db
        .read(&actor, move |read| {
            let type_ = match &open {
                Some(open) if open.status == fulfillment::Status::Inquiring => Some(TemplateType::Inquire),
                Some(_) if row.status == Status::Processing => Some(TemplateType::Pending),
                _ => None,
            };
            let chosen = match type_ {
                Some(type_) => template(read, &row.product_id, row.version, type_)?,
                None => row.message(),
            };
            let values = match &open {
                Some(open) if type_.is_some() => open.values()?,
                _ => row.values()?,
            };
            let Some(message) = chosen else { return Ok(None) };
            let rows = parameters_of(read, &row.product_id)?;
            Ok(Some(rendered(&message, &rows, &values, &link)))
        })
        .await?;
    let buyer = facts.detail.row.buyer_id == *actor.account();
    let shown = ControlPanel {
        page: actor.page((&facts.detail.row.id, "Subscriptions")),
        question: facts.open.as_ref().map(|(open, _)| open.question.clone()).unwrap_or_default(),
        form: form.filter(|_| buyer && actor.may::<Manage>()),
        message,
        facts,
    };
    page::html(&actor.visit, &shown)
}

#[derive(Template)]
#[template(path = "orders/subscriptions/show/items.html")]
struct Items {
    page: Page,
    facts: Facts,
    /// Those of reservation, and those of pay as you go.
    groups: Vec<(&'static str, Vec<Committed>)>,
}

/// A line, and the day until which the customer is bound to have it.
type Committed = (Line, Option<When>);

impl Items {
    /// Whether the customer is bound to have any of them.
    fn commits(&self) -> bool {
        self.groups.iter().flat_map(|(_, lines)| lines).any(|(_, until)| until.is_some())
    }
}

pub async fn items(actor: Viewer<View>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    let facts = facts(&actor, &db, &path.1, "items").await?;
    let row = facts.detail.row.clone();
    let lines = db
        .read(&actor, move |read| {
            let held = store::in_use(read, &row.id)?;
            actions::kept_lines(read, &row.product_id, row.version, &held)
        })
        .await?;
    let zone = actor.zone();
    let (reserved, ppu): (Vec<_>, Vec<_>) = lines
        .into_iter()
        .map(|line| (line.committed_until.map(|until| zone.day(until)), line))
        .map(|(until, line)| (line, until))
        .partition(|(line, _)| line.type_ == ItemType::Reservation);
    let mut groups = vec![("Reservation", reserved), ("Pay as you go", ppu)];
    groups.retain(|(_, lines)| !lines.is_empty());
    let page = actor.page(("Items", &facts.detail.row.id, "Subscriptions"));
    page::html(&actor.visit, &Items { page, facts, groups })
}

#[derive(Template)]
#[template(path = "orders/subscriptions/show/parameters.html")]
struct Parameters {
    page: Page,
    facts: Facts,
    groups: Vec<(&'static str, Vec<values::Line>)>,
    reveal: Option<String>,
}

pub async fn parameters(actor: Viewer<View>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    let facts = facts(&actor, &db, &path.1, "parameters").await?;
    let product = facts.detail.row.product_id.clone();
    let rows = db.read(&actor, move |read| parameters_of(read, &product)).await?;
    let shown = Parameters {
        page: actor.page(("Parameters", &facts.detail.row.id, "Subscriptions")),
        groups: by_phase(&rows, &facts.detail.row.values()?),
        reveal: party(&actor, &facts.detail).then(|| format!("{}/reveal", facts.base)),
        facts,
    };
    page::html(&actor.visit, &shown)
}

/// Whether the person may ask for secrets: the company is the vendor or the buyer.
fn party(actor: &Viewer<View>, detail: &Detail) -> bool {
    let me = actor.account();
    actor.may::<Manage>() && (detail.row.vendor_id == *me || detail.row.buyer_id == *me)
}

pub async fn reveal(post: Post<Manage>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, wanted) = (post.actor, id(&path.1)?);
    let back = format!("{}/parameters", url(&actor, &wanted));
    let parameter = post.fields.text(reveal::FIELD).to_owned();
    let revealed = db.write(&actor, move |tx| actions::reveal(tx, &wanted, &parameter)).await?;
    reveal::page(&actor, revealed, (back, "Back to parameters"))
}

#[derive(Template)]
#[template(path = "orders/subscriptions/show/tiers.html")]
struct TiersTab {
    page: Page,
    facts: Facts,
    tiers: Vec<ShownTier>,
}

pub async fn tiers(actor: Viewer<View>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    let facts = facts(&actor, &db, &path.1, "tiers").await?;
    let wanted = facts.detail.row.id.clone();
    let links = actor.may::<customers::View>();
    let (tiers, seen) = db
        .read(&actor, move |read| {
            let tiers = fulfillment::store::last_tiers(read, &wanted)?;
            let ids: Vec<_> = tiers.all().into_iter().map(|(_, tier)| &tier.id).collect();
            let seen = if links { customers::store::seen(read, &ids)? } else { Vec::new() };
            Ok((tiers, seen))
        })
        .await?;
    let tiers = shown_tiers(&actor, &tiers, &seen);
    let page = actor.page(("Tiers", &facts.detail.row.id, "Subscriptions"));
    page::html(&actor.visit, &TiersTab { page, facts, tiers })
}

#[derive(Template)]
#[template(path = "orders/subscriptions/show/requests.html")]
struct Requests {
    page: Page,
    facts: Facts,
    requests: Vec<(RequestRow, When, String)>,
}

pub async fn requests(actor: Viewer<View>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    let facts = facts(&actor, &db, &path.1, "requests").await?;
    let wanted = facts.detail.row.id.clone();
    let rows = db.read(&actor, move |read| fulfillment::store::of_subscription(read, &wanted)).await?;
    let requests = rows.into_iter().map(|row| {
        let href = actor.url(&format!("fulfillment/{}", row.id));
        let at = actor.zone().when(row.created_at);
        (row, at, href)
    });
    let page = actor.page(("Orders", &facts.detail.row.id, "Subscriptions"));
    page::html(&actor.visit, &Requests { page, requests: requests.collect(), facts })
}

#[derive(Template)]
#[template(path = "orders/subscriptions/show/history.html")]
struct History {
    page: Page,
    facts: Facts,
    trail: Trail,
}

pub async fn history(actor: Viewer<View>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    let facts = facts(&actor, &db, &path.1, "history").await?;
    let wanted = facts.detail.row.id.clone();
    let asked = Asked::of(&actor.visit);
    let trail = db.read(&actor, move |read| events::trail(read, wanted.as_str(), &asked)).await?;
    let page = actor.page(("History", &facts.detail.row.id, "Subscriptions"));
    page::html(&actor.visit, &History { page, facts, trail })
}
