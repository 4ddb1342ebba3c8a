//! Values of a query as values of a filter's type.

use chrono::{DateTime, NaiveTime, TimeDelta, Timelike as _, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{condition::Is, filter::Kind, pattern::Pattern, tree::Operator};
use crate::kit::{sql::Bind, time};

/// The condition for a comparison with one value; `None` if the value is not of that kind. Lists and patterns have their own functions.
pub fn compared(kind: Kind, operator: Operator, text: &str) -> Option<Is> {
    if let Kind::Words(words) = kind {
        let equal = matches!(operator, Operator::Eq | Operator::Ne);
        return equal.then(|| any_word(stored(words, |word| word.eq_ignore_ascii_case(text)))).flatten();
    }
    if let Kind::Uid = kind {
        return Some(Is::OneOf(scalar(kind, text)?));
    }
    let second = matches!(kind, Kind::Instant).then(|| instant(text)).flatten().filter(|at| at.nanosecond() == 0);
    let bind = scalar(kind, text)?;
    Some(match (operator, second.map(|at| at + TimeDelta::seconds(1))) {
        (Operator::Gt, Some(next)) => Is::AtLeast(Bind::At(next)),
        (Operator::Gt, None) => Is::Above(bind),
        (Operator::Ge, _) => Is::AtLeast(bind),
        (Operator::Lt, _) => Is::Below(bind),
        (Operator::Le, Some(next)) => Is::Below(Bind::At(next)),
        (Operator::Le, None) => Is::AtMost(bind),
        (_, Some(next)) => Is::Within(bind, Bind::At(next)),
        (_, None) => Is::Equal(bind),
    })
}

/// The conditions, one of which must hold, for being one of `texts`.
///
/// # Errors
/// The index of the first text that is no value of that kind.
pub fn listed(kind: Kind, texts: &[&str]) -> Result<Vec<Is>, usize> {
    fn each<T>(texts: &[&str], read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, usize> {
        texts.iter().enumerate().map(|(at, text)| read(text).ok_or(at)).collect()
    }
    Ok(match kind {
        Kind::Text | Kind::Id => vec![Is::OneOf(Bind::Texts(each(texts, |text| Some(text.to_owned()))?))],
        Kind::Words(words) => {
            let stored = each(texts, |text| {
                Some(stored(words, |word| word.eq_ignore_ascii_case(text))).filter(|stored| !stored.is_empty())
            })?;
            vec![Is::OneOf(Bind::Texts(stored.concat()))]
        }
        Kind::Uid => vec![Is::OneOf(Bind::Uids(texts.iter().filter_map(|text| uid(text)).collect()))],
        Kind::Whole => vec![Is::OneOf(Bind::Numbers(each(texts, whole)?))],
        Kind::Decimal(scale) => vec![Is::OneOf(Bind::Decimals(each(texts, |text| decimal(text, scale))?))],
        Kind::Day => vec![Is::OneOf(Bind::Days(each(texts, time::day)?))],
        Kind::Instant => {
            let (seconds, exact): (Vec<_>, Vec<_>) =
                each(texts, instant)?.into_iter().partition(|at: &DateTime<Utc>| at.nanosecond() == 0);
            let mut any = Vec::new();
            any.extend((!seconds.is_empty()).then_some(Is::OneSecondOf(Bind::Ats(seconds))));
            any.extend((!exact.is_empty()).then_some(Is::OneOf(Bind::Ats(exact))));
            any
        }
        Kind::Flag => each(texts, |text| compared(kind, Operator::Eq, text))?,
    })
}

/// The condition for matching a pattern; `None` if it is no pattern, or if the kind has no patterns.
pub fn fitting(kind: Kind, pattern: &str, fold: bool) -> Option<Is> {
    let pattern = Pattern::parse(pattern)?;
    match (kind, pattern.whole()) {
        (Kind::Words(words), _) => Some(Is::OneOf(Bind::Texts(stored(words, |word| pattern.fits(word, fold))))),
        (Kind::Text | Kind::Id, None) if fold => Some(Is::Ilike(pattern.like())),
        (Kind::Text | Kind::Id, None) => Some(Is::Like(pattern.like())),
        (Kind::Text | Kind::Id, Some(text)) if fold => Some(Is::Same(text.to_owned())),
        (Kind::Text | Kind::Id, Some(text)) => Some(Is::Equal(Bind::Text(text.to_owned()))),
        // as text it is in small letters
        (Kind::Uid, None) if fold => Some(Is::Written(pattern.like().to_lowercase())),
        (Kind::Uid, None) => Some(Is::Written(pattern.like())),
        (Kind::Uid, Some(text)) => Some(Is::OneOf(Bind::Uids(uid(text).into_iter().collect()))),
        _ => None,
    }
}

/// The stored words for the published words that fit.
fn stored(words: &[(&str, &str)], fits: impl Fn(&str) -> bool) -> Vec<String> {
    words.iter().filter(|(published, _)| fits(published)).map(|(_, stored)| (*stored).to_owned()).collect()
}

/// The condition for being one of the words that are stored for a published one.
fn any_word(mut stored: Vec<String>) -> Option<Is> {
    match stored.len() {
        0 => None,
        1 => stored.pop().map(|word| Is::Equal(Bind::Text(word))),
        _ => Some(Is::OneOf(Bind::Texts(stored))),
    }
}

fn scalar(kind: Kind, text: &str) -> Option<Bind> {
    match kind {
        Kind::Text | Kind::Id | Kind::Words(_) => Some(Bind::Text(text.to_owned())),
        Kind::Uid => Some(Bind::Uids(uid(text).into_iter().collect())),
        Kind::Whole => whole(text).map(Bind::Number),
        Kind::Decimal(scale) => decimal(text, scale).map(Bind::Decimal),
        Kind::Flag => match text {
            "true" => Some(Bind::Flag(true)),
            "false" => Some(Bind::Flag(false)),
            _ => None,
        },
        Kind::Day => time::day(text).map(Bind::Day),
        Kind::Instant => instant(text).map(Bind::At),
    }
}

fn uid(text: &str) -> Option<Uuid> {
    text.trim().parse().ok()
}

fn whole(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}

fn decimal(text: &str, scale: u32) -> Option<Decimal> {
    let text = text.trim();
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'+' | b'-'));
    digits.then(|| text.parse::<Decimal>().ok()).flatten().map(|number| number.trunc_with_scale(scale))
}

/// A day means its midnight; a time without an offset is UTC.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Some(day) = time::day(text) {
        return Some(day.and_time(NaiveTime::MIN).and_utc());
    }
    let (day, clock) = (text.get(..10)?, text.get(10..)?);
    let clock = clock.strip_prefix(['T', 't', ' '])?;
    let (clock, offset) = match clock.strip_suffix(['Z', 'z']) {
        Some(clock) => (clock, TimeDelta::zero()),
        None => match clock.rfind(['+', '-']) {
            Some(at) => (&clock[..at], offset(&clock[at..])?),
            None => (clock, TimeDelta::zero()),
        },
    };
    let clock = NaiveTime::parse_from_str(clock, "%H:%M:%S%.f").or_else(|_| NaiveTime::parse_from_str(clock, "%H:%M"));
    // leap seconds cannot be stored
    let clock = clock.ok().filter(|clock| clock.nanosecond() < 1_000_000_000)?;
    time::day(day)?.and_time(clock).and_utc().checked_sub_signed(offset)
}

/// `+02:00`, `+0200`, `+02`.
fn offset(text: &str) -> Option<TimeDelta> {
    let (sign, digits) = text.split_at_checked(1)?;
    let digits = match digits.split_once(':') {
        Some((hours, minutes)) if hours.len() == 2 && minutes.len() == 2 => [hours, minutes].concat(),
        Some(_) => return None,
        None => digits.to_owned(),
    };
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i64, i64) = (digits[..2].parse().ok()?, digits[2..].parse().unwrap_or_default());
    let minutes = (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)?;
    Some(TimeDelta::minutes(if sign == "-" { -minutes } else { minutes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_read_as_clients_write_it() {
        let wanted = time::iso("2024-01-31T21:30:00Z".parse().unwrap());
        for text in [
            "2024-01-31T21:30:00Z",
            "2024-01-31T21:30:00+00:00",
            "2024-01-31T21:30:00",
            "2024-01-31T21:30",
            "2024-01-31 21:30:00",
            "2024-01-31T23:30:00+02:00",
            "2024-01-31T23:30:00+0200",
            "2024-01-31T23:30:00+02",
            "2024-01-31T16:00:00-05:30",
            "2024-01-31T21:30:00.000000+00:00",
        ] {
            assert_eq!(instant(text).map(time::iso).as_ref(), Some(&wanted), "{text}");
        }
        assert_eq!(instant("2024-01-31").map(time::iso).as_deref(), Some("2024-01-31T00:00:00Z"));
        for text in ["", "now", "2024-02-30", "2024-01-31T", "2024-01-31T25:00", "2024-01-31T23:59:60", "12345-01-01"] {
            assert_eq!(instant(text), None, "{text}");
        }
        for text in ["2024-01-31T21:30:00+2", "2024-01-31T21:30:00+24:00", "2024-01-31T21:30:00+2:00", "ааааа-01-31"]
        {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn a_decimal_is_cut_to_its_scale() {
        assert_eq!(decimal("20.505", 2).map(|number| number.to_string()).as_deref(), Some("20.50"));
        assert_eq!(decimal("-7", 2).map(|number| number.to_string()).as_deref(), Some("-7.00"));
        for text in ["", "1e5", "1_000", "NaN", "1,5", "--1", &"9".repeat(60)] {
            assert_eq!(decimal(text, 2), None, "{text}");
        }
    }

    #[test]
    fn a_whole_second_counts_to_its_end() {
        let at = |text: &str| Bind::At(text.parse().unwrap());
        let asked = |operator, text| compared(Kind::Instant, operator, text);
        let (second, next) = (at("2024-01-31T10:00:00Z"), at("2024-01-31T10:00:01Z"));
        let text = "2024-01-31T10:00:00Z";
        assert_eq!(asked(Operator::Eq, text), Some(Is::Within(second.clone(), next.clone())));
        assert_eq!(asked(Operator::Le, text), Some(Is::Below(next.clone())));
        assert_eq!(asked(Operator::Gt, text), Some(Is::AtLeast(next)));
        assert_eq!(asked(Operator::Ge, text), Some(Is::AtLeast(second.clone())));
        assert_eq!(asked(Operator::Lt, text), Some(Is::Below(second)));
        let exact = "2024-01-31T10:00:00.5Z";
        assert_eq!(asked(Operator::Le, exact), Some(Is::AtMost(at(exact))));
    }
}
