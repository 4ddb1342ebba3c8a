//! What can be wrong with an upload: each with a code for programs, which never changes, and words for people.

use rust_decimal::Decimal;

use super::read::Heading;
use crate::{
    choice,
    kit::choice::Choice as _,
    kit::words::{Figure, Words},
    t,
};

choice! {
    /// A sort of mistake. The label heads its group.
    Code without column {
        Unreadable = "USG_001" / "The file cannot be read",
        Headers = "USG_002" / "Columns are missing or unknown",
        Empty = "USG_003" / "There are no records",
        Missing = "USG_004" / "A value is missing",
        Cell = "USG_005" / "A cell cannot be read",
        Length = "USG_006" / "A value is too long",
        Cells = "USG_007" / "A row has the wrong number of cells",
        Repeated = "USG_008" / "A record ID appears twice",
        Taken = "USG_009" / "A record was reported before",
        Criteria = "USG_010" / "A search criterion is unknown",
        /// The one code that is published.
        Item = "USG_011" / "An item was not found",
        Ordered = "USG_012" / "An item is not pay as you go",
        Unknown = "USG_013" / "A subscription was not found",
        Ambiguous = "USG_014" / "Several subscriptions match",
        Lifetime = "USG_015" / "A subscription was not active then",
        Number = "USG_016" / "A value is not a number",
        Negative = "USG_017" / "A number is negative",
        Range = "USG_018" / "A number is too large",
        Decimals = "USG_019" / "A number has too many decimals",
        Date = "USG_020" / "A date cannot be read",
        Order = "USG_021" / "A record ends before it starts",
        Period = "USG_022" / "A record is outside the period",
        Tier = "USG_023" / "A tier is unknown",
        Rule = "USG_024" / "A row has no rule",
        Currency = "USG_025" / "A row is in another currency",
        Group = "USG_026" / "Rows of one record differ",
        Control = "USG_027" / "A control total does not match",
        Original = "USG_028" / "A reversed record was not found",
        Reversed = "USG_029" / "A record was reversed before",
        Reversal = "USG_030" / "A reversal cannot be reversed",
        Differs = "USG_031" / "A reversal differs from its record",
        Unit = "USG_032" / "A unit is unknown",
        Precision = "USG_033" / "A precision is unknown",
        Described = "USG_034" / "An item is described differently",
        Barred = "USG_035" / "An item cannot be created",
        Rate = "USG_036" / "A rate is not a number above zero",
        Category = "USG_037" / "A category is unknown",
        Left = "USG_038" / "A reversal takes back more than is left",
    }
}

/// One mistake in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The column where it stands; none when the row as a whole is wrong.
    pub at: Option<Heading>,
    pub code: Code,
    /// What stands there.
    pub raw: String,
    /// What the words name besides.
    pub detail: String,
    /// What its row comes to, where that is added up.
    pub worth: Option<Decimal>,
}

impl Fault {
    pub fn at(heading: Heading, code: Code, raw: impl Into<String>) -> Self {
        Self { at: Some(heading), code, raw: raw.into(), detail: String::new(), worth: None }
    }

    pub fn of_row(code: Code, raw: impl Into<String>) -> Self {
        Self { at: None, code, raw: raw.into(), detail: String::new(), worth: None }
    }

    pub fn naming(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    pub fn words(&self) -> Words {
        words(self.code, &self.raw, &self.detail)
    }
}

/// What is wrong, and what would be right.
pub fn words(code: Code, raw: &str, detail: &str) -> Words {
    match code {
        Code::Unreadable => Words::data(raw),
        Code::Headers => match detail {
            "twice" => t!("Two columns are named {header}.", header = raw),
            "unknown" => t!(
                "The column {header} is unknown. Rename it, or add “v.” before its name to keep its values.",
                header = raw
            ),
            _ => match detail.strip_prefix("unknown:") {
                Some(known) => t!(
                    "The column {header} is unknown. Did you mean {known}? Rename it, or add “v.” before its name to keep its values.",
                    header = raw,
                    known
                ),
                None => t!("The column {header} is missing.", header = raw),
            },
        },
        Code::Empty if raw.is_empty() => t!("Add at least one record below the header."),
        Code::Empty => {
            t!("There is no record in the 512 columns that are read. The cell {cell} is beyond them.", cell = raw)
        }
        Code::Missing if detail == "total" => {
            t!("This row has numbers, but no record ID, item or subscription. If it is a total, remove it.")
        }
        Code::Missing => t!("Enter a value, or remove the row."),
        Code::Cell => match detail {
            "formula" => {
                t!("This formula has no result. Open the file in a spreadsheet program, save it, and upload it again.")
            }
            "shortened" => {
                t!("A spreadsheet program shortened this number. Format the column as text and enter it again.")
            }
            "json" => t!("“{raw}” is not JSON in which the mapping finds its values.", raw),
            _ => t!("“{raw}” is not a value. Enter a value.", raw),
        },
        Code::Length => t!("“{raw}” is longer than {most} characters.", raw, most = detail),
        Code::Cells => t!(
            "This row has {found} cells, and the header has {all}. The file may be cut off, or a cell needs quotation marks.",
            found = raw,
            all = detail
        ),
        Code::Repeated => {
            t!("The record ID “{raw}” is also in row {row}. Each record needs its own ID.", raw, row = detail)
        }
        Code::Taken => {
            t!(
                "The record ID “{raw}” was already reported in {file}. Each record needs its own ID.",
                raw,
                file = detail
            )
        }
        Code::Criteria => t!("“{raw}” is unknown. Use {known}.", raw, known = detail),
        Code::Item => t!("The product has no item “{raw}”.", raw),
        Code::Ordered => t!("“{raw}” is not pay as you go, so its usage is not reported.", raw),
        Code::Unknown if !detail.is_empty() => t!(
            "No subscription of this product on this marketplace has “{raw}”. Did you mean “{other}”?",
            raw,
            other = detail
        ),
        Code::Unknown => t!("No subscription of this product on this marketplace has “{raw}”.", raw),
        Code::Ambiguous => t!(
            "“{raw}” matches several subscriptions: {subscriptions}. Use asset.id instead.",
            raw,
            subscriptions = detail
        ),
        Code::Lifetime => match detail {
            _ if detail.starts_with("item:") => t!(
                "{subscription} no longer had {item} when this record starts.",
                subscription = detail.trim_start_matches("item:"),
                item = raw
            ),
            "never" => t!("{subscription} was never activated.", subscription = raw),
            "before" => t!("{subscription} was activated after this record ends.", subscription = raw),
            _ => t!("{subscription} ended before this record starts.", subscription = raw),
        },
        Code::Number if detail.is_empty() => {
            t!("“{raw}” is not a number. Use digits and a decimal point, such as 1234.5.", raw)
        }
        Code::Number => match detail.strip_prefix("write:") {
            Some(plain) => t!("“{raw}” is not a number. Write {plain}.", raw, plain),
            None => t!(
                "“{raw}” is not a number that is written like {example}, as the mapping says.",
                raw,
                example = detail
            ),
        },
        Code::Category => t!("The sheet categories has no category “{raw}”. Add it there, or remove it here.", raw),
        Code::Negative => t!("“{raw}” is negative. Report only what was used.", raw),
        Code::Range => t!("“{raw}” has more than 16 digits before the decimal point.", raw),
        Code::Decimals => t!(
            "“{raw}” has {found} decimals. Up to {most} are allowed.",
            raw,
            found = detail.split('/').next().unwrap_or_default(),
            most = detail.split('/').nth(1).unwrap_or_default()
        ),
        Code::Date if detail.is_empty() => {
            t!("“{raw}” is not a time. Use the format 2026-05-31 23:59:59, in UTC.", raw)
        }
        Code::Date => match detail.strip_prefix("zone:") {
            Some(zone) => t!("“{raw}” does not exist in {zone}: clocks are put forward and leave it out.", raw, zone),
            None => {
                t!("“{raw}” is not a time that is written like {example}, as the mapping says.", raw, example = detail)
            }
        },
        Code::Order => t!("The record ends at {end}, which is not after its start.", end = raw),
        Code::Period => match detail.strip_prefix("late:") {
            Some(period) => t!(
                "{time} is more than 12 months before the file's period, {period}. Report it in a file of its own period.",
                time = raw,
                period
            ),
            None => t!("{time} is outside the file's period, {period}.", time = raw, period = detail),
        },
        Code::Rule => match detail.strip_prefix("stop:") {
            Some(column) => t!("The mapping stops at “{raw}” in the column {column}.", raw, column),
            None => t!(
                "No rule of the mapping fits “{raw}” in the column {column}. Add a rule that says what it is.",
                raw,
                column = detail
            ),
        },
        Code::Currency => t!("“{raw}” is not the currency of the file, {currency}.", raw, currency = detail),
        Code::Group => {
            t!(
                "“{raw}” is not what row {row} has, but both become one record. Group by this column too.",
                raw,
                row = detail
            )
        }
        Code::Control => {
            let mut parts = detail.split(':');
            let mut next = || parts.next().unwrap_or_default();
            let (what, said, difference) = (next(), next(), next());
            let cell = said;
            let (found, said) = (Figure::of(raw), Figure::of(said));
            match what {
                "cell" if raw.is_empty() => {
                    t!("The cell {cell} is empty. The mapping expects a number there.", cell)
                }
                "cell" => {
                    t!("The cell {cell} has “{found}”, but the mapping expects a number there.", cell, found = raw)
                }
                "rows" => t!("The report has {found} rows, and you entered {said}.", found, said),
                "read rows" => t!("The report has {found} rows, but says that it has {said}.", found, said),
                "read total" => t!(
                    "The report adds up to {found}, but says that it adds up to {said}. The difference is {difference}.",
                    found,
                    said,
                    difference = Figure::of(difference)
                ),
                _ if difference.is_empty() => {
                    t!("The report adds up to {found}, and you entered {said}.", found, said)
                }
                _ => t!(
                    "The report adds up to {found}, and you entered {said}. The difference is {difference}.",
                    found,
                    said,
                    difference = Figure::of(difference)
                ),
            }
        }
        Code::Rate if raw.is_empty() => t!("The rate is missing. The mapping multiplies amounts by it."),
        Code::Rate => t!("The rate “{raw}” is not a number above zero, or it makes the amount too large.", raw),
        Code::Unit => {
            t!("“{raw}” is not a unit. Use the ID or the name of a published unit, such as hours or unith.", raw)
        }
        Code::Precision => {
            t!("“{raw}” is not a precision. Use integer, decimal_1, decimal_2, decimal_4 or decimal_8.", raw)
        }
        Code::Described => t!("“{raw}” differs from the item, which has “{expected}”.", raw, expected = detail),
        Code::Barred => t!("Another item of the product has the name “{raw}” or this part number.", raw),
        Code::Original if detail.is_empty() => t!("No accepted record of this product has the ID “{raw}”.", raw),
        Code::Original => t!("“{raw}” is in {file}, which has not been accepted.", raw, file = detail),
        Code::Reversed if detail.starts_with("UF-") => {
            t!("“{raw}” was already reversed in {file}, and nothing of it is left.", raw, file = detail)
        }
        Code::Reversed => {
            t!("“{raw}” is also reversed in row {row}, and nothing of it is left.", raw, row = detail)
        }
        Code::Left if detail.is_empty() => {
            t!("Together with other reversals, this takes back more of “{raw}” than it has.", raw)
        }
        Code::Left => t!("“{raw}” takes back more than is left of the record: {left}.", raw, left = detail),
        Code::Reversal => t!("“{raw}” is a reversal itself, so it cannot be reversed.", raw),
        Code::Differs => match detail.strip_prefix("of:") {
            Some("marketplace") => t!("“{raw}” was reported for another marketplace.", raw),
            Some("environment") => t!("“{raw}” was reported in another environment.", raw),
            Some("currency") => t!("“{raw}” was reported in another currency.", raw),
            Some(_) => t!("“{raw}” was reported with another usage schema.", raw),
            None => t!(
                "“{raw}” must be {expected}. A reversal repeats its record, with quantity and amount negative and no larger.",
                raw,
                expected = detail
            ),
        },
        Code::Tier => t!("“{raw}” is not a tier. Use 0 for the customer, 1 or 2 for the resellers above it.", raw),
    }
}

/// The code that is kept by its key.
pub fn code(kept: &str) -> Code {
    Code::from_key(kept).unwrap_or(Code::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_has_words() {
        for code in Code::ALL {
            let words = words(*code, "raw", "1/2").to_string();
            assert!(!words.is_empty() && !words.contains('{'), "{code}: {words}");
        }
    }
}
