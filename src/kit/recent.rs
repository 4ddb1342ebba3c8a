//! What a person opened last in a portal: kept by the browser itself, so that looking costs the database nothing.

use super::{choice::Choice as _, visit::portal_of};

/// How many are kept.
const KEPT: usize = 8;

/// The name of the cookie; its path is the portal of one company.
pub const COOKIE: &str = "entente-recent";

/// Where a path stands: the portal's own path, and the object that it shows, as `section/id`.
pub fn place(path: &str) -> Option<(String, String)> {
    let (role, account) = portal_of(path)?;
    let mut pieces = path.split('/').skip(3);
    let (section, id) = (pieces.next()?, pieces.next()?);
    let (prefix, digits) = id.split_once('-')?;
    let object = (2..=4).contains(&prefix.len())
        && prefix.bytes().all(|byte| byte.is_ascii_uppercase())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    object.then(|| (format!("/{}/{account}", role.key()), format!("{section}/{id}")))
}

/// The cookie's value with `object` in front, for `user`; nothing when it stands there already.
pub fn with(before: &str, user: &str, object: &str) -> Option<String> {
    let kept = read(before, user);
    if kept.first().is_some_and(|first| first == object) {
        return None;
    }
    let all: Vec<&str> = std::iter::once(object)
        .chain(kept.iter().map(String::as_str).filter(|other| *other != object))
        .take(KEPT)
        .collect();
    Some(format!("{user}.{}", all.join(".")))
}

/// What the cookie names, the latest first; another person's is not read.
pub fn read(value: &str, user: &str) -> Vec<String> {
    let mut pieces = value.split('.');
    if pieces.next() != Some(user) {
        return Vec::new();
    }
    pieces.filter(|piece| piece.len() < 60).take(KEPT).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_told_from_lists_and_acts() {
        let at = |path: &str| place(path).map(|(_, object)| object);
        assert_eq!(at("/vendor/VA-287-142/fulfillment/PR-1-2-3-001"), Some("fulfillment/PR-1-2-3-001".into()));
        assert_eq!(at("/vendor/VA-287-142/customers/TA-1-2-3/versions"), Some("customers/TA-1-2-3".into()));
        for none in
            ["/vendor/VA-287-142", "/vendor/VA-287-142/customers", "/vendor/VA-287-142/customers/tree", "/profile"]
        {
            assert_eq!(at(none), None, "{none}");
        }
    }

    #[test]
    fn the_latest_stands_first_and_once_and_another_person_begins_anew() {
        let mut value = String::new();
        for id in 1..=10 {
            value = with(&value, "UR-1", &format!("customers/TA-{id}")).unwrap();
        }
        assert_eq!(with(&value, "UR-1", "customers/TA-10"), None);
        let value = with(&value, "UR-1", "customers/TA-5").unwrap();
        let kept = read(&value, "UR-1");
        assert_eq!((kept.len(), kept[0].as_str(), kept[1].as_str()), (8, "customers/TA-5", "customers/TA-10"));
        assert!(read(&value, "UR-2").is_empty());
    }
}
