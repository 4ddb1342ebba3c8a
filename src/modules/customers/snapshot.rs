//! What an account was at one time, and how that differs from what it was before.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{data::Data, store::AccountRow};
use crate::kit::words::Words;

/// The label of the line that names the account above.
pub const PARENT: &str = "Parent";

/// One line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub label: &'static str,
    pub old: Words,
    pub new: Words,
}

impl Changed {
    /// Names the parents, by their ids, when it is they who differ.
    pub fn name_parents(&mut self, names: &HashMap<String, String>) {
        if self.label != PARENT {
            return;
        }
        for id in [&mut self.old, &mut self.new] {
            let known = id.to_string();
            if let Some(name) = names.get(&known) {
                *id = Words::data(format!("{name} ({known})"));
            }
        }
    }
}

/// What an account was at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub parent: Option<String>,
    #[serde(flatten)]
    pub data: Data,
}

impl Snapshot {
    pub fn of(row: &AccountRow) -> Self {
        Self { parent: row.parent_id.as_ref().map(ToString::to_string), data: row.data() }
    }

    /// Field by field, what differs from the one before.
    pub fn changes_since(&self, before: &Self) -> Vec<Changed> {
        let id = |parent: &Option<String>| Words::data(parent.clone().unwrap_or_default());
        let parent = (PARENT, id(&before.parent), id(&self.parent));
        let lines = before.data.lines().zip(self.data.lines());
        let lines = lines.map(|((label, old), (_, new))| (label, old, new));
        std::iter::once(parent)
            .chain(lines)
            .filter(|(_, old, new)| old != new)
            .map(|(label, old, new)| Changed { label, old, new })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_what_changed_and_nothing_else() {
        let data: Data = serde_json::from_value(serde_json::json!({
            "name": "Adrian's Pets", "external_id": "", "external_uid": null, "tax_id": "", "country": "US", "state": "",
            "city": "Philadelphia", "postal_code": "19125", "address_line1": "2146 North Front Street",
            "address_line2": "", "first_name": "Adrian", "last_name": "Pennino", "email": "adrian@pets.example",
            "phone": "",
        }))
        .unwrap();
        let old = Snapshot { parent: Some("TA-0000-0000-0001".into()), data };
        let mut new = old.clone();
        assert!(new.changes_since(&old).is_empty());
        new.parent = None;
        new.data.city = "Camden".into();
        let labels: Vec<_> = new.changes_since(&old).into_iter().map(|one| one.label).collect();
        assert_eq!(labels, ["Parent", "City"]);
    }
}
