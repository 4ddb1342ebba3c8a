//! The query language of the API against PostgreSQL: which rows a query finds.

use diesel::{QueryableByName, connection::SimpleConnection as _, sql_types::Text};
use entente::kit::{
    rql::{self, Asked, Beside, By, COMPARISONS, Collection, Filter, VALUES},
    sql::Sql,
};

use crate::support::World;

const MAKER: Beside = Beside::One { key: "r.maker_id", table: "rql_makers" };
const PARTS: Beside = Beside::Many { from: "rql_parts f", on: "f.thing_id = r.id" };

const THINGS: Collection = Collection {
    filters: &[
        Filter::id("id", "r.id").ordered().searched(),
        Filter::text("name", "r.name").ordered().searched(),
        Filter::words("status", "r.status", &[("active", "live"), ("closed", "ended"), ("closed", "void")]).ordered(),
        Filter::whole("count", "r.count").nullable().ordered(),
        Filter::decimal("amount", "r.amount", 2).nullable(),
        Filter::flag("test", "r.test"),
        Filter::day("due", "r.due").nullable(),
        Filter::instant("created", "r.created_at").ordered(),
        Filter::text("external_id", "r.external_id").blank(),
        Filter::id("maker.id", "r.maker_id").none(&["MK-0"]),
        Filter::text("maker.name", "f.name").beside(MAKER).nullable().ordered(),
        Filter::text("parts.name", "f.name").beside(PARTS),
        Filter::text("parts.value", "f.value").beside(PARTS).nullable(),
        Filter::part("parts"),
    ],
    aliases: &[],
    search: None,
    order: &[By::up("r.status")],
    id: "r.id",
};

/// The same, with a folded column.
const FOLDED: Collection = Collection { search: Some("folded(r.name)"), ..THINGS };

const ROWS: &str = r"
    CREATE TABLE rql_makers (id text PRIMARY KEY, name text COLLATE people);
    INSERT INTO rql_makers VALUES ('MK-1', 'Acme'), ('MK-2', 'Bolt'), ('MK-3', NULL);
    CREATE TABLE rql_things (id text PRIMARY KEY, name text COLLATE people NOT NULL, status text NOT NULL, count integer,
        amount numeric(12, 2), test boolean NOT NULL, due date, created_at timestamptz NOT NULL, external_id text NOT NULL,
        maker_id text REFERENCES rql_makers);
    INSERT INTO rql_things VALUES
        ('T-1', 'Anchor 100%',   'live',  1,    20.50, false, '2024-02-01', '2024-01-31T10:00:00.7Z', 'e1', 'MK-1'),
        ('T-2', 'anchor_100*',   'live',  2,    -0.10, true,  '2024-02-02', '2024-01-31T10:00:01Z',   '',   'MK-2'),
        ('T-3', 'Größe (XL), b', 'ended', NULL, NULL,  false, NULL,         '2024-02-01T00:00:00Z',   'e3', NULL),
        ('T-4', 'a\b ''quoted''', 'void',  4,    7,     false, '2024-02-04', '2024-02-01T23:30:00Z',   '',   'MK-3');
    CREATE TABLE rql_parts (thing_id text NOT NULL REFERENCES rql_things, name text NOT NULL, value text);
    INSERT INTO rql_parts VALUES ('T-1', 'colour', 'red'), ('T-1', 'size', 'S'), ('T-2', 'colour', 'S'), ('T-2', 'size', 'red'),
        ('T-4', 'size', NULL);
";

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    id: String,
}

fn asked(query: &str, of: &'static Collection) -> Asked {
    rql::read(query, of).unwrap_or_else(|violations| panic!("{query}: {violations:?}"))
}

/// The digits of the ids that are found, in the query's order.
fn found(world: &World, query: &str, of: &'static Collection) -> String {
    let asked = asked(query, of);
    let mut sql = Sql::default();
    sql.push("SELECT r.id FROM rql_things r WHERE true");
    asked.narrow(&mut sql);
    asked.order.write(&mut sql);
    asked.page.write(&mut sql);
    let mut conn = world.sql();
    // the limit of every list
    conn.batch_execute("SET statement_timeout = '5s'").expect("a setting");
    let rows: Vec<Found> = sql.load(&mut conn).unwrap_or_else(|problem| panic!("{query}: {problem}"));
    rows.iter().map(|row| row.id.trim_start_matches("T-")).collect()
}

#[actix_web::test]
async fn a_query_finds_the_rows_that_it_means() {
    let world = World::new().await;
    world.run(ROWS);
    for (query, wanted) in [
        ("", "1234"),
        ("id=T-1", "1"),
        ("ne(id,T-1)", "234"),
        ("in(id,(T-1,T-4,nobody))", "14"),
        ("out(id,(T-1,T-4))", "23"),
        ("status=active", "12"),
        ("status=CLOSED", "34"),
        ("ne(status,closed)", "12"),
        ("like(status,*os*)", "34"),
        // numbers
        ("count=2", "2"),
        ("ne(count,2)", "134"),
        ("gt(count,1)", "24"),
        ("not(gt(count,1))", "13"),
        ("count=null()", "3"),
        ("ne(count,null())", "124"),
        ("in(count,(null(),4))", "34"),
        ("out(count,(null(),4))", "12"),
        ("amount=20.505", "1"),
        ("in(amount,(-0.1,7))", "24"),
        ("lt(amount,0)", "2"),
        ("range(count,1,2)", "12"),
        ("test=true", "2"),
        ("ne(test,true)", "134"),
        // days and instants
        ("due=2024-02-01", "1"),
        ("in(due,(2024-02-01,2024-02-04))", "14"),
        ("ne(due,2024-02-01)", "234"),
        ("ge(due,2024-02-02)", "24"),
        ("created=2024-01-31T10:00:00+00:00", "1"),
        ("in(created,(2024-01-31T10:00:00Z,2024-02-01))", "13"),
        ("in(created,(2024-01-31T10:00:00.7Z))", "1"),
        ("le(created,2024-01-31T10:00:00+00:00)", "1"),
        ("gt(created,2024-01-31T10:00:00+00:00)", "234"),
        ("ge(created,2024-02-01)&lt(created,2024-02-02)", "34"),
        ("ge(created,2024-02-02T00:30:00+01:00)", "4"),
        // texts
        ("eq(name,%22Gr%C3%B6%C3%9Fe%20(XL),%20b%22)", "3"),
        ("name=\"a\\b 'quoted'\"", "4"),
        ("like(name,Anchor*)", "1"),
        ("ilike(name,aNCHOR*)", "12"),
        ("ilike(name,*GRÖ*)", "3"),
        ("ilike(name,ANCHOR_100\\*)", "2"),
        ("like(name,\"*100%\")", "1"),
        ("like(name,*_*)", "2"),
        ("like(name,*\\*)", "2"),
        ("like(name,a\\b*)", "4"),
        ("like(name,*)", "1234"),
        ("external_id=null()", "24"),
        ("ne(external_id,null())", "13"),
        ("external_id=empty()", "24"),
        // related rows
        ("maker.name=Acme", "1"),
        ("ne(maker.name,Acme)", "234"),
        ("ilike(maker.name,b*)", "2"),
        ("maker.name=null()", "34"),
        ("ne(maker.name,null())", "12"),
        ("maker.id=MK-0", "3"),
        ("in(maker__id,(MK-0,MK-2))", "23"),
        ("(maker.name=Acme|maker.name=Bolt)", "12"),
        ("parts.name=size", "124"),
        ("ne(parts.name,size)", "3"),
        ("parts.name=size&parts.value=red", "2"),
        ("eq(parts,t(name=size,value=red))", "2"),
        ("ne(parts,t(name=size,value=red))", "134"),
        ("in(parts,(t(name=size,value=red),t(name=colour,value=red)))", "12"),
        ("parts.value=null()", "34"),
        ("parts.name=size&parts.value=null()", "4"),
        ("(parts.name=colour|parts.name=size)&parts.value=S", "12"),
        // several
        ("(count=1|count=2)&test=false", "1"),
        ("not((count=1|count=2))", "34"),
        ("and(status=active,or(count=2,nope=3)),ne(test,false)", "2"),
        ("nope=1", "1234"),
        ("search=ANCHOR", "12"),
        ("search=t-3", "3"),
        // order and page
        ("ordering(-id)", "4321"),
        ("ordering(status,-id)", "3214"),
        ("ordering(-count)", "3421"),
        ("ordering(maker.name,-id)", "1243"),
        ("ordering(id)&limit=2&offset=1", "23"),
        ("limit=0", ""),
        ("offset=99", ""),
    ] {
        // the collection's own order is by status
        let query = if query.contains("ordering") { query.to_owned() } else { format!("{query}&ordering(id)") };
        let query = query.trim_start_matches('&');
        assert_eq!(found(&world, query, &THINGS), wanted, "{query}");
    }
    assert_eq!(found(&world, "", &THINGS), "3124");
    for (query, wanted) in
        [("search=grosse", "3"), ("search=gro", "3"), ("search=chor*0", "12"), ("search=%22100%25%22", "1")]
    {
        assert_eq!(found(&world, &format!("{query}&ordering(id)"), &FOLDED), wanted, "{query}");
    }
    // one client sends a space as `+`
    assert_eq!(found(&world, "search=anchor+100", &FOLDED), "1");
}

#[actix_web::test]
async fn pages_of_any_order_meet_every_row_once() {
    let world = World::new().await;
    world.run(ROWS);
    for order in ["", "ordering(-status)&", "ordering(count)&", "ordering(maker.name)&"] {
        let pages = (0..4).map(|offset| found(&world, &format!("{order}limit=1&offset={offset}"), &THINGS));
        let mut met: Vec<String> = pages.collect();
        met.sort_unstable();
        assert_eq!(met, ["1", "2", "3", "4"], "{order}");
    }
}

/// The largest queries within the limits, of the kinds that cost most.
#[actix_web::test]
async fn the_largest_queries_are_answered() {
    let world = World::new().await;
    world.run(ROWS);
    let many = |one: &str, sign: &str, count: usize| vec![one; count].join(sign);
    for (query, wanted) in [
        (format!("in(id,({}))", many("T-1", ",", VALUES - 1)), "1"),
        (many("id=T-1", "&", COMPARISONS), "1"),
        (format!("({})", many("maker.name=Acme", "|", COMPARISONS)), "1"),
        (many("ne(maker.name,Bolt)", "&", COMPARISONS), "134"),
        (many("ne(parts.value,S)", "&", COMPARISONS), "34"),
        (format!("({})", many("not((maker.name=Acme&id=T-1))", "|", COMPARISONS / 2)), "234"),
        (format!("ilike(name,{}*)", "*a".repeat(4_000)), ""),
    ] {
        assert_eq!(found(&world, &format!("{query}&ordering(id)"), &THINGS), wanted, "{}", &query[..40]);
    }
}
