//! Statements about contracts. [`seen_by`] is the one tenancy condition: select, lock and update alike go through it.

mod links;
mod referral;
mod source;
mod under;
mod written;

pub use links::{LinkRow, insert_link, link, reserved_link};
pub use referral::{NewReferral, Referral, insert_referral, referral};
pub use source::{Source, source};
pub use under::{Standing, carrying, hold_standing, running, standing};
pub use written::{
    KEYS, NewContract, advance, delete, insert, search_invited, search_text, set_end, set_notes, set_recipient,
    set_version,
};

use chrono::{DateTime, Utc};
use diesel::{dsl::auto_type, prelude::*};

use super::{
    Contract, Purpose, Status, Type,
    data::{Notes, Recipient},
    extension::{self, store::ExtensionRow},
    lifecycle::Part,
    rights,
};
use crate::{
    kit::{
        actor::Account,
        db::{Looks, Read, System, Tx},
        id::Id,
        problem::{Problem, Result},
        typed::apart,
        words::Words,
    },
    modules::agreements::Agreement,
    schema::{
        accounts, agreement_versions, agreements, contract_extensions, contracts, marketplaces, signatures, users,
    },
    t,
};

/// A contract is seen by its two parties and by nobody else.
#[auto_type(no_type_alias)]
fn seen_by<'a>(account: &'a Id<Account>) -> _ {
    contracts::issuer_id.nullable().eq(account).or(contracts::signee_id.eq(account))
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = contracts)]
pub struct ContractRow {
    pub id: Id<Contract>,
    pub type_: Type,
    pub kind: Purpose,
    pub status: Status,
    pub agreement_id: Id<Agreement>,
    pub version: i32,
    pub issuer_id: Id<Account>,
    pub signee_id: Option<Id<Account>>,
    pub note: String,
    pub internal_note: String,
    pub allows_program: bool,
    pub allows_service: bool,
    pub allows_delegate: bool,
    pub expire_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub activated_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub end_note: String,
    pub revision: i32,
    /// The contract that it succeeds.
    pub predecessor_id: Option<Id<Contract>>,
    /// The agreement by which another company referred its issuer to its vendor.
    pub referral_agreement_id: Option<Id<Agreement>>,
    /// For whom its issuer means it; nobody else is shown that.
    pub recipient_company: String,
    pub recipient_email: String,
    /// When its link was last sent by email.
    pub emailed_at: Option<DateTime<Utc>>,
}

impl ContractRow {
    /// Whether the day that it names for its end has passed.
    pub fn over(&self, now: DateTime<Utc>) -> bool {
        self.expire_at.is_some_and(|end| end <= now)
    }

    pub fn notes(&self) -> Notes {
        Notes { note: self.note.clone(), internal_note: self.internal_note.clone() }
    }

    pub fn recipient(&self) -> Recipient {
        Recipient { recipient_company: self.recipient_company.clone(), recipient_email: self.recipient_email.clone() }
    }

    /// Whether it is sent as a link: its signee neither enrolled nor is known already.
    pub fn has_link(&self) -> bool {
        !self.type_.hangs() && self.predecessor_id.is_none() && self.referral_agreement_id.is_none()
    }

    /// Whether its signee enrolled in it, so that its issuer decides.
    pub fn enrolled(&self) -> bool {
        self.type_.hangs() && self.predecessor_id.is_none()
    }

    /// Whether it came by a referral and waits for its vendor.
    pub fn refers(&self) -> bool {
        self.referral_agreement_id.is_some() && self.predecessor_id.is_none() && self.status == Status::Pending
    }

    /// Its status in words, for people whose act is no longer possible.
    pub fn stands(&self) -> Words {
        t!("{id} is {status}.", id = self.id, status = Words::within(self.status))
    }

    /// The part that `account`, one of the two parties, has in this contract.
    pub fn part_of(&self, account: &Id<Account>) -> Part {
        if self.issuer_id == *account { Part::Issuer } else { Part::Signee }
    }
}

/// A contract with the names that its page shows.
#[derive(Debug, Clone)]
pub struct Detail {
    pub contract: ContractRow,
    pub agreement: String,
    pub issuer: String,
    /// Whose brand the issuer has.
    pub brand: Id<Account>,
    pub signee: Option<String>,
    /// The agreement's active version, if it has one.
    pub offered: Option<i32>,
    /// Until when its signees are asked to sign that.
    pub due: Option<DateTime<Utc>>,
    /// Where it lets a vendor list: id and name; distribution contracts only.
    pub marketplace: Option<(String, String)>,
    /// What it lets a partner sell, and where; syndication contracts only.
    pub source: Option<Source>,
    /// Through whom it came; program contracts only.
    pub referral: Option<Referral>,
    pub part: Part,
    /// The contract that succeeds it, or is offered to.
    pub successor: Option<(Id<Contract>, Status)>,
    /// Another end of it that waits for the signee.
    pub extension: Option<ExtensionRow>,
    /// The day that it names for its end has passed.
    pub over: bool,
    /// It is meant, while its issuer may only try things out.
    pub only_tried: bool,
}

impl Detail {
    /// What the contract is called by who looks at it: the other company and the agreement. While nobody has signed, its issuer calls it by
    /// whom it is meant for, if that is known.
    pub fn name(&self) -> Words {
        let other = match self.part {
            Part::Issuer => self.signee.as_deref().or_else(|| {
                let meant = [&self.contract.recipient_company, &self.contract.recipient_email];
                meant.into_iter().map(String::as_str).find(|one| !one.is_empty())
            }),
            _ => Some(self.issuer.as_str()),
        };
        match other {
            Some(company) => {
                t!("{company} · {agreement}", company = apart(company), agreement = apart(&self.agreement))
            }
            None => Words::data(&self.agreement),
        }
    }

    /// Whom the issuer made it with, in a sentence.
    pub fn partner(&self) -> Words {
        match &self.signee {
            Some(name) => Words::data(apart(name)),
            None if !self.contract.recipient_company.is_empty() => Words::data(apart(&self.contract.recipient_company)),
            None => t!("Your partner"),
        }
    }

    /// Whether the viewer manages its link, as the issuer does.
    pub fn delivered(&self) -> bool {
        self.part == Part::Issuer && self.contract.has_link()
    }

    /// For whom it is meant, when its issuer looks at it and nobody has signed.
    pub fn recipient(&self) -> Option<Recipient> {
        let meant = self.part == Part::Issuer && self.signee.is_none();
        meant.then(|| self.contract.recipient()).filter(|recipient| !recipient.line().is_empty())
    }
}

diesel::alias!(accounts as signees: SigneesAlias, contracts as successors: SuccessorsAlias);

/// One contract of the actor's company; a stranger's is not found.
pub fn issuer(conn: &mut PgConnection, id: &Id<Contract>) -> Result<Id<Account>> {
    Ok(contracts::table.find(id).select(contracts::issuer_id).first(conn)?)
}

pub fn find<P>(read: &mut Read<'_, P>, id: &Id<Contract>) -> Result<Detail> {
    let me = &read.actor.identity.company.id;
    type Found = (
        ContractRow,
        (String, (String, Id<Account>), Option<String>),
        (Option<i32>, Option<DateTime<Utc>>),
        Option<(String, String)>,
        (bool, bool),
        Option<(Id<Contract>, Status)>,
        Option<ExtensionRow>,
    );
    let found = contracts::table
        .inner_join(agreements::table.on(agreements::id.eq(contracts::agreement_id)))
        .inner_join(accounts::table.on(accounts::id.eq(contracts::issuer_id)))
        .left_join(signees.on(signees.field(accounts::id).nullable().eq(contracts::signee_id)))
        .left_join(agreement_versions::table.on(
            agreement_versions::agreement_id.eq(contracts::agreement_id).and(agreement_versions::status.eq("active")),
        ))
        .left_join(marketplaces::table.on(marketplaces::id.nullable().eq(agreements::marketplace_id)))
        .left_join(
            successors.on((successors.field(contracts::predecessor_id).eq(contracts::id.nullable()))
                .and(successors.field(contracts::status).ne(Status::Rejected))),
        )
        .left_join(
            contract_extensions::table
                .on(contract_extensions::contract_id.eq(contracts::id).and(extension::store::waits())),
        )
        .filter(contracts::id.eq(id))
        .filter(seen_by(me))
        .select((
            ContractRow::as_select(),
            (agreements::name, (accounts::name, accounts::brand), signees.field(accounts::name).nullable()),
            (agreement_versions::number.nullable(), agreement_versions::due_at.nullable()),
            (marketplaces::id, marketplaces::name).nullable(),
            (
                contracts::expire_at.is_not_null().and(contracts::expire_at.le(diesel::dsl::now).assume_not_null()),
                rights::only_tried(),
            ),
            successors.fields((contracts::id, contracts::status)).nullable(),
            Option::<ExtensionRow>::as_select(),
        ))
        .first::<Found>(read.conn)?;
    let (
        contract,
        (agreement, (issuer, brand), signee),
        (offered, due),
        marketplace,
        (over, only_tried),
        successor,
        extension,
    ) = found;
    let part = contract.part_of(me);
    let source = if contract.type_ == Type::Syndication { source(read, &contract.id)? } else { None };
    let referral = if contract.referral_agreement_id.is_some() { referral(read, &contract.id)? } else { None };
    Ok(Detail {
        part,
        source,
        referral,
        successor: successor.filter(|_| matches!(contract.status, Status::Active | Status::Terminated)),
        extension: extension.filter(|_| contract.status == Status::Active),
        brand,
        contract,
        agreement,
        issuer,
        signee,
        offered,
        due,
        marketplace,
        over,
        only_tried,
    })
}

/// Locks a contract of the actor's company for the rest of the transaction.
pub fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<Contract>) -> Result<ContractRow> {
    let identity = tx.who.identity().ok_or_else(|| Problem::internal("only members lock by tenancy"))?;
    let me = &identity.company.id;
    Ok(contracts::table
        .filter(contracts::id.eq(id))
        .filter(seen_by(me))
        .select(ContractRow::as_select())
        .for_update()
        .first(tx.conn)?)
}

/// Locks a contract for a rule that acts on whatever company's it is.
pub fn lock_any<P>(tx: &mut Tx<'_, P>, id: &Id<Contract>) -> Result<ContractRow> {
    Ok(contracts::table.find(id).select(ContractRow::as_select()).for_update().first(tx.conn)?)
}

/// The contract that one of the actor's company succeeds.
pub fn predecessor_of<P>(tx: &mut Tx<'_, P>, id: &Id<Contract>) -> Result<Option<Id<Contract>>> {
    let me = &tx.who.identity().ok_or_else(|| Problem::internal("only members look by tenancy"))?.company.id;
    let own = contracts::table.filter(contracts::id.eq(id)).filter(seen_by(me));
    Ok(own.select(contracts::predecessor_id).first(tx.conn)?)
}

/// Contracts that a company has offered and that wait for somebody's signature.
pub fn offered_by(look: &mut impl Looks, issuer: &Id<Account>) -> Result<Vec<ContractRow>> {
    Ok(contracts::table
        .filter(contracts::issuer_id.eq(issuer))
        .filter(contracts::status.eq(Status::Pending))
        .filter(contracts::type_.eq_any(Type::INVITING))
        .select(ContractRow::as_select())
        .load(look.conn())?)
}

/// Whether a contract that was enrolled in has no Active one above it.
pub fn lacks_parent<P>(tx: &mut Tx<'_, P>, contract: &ContractRow) -> Result<bool> {
    if !contract.type_.hangs() {
        return Ok(false);
    }
    let parent = agreements::table.find(&contract.agreement_id).select(agreements::parent_id.assume_not_null());
    let active = contracts::table
        .filter(contracts::signee_id.eq(&contract.signee_id))
        .filter(contracts::agreement_id.eq_any(parent))
        .filter(contracts::status.eq(Status::Active));
    Ok(!diesel::select(diesel::dsl::exists(active)).get_result::<bool>(tx.conn)?)
}

/// Names the contract that an Active one has succeeded.
pub fn set_predecessor<P>(tx: &mut Tx<'_, P>, id: &Id<Contract>, before: &Id<Contract>) -> Result<()> {
    diesel::update(contracts::table.find(id)).set(contracts::predecessor_id.eq(before)).execute(tx.conn)?;
    Ok(())
}

/// A version of the agreement as a contract's page lists it.
#[derive(Debug, Clone, Queryable)]
pub struct VersionRow {
    pub number: i32,
    pub link: Option<String>,
    pub file_name: Option<String>,
    pub sha256: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// Those of an agreement's versions, the newest first.
pub fn versions<P>(read: &mut Read<'_, P>, agreement: &Id<Agreement>, numbers: &[i32]) -> Result<Vec<VersionRow>> {
    Ok(agreement_versions::table
        .filter(agreement_versions::agreement_id.eq(agreement))
        .filter(agreement_versions::number.eq_any(numbers))
        .select((
            agreement_versions::number,
            agreement_versions::link,
            agreement_versions::file_name,
            agreement_versions::sha256,
            agreement_versions::created_at,
        ))
        .order(agreement_versions::number.desc())
        .load(read.conn)?)
}

/// A signature as a contract's page shows it.
#[derive(Debug, Clone, Queryable)]
pub struct StampRow {
    pub version: i32,
    pub party: Part,
    pub person: String,
    pub at: DateTime<Utc>,
    /// The number of the extension, when that is what was signed.
    pub extension: Option<i32>,
}

/// All stamps of a contract whose sight was checked: of versions and of extensions.
pub fn stamps<P>(read: &mut Read<'_, P>, id: &Id<Contract>) -> Result<Vec<StampRow>> {
    Ok(signatures::table
        .inner_join(users::table)
        .filter(signatures::contract_id.eq(id))
        // a service contract's chain also has what was accepted of referral agreements
        .filter(signatures::agreement_id.eq_any(contracts::table.find(id).select(contracts::agreement_id)))
        .select((signatures::version, signatures::party, users::name, signatures::at, signatures::extension))
        .order(signatures::seq)
        .load(read.conn)?)
}

/// Active contracts whose day has passed, locked; those that somebody else works on are left for later.
pub fn due(tx: &mut Tx<'_, System>, most: i64) -> Result<Vec<ContractRow>> {
    Ok(contracts::table
        .filter(contracts::expire_at.le(tx.at))
        .filter(contracts::status.eq(Status::Active))
        .select(ContractRow::as_select())
        .order(contracts::expire_at)
        .limit(most)
        .for_update()
        .skip_locked()
        .load(tx.conn)?)
}

/// Active contracts that end within `days`, with the reminder sent last, locked as in [`due`].
pub fn ending(tx: &mut Tx<'_, System>, days: i32, most: i64) -> Result<Vec<(ContractRow, Option<i32>)>> {
    let horizon = tx.at + chrono::TimeDelta::days(days.into());
    Ok(contracts::table
        .filter(contracts::expire_at.gt(tx.at).and(contracts::expire_at.le(horizon)))
        .filter(contracts::status.eq(Status::Active))
        // the next reminder (30, 7, 1 days) has come and was not sent; keeps told contracts from filling every batch
        .filter(
            contracts::reminded_days
                .is_null()
                .or(contracts::reminded_days.gt(7).and(contracts::expire_at.le(tx.at + chrono::TimeDelta::days(7))))
                .or(contracts::reminded_days.gt(1).and(contracts::expire_at.le(tx.at + chrono::TimeDelta::days(1)))),
        )
        .select((ContractRow::as_select(), contracts::reminded_days))
        .order(contracts::expire_at)
        .limit(most)
        .for_update()
        .skip_locked()
        .load(tx.conn)?)
}

/// Remembers the reminder that was sent.
pub fn set_reminded(tx: &mut Tx<'_, System>, id: &Id<Contract>, days: i32) -> Result<()> {
    diesel::update(contracts::table.find(id)).set(contracts::reminded_days.eq(days)).execute(tx.conn)?;
    Ok(())
}
