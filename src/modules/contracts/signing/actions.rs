//! Signing a newer version.

use crate::{
    kit::{
        db::Tx,
        done::Done,
        event::Event,
        id::Id,
        problem::{Problem, Result},
    },
    modules::{
        agreements::{self, documents},
        contracts::{
            Contract, Sign, Status,
            data::Acceptance,
            evidence::{self, Stamp},
            lifecycle::Part,
            rights, store, terms,
        },
    },
    t,
};

/// What the signee agrees to.
pub const CONSENT: &str =
    "I have read and accepted the agreement. I have the authority to bind the company for which I sign to its terms.";

/// What is recorded as the issuer's words: activating a version offers it to every partner.
const STANDING_OFFER: &str = "By activating this version I offered it, on behalf of my company, to every partner with a contract on this agreement.";

/// Puts an Active contract on the agreement's active version, stamped by both sides. `shown` is what the person saw, as
/// [`terms::newer`] makes it.
///
/// # Errors
/// Stale when the contract ended, when `version` is not the newer active one any more, or when anything else was shown.
pub fn sign(tx: &mut Tx<'_, Sign>, id: &Id<Contract>, version: i32, _: &Acceptance, shown: &str) -> Result<Done> {
    let contract = store::lock(tx, id)?;
    let identity = tx.who.member()?;
    let (person, company) = (identity.person.id.clone(), identity.company.id.clone());
    if contract.part_of(&company) != Part::Signee {
        return Err(Problem::NotFound);
    }
    if contract.status != Status::Active {
        return Err(Problem::stale("This contract can no longer be signed", contract.stands()).decided(id));
    }
    if contract.version == version {
        return Ok(Done::Repeated(()));
    }
    let active = agreements::store::active(tx, &contract.issuer_id, &contract.agreement_id)?;
    let Some((_, activator)) = active.filter(|(number, _)| *number == version && version > contract.version) else {
        return Err(Problem::stale(
            t!("Version {version} is no longer offered", version),
            "Your partner has activated another version since you opened this page. Nothing was signed.",
        ));
    };
    if contract.lack(rights::hold(tx, &contract.issuer_id)?).is_some() {
        return Err(Problem::refused(
            "This version cannot be signed right now",
            "Your partner cannot currently offer the permissions in this contract. Nothing was signed.",
        ));
    }
    let document = documents::find(tx.conn, &contract.agreement_id, version)?;
    let agreement = agreements::store::name(tx, &contract.agreement_id)?;
    terms::newer(&contract, &agreement, &document).check(shown, "Nothing was signed")?;
    let stamp = |party, user, account, consent| Stamp {
        contract: id,
        agreement: &contract.agreement_id,
        version,
        extension: None,
        party,
        user,
        account,
        consent,
    };
    evidence::sign(tx, &stamp(Part::Issuer, &activator, &contract.issuer_id, STANDING_OFFER))?;
    evidence::sign(tx, &stamp(Part::Signee, &person, &company, CONSENT))?;
    store::set_version(tx, id, version)?;
    tx.record(Event::new("contract.signed", id).note(format!("Version {version}")))?;
    Ok(Done::Changed(()))
}
