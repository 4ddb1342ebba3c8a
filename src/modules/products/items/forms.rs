//! The form of an item.

use super::{Period, Precision, Type, Unit, commitment, store::ItemRow};
use crate::kit::{
    choice::Choice as _,
    fields::Fields,
    form::{Field, Pick},
    form_page::{Ask, FormPage},
};

/// An item to be made, or what becomes of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewItem {
    pub type_: Type,
    pub name: String,
    pub mpn: String,
    pub description: String,
    pub precision: Precision,
    pub unit: Unit,
    pub period: Period,
    /// Years; 0 is none.
    pub commitment: i32,
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
}

pub struct ItemForm {
    pub type_: Type,
    pub name: Field,
    pub mpn: Field,
    pub description: Field,
    pub unit: Field,
    pub period: Field,
    pub commitment: Field,
    pub precision: Field,
}

impl ItemForm {
    pub fn empty(type_: Type) -> Self {
        Self {
            type_,
            name: Field::new("name", "Name"),
            mpn: Field::new("mpn", "Manufacturer Part Number").hint("How you name it in your own systems."),
            description: Field::new("description", "Description"),
            unit: Field::new("unit", "Unit"),
            period: Field::new("period", "Billing period").filled(Period::Monthly.key()),
            commitment: Field::new("commitment", "Commitment")
                .hint("How long a customer binds itself. With monthly and yearly billing any; with every 2 years 4 or 6; with every 3 years 6.")
                .filled("0"),
            precision: Field::new("precision", "Precision").filled(Precision::Integer.key()),
        }
    }

    pub fn filled(row: &ItemRow) -> Self {
        let form = Self::empty(row.type_);
        Self {
            type_: row.type_,
            name: form.name.filled(&row.name),
            mpn: form.mpn.filled(&row.mpn),
            description: form.description.filled(&row.description),
            unit: form.unit.filled(row.unit.key()),
            period: form.period.filled(row.period.key()),
            commitment: form.commitment.filled(row.commitment.to_string()),
            precision: form.precision.filled(row.precision.key()),
        }
    }

    pub fn typed(type_: Type, fields: &Fields) -> Self {
        let form = Self::empty(type_);
        Self {
            type_,
            name: form.name.from(fields),
            mpn: form.mpn.from(fields),
            description: form.description.from(fields),
            unit: form.unit.from(fields),
            period: form.period.from(fields),
            commitment: form.commitment.from(fields),
            precision: form.precision.from(fields),
        }
    }

    pub fn parse(&mut self) -> Option<NewItem> {
        let words = self.parse_words();
        let unit = self.unit.choice::<Unit>("Choose a unit").filter(|unit| unit.type_() == self.type_);
        if unit.is_none() {
            self.unit.fail("Choose a unit from the list");
        }
        let (period, commitment, precision) = match self.type_ {
            Type::Reservation => (self.parse_period(), self.parse_commitment(), Some(Precision::Integer)),
            Type::Ppu => (Some(Period::Monthly), Some(0), self.precision.choice("Choose how finely it is counted")),
        };
        let (name, mpn, description) = words?;
        Some(NewItem {
            type_: self.type_,
            name,
            mpn,
            description,
            precision: precision?,
            unit: unit?,
            period: period?,
            commitment: commitment?,
        })
    }

    /// What may change of an item that was published.
    pub fn parse_words(&mut self) -> Option<(String, String, String)> {
        let (name, mpn, description) = (
            self.name.line("a name", 255),
            self.mpn.key("a part number", 255),
            self.description.text("a description", 2_000),
        );
        Some((name?, mpn?, description?))
    }

    fn parse_period(&mut self) -> Option<Period> {
        self.period.choice("Choose a billing period")
    }

    fn parse_commitment(&mut self) -> Option<i32> {
        let period = Period::from_key(&self.period.value)?;
        let years = self.commitment.value.parse().ok().filter(|years| period.commitments().contains(years));
        if years.is_none() {
            self.commitment.fail(match period.commitments() {
                [0] => "This billing period goes without commitment".to_owned(),
                some => format!(
                    "With this billing period choose {}",
                    some.iter().map(|years| commitment(*years).to_lowercase()).collect::<Vec<_>>().join(", ")
                ),
            });
        }
        years
    }

    /// `fixed`: the item was published, so only its words are asked.
    pub fn onto(&self, page: FormPage, fixed: bool) -> FormPage {
        let page = page.ask(&self.name, Ask::Line).ask(&self.mpn, Ask::Line).ask(&self.description, Ask::Text(3));
        if fixed {
            return page;
        }
        let units = Unit::ALL.iter().filter(|unit| unit.type_() == self.type_);
        let units = units.map(|unit| Pick::new(unit.key(), unit.label(), ""));
        let units = std::iter::once(Pick::new("", "Choose a unit", "")).chain(units).collect();
        match self.type_ {
            Type::Reservation => {
                let periods = Period::ALL.iter().map(|period| Pick::new(period.key(), period.label(), "")).collect();
                let years = (0..=6).map(|years| Pick::new(years.to_string(), commitment(years), "")).collect();
                page.ask(&self.period, Ask::Select(periods))
                    .ask(&self.commitment, Ask::Select(years))
                    .ask(&self.unit, Ask::Select(units))
            }
            Type::Ppu => {
                let precisions = Precision::ALL.iter().map(|one| Pick::new(one.key(), one.label(), "")).collect();
                page.ask(&self.precision, Ask::Select(precisions)).ask(&self.unit, Ask::Select(units))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(type_: Type, pairs: &[(&str, &str)]) -> ItemForm {
        let words = [("name", "Seat"), ("mpn", "S-1"), ("description", "One seat")];
        let all = words.iter().chain(pairs).map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        ItemForm::typed(type_, &Fields::new(all.collect()))
    }

    #[test]
    fn a_commitment_goes_with_its_billing_period() {
        let made = |period, commitment| {
            typed(Type::Reservation, &[("unit", "users"), ("period", period), ("commitment", commitment)]).parse()
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
        assert_eq!({ reserved }.parse().map(|item| item.precision), Some(Precision::Integer));
        let used = typed(Type::Ppu, &[("unit", "unith"), ("precision", "decimal_2"), ("commitment", "3")]);
        let item = { used }.parse().unwrap();
        assert_eq!((item.precision, item.period, item.commitment), (Precision::Decimal2, Period::Monthly, 0));
        assert!(typed(Type::Ppu, &[("unit", "users"), ("precision", "integer")]).parse().is_none());
    }
}
