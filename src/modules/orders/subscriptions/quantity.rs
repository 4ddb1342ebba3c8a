//! How much of an item: an exact decimal, or unlimited.

use std::fmt;

use askama::{FastWritable, Values};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    kit::{
        form_page::Ask,
        input::{
            Kind,
            kinds::{Tick, whole},
        },
        typed,
        violation::{Why, Words},
        words::{Arg, Lang, Say, ToArg, lang},
    },
    modules::products::items::Type,
    t,
};

/// Reservations are counted in whole numbers, pay as you go is unlimited, nothing is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity(Decimal);

/// The largest that can be ordered.
const MOST: i64 = 1_000_000_000;

impl Quantity {
    pub const NONE: Self = Self(Decimal::ZERO);
    pub const UNLIMITED: Self = Self(Decimal::NEGATIVE_ONE);

    /// As the table keeps it: -1 is unlimited.
    pub fn kept(self) -> Decimal {
        self.0
    }

    pub fn of(kept: Decimal) -> Self {
        if kept.is_sign_negative() { Self::UNLIMITED } else { Self(kept) }
    }

    pub fn is_none(self) -> bool {
        self.0.is_zero()
    }

    /// Whether there is less of it than `other`; unlimited is the most.
    pub fn is_less(self, other: Self) -> bool {
        match (self.is_unlimited(), other.is_unlimited()) {
            (true, _) => false,
            (false, true) => true,
            (false, false) => self.0 < other.0,
        }
    }

    pub fn is_unlimited(self) -> bool {
        self == Self::UNLIMITED
    }

    /// Why there cannot be so much of an item of this type.
    pub fn against(self, type_: Type) -> Option<Why> {
        match type_ {
            Type::Ppu => {
                let fits = self.is_none() || self.is_unlimited();
                (!fits).then(|| Why::new("unlimited", "Pay-as-you-go items are ordered without a quantity"))
            }
            Type::Reservation => {
                let fits = self.0 >= Decimal::ZERO && self.0 <= MOST.into() && self.0.fract().is_zero();
                let words = || Words::new("Enter a whole number from 0 to {most}").with("most", MOST);
                (!fits).then(|| Why::new("whole", words()))
            }
        }
    }
}

/// How much of an item of this type, as it is typed: a whole number, or a tick for what has no end.
pub struct QuantityOf(pub Type);

impl Kind for QuantityOf {
    type Value = Quantity;

    fn tidy(&self, text: &str) -> String {
        match self.0 {
            Type::Ppu => Tick.tidy(text),
            Type::Reservation => typed::number(text),
        }
    }

    fn value(&self, text: String, _: &Words) -> Result<Quantity, Why> {
        match self.0 {
            Type::Ppu => Ok(Quantity::UNLIMITED),
            Type::Reservation => whole(&text, 0, MOST).map(|number| Quantity(number.into())),
        }
    }

    fn text(&self, value: &Quantity) -> String {
        match self.0 {
            Type::Ppu => Tick.text(&!value.is_none()),
            Type::Reservation if value.is_none() || value.is_unlimited() => String::new(),
            Type::Reservation => value.0.normalize().to_string(),
        }
    }

    fn ask(&self) -> Ask {
        match self.0 {
            Type::Ppu => Tick.ask(),
            Type::Reservation => Ask::Whole,
        }
    }
}

impl Say for Quantity {
    fn say(&self, to: &mut dyn fmt::Write, lang: Lang) -> fmt::Result {
        self.arg().say(to, lang)
    }
}

impl ToArg for Quantity {
    fn arg(&self) -> Arg {
        if self.is_unlimited() { t!("Unlimited").arg() } else { self.0.normalize().arg() }
    }
}

impl FastWritable for Quantity {
    fn write_into(&self, to: &mut dyn fmt::Write, values: &dyn Values) -> askama::Result<()> {
        Ok(self.say(to, lang(values))?)
    }
}

/// In English, for records and tests.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.say(f, Lang::ENGLISH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::input::Question;
    use proptest::prelude::*;

    /// What was typed for an item of this type.
    fn read(type_: Type, typed: &str) -> Result<Quantity, &'static str> {
        Question::new("item", "Item", QuantityOf(type_)).filled(typed).value().map_err(|wrong| wrong.why.code)
    }

    #[test]
    fn a_reservation_is_a_whole_number_and_pay_as_you_go_has_no_end() {
        for (typed, shown) in [("5", "5"), (" 5 ", "5"), ("", "0"), ("0", "0"), ("1000000000", "1,000,000,000")] {
            assert_eq!(read(Type::Reservation, typed).map(|q| q.to_string()), Ok(shown.into()), "{typed}");
        }
        for wrong in ["-1", "1.5", "five", "1e400", "1,000", "1.000", "10.00", "5.0", "1 000", "+5", "∞"] {
            assert_eq!(read(Type::Reservation, wrong), Err("whole"), "{wrong}");
        }
        assert_eq!(read(Type::Reservation, "1000000001"), Err("range"));
        assert_eq!(read(Type::Ppu, "yes").map(|q| q.to_string()), Ok("Unlimited".into()));
        assert_eq!(read(Type::Ppu, ""), Ok(Quantity::NONE));
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_taken_or_refused(typed in "\\PC{0,40}") {
            if let Ok(quantity) = read(Type::Reservation, &typed) {
                prop_assert_eq!(Quantity::of(quantity.kept()), quantity);
                let text = QuantityOf(Type::Reservation).text(&quantity);
                prop_assert!(quantity.is_none() || read(Type::Reservation, &text) == Ok(quantity));
            }
        }
    }
}
