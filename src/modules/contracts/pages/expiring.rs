//! Extending and renewing the contracts that are ticked in the list: what is offered is asked once for all, a page lists what that comes to,
//! then each is offered for itself by the verb that offers one.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};

use super::list::list_page;
use crate::{
    access::extract::Post,
    kit::{
        choice::Choice as _,
        db::{Db, Tx},
        form_page::FormPage,
        grid::Listing as _,
        id::Id,
        input::Form,
        page::{self, Flash},
        problem::{Problem, Result},
        shown::Shown,
        time::Zone,
        viewer::Viewer,
        violation::{Violation, Why},
        words::Words,
    },
    modules::{
        agreements::{self, documents},
        contracts::{
            Contract, Create, Status, View,
            data::{NewEnd, Parameters},
            extension,
            grid::Contracts,
            lifecycle::Part,
            renewal,
            store::{self, ContractRow},
            terms,
        },
        events,
        queue::{
            bulk::{MOST, why_not},
            preview::{self, Change, Preview, Stays},
        },
    },
    t,
};

/// What is offered to the partners of many contracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Extend,
    Renew,
}

impl Act {
    fn key(self) -> &'static str {
        match self {
            Self::Extend => "extend",
            Self::Renew => "renew",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Extend => "Extend contracts",
            Self::Renew => "Renew contracts",
        }
    }

    fn heading(self, n: usize) -> Words {
        match self {
            Self::Extend => t!("Extend contracts: {n} selected", n = n),
            Self::Renew => t!("Renew contracts: {n} selected", n = n),
        }
    }

    fn button(self, n: usize) -> Words {
        match self {
            Self::Extend => t!("Offer new expiry date ({n})", n = n),
            Self::Renew => t!("Offer renewal ({n})", n = n),
        }
    }

    fn done(self, n: usize) -> Words {
        match self {
            Self::Extend => t!("{n} new expiry date offered" | "{n} new expiry dates offered", n),
            Self::Renew => t!("{n} renewal offered" | "{n} renewals offered", n),
        }
    }

    fn became(self) -> Words {
        match self {
            Self::Extend => t!("New expiry date offered"),
            Self::Renew => t!("Renewal offered"),
        }
    }

    /// The day that is asked for: a renewal may be without an end.
    fn asking(self, form: Form<NewEnd>) -> Form<NewEnd> {
        match self {
            Self::Extend => form
                .saying(
                    DAY,
                    "New expiry date",
                    "Offered for each selected contract, which ends at the end of this day.",
                )
                .demanding(DAY),
            Self::Renew => form.saying(
                DAY,
                "Expiry date",
                "Each renewal ends at the end of this day. Leave it empty for no expiry date.",
            ),
        }
    }

    /// What was typed; none when it does not do, which its field then says.
    fn read(self, form: &mut Form<NewEnd>) -> Result<Option<NewEnd>> {
        let Some(said) = form.read() else { return Ok(None) };
        form.told(match (self, said.ends_on) {
            (Self::Extend, None) => Err(Violation::new(DAY, Why::missing("Enter a date such as 2027-03-29")).into()),
            _ => Ok(said),
        })
    }
}

/// The field of the day.
const DAY: &str = "ends_on";
const BACK: &str = "Back to list";

/// What is offered of one contract, as the page shows it.
struct Offer {
    now: Words,
    then: Words,
    shown: Shown,
}

fn stands(contract: &ContractRow, zone: Zone) -> Words {
    match (contract.status, contract.expire_at) {
        (Status::Active, Some(end)) => t!("Active until {day}", day = zone.day(end).words),
        (status, _) => Words::new(status.label()),
    }
}

/// Offers it to the partner of one contract. `sent` is what the page showed; without it that is not asked for, since the page is made now.
fn offer(tx: &mut Tx<'_, Create>, act: Act, id: &Id<Contract>, said: &NewEnd, sent: Option<&str>) -> Result<Offer> {
    let contract = store::lock(tx, id)?;
    if contract.part_of(&tx.account()?) != Part::Issuer {
        return Err(Problem::NotFound);
    }
    let zone = tx.who.member()?.person.zone;
    let until = said.ends_on.and_then(|day| zone.end_of(day)).map(|end| zone.day(end).words);
    let now = stands(&contract, zone);
    match act {
        Act::Extend => {
            let shown = extension::actions::terms(tx, &contract)?;
            let token = shown.token();
            extension::actions::offer(tx, id, said, sent.unwrap_or(&token))?;
            let then = match until {
                Some(day) => t!("Until {day}, once your partner accepts", day),
                None => t!("No expiry date, once your partner accepts"),
            };
            Ok(Offer { now, then, shown })
        }
        Act::Renew => {
            let (version, shown) = renewing(tx, &contract)?;
            if let Some(sent) = sent {
                shown.check(sent, "Nothing was offered")?;
            }
            let said = Parameters { expires_on: said.ends_on, ..Parameters::of(&contract) };
            if said.note.is_empty() {
                let why = t!("Not offered: it needs a note to its partner. Renew it by itself.");
                return Err(Problem::refused("Nothing was offered", why));
            }
            renewal::actions::offer(tx, id, &said, &shown.token())?;
            let then = match until {
                Some(day) => t!("Renewal on version {version} until {day}, once your partner signs", version, day),
                None => t!("Renewal on version {version} without an expiry date, once your partner signs", version),
            };
            Ok(Offer { now, then, shown })
        }
    }
}

/// The version that a renewal is offered on, and what the page shows of it. Without an active version the verb refuses.
fn renewing(tx: &mut Tx<'_, Create>, contract: &ContractRow) -> Result<(i32, Shown)> {
    let end = contract.expire_at.map_or_else(String::new, |end| end.to_rfc3339());
    let ends = Shown::new().part("the expiry date", end);
    let active = agreements::store::active(tx, &contract.issuer_id, &contract.agreement_id)?;
    let Some((version, _)) = active else { return Ok((0, ends)) };
    let document = documents::find(tx.conn, &contract.agreement_id, version)?;
    let agreement = agreements::store::name(tx, &contract.agreement_id)?;
    Ok((version, terms::version(&agreement, &document).and(ends)))
}

pub async fn extend(post: Post<Create>, db: web::Data<Db>) -> Result<HttpResponse> {
    many(post, &db, Act::Extend).await
}

pub async fn renew(post: Post<Create>, db: web::Data<Db>) -> Result<HttpResponse> {
    many(post, &db, Act::Renew).await
}

fn ask_page(actor: &Viewer<Create>, act: Act, ids: &[Id<Contract>], form: &Form<NewEnd>) -> FormPage {
    let back = format!("{}{}", actor.url("contracts"), actor.visit.within());
    let page = FormPage::new(actor.page((act.title(), "Contracts")), act.title(), (back, BACK), "Continue")
        .below_heading(t!("{n} contract selected" | "{n} contracts selected", ids.len()));
    let page = ids.iter().fold(page, |page, id| page.hiding("id", id));
    form.onto(page)
}

/// Lists the ticked contracts of which it can be offered, and those of which it cannot, with why.
async fn listed(
    actor: &Viewer<Create>,
    db: &Db,
    (act, said): (Act, NewEnd),
    all: Vec<Id<Contract>>,
) -> Result<HttpResponse> {
    let viewer = actor.with::<View>()?;
    let ids: Vec<String> = all.iter().map(ToString::to_string).collect();
    let rows = db.read(&viewer, move |read| Contracts::these(read, ids)).await?;
    let me = actor.account().to_string();
    let named: HashMap<&str, Words> = rows.iter().map(|row| (row.id.as_str(), row.called(&me))).collect();
    let (mut changes, mut stays) = (Vec::new(), Vec::new());
    let selected = all.len();
    for id in all {
        let (wanted, day) = (id.clone(), NewEnd { ends_on: said.ends_on });
        let tried = db
            .draft(actor, move |tx| {
                let mut offered = None;
                tx.tried(|tx| {
                    offered = Some(offer(tx, act, &wanted, &day, None)?);
                    Ok(())
                })?;
                offered.ok_or_else(|| Problem::internal("what was tried was done"))
            })
            .await;
        let (text, href) = (id.to_string(), actor.url(&format!("contracts/{id}")));
        let name = named.get(id.as_str()).cloned().unwrap_or_default();
        match tried {
            Ok(Offer { now, then, shown }) => changes.push(Change {
                tick: text.clone(),
                was: format!("{text} {}", shown.token()),
                now,
                then,
                id: text,
                name,
                href,
            }),
            Err(problem) => {
                let why = why_not(events::named(actor, db, problem).await)?;
                stays.push(Stays { id: text, name, href, why });
            }
        }
    }
    let heading = act.heading(selected);
    let day = said.ends_on.map(|day| day.format("%Y-%m-%d").to_string()).unwrap_or_default();
    let shown = Preview {
        page: actor.page((&heading, "Contracts")),
        heading,
        sub: Words::default(),
        button: act.button(changes.len()),
        changes,
        stays,
        act: act.key(),
        reason: String::new(),
        said: Some((DAY, day)),
        action: format!("{}{}", actor.url(&format!("contracts/{}", act.key())), actor.visit.within()),
        back: format!("{}{}", actor.url("contracts"), actor.visit.within()),
    };
    page::html(&actor.visit, &shown)
}

/// Asks for the day, lists what is offered, then offers it, each for itself, and says what became of each.
async fn many(post: Post<Create>, db: &web::Data<Db>, act: Act) -> Result<HttpResponse> {
    let actor = post.actor;
    let back = format!("{}{}", actor.url("contracts"), actor.visit.within());
    let mut ids: Vec<Id<Contract>> = post.fields.all("id").filter_map(|id| id.parse().ok()).take(MOST).collect();
    ids.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
    ids.dedup();
    if ids.is_empty() {
        let flash = Flash::notice("Select the contracts that you want to extend or renew.");
        return Ok(page::see_with(&actor.visit, back, &flash));
    }
    if !post.fields.has(DAY) {
        return page::html(&actor.visit, &ask_page(&actor, act, &ids, &act.asking(Form::empty())));
    }
    let mut form = act.asking(Form::typed(&post.fields));
    let Some(said) = act.read(&mut form)? else {
        return page::invalid(&actor.visit, &ask_page(&actor, act, &ids, &form));
    };
    if !post.fields.has(preview::SEEN) {
        return listed(&actor, db, (act, said), ids).await;
    }
    let was = preview::sent(post.fields.all(preview::WAS));
    let (mut done, mut results) = (0, Vec::new());
    let asked = ids.len();
    for id in ids {
        let (wanted, day) = (id.clone(), NewEnd { ends_on: said.ends_on });
        let sent = was.get(id.as_str()).cloned().unwrap_or_default();
        let outcome = db.write(&actor, move |tx| offer(tx, act, &wanted, &day, Some(&sent)).map(|_| ())).await;
        let became = match outcome {
            Ok(()) => {
                done += 1;
                act.became()
            }
            Err(problem) => why_not(events::named(&actor, db, problem).await)?,
        };
        results.push((Words::data(id.to_string()), became));
    }
    let said = act.done(done);
    if done == asked {
        return Ok(page::see_with(&actor.visit, back, &Flash::success(said)));
    }
    page::html(&actor.visit, &list_page(&actor, db, Some((said, results))).await?)
}
