//! What a tree means for one collection: looks up names, checks operators and values. Unknown filters are dropped from the condition, as
//! in the reference implementation, because stock clients send them. Everything else that does not fit is a violation.

use super::{
    condition::{Condition, Is},
    filter::{By, Collection, Filter},
    page::{Page, Place},
    pattern::Pattern,
    tree::{Name, Names, Operator, Said, Sign, Term, Test, Value},
    value,
    violation::{Fault, Violation},
};

/// Violations reported at most.
const TOLD: usize = 20;

/// What has been read of a tree so far.
#[derive(Debug)]
pub struct Meaning {
    of: &'static Collection,
    pub violations: Vec<Violation>,
    /// `None` until the query orders.
    pub order: Option<Vec<By>>,
    pub dropped: Vec<String>,
    pub added: Vec<String>,
    pub page: Page,
    /// Unknown filters, which were dropped.
    pub ignored: Vec<String>,
    limited: bool,
    moved: bool,
}

/// A value to compare with.
enum Given<'v> {
    Null,
    Text(&'v str),
}

impl Meaning {
    pub fn new(of: &'static Collection) -> Self {
        Self {
            of,
            violations: Vec::new(),
            order: None,
            dropped: Vec::new(),
            added: Vec::new(),
            page: Page::default(),
            ignored: Vec::new(),
            limited: false,
            moved: false,
        }
    }

    /// The condition of a term, if it has one.
    pub fn term(&mut self, term: &Term<'_>) -> Option<Condition> {
        match term {
            Term::All(terms) => {
                let all: Vec<_> = terms.iter().filter_map(|term| self.term(term)).collect();
                Condition::all(all)
            }
            Term::Any(terms) => {
                let any: Vec<_> = terms.iter().filter_map(|term| self.term(term)).collect();
                Condition::any(any)
            }
            Term::Not(term) => self.term(term).map(Condition::not),
            Term::Test(test) => self.test(test),
            Term::Tuple(tests) => {
                let all: Vec<_> = tests.iter().filter_map(|test| self.test(test)).collect();
                Condition::all(all)
            }
            Term::Ordering(names) => {
                self.ordering(names);
                None
            }
            Term::Select(names) => {
                self.select(names);
                None
            }
        }
    }

    fn test(&mut self, test: &Test<'_>) -> Option<Condition> {
        match test.name.text {
            "limit" | "offset" => {
                self.paging(test);
                return None;
            }
            "search" => return self.search(test),
            _ => {}
        }
        if test.values.iter().any(|value| matches!(value.said, Said::Tuple(_))) {
            return self.tuples(test);
        }
        let filter = self.known(test.name.text)?;
        let (condition, negative) = self.compared(filter, test)?;
        let condition = match filter.beside {
            Some(beside) => Condition::Beside(beside, Box::new(condition)),
            None => condition,
        };
        Some(if negative { condition.not() } else { condition })
    }

    fn known(&mut self, name: &str) -> Option<&'static Filter> {
        let known = self.of.find(name);
        if known.is_none() && !self.ignored.iter().any(|ignored| ignored == name) {
            self.ignored.push(name.to_owned());
        }
        known
    }

    /// The condition on the filter's column, and whether the test asks for its opposite.
    fn compared(&mut self, filter: &'static Filter, test: &Test<'_>) -> Option<(Condition, bool)> {
        let operator = test.operator;
        if !filter.operators.has(operator) {
            return self.lookup(test);
        }
        let column = |is| Condition::Column(filter.column, is);
        let null = || column(if filter.blank { Is::NullOrEmpty } else { Is::Null });
        let condition = match operator {
            Operator::In | Operator::Out => {
                let (mut texts, mut written, mut any) = (Vec::new(), Vec::new(), Vec::new());
                for value in &test.values {
                    match self.given(filter, test, value)? {
                        Given::Null if any.is_empty() => any.push(null()),
                        Given::Null => {}
                        Given::Text(text) => {
                            texts.push(text);
                            written.push(value);
                        }
                    }
                }
                if !texts.is_empty() {
                    match value::listed(filter.kind, &texts) {
                        Ok(listed) => any.extend(listed.into_iter().map(column)),
                        Err(wrong) => return self.wrong(test, written[wrong]),
                    }
                }
                Condition::any(any)?
            }
            _ => {
                let value = test.values.first()?;
                match (operator, self.given(filter, test, value)?) {
                    (Operator::Eq | Operator::Ne, Given::Null) => null(),
                    (_, Given::Null) => return self.wrong(test, value),
                    (Operator::Like | Operator::Ilike, Given::Text(pattern)) => {
                        match value::fitting(filter.kind, pattern, operator == Operator::Ilike) {
                            Some(is) => column(is),
                            None => return self.wrong(test, value),
                        }
                    }
                    (_, Given::Text(text)) => match value::compared(filter.kind, operator, text) {
                        Some(is) => column(is),
                        None => return self.wrong(test, value),
                    },
                }
            }
        };
        Some((condition, matches!(operator, Operator::Ne | Operator::Out)))
    }

    fn given<'v>(&mut self, filter: &Filter, test: &Test<'_>, value: &'v Value<'_>) -> Option<Given<'v>> {
        match value.said {
            Said::Null if !filter.nullable => self.lookup(test),
            Said::Null => Some(Given::Null),
            Said::Empty => Some(Given::Text("")),
            Said::Plain(text) | Said::Quoted(text, _) if filter.none.contains(&text) => Some(Given::Null),
            Said::Plain(text) | Said::Quoted(text, _) => Some(Given::Text(text)),
            Said::Tuple(_) => self.wrong(test, value),
        }
    }

    /// `items=t(mpn=A,quantity=2)`: both must hold for the same row. `items.mpn` and `items.quantity` are the filters.
    fn tuples(&mut self, test: &Test<'_>) -> Option<Condition> {
        let compared = self.of.find(test.name.text).is_some_and(|filter| !filter.column.is_empty());
        if compared || !matches!(test.operator, Operator::Eq | Operator::Ne | Operator::In | Operator::Out) {
            return self.lookup(test);
        }
        let mut any = Vec::new();
        for value in &test.values {
            let Said::Tuple(tests) = &value.said else { return self.wrong(test, value) };
            let (mut all, mut row) = (Vec::new(), None);
            for inner in tests {
                let name = format!("{}.{}", test.name.text, inner.name.text);
                let Some(filter) = self.known(&name) else { continue };
                if row.is_some_and(|row| row != filter.beside) {
                    return self.lookup(inner);
                }
                row = Some(filter.beside);
                let inner = Test { name: Name { at: inner.name.at, text: &name }, ..inner.clone() };
                let (condition, negative) = self.compared(filter, &inner)?;
                all.push(if negative { condition.not() } else { condition });
            }
            let Some(all) = Condition::all(all) else { continue };
            any.push(match row.flatten() {
                Some(beside) => Condition::Beside(beside, Box::new(all)),
                None => all,
            });
        }
        let any = Condition::any(any)?;
        Some(if matches!(test.operator, Operator::Ne | Operator::Out) { any.not() } else { any })
    }

    /// Looks for the words in each searched text. One client sends a space as `+`, others mean a `+`, so both are looked for.
    fn search(&mut self, test: &Test<'_>) -> Option<Condition> {
        let searched: Vec<_> = self.of.filters.iter().filter(|filter| filter.searched).collect();
        if searched.is_empty() && self.of.search.is_none() {
            self.known(test.name.text);
            return None;
        }
        if test.operator != Operator::Eq {
            return self.lookup(test);
        }
        let value = test.values.first()?;
        let words = match value.said {
            Said::Plain(text) | Said::Quoted(text, _) => text.trim_matches('*'),
            Said::Empty => "",
            Said::Null | Said::Tuple(_) => return self.wrong(test, value),
        };
        if words.is_empty() {
            return None;
        }
        let mut ways = vec![words.to_owned()];
        ways.extend(words.contains('+').then(|| words.replace('+', " ")));
        let mut any = Vec::new();
        for words in ways {
            let inside = format!("*{words}*");
            let Some(pattern) = Pattern::parse(&inside) else { return self.wrong(test, value) };
            if let Some(column) = self.of.search {
                let plain = !words.contains(['*', '\\']);
                let is = if plain { Is::Holds(words) } else { Is::HoldsLike(pattern.like()) };
                any.push(Condition::Column(column, is));
                continue;
            }
            any.extend(searched.iter().filter_map(|filter| {
                let condition = Condition::Column(filter.column, value::fitting(filter.kind, &inside, true)?);
                Some(match filter.beside {
                    Some(beside) => Condition::Beside(beside, Box::new(condition)),
                    None => condition,
                })
            }));
        }
        Condition::any(any)
    }

    fn ordering(&mut self, names: &Names<'_>) {
        if self.order.is_some() {
            return self.violate(names.at, Fault::Repeated("ordering"));
        }
        let mut order: Vec<By> = Vec::new();
        for signed in &names.names {
            let name = signed.name;
            match self.of.find(name.text).and_then(Filter::sorts_by) {
                None => self.violate(name.at, Fault::Ordering(name.text.to_owned())),
                Some(expression) if order.iter().any(|by| by.expression == expression) => {}
                Some(expression) => order.push(By { expression, descending: signed.sign == Some(Sign::Minus) }),
            }
        }
        self.order = Some(order);
    }

    fn select(&mut self, names: &Names<'_>) {
        for signed in &names.names {
            let name = self.of.current(signed.name.text).into_owned();
            let known = self.of.filters.iter().any(|filter| {
                filter.name.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            });
            match (known, signed.sign) {
                (false, _) => self.violate(signed.name.at, Fault::Select(signed.name.text.to_owned())),
                (true, Some(Sign::Minus)) => self.dropped.push(name),
                (true, _) => self.added.push(name),
            }
        }
    }

    fn paging(&mut self, test: &Test<'_>) {
        let (place, said) = match test.name.text {
            "limit" => (Place::Limit, &mut self.limited),
            _ => (Place::Offset, &mut self.moved),
        };
        if std::mem::replace(said, true) {
            return self.violate(test.name.at, Fault::Repeated(place.name()));
        }
        match test.values.first().map(|value| &value.said) {
            _ if test.operator != Operator::Eq => self.violate(test.name.at, Fault::Paging(place.name())),
            Some(Said::Plain(text) | Said::Quoted(text, _)) => self.page.say(place, text),
            _ => {}
        }
    }

    fn lookup<T>(&mut self, test: &Test<'_>) -> Option<T> {
        let fault = Fault::Lookup { filter: test.name.text.to_owned(), operator: test.operator };
        self.violate(test.name.at, fault);
        None
    }

    fn wrong<T>(&mut self, test: &Test<'_>, value: &Value<'_>) -> Option<T> {
        let (filter, value_said) = (test.name.text.to_owned(), value.written().to_owned());
        self.violate(value.at, Fault::Value { filter, operator: test.operator, value: value_said });
        None
    }

    fn violate(&mut self, at: usize, fault: Fault) {
        if self.violations.len() < TOLD {
            self.violations.push(Violation::new(at, fault));
        }
    }
}
