//! The outcome of each of the 3,709 queries in `cases.txt`, what is accepted beyond them, and where errors are reported.

use super::{
    parse, parse_published,
    violation::{Expected, Fault, Violation},
};

/// A query, and its tree as calls; `None` if it is rejected.
type Case = (String, Option<String>);

fn cases() -> Vec<Case> {
    let mut words: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut cases = Vec::new();
    for line in include_str!("cases.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut parts = line.split('\t');
        let first = parts.next().unwrap_or_default();
        if first.starts_with('$') {
            words.push((first, parts.collect()));
            continue;
        }
        let query = parts.next().unwrap_or_default().to_owned();
        let tree = match first {
            "=" => Some(query.clone()),
            "~" => Some(parts.next().expect("a tree").to_owned()),
            "!" => None,
            other => panic!("{other} is no verdict"),
        };
        let mut open = vec![(query, tree)];
        while let Some((query, tree)) = open.pop() {
            // the longest first: `$names` is not `$name`
            match words.iter().filter(|(word, _)| query.contains(word)).max_by_key(|(word, _)| word.len()) {
                Some((word, values)) => open.extend(
                    values
                        .iter()
                        .map(|value| (query.replace(word, value), tree.as_ref().map(|tree| tree.replace(word, value)))),
                ),
                None => cases.push((query, tree)),
            }
        }
    }
    cases
}

fn tree(parsed: Result<Option<super::tree::Term<'_>>, Violation>) -> Option<String> {
    parsed.ok().map(|term| term.map(|term| term.to_string()).unwrap_or_default())
}

#[test]
fn every_case_has_its_outcome() {
    let cases = cases();
    assert_eq!(cases.len(), 3_709);
    assert_eq!(cases.iter().filter(|(_, tree)| tree.is_none()).count(), 238);
    for (query, wanted) in &cases {
        assert_eq!(&tree(parse_published(query)), wanted, "{query}");
    }
}

#[test]
fn what_is_accepted_beyond_the_grammar_is_known() {
    let mut more = Vec::new();
    for (query, wanted) in cases() {
        let got = tree(parse(&query));
        if wanted.is_none() && got.is_some() {
            more.push((query, got.unwrap_or_default()));
        } else {
            assert_eq!(got, wanted, "{query}");
        }
    }
    let more: Vec<_> = more.iter().map(|(query, tree)| (query.as_str(), tree.as_str())).collect();
    assert_eq!(
        more,
        [
            ("&", ""),
            ("a=b&", "eq(a,b)"),
            ("range(created,1,2)", "and(ge(created,1),le(created,2))"),
            ("not(or(a=b,c=d))", "not(or(eq(a,b),eq(c,d)))"),
        ]
    );
    for (query, wanted) in [
        ("gte(a,1),lte(b,2)", "and(ge(a,1),le(b,2))"),
        ("a=gte=1&b=lte=2", "and(ge(a,1),le(b,2))"),
        ("gte=lte", "eq(gte,lte)"),
        ("range=1", "eq(range,1)"),
        ("not(and(a=b,c=d))", "not(and(eq(a,b),eq(c,d)))"),
        ("not(not(a=b))", "not(not(eq(a,b)))"),
        // always the beginning of a tuple in the reference
        ("t=t", "eq(t,t)"),
    ] {
        assert_eq!(tree(parse(query)).as_deref(), Some(wanted), "{query}");
    }
}

#[test]
fn errors_have_their_place() {
    for (query, at, expected) in [
        ("a", 1, Expected::Sign),
        ("a=", 2, Expected::Value),
        ("=1", 0, Expected::Term),
        ("a=b&&c=d", 4, Expected::Term),
        ("a=b)", 3, Expected::End),
        ("a=b|c=d", 3, Expected::End),
        ("eq(a,b", 6, Expected::One(')')),
        ("eq(a)", 4, Expected::One(',')),
        ("eq(1,b)", 3, Expected::Name),
        ("eq(a,b/c)", 6, Expected::One(')')),
        ("in(a,b)", 5, Expected::One('(')),
        ("in(a,())", 6, Expected::Value),
        ("and(a=b)", 7, Expected::One(',')),
        ("(a=b|c=d;e=f)", 8, Expected::One(')')),
        ("nope(a,b)", 0, Expected::Function),
        ("t(in(a,(b)))", 2, Expected::Single),
        ("ordering(a,)", 11, Expected::Name),
        ("ü=\"x", 0, Expected::Term),
        ("a=\"ü", 5, Expected::Quote),
    ] {
        assert_eq!(parse(query), Err(Violation::new(at, Fault::Expected(expected))), "{query}");
    }
}
