//! The document that describes the API, with what each operation asks of a token and of a company.

use std::collections::HashMap;

use chrono::DateTime;
use serde_json::Value;

use crate::{
    kit::{
        actor::{Company, Identity, Person, Rights, Role},
        api::{Needs, Permits, describe},
        choice::Choice as _,
        id::Id,
        time::Zone,
    },
    modules::tokens::grants,
    portals::api::operations,
};

/// OpenAPI 3.1, made of the operations that are mounted.
pub fn document() -> Value {
    describe(&operations(), permits)
}

/// Found by trying: a permission is a function of who asks.
fn permits(needs: &Needs) -> Permits {
    let companies: Vec<&str> = (Role::ALL.iter().filter(|role| (needs.of_account)(&token(**role, &[]))))
        .map(|role| match role {
            Role::Distributor => "distributors",
            Role::Vendor => "vendors",
            Role::Reseller => "resellers",
        })
        .collect();
    Permits {
        permission: if is_open(needs) { None } else { permission(needs) },
        companies: (companies.len() < Role::ALL.len()).then(|| companies.join(" and ")),
    }
}

fn is_open(needs: &Needs) -> bool {
    (needs.of_person)(&token(Role::Distributor, &[]))
}

/// The least that a token has to have: who may manage may also view, and viewing stands first.
fn permission(needs: &Needs) -> Option<&'static str> {
    let enough = |key| (needs.of_person)(&token(Role::Distributor, &[key]));
    grants::grants().map(|grant| grant.key).find(|key| enough(key))
}

/// A token of a company that may do all that companies of its role may.
fn token(role: Role, permissions: &[&str]) -> Identity {
    let company = Id::draw(role.prefix());
    Identity {
        person: Person {
            id: Id::draw("SU"),
            name: String::new(),
            email: String::new(),
            zone: Zone::UTC,
            title: String::new(),
            picture: None,
        },
        company: Company { id: company.clone(), name: String::new(), role, brand: company, logo: None },
        rights: Rights { program: true, service: true, delegate: true, resale: true },
        administrator: false,
        permissions: permissions.iter().map(|key| (*key).to_owned()).collect(),
        others: Vec::new(),
        administrators: Vec::new(),
        granting: Vec::new(),
        distributor: None,
        waiting: HashMap::new(),
        unread: 0,
        at: DateTime::UNIX_EPOCH,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_token_may_call_every_operation() {
        for operation in operations() {
            let Some(needs) = operation.needs else { continue };
            let name = format!("{} {}", operation.mount.method, operation.mount.path);
            assert!(is_open(&needs) || permission(&needs).is_some(), "{name} is shut for every token");
            assert!(permits(&needs).companies.as_deref() != Some(""), "{name} is shut for every company");
        }
    }
}
