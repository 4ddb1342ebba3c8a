//! A partner's details: General, Contracts, Products, Subscriptions, Activity and Notes. Each tab asks only for what it shows.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    PartnerStatus, View,
    dealings::{self, Listed, Sold, Subscribed},
    invited,
    store::{self, Held, Partner},
};
use crate::{
    kit::{
        actor::{Account, Permission, Role},
        acts::Acts,
        choice::Choice as _,
        db::{Db, Read},
        id::Id,
        page::{self, Page, Tab},
        problem::{Problem, Result},
        time::When,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        accounts::{
            contacts::{self, store::ContactRow},
            data::headquarters,
            store::Presented,
        },
        contracts::Contract,
        events::Entry,
        images, listings, orders,
    },
};

/// A company and its partner.
pub(super) type OfPartner = web::Path<(String, String)>;

/// A malformed id is a partner that does not exist.
pub(super) fn id(text: &str) -> Result<Id<Account>> {
    text.parse().map_err(|_| Problem::NotFound)
}

/// What stands around every tab.
pub struct Facts {
    pub partner: Partner,
    pub since: When,
    pub tabs: Vec<Tab>,
    /// What this person can begin here.
    pub acts: Acts,
    pub logo: Option<String>,
    pub back: String,
    /// Where the partner's pages stand.
    pub base: String,
}

impl Facts {
    /// The frame of the tab `tab`.
    pub fn new<P: Permission>(actor: &Viewer<P>, partner: Partner, tab: &str) -> Self {
        let base = actor.url(&format!("directory/{}", partner.id));
        let products = partner.role != Role::Vendor || actor.may::<listings::View>();
        let tabs = [
            (true, ("General", "")),
            (true, ("Contracts", "contracts")),
            (products, ("Products", "products")),
            (actor.may::<orders::View>(), ("Subscriptions", "subscriptions")),
            (true, ("Activity", "activity")),
            (true, ("Notes", "notes")),
        ];
        let tabs: Vec<_> = tabs.into_iter().filter_map(|(shown, tab)| shown.then_some(tab)).collect();
        let mut acts = Acts::default();
        acts.begin(actor, "directory", partner.id.as_str(), partner.role.key());
        Self {
            since: actor.zone().day(partner.since),
            tabs: Tab::list(&base, &tabs, tab),
            acts,
            logo: partner.logo.as_deref().map(images::url),
            back: actor.url("directory"),
            base,
            partner,
        }
    }

    /// Whether a contract binds it now.
    pub fn active(&self) -> bool {
        self.partner.status == PartnerStatus::Active
    }
}

/// A tab's own rows, with the partner that they are about.
async fn look<T: Send + 'static>(
    actor: &Viewer<View>,
    db: &Db,
    id: Id<Account>,
    rows: impl FnOnce(&mut Read<'_, View>, &Partner) -> Result<T> + Send + 'static,
) -> Result<(Partner, T)> {
    db.read(actor, move |read| {
        let partner = store::find(read, &id)?;
        let rows = rows(read, &partner)?;
        Ok((partner, rows))
    })
    .await
}

#[derive(Template)]
#[template(path = "directory/show/general.html")]
struct General {
    page: Page,
    facts: Facts,
    presented: Presented,
    headquarters: Words,
    /// The company's own number of it.
    number: Option<String>,
    /// Who administers it, by name and e-mail, while it is a partner.
    people: Vec<(String, String)>,
    contacts: Vec<ContactRow>,
}

impl General {
    /// Whether there is anything to say of the company itself.
    fn described(&self) -> bool {
        let Presented { description, websites, .. } = &self.presented;
        self.number.is_some() || !description.is_empty() || !websites.is_empty() || !self.headquarters.is_empty()
    }
}

/// A partner by its account, or an invited one by its contract.
pub async fn general(actor: Viewer<View>, path: OfPartner, db: web::Data<Db>) -> Result<HttpResponse> {
    if let Ok(contract) = path.1.parse::<Id<Contract>>() {
        return invited::show(actor, contract, db).await;
    }
    let id = id(&path.1)?;
    let (partner, (presented, number, people, contacts)) = look(&actor, &db, id, |read, partner| {
        let (id, active) = (&partner.id, partner.status == PartnerStatus::Active);
        let presented = store::presented(read, id)?;
        let number = store::number(read, id)?;
        // whom to talk to is for partners
        let people = if active { store::people(read, id)? } else { Vec::new() };
        let contacts = if active { contacts::store::all(read, id)? } else { Vec::new() };
        Ok((presented, number, people, contacts))
    })
    .await?;
    let shown = General {
        page: actor.page((&partner.name, "Partners")),
        headquarters: headquarters(&presented.address),
        facts: Facts::new(&actor, partner, ""),
        presented,
        number,
        people,
        contacts,
    };
    page::html(&actor.visit, &shown)
}

struct Line {
    held: Held,
    activated: Option<When>,
    href: String,
}

#[derive(Template)]
#[template(path = "directory/show/contracts.html")]
struct Contracts {
    page: Page,
    facts: Facts,
    contracts: Vec<Line>,
}

/// The tab Contracts.
pub async fn contracts(actor: Viewer<View>, path: OfPartner, db: web::Data<Db>) -> Result<HttpResponse> {
    let (partner, held) = look(&actor, &db, id(&path.1)?, |read, partner| store::contracts(read, &partner.id)).await?;
    let zone = actor.zone();
    let contracts = held.into_iter().map(|held| Line {
        activated: held.activated_at.map(|at| zone.day(at)),
        href: actor.url(&format!("contracts/{}", held.id)),
        held,
    });
    let shown = Contracts {
        page: actor.page(("Contracts", &partner.name, "Partners")),
        contracts: contracts.collect(),
        facts: Facts::new(&actor, partner, "contracts"),
    };
    page::html(&actor.visit, &shown)
}

#[derive(Template)]
#[template(path = "directory/show/products.html")]
struct Products {
    page: Page,
    facts: Facts,
    listed: Vec<(Listed, String)>,
    sold: Vec<(Sold, String)>,
}

/// The tab Products.
pub async fn products(actor: Viewer<View>, path: OfPartner, db: web::Data<Db>) -> Result<HttpResponse> {
    let sees = actor.may::<listings::View>();
    let (partner, (listed, sold)) = look(&actor, &db, id(&path.1)?, move |read, partner| match partner.role {
        Role::Vendor if sees => Ok((dealings::listed(read, &partner.id)?, Vec::new())),
        Role::Vendor => Err(Problem::NotFound),
        _ => Ok((Vec::new(), dealings::sold(read, &partner.id)?)),
    })
    .await?;
    let listed = listed.into_iter().map(|one| {
        let href = actor.url(&format!("listings/{}", one.id));
        (one, href)
    });
    let sold = sold.into_iter().map(|one| {
        let href = actor.url(&format!("contracts/{}", one.id));
        (one, href)
    });
    let shown = Products {
        page: actor.page(("Products", &partner.name, "Partners")),
        listed: listed.collect(),
        sold: sold.collect(),
        facts: Facts::new(&actor, partner, "products"),
    };
    page::html(&actor.visit, &shown)
}

#[derive(Template)]
#[template(path = "directory/show/subscriptions.html")]
struct Subscriptions {
    page: Page,
    facts: Facts,
    subscribed: Vec<(Subscribed, String)>,
}

/// The tab Subscriptions.
pub async fn subscriptions(actor: Viewer<View>, path: OfPartner, db: web::Data<Db>) -> Result<HttpResponse> {
    // who may not see subscriptions is told who can grant it
    actor.with::<orders::View>()?;
    let (partner, subscribed) =
        look(&actor, &db, id(&path.1)?, |read, partner| dealings::subscribed(read, (&partner.id, partner.role)))
            .await?;
    let subscribed = subscribed.into_iter().map(|one| {
        let href = actor.url(&format!("subscriptions/{}", one.id));
        (one, href)
    });
    let shown = Subscriptions {
        page: actor.page(("Subscriptions", &partner.name, "Partners")),
        subscribed: subscribed.collect(),
        facts: Facts::new(&actor, partner, "subscriptions"),
    };
    page::html(&actor.visit, &shown)
}

#[derive(Template)]
#[template(path = "directory/show/activity.html")]
struct Activity {
    page: Page,
    facts: Facts,
    entries: Vec<Entry>,
}

/// The tab Activity.
pub async fn activity(actor: Viewer<View>, path: OfPartner, db: web::Data<Db>) -> Result<HttpResponse> {
    let (partner, entries) =
        look(&actor, &db, id(&path.1)?, |read, partner| dealings::happened(read, &partner.id)).await?;
    let shown = Activity {
        page: actor.page(("Activity", &partner.name, "Partners")),
        facts: Facts::new(&actor, partner, "activity"),
        entries,
    };
    page::html(&actor.visit, &shown)
}
