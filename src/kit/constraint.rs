//! Unique and foreign keys are rules, too. Each module has one table from a key's name to the refusal that the check before it says, so that
//! of two who pass the check at once the later one reads the same.

use diesel::result::Error;

use super::problem::Problem;

/// Names of keys, each with what is said when a statement would break it. A test holds the names to the schema.
pub type Constraints = &'static [(&'static str, fn() -> Problem)];

/// For `map_err` at a statement: the refusal of the key that it broke. Every other error stays what it is.
pub fn named(keys: Constraints) -> impl Fn(Error) -> Problem {
    move |error| {
        let broken = match &error {
            Error::DatabaseError(_, about) => about.constraint_name(),
            _ => None,
        };
        match broken.and_then(|broken| keys.iter().find(|(name, _)| *name == broken)) {
            Some((_, refuse)) => refuse(),
            None => error.into(),
        }
    }
}
