//! The verb of who enrolls from the catalog. What its issuer does with a contract stands in distribution.

use uuid::Uuid;

use super::{
    Enroll,
    store::{self, Choice, NOTHING},
    wizard::Answers,
};
use crate::{
    kit::{
        choice::Choice as _,
        db::Tx,
        done::{Done, finish},
        event::Event,
        id::Id,
        problem::{Problem, Result},
        shown::Shown,
        words::Words,
    },
    mail,
    modules::{
        agreements::{
            self, Type,
            documents::{self, Document},
        },
        catalog::store::Offer,
        contracts::{Status, data::Acceptance, evidence, lifecycle::Part, terms},
        distribution::{
            actions::{CONSENT, may_offer},
            letters::Mail,
            store::{NewContract, insert_contract},
        },
        ids::Marketplace,
    },
    t,
};

/// What a company that enrolls is shown and bound to.
pub fn shown(offer: &Offer, offers: &[Offer], document: &Document, target: (&Id<Marketplace>, &str)) -> Shown {
    let of = |one: &Offer| format!("{} {} {} {}", one.product, one.called, one.listing, one.marketplace);
    terms::version(&offer.name, document)
        .part("the kind", offer.kind.key())
        .part("the products", offers.iter().map(of).collect::<Vec<_>>().join("\n"))
        .part("the marketplace", format!("{} {}", target.0, target.1))
}

/// Why nothing can be signed of what was chosen.
pub fn nothing(choice: &Choice) -> Problem {
    let why = match choice.left.as_slice() {
        [] => t!("What you chose is no longer offered."),
        left => Words::lines(left.iter().cloned()),
    };
    Problem::stale(NOTHING, why)
}

/// Finishes the wizard: one Pending contract for each product, all on the same version and for the same marketplace. It comes to their ids.
///
/// `sent` is what its page showed, as [`shown`] makes it.
///
/// # Errors
/// Stale when anything else was shown, when nothing of it is offered any more, or when the company is enrolled already; refused while the
/// owner may not offer it.
pub fn enroll(tx: &mut Tx<'_, Enroll>, asked: Uuid, _: &Acceptance, sent: &str) -> Result<Done<String>> {
    finish::<Answers, _, _>(tx, asked, |tx, answers| sign(tx, &answers, sent))
}

fn sign(tx: &mut Tx<'_, Enroll>, answers: &Answers, sent: &str) -> Result<String> {
    let identity = tx.who.member()?;
    let (person, company) = (identity.person.id.clone(), identity.company.clone());
    let (Some(agreement), Some(marketplace)) = (&answers.agreement, &answers.marketplace) else {
        return Err(Problem::NotFound);
    };
    let choice = store::hold_choice(tx, &company.id, (agreement, marketplace), &answers.products)?;
    let target = store::target(tx, &company.id, marketplace)?;
    let Some(first) = choice.offers.first() else { return Err(nothing(&choice)) };
    may_offer(tx, Type::Syndication, &first.owner_id, &first.owner)?;
    // shared lock: it stays the active one, and there, until the contracts rest on it
    let active = agreements::store::active(tx, &first.owner_id, agreement)?;
    let Some((version, _)) = active else { return Err(nothing(&choice)) };
    let document = documents::find(tx.conn, agreement, version)?;
    shown(first, &choice.offers, &document, (marketplace, &target)).check(sent, "Nothing was signed")?;
    let mut made = Vec::new();
    for offer in &choice.offers {
        let contract = insert_contract(
            tx,
            &NewContract {
                type_: Type::Syndication,
                agreement,
                version,
                kind: offer.kind,
                issuer: &offer.owner_id,
                signee: (&company.id, &company.name),
                creator: &person,
                status: Status::Pending,
                auto_accepted: false,
            },
        )?;
        store::insert_source(tx, &contract, offer, (&company.id, marketplace))?;
        evidence::sign_by_member(tx, (&contract, agreement, version), None, (Part::Signee, CONSENT))?;
        tx.record(Event::new("contract.enrolled", &contract).note(format!("Version {version}")))?;
        made.push(contract);
    }
    let Some((contract, others)) = made.split_first() else { return Err(nothing(&choice)) };
    let told = Mail::ContractEnrolled {
        contract: contract.clone(),
        issuer: first.owner_id.clone(),
        company: company.name,
        more: others.len(),
    };
    mail::tell(tx, &told)?;
    Ok(made.iter().map(Id::as_str).collect::<Vec<_>>().join(" "))
}
