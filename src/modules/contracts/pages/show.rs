//! A contract's details: facts, then General, Permissions, Versions, History.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    OfObject,
    deliver::send_words,
    id,
    signers::{Signer, both},
};
use crate::{
    kit::{
        actor::{Permission, Rights},
        acts::Acts,
        choice::Choice as _,
        db::{Db, Read},
        id::Id,
        lifecycle::allowed,
        page::{self, Page, Tab},
        problem::{Problem, Result},
        time::When,
        typed::apart,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        agreements::documents,
        binding::Approve,
        contracts::{
            Contract, Create, Manage, Sign, Status, Type, View, activation,
            data::Recipient,
            extension,
            lifecycle::{Action, Part},
            links,
            rights::Lack,
            signers::Turn,
            store,
            store::{Detail, VersionRow},
        },
        events::{self, Asked, Trail},
    },
    t,
};

/// The facts above every tab, and what this actor may do here.
pub struct Facts {
    pub id: String,
    pub detail: Detail,
    pub created: When,
    pub updated: When,
    pub expires: Option<When>,
    /// Until when the agreement's active version is to be signed, and whether that has passed.
    pub due: Option<(When, bool)>,
    pub ended: Option<When>,
    pub tabs: Vec<Tab>,
    pub contracts: String,
    /// What this person can do here now.
    pub acts: Acts,
    /// The newer version that waits for this signee, and where it is signed.
    pub sign: Option<(i32, String)>,
    /// Another end that waits for this signee, or that this issuer may take back.
    pub extension: Option<Extension>,
    /// The contracts before and after it, with their addresses.
    pub before: Option<(String, String)>,
    pub after: Option<(String, String)>,
}

/// An offer of another end, in words, with what this person can do about it.
pub struct Extension {
    pub words: Words,
    pub acts: Vec<(Words, String)>,
}

impl Facts {
    /// What the contract is called.
    pub fn name(&self) -> Words {
        self.detail.name()
    }

    /// Whether its signee enrolls in it, so that it grants nothing and has no note of its own.
    pub fn hangs(&self) -> bool {
        self.detail.contract.type_.hangs()
    }

    pub fn issuing(&self) -> bool {
        self.detail.part == Part::Issuer
    }

    /// A newer version of the agreement waits for the signee.
    pub fn newer(&self) -> Option<i32> {
        let contract = &self.detail.contract;
        self.detail.offered.filter(|offered| *offered > contract.version && contract.status == Status::Active)
    }

    /// Until when that is asked for, and whether the day has passed.
    pub fn deadline(&self) -> Option<Words> {
        let (version, (day, late)) = (self.newer()?, self.due.as_ref()?);
        let day = &day.words;
        Some(match (self.issuing(), *late) {
            (true, false) => t!("Your partner is asked to sign it by {day}.", day),
            (true, true) => t!("Your partner was asked to sign it by {day}.", day),
            (false, false) => t!("Please sign version {version} by {day}.", version, day),
            (false, true) => {
                t!("Version {version} was to be signed by {day}. You can still sign it.", version, day)
            }
        })
    }

    /// What happens next, and by whom, when there is nothing to do here.
    pub fn next(&self) -> Option<Words> {
        let ended = matches!(self.detail.contract.status, Status::Rejected | Status::Terminated);
        match (self.detail.contract.status, self.detail.part) {
            (Status::Pending, Part::Issuer) if self.detail.contract.renews() => {
                Some(t!("Your partner can read it in its portal and sign or decline it."))
            }
            (Status::Pending, Part::Signee) if self.detail.contract.renews() => {
                Some(t!("It needs your signature. Nothing changes until you sign it."))
            }
            (Status::Pending, Part::Issuer) if self.detail.contract.refers() => {
                Some(t!("The vendor can read it in its portal and sign or reject it."))
            }
            (Status::Pending, Part::Signee) if self.detail.contract.refers() => {
                Some(t!("It needs your signature. Nothing changes until you sign it."))
            }
            (Status::Pending, Part::Signee) => Some(t!("Next, your distributor approves or rejects this contract.")),
            (Status::Rejected, _) if self.detail.contract.predecessor_id.is_some() => {
                Some(t!("This renewal was not signed. The previous contract stays as it is."))
            }
            (Status::Terminated, _) if matches!(self.detail.successor, Some((_, Status::Active))) => {
                Some(t!("This contract has ended and was replaced by its renewal."))
            }
            (Status::Terminated, Part::Issuer) if self.detail.successor.is_some() => {
                Some(t!("This contract has ended. Its renewal needs your partner's signature."))
            }
            (Status::Terminated, _) if self.detail.successor.is_some() => {
                Some(t!("This contract has ended. Its renewal needs your signature."))
            }
            _ if ended && self.detail.contract.type_ == Type::Syndication => {
                Some(t!("This contract has ended. The partner can enroll again with a new one."))
            }
            _ if ended && self.hangs() => {
                Some(t!("This contract has ended. The vendor can enroll again with a new one."))
            }
            (Status::Rejected, Part::Signee) if self.detail.referral.is_some() => {
                Some(t!("Your company rejected this contract."))
            }
            (Status::Rejected, _) if self.detail.referral.is_some() => {
                Some(t!("The vendor rejected this contract. You can enroll again from the catalog."))
            }
            (Status::Rejected, _) => {
                Some(t!("Your partner rejected this contract. To invite them again, create a new contract."))
            }
            (Status::Terminated, Part::Issuer) => {
                Some(t!("This contract has ended and is read-only. To continue, renew it or create a new contract."))
            }
            (Status::Terminated, _) => {
                Some(t!("This contract has ended and is read-only. Your partner can offer you a new one."))
            }
            _ => None,
        }
    }

    /// The frame of the tab `tab`.
    pub fn new<P: Permission>(actor: &Viewer<P>, detail: Detail, tab: &str) -> Self {
        let contract = &detail.contract;
        let base = actor.url(&format!("contracts/{}", contract.id));
        let zone = actor.zone();
        let tabs: &[(&str, &str)] = if contract.type_ == Type::Distribution {
            &[("General", ""), ("Versions", "versions"), ("Conversation", "conversation"), ("History", "history")]
        } else if contract.type_.hangs() {
            &[("General", ""), ("Versions", "versions"), ("History", "history")]
        } else if detail.delivered() && actor.may::<Manage>() {
            &[
                ("General", ""),
                ("Permissions", "permissions"),
                ("Versions", "versions"),
                ("Delivery", "delivery"),
                ("History", "history"),
            ]
        } else {
            &[("General", ""), ("Permissions", "permissions"), ("Versions", "versions"), ("History", "history")]
        };
        let here = |id: &Id<Contract>| (id.to_string(), actor.url(&format!("contracts/{id}")));
        let newer = detail.offered.filter(|offered| *offered > contract.version && contract.status == Status::Active);
        let sign = newer
            .filter(|_| detail.part == Part::Signee && actor.may::<Sign>())
            .map(|version| (version, format!("{base}/versions/{version}/sign")));
        Self {
            id: contract.id.to_string(),
            created: zone.when(contract.created_at),
            updated: zone.when(contract.updated_at),
            expires: contract.expire_at.map(|at| zone.day(at)),
            due: detail.due.map(|due| (zone.day(due), due <= actor.now())),
            ended: contract.ended_at.map(|at| zone.when(at)),
            tabs: Tab::list(&base, tabs, tab),
            contracts: actor.url("contracts"),
            acts: acts(actor, &detail, &base, sign.as_ref()),
            sign,
            extension: extension(actor, &detail, &base),
            before: contract.predecessor_id.as_ref().map(here),
            after: detail.successor.as_ref().map(|(id, _)| here(id)),
            detail,
        }
    }
}

/// What the state, the part and the person allow; `base` is the contract's URL.
fn acts<P: Permission>(actor: &Viewer<P>, detail: &Detail, base: &str, sign: Option<&(i32, String)>) -> Acts {
    let contract = &detail.contract;
    let allowed = allowed(contract.rules(), contract.status, detail.part);
    let issuing = detail.part == Part::Issuer;
    let offers = issuing && actor.may::<Create>();
    let manages = issuing && actor.may::<Manage>();
    let decides = |action| issuing && allowed.contains(&action) && actor.may::<Approve>();
    let (refers, offered) = (contract.refers(), contract.renews() || contract.refers());
    let signs = |action| !issuing && offered && allowed.contains(&action) && actor.may::<Sign>();
    let (accept, decline) = if refers { ("referral", "referral/reject") } else { ("accept", "decline") };
    let declines = if refers { t!("Reject") } else { t!("Decline") };
    let (active, over) = (contract.status == Status::Active, contract.status == Status::Terminated);
    let renewable = (active || (over && contract.type_ != Type::Syndication))
        && contract.signee_id.is_some()
        && detail.successor.is_none();
    let invited = !contract.enrolled();
    let mut acts = Acts::default();
    if let Some((version, href)) = sign {
        acts.button(t!("Sign version {version}", version), href.clone(), true);
    }
    for (may, label, end, primary) in [
        (signs(Action::Activate), t!("Review and sign"), accept, true),
        (signs(Action::Reject), declines, decline, false),
        (decides(Action::Approve), t!("Approve"), "approve", true),
        (decides(Action::Reject), t!("Reject"), "reject", false),
        (offers && active && detail.extension.is_none(), t!("Extend"), "extend", false),
        (offers && renewable, t!("Renew"), "renewal", false),
    ] {
        if may {
            acts.button(label, format!("{base}/{end}"), primary);
        }
    }
    for (may, label, end) in [
        (manages && allowed.contains(&Action::Terminate), t!("Terminate contract"), "terminate"),
        (manages && invited && contract.status == Status::Pending, t!("Delete contract"), "delete"),
    ] {
        if may {
            acts.ending(label, format!("{base}/{end}"));
        }
    }
    acts
}

/// Why a pending contract cannot be activated at all, whatever its link.
fn dead(detail: &Detail, rights: Rights) -> Option<Words> {
    if detail.over {
        return Some(t!(
            "Its expiry date has passed, so it can no longer be activated. Delete it and create a new contract."
        ));
    }
    if detail.only_tried {
        return Some(t!(
            "Your own contract is a test, so production contracts cannot be activated. They can be activated once you have a production contract."
        ));
    }
    detail.contract.lack(rights).map(|lack| match lack {
        Lack::Type => t!(
            "Your company cannot currently offer contracts of this type, so this contract cannot be activated. It can be activated once your company can offer them again."
        ),
        Lack::Permission => t!(
            "Your company cannot currently grant these permissions, so this contract cannot be activated. It can be activated once your company can grant them again."
        ),
    })
}

/// The offer of another end that is open on a contract.
fn extension<P: Permission>(actor: &Viewer<P>, detail: &Detail, base: &str) -> Option<Extension> {
    let open = detail.extension.as_ref()?;
    let (end, issuer) = (open.to_at.map(|end| actor.zone().day(end).words), apart(&detail.issuer));
    let mut acts = Vec::new();
    let words = match detail.part {
        Part::Issuer => {
            if actor.may::<Create>() {
                acts.push((t!("Withdraw offer"), format!("{base}/extension/withdraw")));
            }
            match end {
                Some(day) => t!("You offered a new expiry date, {day}. Your partner hasn't answered yet.", day),
                None => t!("You offered to remove the expiry date. Your partner hasn't answered yet."),
            }
        }
        _ => {
            if actor.may::<Sign>() {
                acts.push((t!("Accept new expiry date"), format!("{base}/extension")));
                acts.push((t!("Decline"), format!("{base}/extension/decline")));
            }
            match end {
                Some(day) => t!("{issuer} offers a new expiry date, {day}.", issuer, day),
                None => t!("{issuer} offers to remove the expiry date.", issuer),
            }
        }
    };
    Some(Extension { words, acts })
}

/// The activation link as the issuer sees it.
pub struct Link {
    pub url: String,
    pub expires: When,
    pub expired: bool,
    /// When it was revoked: it is not shown any more.
    pub revoked: Option<When>,
    pub progress: Vec<Words>,
    pub renew: String,
    /// Where it is revoked, while it opens.
    pub revoke: Option<String>,
    /// Where it is sent by email, while it opens.
    pub send: Option<(Words, String)>,
    /// When it was last sent so.
    pub emailed: Option<Words>,
    /// A newer version is active: the contract may be renewed on it.
    pub newer: Option<(i32, String)>,
    /// Why nobody can use it, if that is the case.
    pub dead: Option<Words>,
}

#[derive(Template)]
#[template(path = "contracts/show/general.html")]
struct General {
    page: Page,
    facts: Facts,
    link: Option<Link>,
    /// The two people that sign for the partner, where two do: each with what they have done.
    signers: Vec<Signer>,
    /// Where another second one is named, until the first has signed.
    edit_signer: Option<String>,
    /// For whom it is meant, and where that is changed.
    recipient: Option<Recipient>,
    edit_recipient: Option<String>,
    edit_note: Option<String>,
    agreement: Option<String>,
    document: documents::Document,
    document_href: String,
}

pub async fn general(actor: Viewer<View>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let contract = id::<Contract>(&path.1)?;
    let manages = actor.may::<Manage>();
    let (detail, document, link, two) = db
        .read(&actor, move |read| {
            let detail = store::find(read, &contract)?;
            let document = documents::to_show(read.conn, &detail.contract.agreement_id, detail.contract.version)?;
            let pending =
                detail.contract.status == Status::Pending && detail.part == Part::Issuer && detail.contract.has_link();
            let link = match pending && manages {
                true => Some(activation::progress(read, &contract)?),
                false => None,
            };
            let two = match &link {
                Some(link) if link.turn != Turn::Only => both(read, &detail.contract)?,
                _ => Vec::new(),
            };
            Ok((detail, document, link, two))
        })
        .await?;
    let document = document.shown(&db, &actor.visit.house).await?;
    let facts = Facts::new(&actor, detail, "");
    let base = actor.url(&format!("contracts/{}", facts.id));
    let house = &actor.visit.house;
    let contract = &facts.detail.contract;
    let waits = contract.status == Status::Pending && facts.detail.delivered() && manages;
    let zone = actor.zone();
    let link = link.map(|link| Link {
        revoke: (!link.expired && link.revoked_at.is_none()).then(|| format!("{base}/revoke")),
        revoked: link.revoked_at.map(|at| zone.when(at)),
        send: ((!link.expired || link.revoked_at.is_some()) && dead(&facts.detail, actor.identity.rights).is_none())
            .then(|| (send_words(contract.emailed_at.is_some()), format!("{base}/send"))),
        emailed: contract.emailed_at.map(|at| t!("Last emailed on {when}", when = zone.when(at).words)),
        url: links::url(&house.key, &house.base_of(&actor.identity.company.brand), &contract.id, &link.nonce),
        expires: actor.zone().when(link.expires_at),
        expired: link.expired,
        progress: link.words(actor.zone()),
        dead: dead(&facts.detail, actor.identity.rights),
        renew: format!("{base}/renew"),
        newer: facts
            .detail
            .offered
            .filter(|offered| *offered > contract.version && actor.may::<Create>())
            .map(|version| (version, format!("{base}/renew-on-newer"))),
    });
    let shown = General {
        page: actor.page((facts.name(), "Contracts")),
        link,
        edit_signer: two
            .first()
            .is_some_and(|first| first.signed.is_none())
            .then(|| format!("{base}/second-signer"))
            .filter(|_| waits),
        signers: two,
        recipient: facts.detail.recipient(),
        edit_recipient: waits.then(|| format!("{base}/recipient")),
        edit_note: (facts.issuing() && manages && !facts.hangs()).then(|| format!("{base}/note")),
        agreement: (facts.issuing() && actor.may::<crate::modules::agreements::View>())
            .then(|| actor.url(&format!("agreements/{}", contract.agreement_id))),
        document_href: format!("{base}/versions/{}/document", contract.version),
        document,
        facts,
    };
    page::html(&actor.visit, &shown)
}

/// A granted permission, or the dash that says it is not.
struct Granted {
    words: Words,
    yes: bool,
}

#[derive(Template)]
#[template(path = "contracts/show/permissions.html")]
struct Permissions {
    page: Page,
    facts: Facts,
    granted: Vec<Granted>,
}

pub async fn permissions(actor: Viewer<View>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let contract = id::<Contract>(&path.1)?;
    let detail = db.read(&actor, move |read| store::find(read, &contract)).await?;
    if detail.contract.type_.hangs() {
        return Err(Problem::NotFound);
    }
    let facts = Facts::new(&actor, detail, "permissions");
    let contract = &facts.detail.contract;
    let granted = vec![
        Granted { words: t!("Manage program agreements"), yes: contract.allows_program },
        Granted { words: t!("Manage service agreements"), yes: contract.allows_service },
        Granted { words: t!("Delegate service agreements"), yes: contract.allows_delegate },
    ];
    let shown = Permissions { page: actor.page(("Permissions", facts.name(), "Contracts")), facts, granted };
    page::html(&actor.visit, &shown)
}

/// A version with its two stamps.
struct Version {
    row: VersionRow,
    issuer: Option<Stamp>,
    signee: Option<Stamp>,
    document: String,
    certificate: Option<String>,
    sign: Option<String>,
}

struct Stamp {
    person: String,
    when: When,
}

/// A new expiry date that was offered, with its stamps.
struct Extended {
    words: Words,
    status: extension::Status,
    reason: String,
    issuer: Option<Stamp>,
    signee: Option<Stamp>,
    certificate: Option<String>,
    number: i32,
}

#[derive(Template)]
#[template(path = "contracts/show/versions.html")]
struct Versions {
    page: Page,
    facts: Facts,
    versions: Vec<Version>,
    extensions: Vec<Extended>,
}

pub async fn versions(actor: Viewer<View>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let contract = id::<Contract>(&path.1)?;
    let (detail, rows, stamps, extensions) = db
        .read(&actor, move |read| {
            let detail = store::find(read, &contract)?;
            let stamps = store::stamps(read, &contract)?;
            let mut numbers: Vec<i32> = stamps.iter().map(|stamp| stamp.version).collect();
            numbers.push(detail.contract.version);
            if detail.contract.status == Status::Active {
                numbers.extend(detail.offered);
            }
            let rows = store::versions(read, &detail.contract.agreement_id, &numbers)?;
            let extensions = extension::store::all(read, &contract)?;
            Ok((detail, rows, stamps, extensions))
        })
        .await?;
    let facts = Facts::new(&actor, detail, "versions");
    let base = actor.url(&format!("contracts/{}/versions", facts.id));
    let zone = actor.zone();
    let found = |wanted: &dyn Fn(&store::StampRow) -> bool, part: Part| {
        stamps
            .iter()
            .find(|stamp| wanted(stamp) && stamp.party == part)
            .map(|stamp| Stamp { person: stamp.person.clone(), when: zone.when(stamp.at) })
    };
    let stamp = |version: i32, part: Part| found(&|one| one.extension.is_none() && one.version == version, part);
    let versions = rows
        .into_iter()
        .map(|row| {
            let (issuer, signee) = (stamp(row.number, Part::Issuer), stamp(row.number, Part::Signee));
            Version {
                document: format!("{base}/{}/document", row.number),
                certificate: signee.is_some().then(|| format!("{base}/{}/certificate", row.number)),
                sign: facts.sign.as_ref().filter(|(version, _)| *version == row.number).map(|(_, href)| href.clone()),
                issuer,
                signee,
                row,
            }
        })
        .collect();
    let extensions = extensions
        .into_iter()
        .map(|row| {
            let stamp = |part: Part| found(&|one| one.extension == Some(row.number), part);
            let (issuer, signee) = (stamp(Part::Issuer), stamp(Part::Signee));
            let certificate = actor.url(&format!("contracts/{}/extensions/{}/certificate", facts.id, row.number));
            Extended {
                words: row.to_at.map_or_else(|| t!("No expiry date"), |end| t!("{day}", day = zone.day(end).words)),
                certificate: signee.is_some().then_some(certificate),
                status: row.status,
                reason: row.reason,
                issuer,
                signee,
                number: row.number,
            }
        })
        .collect();
    let page = actor.page(("Versions", facts.name(), "Contracts"));
    let shown = Versions { page, facts, versions, extensions };
    page::html(&actor.visit, &shown)
}

/// The document of a version that this contract shows.
pub async fn document(
    actor: Viewer<View>,
    path: web::Path<(String, String, i32)>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let (contract, number) = (id::<Contract>(&path.1)?, path.2);
    let (document, bytes) = db
        .read(&actor, move |read| {
            let detail = store::find(read, &contract)?;
            let seen = detail.part == Part::Issuer
                || number == detail.contract.version
                || detail.offered == Some(number)
                || store::stamps(read, &contract)?.iter().any(|stamp| stamp.version == number);
            if !seen {
                return Err(Problem::NotFound);
            }
            documents::bytes(read.conn, &detail.contract.agreement_id, number)
        })
        .await?;
    Ok(documents::respond(&document, bytes))
}

#[derive(Template)]
#[template(path = "contracts/show/history.html")]
struct History {
    page: Page,
    facts: Facts,
    trail: Trail,
}

pub async fn history(actor: Viewer<View>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let contract = id::<Contract>(&path.1)?;
    let asked = Asked::of(&actor.visit);
    let (detail, trail) = db
        .read(&actor, move |read: &mut Read<'_, View>| {
            Ok((store::find(read, &contract)?, events::trail(read, contract.as_str(), &asked)?))
        })
        .await?;
    let facts = Facts::new(&actor, detail, "history");
    let shown = History { page: actor.page(("History", facts.name(), "Contracts")), facts, trail };
    page::html(&actor.visit, &shown)
}
