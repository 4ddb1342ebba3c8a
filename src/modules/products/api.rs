//! The published categories and units.

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};

use super::{
    Category,
    items::{Type, Unit},
};
use crate::{
    access::call::Call,
    kit::{
        actor::Member,
        api::{self, Group, Object, Operation, Schema},
        choice::Choice as _,
        db::Db,
        problem::Result,
        rql::{By, Collection, Filter},
    },
};

const GROUP: Group = Group { name: "Products", about: "What products are sorted into and measured in." };

pub fn operations() -> Vec<Operation> {
    vec![
        GROUP.list("/categories", categories, "List categories", (&CATEGORIES, category_schema())),
        GROUP.list("/settings/units", units, "List units", (&UNITS, unit_schema())),
    ]
}

fn category_schema() -> Schema {
    Object::new()
        .field("id", Schema::pattern("^CAT-[0-9]{5}$"))
        .field("name", Schema::text())
        .maybe("parent", Schema::reference())
        .maybe("family", Schema::reference())
        .named("Category")
}

fn unit_schema() -> Schema {
    Object::new()
        .field("id", Schema::text().about("Items refer to their unit by this ID."))
        .field("unit", Schema::text().about("What a quantity of one means."))
        .field("description", Schema::text().about("The name shown to people."))
        .field("type", Schema::choice::<Type>())
        .field("cumulative", Schema::flag())
        .named("Unit")
}

const CATEGORIES: Collection = Collection {
    filters: &[
        Filter::id("id", "(r.object ->> 'id')").ordered().searched(),
        Filter::text("name", "((r.object ->> 'name') COLLATE people)").ordered().searched(),
        Filter::id("parent.id", "(r.object #>> '{parent,id}')").nullable(),
        Filter::id("family.id", "(r.object #>> '{family,id}')").nullable(),
    ],
    aliases: &[],
    search: None,
    order: &[By::up("r.place")],
    id: "r.place",
};

const UNITS: Collection = Collection {
    filters: &[
        Filter::id("id", "(r.object ->> 'id')").ordered().searched(),
        Filter::text("unit", "(r.object ->> 'unit')"),
        Filter::text("description", "(r.object ->> 'description')").ordered().searched(),
        Filter::text("type", "(r.object ->> 'type')"),
    ],
    aliases: &[],
    search: None,
    order: &[By::up("r.place")],
    id: "r.place",
};

/// Above all others, and above those that products have.
const ALL: (&str, &str) = ("CAT-00000", "All Categories");
const CLOUD: (&str, &str) = ("CAT-75105", "Cloud Services");

/// The published id. AI is a category of ours.
fn id(category: Category) -> &'static str {
    match category {
        Category::Ai => "CAT-00001",
        Category::Backup => "CAT-67642",
        Category::Communication => "CAT-95793",
        Category::Customers => "CAT-07415",
        Category::DigitalMarketing => "CAT-71994",
        Category::Finance => "CAT-55878",
        Category::HumanResources => "CAT-37312",
        Category::Infrastructure => "CAT-40123",
        Category::ItManagement => "CAT-06160",
        Category::Marketing => "CAT-59128",
        Category::Office => "CAT-57124",
        Category::Sales => "CAT-58673",
        Category::Security => "CAT-86929",
    }
}

fn category((id, name): (&str, &str), parent: (&str, &str)) -> Value {
    json!({
        "id": id,
        "name": name,
        "parent": { "id": parent.0, "name": parent.1 },
        "family": { "id": "FAM-000", "name": "Root Family" },
    })
}

fn all_categories() -> Vec<Value> {
    let upper = [json!({ "id": ALL.0, "name": ALL.1 }), category(CLOUD, ALL)];
    upper.into_iter().chain(Category::ALL.iter().map(|one| category((id(*one), one.label()), CLOUD))).collect()
}

async fn categories(call: Call<Member>, db: web::Data<Db>) -> Result<HttpResponse> {
    api::held((&call.actor, &call.query), &db, &CATEGORIES, all_categories()).await
}

/// What a unit is called there, and what it is counted in: sheets of clients name units by these words.
fn unit(unit: Unit) -> Value {
    let (description, counted) = match unit {
        Unit::MegabyteHour => ("MB*H", "mb-h"),
        Unit::MegahertzHour => ("MHz*H", "mhzh"),
        Unit::UnitHour => ("Unit*H", "unit-h"),
        Unit::Boolean => ("Boolean", "unit"),
        Unit::Gigabytes => ("Gb", "unit"),
        Unit::Ips => ("IPs", "unit"),
        Unit::Kilobytes => ("Kb", "kb"),
        Unit::Kbps => ("Kb/sec", "Kbit/sec"),
        Unit::Megahertz => ("MHz", "mhz"),
        other => (other.label(), "unit"),
    };
    json!({
        "id": unit.key(),
        "unit": counted,
        "description": description,
        "type": match unit.type_() { Type::Reservation => "reservation", Type::Ppu => "ppu" },
        "cumulative": false,
    })
}

async fn units(call: Call<Member>, db: web::Data<Db>) -> Result<HttpResponse> {
    let objects = Unit::ALL.iter().copied().map(unit).collect();
    api::held((&call.actor, &call.query), &db, &UNITS, objects).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_has_an_id_of_its_own() {
        let mut ids: Vec<String> = all_categories().iter().map(|one| one["id"].to_string()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), Category::ALL.len() + 2);
    }
}
