//! How templates say words: `{{ "Save"|t }}`, `{{ "Signed by {name}"|t|with("name", name) }}`, `{{ "{n} row"|n("{n} rows", count) }}`,
//! `{{ "Read the {a}terms{/a}"|t|link("a", href) }}`, `{{ "Ann {muted}later{/muted}"|t|span("muted") }}`. Nothing is collected on the way:
//! text and values are written, and escaped, piece by piece.

use std::fmt;

use askama::{FastWritable, Values, filters::Escaper as _, filters::Safe};

use super::{
    Figure, Lang, Say, dates,
    figure::{Code, Places},
    written,
};
use crate::kit::{form::Pick, held::Html, time::When};

/// A sentence that knows its language.
pub trait Sentence {
    fn lang(&self) -> Lang;
    /// The text in that language, when it has places for values.
    fn pattern(&self) -> Option<&'static str>;
    /// The whole, when it has none.
    fn plain(&self, to: &mut dyn fmt::Write) -> fmt::Result;
    /// Writes the value of `{name}`.
    fn value(&self, name: &str, to: &mut dyn fmt::Write) -> fmt::Result;
    /// Writes what a tag stands for, already as markup; whether there is one.
    fn tag(&self, _name: &str, _to: &mut dyn fmt::Write) -> Result<bool, fmt::Error> {
        Ok(false)
    }
}

macro_rules! printed_as_sentence {
    ($($name:ident<$($generic:ident: $bound:ident),*>),+) => { $(
        impl<$($generic: $bound),*> fmt::Display for $name<$($generic),*> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                print(self, f)
            }
        }
        impl<$($generic: $bound),*> FastWritable for $name<$($generic),*> {
            fn write_into(&self, to: &mut dyn fmt::Write, _: &dyn Values) -> askama::Result<()> {
                Ok(print(self, to)?)
            }
        }
    )+ };
}
printed_as_sentence!(Said<T: Say>, Counted<>, With<S: Sentence, T: Say>);

fn print(sentence: &impl Sentence, to: &mut dyn fmt::Write) -> fmt::Result {
    match sentence.pattern() {
        None => sentence.plain(to),
        Some(text) => written(text, to, &mut |name, to| sentence.value(name, to)),
    }
}

/// Something said.
pub struct Said<T> {
    what: T,
    lang: Lang,
}

impl<T: Say> Sentence for Said<T> {
    fn lang(&self) -> Lang {
        self.lang
    }
    fn pattern(&self) -> Option<&'static str> {
        None
    }
    fn plain(&self, to: &mut dyn fmt::Write) -> fmt::Result {
        self.what.say(to, self.lang)
    }
    fn value(&self, _: &str, _: &mut dyn fmt::Write) -> fmt::Result {
        Ok(())
    }
}

/// A sentence by a number.
pub struct Counted {
    text: &'static str,
    n: i64,
    lang: Lang,
}

impl Sentence for Counted {
    fn lang(&self) -> Lang {
        self.lang
    }
    fn pattern(&self) -> Option<&'static str> {
        Some(self.text)
    }
    fn plain(&self, to: &mut dyn fmt::Write) -> fmt::Result {
        to.write_str(self.text)
    }
    fn value(&self, name: &str, to: &mut dyn fmt::Write) -> fmt::Result {
        if name == "n" { dates::number(to, self.n, self.lang) } else { Ok(()) }
    }
}

/// A sentence with a value more.
pub struct With<S, T> {
    before: S,
    text: &'static str,
    name: &'static str,
    value: T,
}

impl<S: Sentence, T: Say> Sentence for With<S, T> {
    fn lang(&self) -> Lang {
        self.before.lang()
    }
    fn pattern(&self) -> Option<&'static str> {
        Some(self.text)
    }
    fn plain(&self, to: &mut dyn fmt::Write) -> fmt::Result {
        to.write_str(self.text)
    }
    fn value(&self, name: &str, to: &mut dyn fmt::Write) -> fmt::Result {
        if name == self.name { self.value.say(to, self.lang()) } else { self.before.value(name, to) }
    }
}

/// What a sentence's text is: a key, or what was made of one.
pub trait Pattern: Sentence {
    fn text(&self) -> &'static str;
}

impl Pattern for Said<&'static str> {
    fn text(&self) -> &'static str {
        self.lang.of(self.what)
    }
}

impl Pattern for Said<&&'static str> {
    fn text(&self) -> &'static str {
        self.lang.of(self.what)
    }
}

impl Pattern for Counted {
    fn text(&self) -> &'static str {
        self.text
    }
}

impl<S: Sentence, T: Say> Pattern for With<S, T> {
    fn text(&self) -> &'static str {
        self.text
    }
}

/// A sentence with elements in it: it is markup, and escapes itself.
pub struct Marked<S> {
    before: S,
    text: &'static str,
    name: &'static str,
    open: Open,
}

/// How an element begins.
enum Open {
    Link(String),
    Span,
    Plain,
    /// A whole element, which has no end of its own.
    Key,
    Time(String, String, String),
}

/// A heading: it is markup, and escapes itself.
pub struct Heading(String);

impl Heading {
    fn print(&self, to: &mut dyn fmt::Write) -> fmt::Result {
        let email = self.0.is_ascii() && self.0.contains('@') && !self.0.contains(' ');
        let mut rest = self.0.as_str();
        while let Some(at) = rest.find(['@', '.']).filter(|at| email && at + 1 < rest.len()) {
            fmt::Write::write_str(&mut Escaped(to), &rest[..=at])?;
            to.write_str("<wbr>")?;
            rest = &rest[at + 1..];
        }
        fmt::Write::write_str(&mut Escaped(to), rest)
    }
}

impl fmt::Display for Heading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f)
    }
}

impl FastWritable for Heading {
    fn write_into(&self, to: &mut dyn fmt::Write, _: &dyn Values) -> askama::Result<()> {
        Ok(self.print(to)?)
    }
}

/// Writes text as text of a page.
struct Escaped<'a>(&'a mut dyn fmt::Write);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        Html.write_escaped_str(&mut *self.0, text)
    }
}

impl<S: Sentence> Sentence for Marked<S> {
    fn lang(&self) -> Lang {
        self.before.lang()
    }
    fn pattern(&self) -> Option<&'static str> {
        Some(self.text)
    }
    fn plain(&self, to: &mut dyn fmt::Write) -> fmt::Result {
        to.write_str(self.text)
    }
    fn value(&self, name: &str, to: &mut dyn fmt::Write) -> fmt::Result {
        self.before.value(name, to)
    }
    fn tag(&self, name: &str, to: &mut dyn fmt::Write) -> Result<bool, fmt::Error> {
        if let Some(name) = name.strip_prefix('/') {
            if name != self.name {
                return self.before.tag(&format!("/{name}"), to);
            }
            to.write_str(match self.open {
                Open::Link(_) => "</a>",
                Open::Span => "</span>",
                Open::Plain => "</strong>",
                Open::Key | Open::Time(..) => "",
            })?;
            return Ok(true);
        }
        if name != self.name {
            return self.before.tag(name, to);
        }
        match &self.open {
            Open::Link(href) => {
                to.write_str("<a href=\"")?;
                askama::filters::Html.write_escaped_str(&mut *to, href)?;
                to.write_str("\">")?;
            }
            Open::Span => write!(to, "<span class=\"{name}\">")?,
            Open::Plain => to.write_str("<strong>")?,
            Open::Key => write!(to, "<kbd>{name}</kbd>")?,
            Open::Time(iso, exact, words) => {
                write!(to, "<time datetime=\"{iso}\" title=\"")?;
                fmt::Write::write_str(&mut Escaped(to), exact)?;
                to.write_str("\">")?;
                fmt::Write::write_str(&mut Escaped(to), words)?;
                to.write_str("</time>")?;
            }
        }
        Ok(true)
    }
}

impl<S: Sentence> Marked<S> {
    fn print(&self, to: &mut dyn fmt::Write) -> fmt::Result {
        let mut rest = self.text;
        while let Some((before, open)) = rest.split_once('{') {
            let Some((name, after)) = open.split_once('}') else { break };
            fmt::Write::write_str(&mut Escaped(to), before)?;
            if !self.tag(name, to)? {
                self.value(name, &mut Escaped(to))?;
            }
            rest = after;
        }
        fmt::Write::write_str(&mut Escaped(to), rest)
    }
}

impl<S: Sentence> fmt::Display for Marked<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f)
    }
}

impl<S: Sentence> FastWritable for Marked<S> {
    fn write_into(&self, to: &mut dyn fmt::Write, _: &dyn Values) -> askama::Result<()> {
        Ok(self.print(to)?)
    }
}

impl<S: Sentence> Pattern for Safe<Marked<S>> {
    fn text(&self) -> &'static str {
        self.0.text
    }
}

impl<S: Sentence> Sentence for Safe<Marked<S>> {
    fn lang(&self) -> Lang {
        self.0.lang()
    }
    fn pattern(&self) -> Option<&'static str> {
        self.0.pattern()
    }
    fn plain(&self, to: &mut dyn fmt::Write) -> fmt::Result {
        self.0.plain(to)
    }
    fn value(&self, name: &str, to: &mut dyn fmt::Write) -> fmt::Result {
        self.0.value(name, to)
    }
    fn tag(&self, name: &str, to: &mut dyn fmt::Write) -> Result<bool, fmt::Error> {
        self.0.tag(name, to)
    }
}

/// Says it in the page's language.
#[askama::filter_fn]
pub fn t<T: Say>(what: T, values: &dyn Values) -> askama::Result<Said<T>> {
    Ok(Said { what, lang: super::lang(values) })
}

/// The same as a heading: an email that is longer than its line breaks behind its @ or a dot, and not inside of a word.
#[askama::filter_fn]
pub fn heads<T: Say>(what: T, values: &dyn Values) -> askama::Result<Safe<Heading>> {
    Ok(Safe(Heading(what.said(super::lang(values)))))
}

/// Says it in the form that a number demands; `{n}` is the number.
#[askama::filter_fn]
pub fn n<N: Number>(one: &'static str, values: &dyn Values, many: &'static str, count: N) -> askama::Result<Counted> {
    let (lang, n) = (super::lang(values), count.number());
    Ok(Counted { text: lang.of_number(one, many, n), n, lang })
}

/// Puts a value at `{name}`.
#[askama::filter_fn]
pub fn with<S: Pattern, T: Say>(before: S, _: &dyn Values, name: &'static str, value: T) -> askama::Result<With<S, T>> {
    Ok(With { text: before.text(), before, name, value })
}

/// Makes a link of what stands between `{name}` and `{/name}`.
#[askama::filter_fn]
pub fn link<S: Pattern, H: fmt::Display>(
    before: S,
    _: &dyn Values,
    name: &'static str,
    href: H,
) -> askama::Result<Safe<Marked<S>>> {
    Ok(Safe(Marked { text: before.text(), before, name, open: Open::Link(href.to_string()) }))
}

/// Gives what stands between `{class}` and `{/class}` that class.
#[askama::filter_fn]
pub fn span<S: Pattern>(before: S, _: &dyn Values, class: &'static str) -> askama::Result<Safe<Marked<S>>> {
    Ok(Safe(Marked { text: before.text(), before, name: class, open: Open::Span }))
}

/// Makes what stands between `{name}` and `{/name}` weigh.
#[askama::filter_fn]
pub fn strong<S: Pattern>(before: S, _: &dyn Values, name: &'static str) -> askama::Result<Safe<Marked<S>>> {
    Ok(Safe(Marked { text: before.text(), before, name, open: Open::Plain }))
}

/// Shows `{name}` as a key of the keyboard.
#[askama::filter_fn]
pub fn key<S: Pattern>(before: S, _: &dyn Values, name: &'static str) -> askama::Result<Safe<Marked<S>>> {
    Ok(Safe(Marked { text: before.text(), before, name, open: Open::Key }))
}

/// Puts an instant at `{name}`: as people write it, exactly on hover, and for machines.
#[askama::filter_fn]
pub fn time<S: Pattern, W: Instant>(
    before: S,
    _: &dyn Values,
    name: &'static str,
    when: W,
) -> askama::Result<Safe<Marked<S>>> {
    let (when, lang) = (when.when(), before.lang());
    let open = Open::Time(when.iso.clone(), when.exact.said(lang), when.words.said(lang));
    Ok(Safe(Marked { text: before.text(), before, name, open }))
}

/// What is shown as an instant.
pub trait Instant {
    fn when(&self) -> &When;
}

impl Instant for When {
    fn when(&self) -> &When {
        self
    }
}

impl<T: Instant> Instant for &T {
    fn when(&self) -> &When {
        T::when(self)
    }
}

/// A count, or another exact number: `{{ row.records|figure }}`.
#[askama::filter_fn]
pub fn figure<T: fmt::Display>(exact: T, _: &dyn Values) -> askama::Result<Figure> {
    Ok(Figure::of(exact))
}

/// A quantity with the decimals of its item: `{{ row.quantity|quantity(row.precision) }}`.
#[askama::filter_fn]
pub fn quantity<T: fmt::Display, P: Places>(exact: T, _: &dyn Values, of: P) -> askama::Result<Figure> {
    Ok(Figure::quantity(exact, of))
}

/// An amount with the decimals of its currency: `{{ row.amount|money(row.currency) }}`, without the currency's code.
#[askama::filter_fn]
pub fn money<T: fmt::Display, C: Code>(exact: T, _: &dyn Values, currency: C) -> askama::Result<Figure> {
    Ok(Figure::money(exact, currency))
}

/// What a select or boxes offer, those that are looked for by their label in the order of the page's language, the others first.
#[askama::filter_fn]
pub fn in_order<'a, P: Picks<'a>>(picks: P, values: &dyn Values) -> askama::Result<Vec<&'a Pick>> {
    let (by_label, mut all): (Vec<&Pick>, Vec<&Pick>) = picks.picks().iter().partition(|one| one.by_label);
    all.extend(dates::sorted(by_label, |one| &one.label, super::lang(values))?);
    Ok(all)
}

/// What is offered, however often a template borrowed it.
pub trait Picks<'a> {
    fn picks(self) -> &'a [Pick];
}

impl<'a> Picks<'a> for &'a Vec<Pick> {
    fn picks(self) -> &'a [Pick] {
        self
    }
}

impl<'a, P: Picks<'a> + Copy> Picks<'a> for &P {
    fn picks(self) -> &'a [Pick] {
        (*self).picks()
    }
}

/// What rows are counted with.
pub trait Number {
    fn number(&self) -> i64;
}

impl<T: Number> Number for &T {
    fn number(&self) -> i64 {
        T::number(self)
    }
}

macro_rules! numbers {
    ($($number:ty),+) => { $(
        impl Number for $number {
            fn number(&self) -> i64 {
                i64::try_from(*self).unwrap_or(i64::MAX)
            }
        }
    )+ };
}
numbers!(u8, u16, u32, i32, i64, u64, usize);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_email_breaks_in_a_heading_and_everything_is_escaped() {
        for (text, printed) in [
            ("drago.ivan@example.com", "drago.<wbr>ivan@<wbr>example.<wbr>com"),
            ("a<b@c.d.", "a&#60;b@<wbr>c.<wbr>d."),
            ("ACreed Inc. @ Home", "ACreed Inc. @ Home"),
            ("Version 1.2", "Version 1.2"),
        ] {
            assert_eq!(Heading(text.to_owned()).to_string(), printed);
        }
    }
}
