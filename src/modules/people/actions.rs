//! The verbs of people: inviting, and who works for the company in which groups.

use chrono::TimeDelta;

use super::{
    Invitation, Manage, Status,
    data::Invited,
    groups::store::{self as groups, GroupRow},
    leaving::Left,
    letters::Mail,
    lifecycle::{Action, Part, RULES},
    reach,
    store::{self, InvitationRow},
};
use crate::{
    accounts::Group,
    kit::{
        actor::{Account, Identity, User},
        db::{Looks, Tx},
        done::Done,
        event::Event,
        id::Id,
        lifecycle::{NoMove, plan},
        problem::{Problem, Result},
        security::Kind,
        typed,
        violation::{Violation, Why, Words},
    },
    mail, t,
};

/// Invitations that a company sends within a day: nobody mails strangers through us.
const A_DAY: usize = 200;
/// So long after one mail nobody sends the same invitation again.
const PAUSE: TimeDelta = TimeDelta::minutes(10);

/// What a company is told that has sent as many.
fn too_many() -> Words {
    Words::new("Your company can send {n} invitations a day. Try again tomorrow.").with("n", A_DAY)
}

/// The company's groups of these ids.
fn chosen(tx: &mut Tx<'_, Manage>, account: &Id<Account>, ids: &[Id<Group>]) -> Result<Vec<GroupRow>> {
    let mut all = groups::all(tx, account)?;
    all.retain(|group| ids.contains(&group.id));
    match all.len() == ids.len() {
        true => Ok(all),
        false => Err(Violation::new("groups", Why::new("choice", "Choose groups from the list")).into()),
    }
}

fn names(groups: &[GroupRow]) -> String {
    groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Invites people by mail; says how many. Whether anybody has such an address already is not looked up, so it shows nowhere.
///
/// # Errors
/// [`Problem::Invalid`] for an address of somebody who works for the company, or is invited; a refusal for groups that allow more than the
/// person holds.
pub fn invite(tx: &mut Tx<'_, Manage>, Invited { emails, groups }: &Invited) -> Result<usize> {
    let identity = tx.who.member()?;
    let (account, company, inviter) =
        (identity.company.id.clone(), identity.company.name.clone(), identity.person.name.clone());
    store::take_turn(tx, &account)?;
    let placed = chosen(tx, &account, groups)?;
    reach::hold(tx.who.member()?, &placed)?;
    let wrong = |words: Words| Problem::from(Violation::new("emails", Why::new("known", words)));
    let (members, invited) = store::known(tx, emails)?;
    for email in emails {
        let (key, email) = (typed::email_key(email), typed::apart(email));
        if members.contains(&key) {
            return Err(wrong(t!("{email} is already a user of this company", email)));
        }
        if invited.contains(&key) {
            return Err(wrong(t!("{email} has already been invited. You can resend the invitation.", email)));
        }
    }
    if store::sent_lately(tx)? + emails.len() > A_DAY {
        return Err(Violation::new("emails", Why::new("too_many", too_many())).into());
    }
    for email in emails {
        let id = store::insert(tx, &account, email, groups)?;
        let letter = Mail::PersonInvited { invitation: id.clone(), company: company.clone(), inviter: inviter.clone() };
        mail::queue(tx, email, &letter)?;
        tx.record(Event::new("invitation.sent", &id).note(format!("{email}: {}", names(&placed))).private())?;
    }
    Ok(emails.len())
}

/// Invites the first administrator of a company that somebody made for it and nobody works for yet. Whether anybody has the address
/// already is not looked up, so it shows nowhere.
///
/// # Errors
/// A refusal when the acting company has sent as many invitations as it can within a day.
pub fn invite_first<P>(
    tx: &mut Tx<'_, P>,
    (account, company): (&Id<Account>, &str),
    administrators: &Id<Group>,
    email: &str,
) -> Result<Id<Invitation>> {
    if store::sent_lately(tx)? >= A_DAY {
        return Err(Problem::refused("The invitation cannot be sent", too_many()));
    }
    let inviter = tx.who.member()?.person.name.clone();
    let id = store::insert(tx, account, email, std::slice::from_ref(administrators))?;
    let letter = Mail::PersonInvited { invitation: id.clone(), company: company.to_owned(), inviter };
    mail::queue(tx, email, &letter)?;
    tx.record(Event::new("invitation.sent", &id).note(email).private())?;
    Ok(id)
}

/// Invites somebody else in place of the first administrator, or the same once more; the link before stops working.
///
/// # Errors
/// Stale when somebody has accepted; a refusal shortly after the last mail to the same address.
pub fn invite_first_again<P>(
    tx: &mut Tx<'_, P>,
    (account, company): (&Id<Account>, &str),
    before: Option<&Id<Invitation>>,
    email: &str,
) -> Result<Id<Invitation>> {
    store::take_turn(tx, account)?;
    if let Some(row) = store::of_account(tx, account, before)? {
        if row.status == Status::Joined {
            return Err(refuse(NoMove::WrongStatus, &row));
        }
        if row.email_key == typed::email_key(email) && row.sent_at > tx.at - PAUSE {
            return Err(sent_lately());
        }
        store::delete(tx, &row.id)?;
    }
    let administrators = groups::administrators(tx, account)?;
    invite_first(tx, (account, company), &administrators, email)
}

/// The refusal to send the same invitation again at once.
fn sent_lately() -> Problem {
    Problem::refused(
        "This invitation was sent a moment ago",
        "Emails can take a few minutes to arrive. You can resend it 10 minutes after the last one.",
    )
}

fn refuse(no: NoMove, row: &InvitationRow) -> Problem {
    match no {
        NoMove::WrongStatus => Problem::stale(
            "This invitation was changed by someone else",
            t!("It is now {status}.", status = Words::within(row.status)),
        ),
        NoMove::WrongPart => Problem::NotFound,
    }
}

/// Sends an invitation once more, with a link of its own; the one before stops working.
///
/// # Errors
/// A refusal shortly after the last mail.
pub fn resend(tx: &mut Tx<'_, Manage>, id: &Id<Invitation>) -> Result<()> {
    let row = store::lock(tx, id)?;
    let planned = plan(RULES, row.status, Action::Resend, Part::Company, tx.at).map_err(|no| refuse(no, &row))?;
    let offered = store::groups_offered(tx, id)?;
    let identity = tx.who.member()?;
    reach::hold(identity, &offered)?;
    let (company, inviter) = (identity.company.name.clone(), identity.person.name.clone());
    if row.sent_at > tx.at - PAUSE {
        return Err(sent_lately());
    }
    store::renew(tx, id, &planned)?;
    mail::queue(tx, &row.email, &Mail::PersonInvited { invitation: id.clone(), company, inviter })?;
    tx.record(Event::new("invitation.resent", id).moved(planned.from(), planned.to()).note(&row.email).private())
}

/// Ends an invitation; its link stops working at once.
pub fn revoke(tx: &mut Tx<'_, Manage>, id: &Id<Invitation>) -> Result<()> {
    let row = store::lock(tx, id)?;
    let planned = plan(RULES, row.status, Action::Revoke, Part::Company, tx.at).map_err(|no| refuse(no, &row))?;
    if store::advance(tx, id, &planned, None)? != 1 {
        return Err(refuse(NoMove::WrongStatus, &row));
    }
    tx.record(Event::new("invitation.revoked", id).moved(planned.from(), planned.to()).note(&row.email).private())
}

/// Takes an invitation off the list; its link stops working at once.
///
/// # Errors
/// Stale when it was accepted meanwhile.
pub fn withdraw(tx: &mut Tx<'_, Manage>, id: &Id<Invitation>) -> Result<()> {
    let row = store::lock(tx, id)?;
    if row.status == Status::Joined {
        return Err(refuse(NoMove::WrongStatus, &row));
    }
    store::delete(tx, id)?;
    tx.record(Event::new("invitation.removed", id).note(&row.email).private())
}

/// Why the acting person may not remove this one, if so.
///
/// # Errors
/// A refusal.
pub fn removable(look: &mut impl Looks, identity: &Identity, user: &Id<User>, groups: &[GroupRow]) -> Result<()> {
    if identity.person.id == *user {
        return Err(Problem::refused(
            "You cannot remove yourself",
            "Ask another administrator of your company to remove you.",
        ));
    }
    reach::hold(identity, groups)?;
    let administers = groups.iter().any(|group| group.administrators);
    if administers && reach::is_last(look, &identity.company.id, user)? {
        return Err(reach::last());
    }
    Ok(())
}

/// Ends that somebody works for the company: from the next request on nothing of it is there for that person. Open requests that are
/// assigned to them are handed to `heir`, as far as the heir may work on them, and else to nobody.
///
/// # Errors
/// As [`removable`]; a refusal for an heir who does not work for the company.
pub fn remove(tx: &mut Tx<'_, Manage>, user: &Id<User>, heir: Option<Id<User>>) -> Result<()> {
    let account = tx.account()?;
    store::take_turn(tx, &account)?;
    let person = store::member(tx, &account, user)?;
    let groups = store::groups_of(tx, &account, user)?;
    let by = tx.who.member()?.clone();
    removable(tx, &by, user, &groups)?;
    if let Some(heir) = heir.as_ref()
        && !store::colleagues(tx, &account, user)?.iter().any(|(one, _)| one == heir)
    {
        return Err(Problem::refused(
            "This colleague can't get the requests",
            "They no longer work for your company. Choose someone else, or nobody.",
        ));
    }
    let left = Left { account: account.clone(), user: user.clone(), heir, by };
    tx.follow("member.removed", &left)?;
    store::dismiss(tx, &account, user)?;
    tx.record(Event::new("member.removed", user).note(format!("{}, {}", person.name, person.email)).private())
}

/// Puts somebody into groups, and takes the person out of others. `before` is what the form showed: what colleagues changed meanwhile
/// stays.
///
/// # Errors
/// [`Problem::Invalid`] for a group that is not there; a refusal for groups that allow more than the acting person holds, and for the last
/// administrator.
pub fn set_groups(
    tx: &mut Tx<'_, Manage>,
    user: &Id<User>,
    before: &[Id<Group>],
    wanted: &[Id<Group>],
) -> Result<Done> {
    let account = tx.account()?;
    store::take_turn(tx, &account)?;
    let person = store::member(tx, &account, user)?;
    let wanted = chosen(tx, &account, wanted)?;
    let now = store::groups_of(tx, &account, user)?;
    let is_in = |group: &GroupRow| now.iter().any(|one| one.id == group.id);
    let added: Vec<GroupRow> =
        wanted.iter().filter(|group| !before.contains(&group.id) && !is_in(group)).cloned().collect();
    let dropped = now.iter().filter(|group| before.contains(&group.id));
    let dropped: Vec<GroupRow> =
        dropped.filter(|group| !wanted.iter().any(|one| one.id == group.id)).cloned().collect();
    if added.is_empty() && dropped.is_empty() {
        return Ok(Done::Same(()));
    }
    reach::hold(tx.who.member()?, added.iter().chain(&dropped))?;
    if dropped.iter().any(|group| group.administrators) && reach::is_last(tx, &account, user)? {
        return Err(reach::last());
    }
    let ids = |groups: &[GroupRow]| groups.iter().map(|group| group.id.clone()).collect::<Vec<_>>();
    store::place(tx, &account, user, &ids(&added))?;
    store::displace(tx, &account, user, &ids(&dropped))?;
    let added_names = added.iter().map(|group| format!("+ {}", group.name));
    let changes: Vec<String> = added_names.chain(dropped.iter().map(|group| format!("- {}", group.name))).collect();
    let note = format!("{}: {}", person.name, changes.join(", "));
    tx.record(Event::new("member.groups_changed", user).note(note).private())?;
    if !added.is_empty() {
        tx.secure(Kind::RightsRose, Some(user), &format!("{} of {account}", names(&added)))?;
    }
    Ok(Done::Changed(()))
}
