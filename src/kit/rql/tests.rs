//! What queries mean, as statements and their values.

use serde_json::json;

use super::{
    Beside, By, COMPARISONS, Collection, DEEPEST, Expected, Family, Fault, Filter, LONGEST, VALUES, Violation, parse,
    read, tree::Operator,
};
use crate::kit::sql::{Bind, Sql};

const PRODUCT: Beside = Beside::One { key: "r.product_id", table: "products" };
const ITEMS: Beside = Beside::Many { from: "items f", on: "f.request_id = r.id" };

const REQUESTS: Collection = Collection {
    filters: &[
        Filter::id("id", "r.id").ordered().searched(),
        Filter::text("name", "r.name").ordered().searched(),
        Filter::words("status", "r.status", &[("active", "live"), ("Closed", "ended"), ("Closed", "void")]).ordered(),
        Filter::whole("count", "r.count").ordered(),
        Filter::decimal("amount", "r.amount", 2).nullable(),
        Filter::flag("test", "r.test"),
        Filter::day("due", "r.due").nullable(),
        Filter::instant("created", "r.created_at").ordered(),
        Filter::text("external_id", "r.external_id").blank(),
        Filter::id("hub.id", "r.hub_id").none(&["HB-0000-0000"]),
        Filter::id("product.id", "r.product_id"),
        Filter::text("product.name", "f.name").beside(PRODUCT).nullable().ordered(),
        Filter::text("product.code", "f.code").beside(PRODUCT),
        Filter::text("items.mpn", "f.mpn").beside(ITEMS).nullable(),
        Filter::whole("items.quantity", "f.quantity").beside(ITEMS),
        Filter::id("only", "r.only").only(&[Operator::Eq]),
        Filter::part("params"),
        Filter::part("template").hidden(),
        Filter::part("template.body").hidden(),
    ],
    aliases: &[("product_id", "product.id")],
    search: None,
    order: &[By::down("r.created_at")],
    id: "r.id",
};

/// The same, searched through one column.
const FOLDED: Collection = Collection { search: Some("r.search"), ..REQUESTS };

fn written(query: &str, of: &'static Collection) -> (String, Vec<Bind>) {
    let asked = read(query, of).unwrap_or_else(|violations| panic!("{query}: {violations:?}"));
    let mut sql = Sql::default();
    if let Some(condition) = asked.condition {
        condition.write(&mut sql);
    }
    (sql.written().to_owned(), sql.bound().to_vec())
}

fn text(text: &str) -> Bind {
    Bind::Text(text.to_owned())
}

fn texts(texts: &[&str]) -> Bind {
    Bind::Texts(texts.iter().map(|text| (*text).to_owned()).collect())
}

fn at(text: &str) -> Bind {
    Bind::At(text.parse().unwrap())
}

fn means(query: &str, wanted: &str, values: &[Bind]) {
    assert_eq!(written(query, &REQUESTS), (wanted.to_owned(), values.to_vec()), "{query}");
}

fn wrong(query: &str) -> Vec<(usize, &'static str)> {
    let violations = read(query, &REQUESTS).err().unwrap_or_default();
    violations.iter().map(|violation| (violation.at, violation.fault.code())).collect()
}

#[test]
fn values_are_bound_and_never_written() {
    means("name=x", "r.name = $1", &[text("x")]);
    means("eq(name,\"'; DROP TABLE x; --\")", "r.name = $1", &[text("'; DROP TABLE x; --")]);
    means("name=\"$1\"", "r.name = $1", &[text("$1")]);
    means("in(name,(a,\"b)\"))", "r.name = ANY($1)", &[texts(&["a", "b)"])]);
    means("count=ge=+5", "r.count >= $1", &[Bind::Number(5)]);
    means("amount=20.505", "r.amount = $1", &[Bind::Decimal("20.50".parse().unwrap())]);
    means("test=true", "r.test = $1", &[Bind::Flag(true)]);
    means("due=lt=2024-02-01", "r.due < $1", &[Bind::Day("2024-02-01".parse().unwrap())]);
}

#[test]
fn the_opposite_includes_rows_without_a_value() {
    means("ne(name,x)", "(r.name = $1) IS NOT TRUE", &[text("x")]);
    means("not(name=x)", "(r.name = $1) IS NOT TRUE", &[text("x")]);
    means("not(ne(name,x))", "r.name = $1", &[text("x")]);
    means("out(name,(a))", "(r.name = ANY($1)) IS NOT TRUE", &[texts(&["a"])]);
    means("not(or(name=a,count=1))", "((r.name = $1 OR r.count = $2)) IS NOT TRUE", &[text("a"), Bind::Number(1)]);
}

#[test]
fn null_and_empty_are_different() {
    means("amount=null()", "r.amount IS NULL", &[]);
    means("ne(amount,null())", "(r.amount IS NULL) IS NOT TRUE", &[]);
    means("hub.id=HB-0000-0000", "r.hub_id IS NULL", &[]);
    means("in(hub.id,(null(),HB-0000-0000,HB-1))", "(r.hub_id IS NULL OR r.hub_id = ANY($1))", &[texts(&["HB-1"])]);
    means("external_id=null()", "coalesce(r.external_id, '') = ''", &[]);
    means("external_id=empty()", "r.external_id = $1", &[text("")]);
    means("name=\"\"", "r.name = $1", &[text("")]);
    means("eq(external_id,\"null()\")", "r.external_id = $1", &[text("null()")]);
}

#[test]
fn published_words_stand_for_stored_ones() {
    means("status=ACTIVE", "r.status = $1", &[text("live")]);
    means("status=closed", "r.status = ANY($1)", &[texts(&["ended", "void"])]);
    means("in(status,(active,Closed))", "r.status = ANY($1)", &[texts(&["live", "ended", "void"])]);
    means("like(status,act*)", "r.status = ANY($1)", &[texts(&["live"])]);
    means("ilike(status,*OSED)", "r.status = ANY($1)", &[texts(&["ended", "void"])]);
    means("like(status,x*)", "r.status = ANY($1)", &[texts(&[])]);
}

#[test]
fn patterns_have_stars_and_nothing_else() {
    means("like(name,a*)", "r.name LIKE $1", &[text("a%")]);
    means("like(name,\"*50%_*\")", "r.name LIKE $1", &[text("%50\\%\\_%")]);
    means("like(name,a\\*)", "r.name = $1", &[text("a*")]);
    means("ilike(name,*A*)", "lower(r.name) LIKE lower($1)", &[text("%A%")]);
    means("ilike(name,A)", "lower(r.name) = lower($1)", &[text("A")]);
    means("like(name,empty())", "r.name = $1", &[text("")]);
    assert_eq!(wrong("like(name,a**)"), [(10, "value")]);
}

#[test]
fn an_instant_is_a_second() {
    let (second, next) = (at("2024-01-31T10:00:00Z"), at("2024-01-31T10:00:01Z"));
    means(
        "created=2024-01-31T10:00:00+00:00",
        "(r.created_at >= $1 AND r.created_at < $2)",
        &[second.clone(), next.clone()],
    );
    means("le(created,2024-01-31T12:00:00+02:00)", "r.created_at < $1", &[next]);
    means("ge(created,2024-01-31)", "r.created_at >= $1", &[at("2024-01-31T00:00:00Z")]);
    let Bind::At(second) = second else { unreachable!() };
    means(
        "in(created,(2024-01-31T10:00:00Z))",
        "date_trunc('second', r.created_at) = ANY($1)",
        &[Bind::Ats(vec![second])],
    );
}

#[test]
fn unknown_filters_are_dropped() {
    means("eq(nope,1)", "", &[]);
    means("not(nope=1)", "", &[]);
    means("or(nope=1,count=1)", "r.count = $1", &[Bind::Number(1)]);
    means("and(nope=1,or(nope=2,nope=3))", "", &[]);
    means("in(nope,(t(a=b)))", "", &[]);
    means("", "", &[]);
    let ignored = read("nope=1&count=1&not(nope=2)&in(items,(t(mpn=a,x=b)))", &REQUESTS).unwrap().ignored;
    assert_eq!(ignored, ["nope", "items.x"]);
}

#[test]
fn old_names_mean_the_new_ones() {
    means("product_id=P", "r.product_id = $1", &[text("P")]);
    means("product__id=P", "r.product_id = $1", &[text("P")]);
    means("hub__id=H", "r.hub_id = $1", &[text("H")]);
}

#[test]
fn conditions_on_related_rows_hold_for_one_of_them() {
    means("product.name=x", "r.product_id IN (SELECT f.id FROM products f WHERE f.name = $1)", &[text("x")]);
    means(
        "product.name=null()",
        "(r.product_id IS NULL OR r.product_id IN (SELECT f.id FROM products f WHERE f.name IS NULL))",
        &[],
    );
    means(
        "product.name=x&count=1&product.code=y",
        "(r.product_id IN (SELECT f.id FROM products f WHERE (f.name = $1 AND f.code = $2)) AND r.count = $3)",
        &[text("x"), text("y"), Bind::Number(1)],
    );
    let both = "EXISTS (SELECT FROM items f WHERE f.request_id = r.id AND (f.mpn = $1 AND f.quantity > $2))";
    means("items.mpn=A&gt(items.quantity,2)", both, &[text("A"), Bind::Number(2)]);
    means("eq(items,t(mpn=A,quantity=gt=2))", both, &[text("A"), Bind::Number(2)]);
    means("ne(items,t(mpn=A,quantity=gt=2))", &format!("({both}) IS NOT TRUE"), &[text("A"), Bind::Number(2)]);
    means(
        "in(items,(t(mpn=A),t(mpn=B)))",
        "EXISTS (SELECT FROM items f WHERE f.request_id = r.id AND (f.mpn = $1 OR f.mpn = $2))",
        &[text("A"), text("B")],
    );
    means(
        "ne(items.mpn,A)&items.quantity=1",
        "((EXISTS (SELECT FROM items f WHERE f.request_id = r.id AND f.mpn = $1)) IS NOT TRUE \
         AND EXISTS (SELECT FROM items f WHERE f.request_id = r.id AND f.quantity = $2))",
        &[text("A"), Bind::Number(1)],
    );
    means(
        "items.mpn=null()",
        "(NOT EXISTS (SELECT FROM items f WHERE f.request_id = r.id) \
         OR EXISTS (SELECT FROM items f WHERE f.request_id = r.id AND f.mpn IS NULL))",
        &[],
    );
}

#[test]
fn a_search_looks_through_what_is_searched() {
    let both = "(lower(r.id) LIKE lower($1) OR lower(r.name) LIKE lower($2))";
    means("search=ab", both, &[text("%ab%"), text("%ab%")]);
    means("search=*ab*", both, &[text("%ab%"), text("%ab%")]);
    means("search=\"\"", "", &[]);
    means("search=*", "", &[]);
    assert_eq!(wrong("like(search,a*)"), [(5, "lookup")]);
    assert_eq!(wrong("search=null()"), [(7, "value")]);
    assert_eq!(
        written("search=a+b", &FOLDED),
        ("(r.search LIKE holding($1) OR r.search LIKE holding($2))".to_owned(), vec![text("a+b"), text("a b")])
    );
    assert_eq!(written("search=a*b", &FOLDED), ("r.search LIKE folded($1)".to_owned(), vec![text("%a%b%")]));
}

#[test]
fn what_does_not_fit_is_reported_with_its_place() {
    for (query, wanted) in [
        ("status=nope", (7, "value")),
        ("count=abc", (6, "value")),
        ("count=1.5", (6, "value")),
        ("count=9999999999999999999", (6, "value")),
        ("test=True", (5, "value")),
        ("due=2024-01-31T10:00:00", (4, "value")),
        ("created=yesterday", (8, "value")),
        ("in(count,(1,x,2))", (12, "value")),
        ("in(count,(1,empty()))", (12, "value")),
        ("in(status,(active,nope))", (18, "value")),
        ("in(amount,(null(),\"\"))", (18, "value")),
        ("gt(amount,null())", (10, "value")),
        ("count=empty()", (6, "value")),
        ("name=t(a=b)", (0, "lookup")),
        ("gt(name,A)", (3, "lookup")),
        ("like(count,1*)", (5, "lookup")),
        ("in(test,(true))", (3, "lookup")),
        ("count=null()", (0, "lookup")),
        ("ne(only,x)", (3, "lookup")),
        ("params=1", (0, "lookup")),
        ("eq(items,t(mpn=A,gt(mpn,B)))", (20, "lookup")),
        ("eq(items,t(mpn=A,mpn=gt=B))", (17, "lookup")),
        ("ordering(params)", (9, "ordering")),
        ("ordering(-nope)", (10, "ordering")),
        ("ordering(items.mpn)", (9, "ordering")),
        ("ordering(id)&ordering(name)", (13, "repeated")),
        ("select(nope)", (7, "select")),
        ("select(-par)", (8, "select")),
        ("limit=1&limit=2", (8, "repeated")),
        ("offset=1,offset=2", (9, "repeated")),
        ("gt(limit,1)", (3, "paging")),
        ("in(offset,(1))", (3, "paging")),
        ("name=", (5, "syntax")),
        ("name=a|name=b", (6, "syntax")),
    ] {
        assert_eq!(wrong(query), [wanted], "{query}");
    }
    assert_eq!(
        wrong("count=a&(count=b|gt(name,c))&ordering(x)"),
        [(6, "value"), (15, "value"), (20, "lookup"), (38, "ordering")]
    );
    assert_eq!(wrong(&vec!["count=x"; 50].join("&")).len(), 20);
    let violations = read("count=le=x", &REQUESTS).unwrap_err();
    let fault = Fault::Value { filter: "count".into(), operator: Operator::Le, value: "x".into() };
    assert_eq!(violations, [Violation { at: 9, fault }]);
    assert_eq!(violations[0].fault.family(), Family::Value);
}

#[test]
fn an_order_is_total() {
    let order = |query: &str| {
        let mut sql = Sql::default();
        read(query, &REQUESTS).unwrap().order.write(&mut sql);
        sql.written().to_owned()
    };
    assert_eq!(order(""), " ORDER BY r.created_at DESC, r.id DESC");
    assert_eq!(order("ordering()"), " ORDER BY r.created_at DESC, r.id DESC");
    assert_eq!(order("ordering(-id)"), " ORDER BY r.id DESC");
    assert_eq!(order("ordering(status,-name,+status)"), " ORDER BY r.status, r.name DESC, r.id DESC");
    assert_eq!(
        order("name=x&ordering(product__name)&limit=2"),
        " ORDER BY (SELECT f.name FROM products f WHERE f.id = r.product_id), r.id"
    );
}

#[test]
fn a_page_is_part_of_the_query() {
    let page = |query: &str| {
        let page = read(query, &REQUESTS).unwrap().page;
        (page.limit, page.offset)
    };
    assert_eq!(page(""), (100, 0));
    assert_eq!(page("limit=25&offset=50"), (25, 50));
    assert_eq!(page("and(eq(limit,7),name=x),eq(offset,7)"), (7, 7));
    assert_eq!(page("limit=5000&offset=-1"), (1_000, 0));
    assert_eq!(page("limit=null()&offset=ten"), (100, 0));
    means("limit=7&name=x&offset=1", "r.name = $1", &[text("x")]);
}

#[test]
fn parts_that_are_not_wanted_are_left_out() {
    let object = || json!({"id": 1, "params": [1], "template": {"name": "a", "body": "b"}, "items": [{"mpn": 1, "quantity": 2}]});
    let pruned = |query: &str| {
        let mut object = object();
        read(query, &REQUESTS).unwrap().select.prune(&mut object);
        object
    };
    assert_eq!(pruned("select(-items)"), json!({"id": 1, "params": [1]}));
    assert_eq!(pruned("select(-items.mpn,-params)"), json!({"id": 1, "items": [{"quantity": 2}]}));
    assert_eq!(pruned("select(template,-items,-params)"), json!({"id": 1, "template": {"name": "a"}}));
    assert_eq!(
        pruned("select(+template.body)&select(-items)&select(-params,-id)"),
        json!({"template": {"name": "a", "body": "b"}})
    );
    let select = read("select(-params)", &REQUESTS).unwrap().select;
    assert!(
        !select.wants("params") && !select.wants("params.value") && select.wants("items") && !select.wants("template")
    );
}

#[test]
fn hostile_queries_end_at_a_limit() {
    let fault = |query: &str| read(query, &REQUESTS).unwrap_err().remove(0).fault;
    assert_eq!(fault(&format!("name=\"{}\"", "a".repeat(LONGEST))), Fault::TooLong);
    for open in ["(", "not(", "and(", "or(a=b,", "(a=b&", "t(a="] {
        assert_eq!(fault(&open.repeat(LONGEST / open.len())), Fault::TooDeep, "{open}");
    }
    let nested = |depth: usize| format!("{}name=x{}", "(".repeat(depth), ")".repeat(depth));
    assert!(read(&nested(DEEPEST), &REQUESTS).is_ok());
    assert_eq!(fault(&nested(DEEPEST + 1)), Fault::TooDeep);
    let many = |count: usize| vec!["id=x"; count].join("&");
    assert!(read(&many(COMPARISONS), &REQUESTS).is_ok());
    assert_eq!(fault(&many(COMPARISONS + 1)), Fault::TooMany);
    let list = |count: usize| format!("in(id,({}))", vec!["x"; count].join(","));
    assert!(read(&list(VALUES), &REQUESTS).is_ok());
    assert_eq!(fault(&list(VALUES + 1)), Fault::TooMany);
    assert_eq!(fault(&format!("select({})", vec!["-id"; VALUES + 1].join(","))), Fault::TooMany);
    assert_eq!(fault("name=\"a%00b\""), Fault::Expected(Expected::Text));
}

proptest::proptest! {
    #[test]
    fn no_query_breaks_it(query in "[a-z()=,&|;\"'*\\\\ +%.0-9\u{0}é-]{0,80}") {
        let _ = read(&query, &REQUESTS);
    }

    #[test]
    fn a_tree_reads_as_it_is_written(query in "(not\\(|\\(|and\\(|or\\()?(id|name)=(eq=|le=)?[a-z*]{1,3}([&,|;](in\\(id,\\(a,b\\)\\)|t\\(a=b\\)|x='q'))?\\)?") {
        if let Ok(Some(term)) = parse(&query) {
            let written = term.to_string();
            let again = parse(&written).unwrap().map(|term| term.to_string());
            proptest::prop_assert_eq!(again, Some(written));
        }
    }
}
