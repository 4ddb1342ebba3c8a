//! What is given to make a product group and to change one, and which products are put into it or taken out.

use diesel::prelude::*;

use crate::{
    input,
    kit::{
        id::Id,
        input::kinds::{IdsOf, Line, Text},
    },
    modules::ids::Product,
    schema::product_groups,
};

input! {
    /// What a group is called.
    #[derive(Queryable, Selectable, Insertable, AsChangeset)]
    #[diesel(table_name = product_groups)]
    pub struct NewGroup, Draft {
        "" {
            name: String = Line(100), "Name", at "name", missing "Enter a name", hint "Only your colleagues see it.";
            description: String = Text(2_000, 3), "Description", at "description", hint "What belongs in it, for your colleagues.";
        }
    }
}

input! {
    /// Products that are put into a group, or taken out of it.
    pub struct Chosen, DraftChosen {
        "" {
            products: Vec<Id<Product>> = IdsOf::new("Choose products from the list"), "Products", at "products",
                missing "Choose at least one product";
        }
    }
}
