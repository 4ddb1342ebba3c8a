//! What is kept of an event beside its name, as people read it. Keys of permissions and addresses of pages are kept, since those last; their
//! labels are said.

use crate::{
    access::{factors::Factor, places::EXCEPTED},
    accounts::SecondFactor,
    kit::{
        actor::Account,
        choice::labelled,
        id::Id,
        words::{Lang, Words},
    },
    modules, t,
};

/// The details of the event `name`, of which `note` is kept. What a job did in a person's name (`kind`) says how the person began it.
pub fn details(name: &str, note: &str, kind: &str, cause: &str) -> Words {
    let said = said(name, note);
    match (said.is_empty(), kind == "member" && !cause.is_empty()) {
        (_, false) => said,
        (true, true) => Words::data(cause),
        (false, true) => t!("{details} ({cause})", details = said, cause),
    }
}

fn said(name: &str, note: &str) -> Words {
    match name {
        _ if note.is_empty() => Words::default(),
        "session.came" if note == EXCEPTED => t!("Without single sign-on, as an exception"),
        "session.began" | "session.halfway" | "session.came" => labelled::<Factor>(note),
        "account.second_factor_changed" => labelled::<SecondFactor>(note),
        "account.language_changed" => {
            Lang::tagged(note, true).map_or_else(|| Words::data(note), |lang| Words::data(lang.name()))
        }
        "mail.resent" => letter(note),
        "group.permissions_changed" => changed(note),
        "rights.rose" => gained(note),
        "policy.changed" => policy(note),
        "request.refused" | "request.barred" | "request.untrusted" | "request.throttled" => page(note),
        _ => Words::data(note),
    }
}

fn letter(key: &str) -> Words {
    let mut sorts = modules::ALL.iter().flat_map(|module| module.letters);
    sorts.find_map(|sort| sort.label(key)).map_or_else(|| Words::data(key), Words::new)
}

fn label(permission: &str) -> Option<&'static str> {
    modules::grant(permission).map(|grant| grant.label)
}

fn permissions<'a>(keys: impl IntoIterator<Item = &'a str>) -> Words {
    let named = |key: &'a str| label(key).map_or_else(|| Words::data(key), Words::new);
    Words::all_of(keys.into_iter().map(named))
}

/// `+ hubs.view, - usage.view`.
fn changed(note: &str) -> Words {
    let of = |sign: &str| -> Vec<&str> { note.split(", ").filter_map(|one| one.strip_prefix(sign)).collect() };
    let (added, removed) = (of("+ "), of("- "));
    match (added.is_empty(), removed.is_empty()) {
        (true, true) => Words::data(note),
        (false, true) => t!("Added: {permissions}", permissions = permissions(added)),
        (true, false) => t!("Removed: {permissions}", permissions = permissions(removed)),
        (false, false) => {
            t!("Added: {added}. Removed: {removed}", added = permissions(added), removed = permissions(removed))
        }
    }
}

fn is_company(id: &str) -> bool {
    id.parse::<Id<Account>>().is_ok()
}

/// By what permissions came: `token with hubs.view`, `UG-… with hubs.view`, `Sales of PA-…`, `PA-… by CRS-…`, `PA-…: by single sign-on`.
fn gained(note: &str) -> Words {
    if let Some((whose, keys)) = note.split_once(" with ")
        && keys.split(", ").all(|key| label(key).is_some())
    {
        let permissions = permissions(keys.split(", "));
        return match whose {
            "token" => permissions,
            group => t!("Group {group}: {permissions}", group, permissions),
        };
    }
    if let Some((company, contract)) = note.split_once(" by ")
        && is_company(company)
    {
        return t!("By contract {contract}", contract);
    }
    if note.split_once(": ").is_some_and(|(company, _)| is_company(company)) {
        return t!("By single sign-on");
    }
    match note.rsplit_once(" of ") {
        Some((groups, company)) if is_company(company) => t!("Groups: {groups}", groups),
        _ => Words::data(note),
    }
}

/// How a company's people sign in: `PA-…: second factor required`, `PA-…: single sign-on by https://…, on`, `PA-…: allowed addresses`.
fn policy(note: &str) -> Words {
    let said = note.split_once(": ").filter(|(company, _)| is_company(company)).map_or(note, |(_, said)| said);
    match (said, said.strip_prefix("second factor "), said.strip_prefix("single sign-on by ")) {
        (_, Some(state), _) => t!("Second factor: {state}", state = labelled::<SecondFactor>(state)),
        (_, _, Some(provider)) => t!("Single sign-on: {provider}", provider),
        ("no single sign-on", ..) => t!("Identity provider removed"),
        ("single sign-on required", ..) => t!("Single sign-on required"),
        ("single sign-on not required", ..) => t!("Single sign-on not required"),
        ("allowed addresses", ..) => t!("Allowed addresses"),
        _ => Words::data(said),
    }
}

/// What a page is about, and where it is below the portal's address: `GET /distributor/{account}/hubs/new`.
fn page(note: &str) -> Words {
    let address = note.split_once(' ').map_or(note, |(_, address)| address);
    let below = address.split_once("/{account}/").map_or(address, |(_, below)| below);
    let section = below.split('/').next().and_then(modules::section);
    section.map_or_else(
        || Words::data(below),
        |section| t!("{kind} ({address})", kind = Words::new(section.label), address = below),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_said_in_words() {
        for (name, note, said) in [
            ("account.second_factor_changed", "required", "Required"),
            ("session.began", "passkey", "Password and passkey"),
            (
                "group.permissions_changed",
                "+ usage.view, - contracts.sign",
                "Added: View usage. Removed: Sign contracts",
            ),
            ("group.permissions_changed", "+ usage.view, + contracts.sign", "Added: View usage and Sign contracts"),
            ("rights.rose", "token with usage.view", "View usage"),
            ("rights.rose", "Sales, Support of PA-469-206", "Groups: Sales, Support"),
            ("rights.rose", "PA-469-206 by CRS-58329-11884-23347", "By contract CRS-58329-11884-23347"),
            ("rights.rose", "PA-469-206: groups by single sign-on", "By single sign-on"),
            ("policy.changed", "PA-469-206: second factor suggested", "Second factor: Suggested"),
            ("policy.changed", "PA-469-206: allowed addresses", "Allowed addresses"),
            (
                "policy.changed",
                "PA-469-206: single sign-on by https://idp.example, on",
                "Single sign-on: https://idp.example, on",
            ),
            ("request.refused", "GET /distributor/{account}/hubs/new", "Hub (hubs/new)"),
            ("request.refused", "GET /profile", "/profile"),
            ("contract.created", "Version 2", "Version 2"),
            ("contract.created", "", ""),
        ] {
            assert_eq!(details(name, note, "token", "").to_string(), said, "{name}: {note}");
        }
    }

    #[test]
    fn what_a_job_did_in_a_persons_name_says_how_it_began() {
        let said = |kind: &str, note: &str| details("customer.created", note, kind, "import of all.csv").to_string();
        assert_eq!(said("member", "Drago Works"), "Drago Works (import of all.csv)");
        assert_eq!(said("member", ""), "import of all.csv");
        assert_eq!(said("system", "Drago Works"), "Drago Works");
    }

    #[test]
    fn what_somebody_wrote_stays_as_it_is() {
        for note in ["Meet with usage.view of us", "Mine of yours", "no: thing"] {
            assert_eq!(details("rights.rose", note, "member", "").to_string(), note);
        }
    }
}
