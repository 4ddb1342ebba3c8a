//! The data of an item.

use diesel::prelude::*;

use super::{Period, Precision, Type, Unit, commitment, store::ItemRow};
use crate::{
    input,
    kit::{
        choice::Choice as _,
        form::Pick,
        form_page::{Ask, FormPage},
        input::{
            Form,
            kinds::{Key, Line, Numbered, One, Text},
        },
        violation::{Violation, Violations, Why, Words},
    },
    schema::items,
    t,
};

input! {
    /// An item to be made, or what becomes of one. Its type stays for good.
    #[derive(Insertable, AsChangeset)]
    #[diesel(table_name = items)]
    pub struct NewItem, Draft settled by settle {
        "" {
            type_ as "type": Type = One::cards("Choose a type"), "Type", at "type", missing "Choose a type";
            name: String = Line(255), "Name", at "name", missing "Enter a name";
            mpn: String = Key(255), "Manufacturer part number", at "mpn", missing "Enter a part number",
                hint "The ID in your own systems.";
            description: String = Text(2_000, 3), "Description", at "description", missing "Enter a description";
            period: Period = One::list("", "Choose a billing period"), "Billing period", at "period", missing "Choose a billing period";
            /// Years; 0 is none.
            commitment: i32 = Numbered { picks: commitments, ask: Ask::Select, wrong: "Choose a commitment from the list" }, "Commitment",
                at "commitment.count", missing "Choose a commitment",
                hint "How long the customer commits. Monthly and yearly billing allow any commitment, every 2 years allows 4 or 6 years, and every 3 years allows 6 years.";
            precision: Precision = One::list("", "Choose a precision"), "Precision", at "precision",
                missing "Choose a precision";
            unit: Unit = One::list("Choose a unit", "Choose a unit from the list"), "Unit", at "unit.id", missing "Choose a unit";
        }
    }
}

fn commitments() -> Vec<Pick> {
    (0..=6).map(|years| Pick::new(years.to_string(), commitment(years), "")).collect()
}

/// What goes with the type: what is reserved is counted whole, what is used is billed each month; and each unit counts one of them.
fn settle(draft: &mut Draft, wrong: &mut Violations) {
    let (Some(type_), period) = (draft.type_, draft.period) else { return };
    let unasked: &[&str] = match type_ {
        Type::Reservation => &["precision"],
        Type::Ppu => &["period", "commitment"],
    };
    wrong.retain(|one| !unasked.contains(&one.at.as_ref()));
    match type_ {
        Type::Reservation => draft.precision = Some(Precision::Integer),
        Type::Ppu => (draft.period, draft.commitment) = (Some(Period::Monthly), Some(0)),
    }
    if draft.unit.is_some_and(|unit| unit.type_() != type_) {
        wrong.push(Violation::new("unit", Why::new("choice", "Choose a unit from the list")));
    }
    if let (Type::Reservation, Some(period), Some(years)) = (type_, period, draft.commitment)
        && !period.commitments().contains(&years)
    {
        let words = match period.commitments() {
            [0] => Words::new("This billing period doesn't allow a commitment"),
            some => {
                let commitments = Words::any_of(some.iter().map(|years| Words::within(commitment(*years))));
                t!("With this billing period, choose {commitments}", commitments)
            }
        };
        wrong.push(Violation::new("commitment", Why::new("commitment", words)));
    }
}

impl NewItem {
    /// What every new product begins with.
    pub fn default_item() -> Self {
        Self {
            type_: Type::Reservation,
            name: "Default item".into(),
            mpn: "MPN-1".into(),
            description: "Change this item into what you sell, or delete it.".into(),
            precision: Precision::Integer,
            unit: Unit::Licenses,
            period: Period::Monthly,
            commitment: 0,
        }
    }

    pub fn of(row: &ItemRow) -> Self {
        Self {
            type_: row.type_,
            name: row.name.clone(),
            mpn: row.mpn.clone(),
            description: row.description.clone(),
            precision: row.precision,
            unit: row.unit,
            period: row.period,
            commitment: row.commitment,
        }
    }
}

/// A form of a new item.
pub fn empty(type_: Type) -> Form<NewItem> {
    Form::empty()
        .with("type", type_.key())
        .with("period", Period::Monthly.key())
        .with("commitment", "0")
        .with("precision", Precision::Integer.key())
}

/// What may change of an item that was published.
pub const WORDS: [&str; 3] = ["name", "mpn", "description"];

/// `fixed`: the item was published, so only its words are asked.
pub fn onto(form: &Form<NewItem>, page: FormPage, type_: Type, fixed: bool) -> FormPage {
    form.onto_asking(page, |entry| match entry.name {
        name if WORDS.contains(&name) => Some(entry.asked()),
        _ if fixed => None,
        "unit" => {
            let units = Unit::ALL.iter().filter(|unit| unit.type_() == type_);
            let units = units.map(|unit| Pick::new(unit.key(), unit.label(), ""));
            Some(Ask::from_list("Choose a unit", units.collect()))
        }
        "period" | "commitment" => (type_ == Type::Reservation).then(|| entry.asked()),
        "precision" => (type_ == Type::Ppu).then(|| entry.asked()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::fields::Fields;

    fn typed(type_: Type, pairs: &[(&str, &str)]) -> Option<NewItem> {
        let words = [("type", type_.key()), ("name", "Seat"), ("mpn", "S-1"), ("description", "One seat")];
        let all = words.iter().chain(pairs).map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        Form::<NewItem>::typed(&Fields::new(all.collect())).read()
    }

    #[test]
    fn a_commitment_goes_with_its_billing_period() {
        let made = |period, commitment| {
            typed(Type::Reservation, &[("unit", "users"), ("period", period), ("commitment", commitment)])
        };
        for (period, years) in [("yearly", "3"), ("years_2", "4"), ("years_3", "6"), ("onetime", "0")] {
            assert!(made(period, years).is_some(), "{period} with {years}");
        }
        for (period, years) in [("years_2", "3"), ("years_3", "3"), ("onetime", "1"), ("monthly", "7"), ("", "0")] {
            assert!(made(period, years).is_none(), "{period} with {years}");
        }
    }

    #[test]
    fn what_is_reserved_is_counted_whole_and_what_is_used_as_finely_as_chosen() {
        let reserved = typed(
            Type::Reservation,
            &[("unit", "users"), ("period", "monthly"), ("commitment", "0"), ("precision", "decimal_2")],
        );
        assert_eq!(reserved.map(|item| item.precision), Some(Precision::Integer));
        let used = [("unit", "unith"), ("precision", "decimal_2"), ("commitment", "3")];
        let item = typed(Type::Ppu, &used).expect("it reads");
        assert_eq!((item.precision, item.period, item.commitment), (Precision::Decimal2, Period::Monthly, 0));
        assert!(typed(Type::Ppu, &[("unit", "users"), ("precision", "integer")]).is_none());
    }
}
