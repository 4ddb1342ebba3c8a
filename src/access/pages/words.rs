//! Help, Privacy, Terms of Service, and whether the program is ready.

use actix_web::{HttpResponse, web};
use askama::Template;
use diesel::{QueryableByName, RunQueryDsl as _, sql_types::Text};

use crate::{
    access::extract::Anybody,
    kit::{
        db::Db,
        migrations,
        page::{self, Page},
        problem::{Problem, Result},
        statement::statement,
        visit::Guest,
        words::filters,
    },
};

macro_rules! words {
    ($name:ident, $type:ident, $template:literal, $title:literal) => {
        #[derive(Template)]
        #[template(path = $template)]
        struct $type {
            page: Page,
        }

        pub async fn $name(anybody: Anybody) -> Result<HttpResponse> {
            page::html(&anybody.visit, &$type { page: anybody.page($title) })
        }
    };
}

words!(privacy, Privacy, "access/privacy.html", "Privacy");
words!(terms, Terms, "access/terms.html", "Terms of Service");

/// Whom somebody can ask for help.
#[derive(QueryableByName)]
struct Support {
    #[diesel(sql_type = Text)]
    company: String,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Text)]
    phone: String,
    #[diesel(sql_type = Text)]
    url: String,
}

#[derive(Template)]
#[template(path = "access/help.html")]
struct Help {
    page: Page,
    support: Vec<Support>,
}

/// The companies whose partner one is, as far as they say whom to ask; where none of them does, one's own.
const SUPPORT: &str = "\
    WITH told AS (SELECT a.id, a.name, a.support_email, a.support_phone, a.support_url, a.id = $1 AS own FROM accounts a \
    WHERE (a.id = $1 OR a.id IN (SELECT t.issuer_id FROM partners t WHERE t.partner_id = $1 AND t.contracts > 0)) \
    AND (a.support_email <> '' OR a.support_phone <> '' OR a.support_url <> '')) \
    SELECT t.name AS company, t.support_email AS email, t.support_phone AS phone, t.support_url AS url FROM told t \
    WHERE NOT t.own OR NOT EXISTS (SELECT FROM told o WHERE NOT o.own) ORDER BY t.name, t.id LIMIT 20";

/// Help, and whom to ask besides: of the company whose portal one comes from.
pub async fn help(anybody: Anybody, db: web::Data<Db>) -> Result<HttpResponse> {
    let support: Vec<Support> = match anybody.member() {
        Some(member) => {
            let company = member.company.id.clone();
            db.open(move |conn| Ok(statement(SUPPORT).bind::<Text, _>(company).load(conn)?)).await?
        }
        None => Vec::new(),
    };
    page::html(&anybody.visit, &Help { page: anybody.page("Help"), support })
}

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

/// What a probe is answered with.
const PLAIN: &str = "text/plain; charset=utf-8";

/// The database answers, and its migrations are those of this program.
pub async fn readyz(guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    if guest.0.house.is_closing() {
        return Ok(HttpResponse::ServiceUnavailable().content_type(PLAIN).body("closing\n"));
    }
    // the session was looked up in vain: once is enough to wait
    if let Some(cause) = &guest.0.unavailable {
        return Err(Problem::Unavailable(cause.clone()));
    }
    let applied: Vec<Applied> = db
        .open(|conn| Ok(statement("SELECT version::text AS version FROM __diesel_schema_migrations").load(conn)?))
        .await?;
    let missing = migrations::versions().into_iter().find(|wanted| !applied.iter().any(|one| one.version == *wanted));
    match missing {
        None => Ok(HttpResponse::Ok().content_type(PLAIN).body("ready\n")),
        Some(version) => Err(Problem::Unavailable(format!("migration {version} is missing"))),
    }
}
