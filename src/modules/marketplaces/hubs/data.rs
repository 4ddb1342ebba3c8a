//! What is given to register a hub, and to change one.

use diesel::prelude::*;

use crate::{
    input,
    kit::input::kinds::{Key, Line, Maybe, Text},
    schema::hubs,
};

input! {
    /// What a hub is made of.
    #[derive(Queryable, Selectable, Insertable, AsChangeset)]
    #[diesel(table_name = hubs, treat_none_as_null = true)]
    pub struct NewHub, Draft {
        "" {
            name: String = Line(255), "Name", at "name", missing "Enter a name";
            instance: Option<String> = Maybe(Key(255)), "Instance ID", at "instance.id",
                hint "The ID your commerce system uses for itself. Each hub needs a different one.";
            description: String = Text(2_000, 3), "Description", at "description", missing "Enter a description",
                hint "What it connects to, for your colleagues.";
        }
    }
}
