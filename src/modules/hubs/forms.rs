//! Register Hub, and Edit.

use super::store::{HubRow, NewHub};
use crate::kit::{
    fields::Fields,
    form::{self, Field, FieldError},
};

pub struct HubForm {
    pub name: Field,
    pub instance: Field,
    pub description: Field,
    /// The revision that the form was opened on.
    pub revision: String,
}

impl HubForm {
    pub fn empty() -> Self {
        Self {
            name: Field::new("name", "Name"),
            instance: Field::new("instance", "Instance ID")
                .hint("What your own commerce system calls itself; no two of your hubs bear the same.")
                .optional(),
            description: Field::new("description", "Description").hint("What it connects, for your colleagues."),
            revision: String::new(),
        }
    }

    pub fn typed(fields: &Fields) -> Self {
        let form = Self::empty();
        Self {
            name: form.name.from(fields),
            instance: form.instance.from(fields),
            description: form.description.from(fields),
            revision: fields.text("revision").to_owned(),
        }
    }

    pub fn filled(hub: &HubRow) -> Self {
        let form = Self::empty();
        Self {
            name: form.name.filled(&hub.name),
            instance: form.instance.filled(hub.instance.as_deref().unwrap_or_default()),
            description: form.description.filled(&hub.description),
            revision: hub.revision.to_string(),
        }
    }

    pub fn errors(&self) -> Vec<FieldError> {
        form::errors([&self.name, &self.instance, &self.description])
    }

    pub fn parse(&mut self) -> Option<NewHub> {
        let (name, instance) = (self.name.line("a name", 255), self.instance.key("an instance ID", 255));
        let description = self.description.text("a description", 2_000);
        Some(NewHub { name: name?, instance: instance.filter(|text| !text.is_empty()), description: description? })
    }
}
