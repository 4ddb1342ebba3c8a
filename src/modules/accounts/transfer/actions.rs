//! The verb that hands a company over.

use super::{
    HandOver,
    data::{After, Handed},
    letters::Mail,
};
use crate::{
    kit::{
        db::Tx,
        event::Event,
        problem::{Problem, Result},
        security::Kind,
        typed::apart,
        violation::{Violation, Why, Words},
    },
    mail,
    modules::people::{groups, reach, store as people},
    t,
};

/// Makes a colleague an administrator, and whoever hands over none any more if they say so. Both are told by mail.
///
/// # Errors
/// [`Problem::Invalid`] for somebody who does not work for the company, cannot sign in, or is an administrator already while the other one
/// stays; the refusal of [`reach::last`].
pub fn hand_over(tx: &mut Tx<'_, HandOver>, handed: &Handed) -> Result<()> {
    let identity = tx.who.member()?;
    let (account, company, giver) =
        (identity.company.id.clone(), identity.company.name.clone(), identity.person.clone());
    let wrong = |words: Words| Problem::from(Violation::new("to", Why::new("colleague", words)));
    people::take_turn(tx, &account)?;
    if handed.to == giver.id {
        return Err(wrong(t!("Choose a colleague from the list")));
    }
    let colleague = match people::member(tx, &account, &handed.to) {
        Err(Problem::NotFound) => return Err(wrong(t!("Choose a colleague from the list"))),
        other => other?,
    };
    let held = people::groups_of(tx, &account, &colleague.id)?;
    let administers = held.iter().any(|group| group.administrators);
    let leaves = handed.after == After::Leave;
    if administers && !leaves {
        return Err(wrong(t!("{name} is already an administrator", name = apart(&colleague.name))));
    }
    let groups = groups::store::all(tx, &account)?;
    let administrators = groups.into_iter().find(|group| group.administrators).ok_or(Problem::NotFound)?;
    let only = std::slice::from_ref(&administrators.id);
    if !administers {
        people::place(tx, &account, &colleague.id, only)?;
        let note = format!("{}: + {}", colleague.name, administrators.name);
        tx.record(Event::new("member.groups_changed", &colleague.id).note(note).private())?;
        tx.secure(Kind::RightsRose, Some(&colleague.id), &format!("{} of {account}", administrators.name))?;
    }
    if !people::sure_administrators(tx, &account)?.contains(&colleague.id) {
        return Err(wrong(t!(
            "{name} cannot sign in with a password, so the company cannot be handed over to them",
            name = apart(&colleague.name)
        )));
    }
    if leaves {
        if reach::is_last(tx, &account, &giver.id)? {
            return Err(reach::last());
        }
        people::displace(tx, &account, &giver.id, only)?;
        let note = format!("{}: - {}", giver.name, administrators.name);
        tx.record(Event::new("member.groups_changed", &giver.id).note(note).private())?;
    }
    tx.record(
        Event::new("account.handed_over", &account).note(format!("{} → {}", giver.name, colleague.name)).private(),
    )?;
    let received = Mail::CompanyReceived { account: account.clone(), company: company.clone(), giver: giver.name };
    mail::queue(tx, &colleague.email, &received)?;
    mail::queue(tx, &giver.email, &Mail::CompanyHandedOver { account, company, colleague: colleague.name, leaves })
}
