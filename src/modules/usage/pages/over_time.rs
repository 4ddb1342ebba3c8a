//! Usage over time, as charts of the latest periods.

use super::days_in;
use crate::{
    kit::{
        chart::{Bar, Chart},
        time::Zone,
        words::Words,
    },
    modules::usage::store::Span,
    t,
};

/// Periods that a chart shows.
pub const PERIODS: i32 = 12;

/// One thing's usage, in the order of time. None when there is none.
pub fn chart(spans: &[Span]) -> Option<Chart> {
    let first = spans.first()?;
    let bar = |span: &Span| Bar {
        name: days_in(Zone::named(&span.zone), span.period_from, span.period_to),
        value: span.value.clone(),
        open: !span.settled,
    };
    let chart = Chart::of(caption(first), measure(first), spans.iter().map(bar).collect())?;
    Some(chart.in_currency(first.currency.clone()).counted_in(first.precision))
}

/// By what it is chosen among others.
pub fn label(span: &Span) -> Words {
    match &span.item {
        Some(item) => Words::data(item.as_str()),
        None => measure(span),
    }
}

fn caption(span: &Span) -> Words {
    match (&span.item, &span.unit, &span.currency) {
        (Some(item), Some(unit), _) => t!("{item}, quantity per period ({unit})", item, unit),
        (None, Some(unit), _) => t!("Quantity per period ({unit})", unit),
        (_, None, Some(currency)) => t!("Amount per period ({currency})", currency),
        (_, None, None) => t!("Quantity per period"),
    }
}

fn measure(span: &Span) -> Words {
    match (&span.unit, &span.currency) {
        (Some(unit), _) => t!("Quantity ({unit})", unit),
        (None, Some(currency)) => t!("Amount ({currency})", currency),
        (None, None) => t!("Quantity"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_called_as_short_as_can_be() {
        let said = |from: &str, to: &str| {
            let at = |day: &str| format!("{day}T00:00:00Z").parse().unwrap();
            days_in(Zone::UTC, at(from), at(to)).to_string()
        };
        assert_eq!(said("2026-05-01", "2026-06-01"), "May 2026");
        assert_eq!(said("2026-12-01", "2027-01-01"), "Dec 2026");
        assert_eq!(said("2026-05-01", "2026-07-01"), "1 May 2026 to 30 Jun 2026");
        assert_eq!(said("2026-05-01", "2027-06-01"), "1 May 2026 to 31 May 2027");
        assert_eq!(said("2026-05-04", "2026-05-05"), "4 May 2026");
        assert_eq!(said("2026-05-04", "2026-05-11"), "4 May 2026 to 10 May 2026");
    }
}
