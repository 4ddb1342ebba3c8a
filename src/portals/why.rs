//! Why somebody may not do something: which permission is missing, by which groups it would come, and who can grant it. Said where it is
//! refused, since whoever lacks something may not look at groups either.

use crate::{
    kit::{
        actor::{Identity, Rights, Role},
        problem::Refusal,
        typed::apart,
        words::Words,
    },
    manifest::Grant,
    modules::{self, contracts},
    t,
};

/// Groups that are named.
const NAMED: usize = 5;

/// What is said to a person whose groups do not allow `act`. `may` decides.
pub fn why(identity: &Identity, may: fn(&Identity) -> bool, act: &'static str) -> Words {
    let company = apart(&identity.company.name);
    let mut said = vec![t!("Your groups at {company} don't allow you to {act}.", company, act = Words::new(act))];
    let missing = missing(identity, may);
    if missing.is_empty() {
        said.push(t!("Only administrators can do this."));
    } else {
        let permissions = missing.iter().map(|grant| t!("“{permission}”", permission = Words::new(grant.label)));
        let permissions = Words::all_of(permissions);
        said.push(match missing.len() {
            1 => t!("The missing permission is {permissions}.", permissions),
            _ => t!("The missing permissions are {permissions}.", permissions),
        });
        said.push(coming(identity, may));
    }
    said.push(t!("{who} can change that.", who = identity.granters()));
    said.into_iter().reduce(|first, then| t!("{first} {then}", first, then)).unwrap_or_default()
}

/// What is said to a person whose company has no business with `act`, when a right that contracts give would change that. `has` decides. A
/// company knows its own rights, so its people may know them; which of its contracts ended or are yet to be signed is for who sees contracts.
pub fn lacks(identity: &Identity, has: fn(&Identity) -> bool, act: &'static str) -> Option<Refusal> {
    // no contract gives a vendor any
    if identity.company.role == Role::Vendor {
        return None;
    }
    let with = |change: fn(&mut Rights)| {
        let mut other = identity.clone();
        change(&mut other.rights);
        has(&other)
    };
    let contracts = identity.leads::<contracts::View>("contracts").map(|href| (href, t!("View contracts")));
    let company = apart(&identity.company.name);
    let title = t!("Your company doesn't have this right");
    let distributor = identity.distributor.as_deref().map(apart);
    if with(|rights| rights.resale = true) {
        let act = Words::new(act);
        let text = match distributor {
            Some(distributor) => t!(
                "To {act}, a company needs an active service contract, and {company} has none. {distributor} can offer one.",
                act,
                company,
                distributor,
            ),
            None => t!(
                "To {act}, a company needs an active service contract, and {company} has none. A distributor can offer one.",
                act,
                company,
            ),
        };
        return Some(Refusal { title, text, next: contracts, since: None });
    }
    let right = if with(|rights| rights.program = true) {
        t!("write program agreements")
    } else if with(|rights| rights.service = true) {
        t!("write service agreements")
    } else {
        return None;
    };
    let act = Words::new(act);
    let text = match distributor {
        Some(distributor) => t!(
            "To {act}, a company needs an active contract that includes the right to {right}, and {company} has none. {distributor} can offer one, or any other distributor that has this right.",
            act,
            right,
            company,
            distributor,
        ),
        None => t!(
            "To {act}, a company needs an active contract that includes the right to {right}, and {company} has none. Whoever offers such a contract can include it.",
            act,
            right,
            company,
        ),
    };
    Some(Refusal { title, text, next: contracts, since: None })
}

/// The fewest permissions that would do; nothing when none would, as what only administrators may do.
fn missing(identity: &Identity, may: fn(&Identity) -> bool) -> Vec<&'static Grant> {
    let all: Vec<&'static Grant> = modules::ALL.iter().flat_map(|module| module.permissions).collect();
    let one = all.iter().find(|grant| may(&identity.with([grant.key])));
    if let Some(one) = one {
        return vec![*one];
    }
    let pairs = all.iter().enumerate().flat_map(|(at, one)| all[at + 1..].iter().map(move |other| [*one, *other]));
    let mut pairs = pairs.filter(|pair| may(&identity.with(pair.map(|grant| grant.key))));
    pairs.next().map(Vec::from).unwrap_or_default()
}

/// By which groups they would come.
fn coming(identity: &Identity, may: fn(&Identity) -> bool) -> Words {
    let enough = identity.granting.iter().filter(|group| {
        let more = group.permissions.iter().map(String::as_str);
        may(&identity.with(more))
    });
    let names: Vec<Words> = enough.take(NAMED).map(|group| Words::data(apart(&group.name))).collect();
    match names.len() {
        0 => t!("None of your company's groups allows it, except Administrators."),
        1 => t!("It comes with the group {groups}.", groups = Words::any_of(names)),
        _ => t!("It comes with any of these groups: {groups}.", groups = Words::any_of(names)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use chrono::DateTime;

    use super::*;
    use crate::kit::{
        actor::{Company, Granting, Person},
        id::Id,
        time::Zone,
    };

    fn somebody(permissions: &[&str], groups: &[(&str, &[&str])], administrators: &[&str]) -> Identity {
        let texts = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        Identity {
            person: Person {
                id: Id::draw("UR"),
                name: String::new(),
                email: String::new(),
                zone: Zone::UTC,
                title: String::new(),
                picture: None,
            },
            company: Company {
                id: Id::draw("PA"),
                name: "Mighty Mick's".to_owned(),
                role: Role::Distributor,
                brand: Id::draw("PA"),
                logo: None,
            },
            rights: Rights::default(),
            administrator: false,
            permissions: texts(permissions),
            others: Vec::new(),
            administrators: texts(administrators),
            distributor: None,
            granting: groups
                .iter()
                .map(|(name, keys)| Granting { name: (*name).to_owned(), permissions: texts(keys) })
                .collect(),
            waiting: HashMap::new(),
            unread: 0,
            at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_refusal_names_the_permission_the_groups_and_who_can_grant_it() {
        let paulie = somebody(
            &["customers.view"],
            &[("Sales", &["customers.manage"]), ("Support", &["usage.view"])],
            &["Michael", "Tony"],
        );
        assert_eq!(
            why(&paulie, |identity| identity.holds("customers.manage"), "manage customers").to_string(),
            "Your groups at Mighty Mick's don't allow you to manage customers. The missing permission is “Manage customers”. \
             It comes with the group Sales. Michael and Tony can change that."
        );
    }

    #[test]
    fn what_takes_two_permissions_names_those_that_are_missing() {
        let may = |identity: &Identity| identity.holds("contracts.manage") && identity.holds("contracts.sign");
        let said =
            |held: &[&str]| why(&somebody(held, &[], &["A", "B", "C", "D", "E"]), may, "sign contracts").to_string();
        let both = said(&[]);
        assert!(both.contains("“Manage contracts, without signing” and “Sign contracts”"), "{both}");
        assert!(both.contains("None of your company's groups allows it"), "{both}");
        assert!(both.ends_with("A, B, C and 2 other administrators can change that."), "{both}");
        let one = said(&["contracts.manage"]);
        assert!(one.contains("The missing permission is “Sign contracts”."), "{one}");
    }

    #[test]
    fn what_a_contract_would_give_is_named_and_nothing_else_is() {
        let adonis = somebody(&["contracts.view"], &[], &[]);
        let said = lacks(&adonis, |identity| identity.rights.program, "view marketplaces").expect("a right would do");
        assert_eq!(
            said.text.to_string(),
            "To view marketplaces, a company needs an active contract that includes the right to write program agreements, and \
             Mighty Mick's has none. Whoever offers such a contract can include it."
        );
        assert!(said.next.is_some_and(|(href, _)| href.ends_with("/contracts")));
        let came = Identity { distributor: Some("Acme".to_owned()), ..adonis.clone() };
        let said = lacks(&came, |identity| identity.rights.program, "view marketplaces").expect("a right would do");
        assert!(said.text.to_string().ends_with("Acme can offer one, or any other distributor that has this right."));
        let said = lacks(&came, |identity| identity.rights.resale, "sell").expect("a contract would do");
        assert!(said.text.to_string().ends_with("Mighty Mick's has none. Acme can offer one."));
        let bare = lacks(&somebody(&[], &[], &[]), |identity| identity.rights.any(), "view agreements");
        assert_eq!(bare.expect("a right would do").next, None, "who may not see contracts is not led there");
        assert_eq!(lacks(&adonis, |identity| identity.company.role == Role::Vendor, "sell"), None);
    }

    #[test]
    fn what_only_administrators_may_do_is_said_so() {
        let said = why(&somebody(&[], &[], &[]), |identity| identity.administrator, "change the company's language");
        assert_eq!(
            said.to_string(),
            "Your groups at Mighty Mick's don't allow you to change the company's language. Only administrators can do this. \
             An administrator can change that."
        );
    }
}
