//! Bars: one measure, period by period or kind by kind, drawn by the server. Its numbers are exact texts; only the lengths of bars
//! are floats.

use super::words::{Figure, Words, figure::Places};
use crate::t;

/// One period, or one kind of thing.
#[derive(Debug, Clone)]
pub struct Bar {
    pub name: Words,
    /// An exact decimal that is not negative, such as "12.5".
    pub value: String,
    /// Whether it is not settled yet: its bar is hollow.
    pub open: bool,
}

/// What `components/chart.html` shows.
#[derive(Debug, Clone)]
pub struct Chart {
    /// What is measured of what, in which unit.
    pub caption: Words,
    /// The head of the column of numbers.
    pub measure: Words,
    /// In the order of time, or of the kinds.
    pub bars: Vec<Bar>,
    /// Whether they stand for kinds of things.
    kinds: bool,
    highest: String,
    axis: Axis,
    /// The currency of its numbers.
    currency: Option<String>,
    /// The least decimals of its numbers, for quantities.
    places: usize,
}

/// The shortest bar of something that is not nothing, in hundredths of the axis.
const SHORTEST: f64 = 0.5;
/// Longer numbers have no room above bars that stand beside each other.
const SHORT: usize = 7;

impl Chart {
    /// None when there is no bar to show.
    pub fn of(caption: Words, measure: Words, bars: Vec<Bar>) -> Option<Self> {
        let highest = bars.iter().max_by(|one, other| rank(&one.value).cmp(&rank(&other.value)))?.value.clone();
        let whole = bars.iter().all(|bar| !bar.value.contains('.'));
        let axis = Axis::to(number(&highest), whole);
        Some(Self { caption, measure, bars, kinds: false, highest, axis, currency: None, places: 0 })
    }

    /// The same for bars that stand for kinds of things, not for periods.
    pub fn of_kinds(self) -> Self {
        Self { kinds: true, ..self }
    }

    /// The same for amounts in a currency, if there is one.
    pub fn in_currency(self, currency: Option<String>) -> Self {
        Self { currency, ..self }
    }

    /// The same for quantities counted with this many decimals.
    pub fn counted_in(self, of: impl Places) -> Self {
        Self { places: of.places(), ..self }
    }

    /// Whether its bars stand for kinds of things, which are few and have longer names than periods.
    pub fn kinds(&self) -> bool {
        self.kinds
    }

    /// The number of a bar, as people read it.
    pub fn value(&self, bar: &Bar) -> Figure {
        self.figure(&bar.value)
    }

    fn figure(&self, exact: &str) -> Figure {
        match &self.currency {
            Some(currency) => Figure::money(exact, currency),
            None => Figure::quantity(exact, self.places),
        }
    }

    /// The whole in one sentence, for those who do not see it.
    pub fn label(&self) -> Words {
        if self.kinds {
            return t!(
                "Bar chart of {n} bar: {caption}. The highest value is {highest}."
                    | "Bar chart of {n} bars: {caption}. The highest value is {highest}.",
                self.bars.len(),
                caption = self.caption,
                highest = self.figure(&self.highest)
            );
        }
        t!(
            "Bar chart of {n} period: {caption}. The highest value is {highest}."
                | "Bar chart of {n} periods: {caption}. The highest value is {highest}.",
            self.bars.len(),
            caption = self.caption,
            highest = self.figure(&self.highest)
        )
    }

    /// The numbers along the axis, from 0 to its end.
    pub fn ticks(&self) -> Vec<String> {
        (0..=self.axis.steps).map(|step| decimal(step * self.axis.step, self.axis.power)).collect()
    }

    /// Into how many parts they divide it.
    pub fn steps(&self) -> u64 {
        self.axis.steps
    }

    /// Whether its numbers are short enough for bars beside each other, where there is room for them.
    pub fn columns(&self) -> bool {
        self.bars.iter().all(|bar| self.value(bar).signs() <= SHORT)
    }

    /// Whether a bar is hollow.
    pub fn open(&self) -> bool {
        self.bars.iter().any(|bar| bar.open)
    }

    /// How long a bar of it is, in hundredths of the axis: "37.50".
    pub fn length(&self, bar: &Bar) -> String {
        format!("{:.2}", self.share(bar))
    }

    /// What is left of the axis behind it.
    pub fn rest(&self, bar: &Bar) -> String {
        format!("{:.2}", 100.0 - self.share(bar))
    }

    fn share(&self, bar: &Bar) -> f64 {
        let number = number(&bar.value);
        if number > 0.0 { (100.0 * number / self.axis.end()).clamp(SHORTEST, 100.0) } else { 0.0 }
    }
}

/// A number as a length.
fn number(text: &str) -> f64 {
    text.parse().ok().filter(|number: &f64| number.is_finite() && *number > 0.0).unwrap_or_default()
}

/// What exact decimals are compared by.
fn rank(text: &str) -> (usize, &str, &str) {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    (whole.len(), whole, fraction)
}

/// An axis from 0: so many steps of `step` times ten to the power `power`.
#[derive(Debug, Clone, Copy)]
struct Axis {
    step: u64,
    power: i32,
    steps: u64,
}

impl Axis {
    /// 1, 2, 2.5, 5 and 10, in tenths.
    const ROUND: [u64; 5] = [10, 20, 25, 50, 100];
    const MOST: u64 = 4;
    /// Floats differ by less.
    const NOISE: f64 = 1e-9;

    /// To the first end behind `top` that a few round steps reach; where all numbers are whole, so are the steps.
    fn to(top: f64, whole: bool) -> Self {
        if top <= 0.0 {
            return Self { step: 1, power: 0, steps: 1 };
        }
        let power = (top / Self::MOST as f64).log10().floor() as i32 - 1;
        let of = |step: u64| Self { step, power, steps: Self::MOST };
        let reaches = |step: &u64| of(*step).end() >= top * (1.0 - Self::NOISE);
        let fits = |step: &u64| !whole || power >= 0 || step.is_multiple_of(10u64.pow(power.unsigned_abs()));
        let step = Self::ROUND.into_iter().filter(fits).find(reaches).unwrap_or(100);
        let steps = (top / of(step).end() * Self::MOST as f64 - Self::NOISE).ceil();
        Self { steps: (steps as u64).clamp(1, Self::MOST), ..of(step) }
    }

    fn end(self) -> f64 {
        (self.steps * self.step) as f64 * 10f64.powi(self.power)
    }
}

/// `number` times ten to the power `power`, exactly.
fn decimal(number: u64, power: i32) -> String {
    let digits = number.to_string();
    let places = power.unsigned_abs() as usize;
    if number == 0 || power >= 0 {
        return format!("{digits}{}", "0".repeat(if number == 0 { 0 } else { places }));
    }
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = padded.split_at(padded.len() - places);
    match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        fraction => [whole, fraction].join("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(values: &[&str]) -> Chart {
        let bar = |value: &&str| Bar { name: Words::data("May"), value: (*value).to_owned(), open: false };
        Chart::of(Words::data("Hours"), Words::data("Hours"), values.iter().map(bar).collect()).unwrap()
    }

    #[test]
    fn an_axis_goes_from_nothing_to_a_round_number_in_a_few_steps() {
        for (top, ticks) in [
            ("0", "0 1"),
            ("1", "0 1"),
            ("1.0", "0 0.25 0.5 0.75 1"),
            ("2", "0 1 2"),
            ("3", "0 1 2 3"),
            ("7", "0 2 4 6 8"),
            ("9", "0 5 10"),
            ("9.5", "0 2.5 5 7.5 10"),
            ("33.5", "0 10 20 30 40"),
            ("99.99", "0 25 50 75 100"),
            ("100", "0 25 50 75 100"),
            ("100.01", "0 50 100 150"),
            ("1234.5", "0 500 1000 1500"),
            ("0.00000003", "0 0.00000001 0.00000002 0.00000003"),
            ("9999999999999999.99999999", "0 2500000000000000 5000000000000000 7500000000000000 10000000000000000"),
            (
                "2000000000000000000000",
                "0 500000000000000000000 1000000000000000000000 1500000000000000000000 2000000000000000000000",
            ),
        ] {
            assert_eq!(chart(&[top]).ticks().join(" "), ticks, "{top}");
        }
    }

    #[test]
    fn every_power_of_ten_is_reached_and_by_no_more_than_half_too_far() {
        for power in -8..24 {
            for top in ["1", "1.01", "1.9", "2", "2.4", "2.5", "3.3", "4", "5", "7.7", "8", "9.99"] {
                let text = format!("{top}e{power}");
                let (top, axis) = (number(&text), Axis::to(number(&text), false));
                assert!(axis.end() >= top * (1.0 - Axis::NOISE) && axis.end() <= top * 1.5, "{text}: {axis:?}");
                assert!((3..=4).contains(&axis.steps), "{text}: {axis:?}");
            }
        }
    }

    #[test]
    fn bars_are_as_long_as_their_numbers_and_what_is_not_nothing_can_be_seen() {
        let chart = chart(&["0", "20", "33.5", "0.0001", "40"]);
        let lengths: Vec<String> = chart.bars.iter().map(|bar| chart.length(bar)).collect();
        assert_eq!(lengths, ["0.00", "50.00", "83.75", "0.50", "100.00"]);
        let rests: Vec<String> = chart.bars.iter().map(|bar| chart.rest(bar)).collect();
        assert_eq!(rests, ["100.00", "50.00", "16.25", "99.50", "0.00"]);
    }

    #[test]
    fn the_highest_is_found_beyond_what_floats_tell_apart() {
        let highest = "9999999999999999.2";
        let chart = chart(&["9999999999999999.1", highest, "9999999999999999.15", "999"]);
        assert_eq!(chart.label(), "Bar chart of 4 periods: Hours. The highest value is 9,999,999,999,999,999.2.");
        assert!(!chart.columns());
    }

    #[test]
    fn numbers_stand_above_their_bars_only_where_they_are_short() {
        assert!(chart(&["1", "1234.56"]).columns());
        assert!(!chart(&["1", "12345.67"]).columns());
        assert_eq!(chart(&["1"]).label(), "Bar chart of 1 period: Hours. The highest value is 1.");
        assert_eq!(chart(&["1", "2"]).of_kinds().label(), "Bar chart of 2 bars: Hours. The highest value is 2.");
        assert!(Chart::of(Words::data("Hours"), Words::data("Hours"), Vec::new()).is_none());
    }
}
