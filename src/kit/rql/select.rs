//! Which parts of the published objects a client wants.

use serde_json::Value;

use super::filter::Collection;

/// What to leave out of each object: hidden parts that the query does not add, and parts that it drops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Select {
    without: Vec<String>,
}

impl Select {
    pub(super) fn of(collection: &Collection, added: &[String], dropped: Vec<String>) -> Self {
        let hidden = collection.filters.iter().filter(|filter| filter.hidden).map(|filter| filter.name);
        // adding a part of a hidden part adds the hidden part
        let mut without: Vec<String> =
            hidden.filter(|hidden| !added.iter().any(|added| within(added, hidden))).map(str::to_owned).collect();
        without.extend(dropped);
        without.sort();
        without.dedup();
        Self { without }
    }

    /// Whether the part at `path` is wanted. If not, it need not be read.
    pub fn wants(&self, path: &str) -> bool {
        !self.without.iter().any(|without| within(path, without))
    }

    /// Removes what is not wanted from an object, and from each element of the lists in it.
    pub fn prune(&self, object: &mut Value) {
        for path in &self.without {
            remove(object, path);
        }
    }
}

/// Whether `path` is `whole` or a part of it.
fn within(path: &str, whole: &str) -> bool {
    path.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn remove(value: &mut Value, path: &str) {
    match (value, path.split_once('.')) {
        (Value::Array(values), _) => values.iter_mut().for_each(|value| remove(value, path)),
        (Value::Object(parts), None) => drop(parts.remove(path)),
        (Value::Object(parts), Some((first, rest))) => {
            if let Some(part) = parts.get_mut(first) {
                remove(part, rest);
            }
        }
        _ => {}
    }
}
