//! From text to tree in one pass, without backtracking, within limits: the cost grows with the length of the query and no faster.

use super::{
    COMPARISONS, DEEPEST, LONGEST, VALUES,
    tree::{Name, Names, Operator, Said, Sign, Signed, Term, Test, Value},
    violation::{Expected, Fault, Violation},
};

type Parsed<T> = Result<T, Violation>;

/// Parses a decoded query. Accepts the published grammar and what clients and their manuals use beyond it: `gte` and `lte`,
/// `range(property,from,until)`, `not(…)` around any term, and a trailing `&`. `None` if the query asks for nothing.
///
/// # Errors
/// The first syntax error or exceeded limit.
pub fn parse(query: &str) -> Parsed<Option<Term<'_>>> {
    Parser::new(query, true).query()
}

/// Parses by the published grammar only, with one exception: a property or a value may be called `t`, which the reference always reads
/// as the beginning of a tuple.
///
/// # Errors
/// As [`parse`].
pub fn parse_published(query: &str) -> Parsed<Option<Term<'_>>> {
    Parser::new(query, false).query()
}

struct Parser<'q> {
    query: &'q str,
    /// The next byte to read.
    at: usize,
    depth: usize,
    comparisons: usize,
    values: usize,
    lenient: bool,
}

/// What a name followed by a bracket calls.
enum Function {
    All,
    Any,
    Not,
    Test(Operator),
    Range,
    Tuple,
    Ordering,
    Select,
}

impl<'q> Parser<'q> {
    fn new(query: &'q str, lenient: bool) -> Self {
        Self { query, at: 0, depth: 0, comparisons: 0, values: 0, lenient }
    }

    fn query(mut self) -> Parsed<Option<Term<'q>>> {
        if self.query.len() > LONGEST {
            return Err(Violation::new(LONGEST, Fault::TooLong));
        }
        if let Some(at) = self.query.find('\0') {
            return Err(Violation::new(at, Fault::Expected(Expected::Text)));
        }
        if self.lenient {
            self.query = self.query.trim_end_matches('&');
        }
        if self.query.is_empty() {
            return Ok(None);
        }
        let first = self.chain()?;
        let terms = self.more(first, ',')?;
        if self.at < self.query.len() { Err(self.expected(Expected::End)) } else { Ok(Some(Term::all(terms))) }
    }

    /// `term&term&…`
    fn chain(&mut self) -> Parsed<Term<'q>> {
        let mut terms = vec![self.term()?];
        while self.eat('&') {
            terms.push(self.term()?);
        }
        Ok(Term::all(terms))
    }

    /// `first` and the chains behind it, separated by `sign`.
    fn more(&mut self, first: Term<'q>, sign: char) -> Parsed<Vec<Term<'q>>> {
        let mut terms = vec![first];
        while self.eat(sign) {
            terms.push(self.chain()?);
        }
        Ok(terms)
    }

    fn term(&mut self) -> Parsed<Term<'q>> {
        if self.eat('(') {
            return self.nested(Self::bracket);
        }
        let at = self.at;
        let name = self.name().map_err(|_| Violation::new(at, Fault::Expected(Expected::Term)))?;
        if self.eat('=') {
            return self.equation(name).map(Term::Test);
        }
        if !self.eat('(') {
            return Err(self.expected(Expected::Sign));
        }
        let function = self.function(name.text).ok_or(Violation::new(at, Fault::Expected(Expected::Function)))?;
        self.nested(|parser| parser.arguments(&function, at))
    }

    /// After an opening bracket: one term, or several with the same separator.
    fn bracket(&mut self) -> Parsed<Term<'q>> {
        let first = self.chain()?;
        let term = match self.peek() {
            Some(',') => Term::all(self.more(first, ',')?),
            Some(sign @ ('|' | ';')) => Term::any(self.more(first, sign)?),
            _ => first,
        };
        self.demand(')')?;
        Ok(term)
    }

    fn function(&self, name: &str) -> Option<Function> {
        Some(match name {
            "and" => Function::All,
            "or" => Function::Any,
            "not" => Function::Not,
            "t" => Function::Tuple,
            "ordering" => Function::Ordering,
            "select" => Function::Select,
            "range" if self.lenient => Function::Range,
            other => Function::Test(match self.comparison(other) {
                Some(operator) => operator,
                None => match other {
                    "in" => Operator::In,
                    "out" => Operator::Out,
                    "like" => Operator::Like,
                    "ilike" => Operator::Ilike,
                    _ => return None,
                },
            }),
        })
    }

    /// The operators that may also be written as `=word=`.
    fn comparison(&self, word: &str) -> Option<Operator> {
        Some(match word {
            "eq" => Operator::Eq,
            "ne" => Operator::Ne,
            "gt" => Operator::Gt,
            "ge" => Operator::Ge,
            "lt" => Operator::Lt,
            "le" => Operator::Le,
            "gte" if self.lenient => Operator::Ge,
            "lte" if self.lenient => Operator::Le,
            _ => return None,
        })
    }

    /// After `function(`, which began at `at`.
    fn arguments(&mut self, function: &Function, at: usize) -> Parsed<Term<'q>> {
        let term = match function {
            Function::All => Term::all(self.several()?),
            Function::Any => Term::any(self.several()?),
            Function::Not => {
                let inner = self.at;
                let term = if self.lenient { self.chain()? } else { self.term()? };
                let single = matches!(term, Term::Test(_) | Term::Ordering(_) | Term::Select(_));
                if !single && !self.lenient {
                    return Err(Violation::new(inner, Fault::Expected(Expected::Single)));
                }
                Term::Not(Box::new(term))
            }
            Function::Test(operator) => Term::Test(self.test(*operator)?),
            Function::Range => self.range()?,
            Function::Tuple => Term::Tuple(self.tuple()?),
            Function::Ordering => Term::Ordering(Names { at, names: self.names()? }),
            Function::Select => Term::Select(Names { at, names: self.names()? }),
        };
        self.demand(')')?;
        Ok(term)
    }

    /// At least two chains.
    fn several(&mut self) -> Parsed<Vec<Term<'q>>> {
        let first = self.chain()?;
        if self.peek() != Some(',') {
            return Err(self.expected(Expected::One(',')));
        }
        self.more(first, ',')
    }

    /// After `name=`: a value, or an operator, `=` and a value.
    fn equation(&mut self, name: Name<'q>) -> Parsed<Test<'q>> {
        let rest = &self.query[self.at..];
        let word =
            [2, 3].into_iter().filter_map(|length| rest.get(..length)).find(|word| rest[word.len()..].starts_with('='));
        let operator = word.and_then(|word| self.comparison(word));
        if let (Some(word), Some(_)) = (word, operator) {
            self.at += word.len() + 1;
        }
        let value = self.value()?;
        self.counted(name, operator.unwrap_or(Operator::Eq), vec![value])
    }

    /// After `operator(`: a name, then a value or a list of values.
    fn test(&mut self, operator: Operator) -> Parsed<Test<'q>> {
        let name = self.name()?;
        self.demand(',')?;
        if !matches!(operator, Operator::In | Operator::Out) {
            let value = self.value()?;
            return self.counted(name, operator, vec![value]);
        }
        self.demand('(')?;
        let mut values = vec![self.value()?];
        while self.eat(',') {
            values.push(self.value()?);
        }
        self.demand(')')?;
        self.counted(name, operator, values)
    }

    fn range(&mut self) -> Parsed<Term<'q>> {
        let name = self.name()?;
        self.demand(',')?;
        let from = self.value()?;
        self.demand(',')?;
        let until = self.value()?;
        let from = self.counted(name, Operator::Ge, vec![from])?;
        let until = self.counted(name, Operator::Le, vec![until])?;
        Ok(Term::All(vec![Term::Test(from), Term::Test(until)]))
    }

    /// Comparisons and patterns only.
    fn tuple(&mut self) -> Parsed<Vec<Test<'q>>> {
        let mut tests = Vec::new();
        loop {
            let at = self.at;
            match self.term()? {
                Term::Test(test) if self.query[at..].starts_with('(') || is_list(&test) => {
                    return Err(Violation::new(at, Fault::Expected(Expected::Single)));
                }
                Term::Test(test) => tests.push(test),
                _ => return Err(Violation::new(at, Fault::Expected(Expected::Single))),
            }
            if !self.eat(',') {
                return Ok(tests);
            }
        }
    }

    fn names(&mut self) -> Parsed<Vec<Signed<'q>>> {
        let mut names = Vec::new();
        if self.peek() == Some(')') {
            return Ok(names);
        }
        loop {
            let sign = match self.peek() {
                Some('+') => Some(Sign::Plus),
                Some('-') => Some(Sign::Minus),
                _ => None,
            };
            self.at += usize::from(sign.is_some());
            names.push(Signed { sign, name: self.name()? });
            self.count_value()?;
            if !self.eat(',') {
                return Ok(names);
            }
        }
    }

    fn name(&mut self) -> Parsed<Name<'q>> {
        let rest = &self.query[self.at..];
        if !rest.starts_with(|sign: char| sign.is_ascii_alphabetic()) {
            return Err(self.expected(Expected::Name));
        }
        let name = Name { at: self.at, text: self.take(|sign| word(sign) || matches!(sign, '-' | '.')) };
        Ok(name)
    }

    fn value(&mut self) -> Parsed<Value<'q>> {
        self.count_value()?;
        let (at, rest) = (self.at, &self.query[self.at..]);
        let said = match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let inside = &rest[1..];
                let Some(end) = inside.find(quote) else {
                    return Err(Violation::new(self.query.len(), Fault::Expected(Expected::Quote)));
                };
                self.at += end + 2;
                Said::Quoted(&inside[..end], quote)
            }
            _ if self.eat_word("null()") => Said::Null,
            _ if self.eat_word("empty()") => Said::Empty,
            _ if self.eat_word("t(") => {
                let tests = self.nested(Self::tuple)?;
                self.demand(')')?;
                Said::Tuple(tests)
            }
            Some(sign) if word(sign) || matches!(sign, '-' | '*' | '+' | '\\') => Said::Plain(self.take(|sign| {
                word(sign) || sign.is_whitespace() || matches!(sign, '.' | '-' | ':' | '+' | '@' | '*' | '\\')
            })),
            _ => return Err(self.expected(Expected::Value)),
        };
        Ok(Value { at, said })
    }

    fn counted(&mut self, name: Name<'q>, operator: Operator, values: Vec<Value<'q>>) -> Parsed<Test<'q>> {
        self.comparisons += 1;
        if self.comparisons > COMPARISONS {
            return Err(Violation::new(name.at, Fault::TooMany));
        }
        Ok(Test { name, operator, values })
    }

    fn count_value(&mut self) -> Parsed<()> {
        self.values += 1;
        if self.values > VALUES { Err(Violation::new(self.at, Fault::TooMany)) } else { Ok(()) }
    }

    /// Parses one bracket deeper.
    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Violation::new(self.at - 1, Fault::TooDeep));
        }
        let parsed = inner(self)?;
        self.depth -= 1;
        Ok(parsed)
    }

    fn peek(&self) -> Option<char> {
        self.query[self.at..].chars().next()
    }

    fn eat(&mut self, sign: char) -> bool {
        let there = self.peek() == Some(sign);
        if there {
            self.at += sign.len_utf8();
        }
        there
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let there = self.query[self.at..].starts_with(word);
        if there {
            self.at += word.len();
        }
        there
    }

    fn demand(&mut self, sign: char) -> Parsed<()> {
        if self.eat(sign) { Ok(()) } else { Err(self.expected(Expected::One(sign))) }
    }

    /// Takes all characters that `fit`.
    fn take(&mut self, fit: impl Fn(char) -> bool) -> &'q str {
        let rest = &self.query[self.at..];
        let end = rest.find(|sign| !fit(sign)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn expected(&self, what: Expected) -> Violation {
        Violation::new(self.at, Fault::Expected(what))
    }
}

/// A letter or a digit of any script, or `_`.
fn word(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}

fn is_list(test: &Test<'_>) -> bool {
    matches!(test.operator, Operator::In | Operator::Out)
}
