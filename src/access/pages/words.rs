//! Privacy, Terms of Service, and whether the program is ready.

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
