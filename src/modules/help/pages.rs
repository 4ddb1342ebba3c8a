//! Help, and the page of each task.

use actix_web::{HttpResponse, web};
use askama::Template;
use diesel::{QueryableByName, RunQueryDsl as _, sql_types::Text};

use super::tasks;
use crate::{
    access::extract::Anybody,
    kit::{
        db::Db,
        markup::{self, SafeHtml},
        page::{self, Page},
        problem::{Problem, Result},
        route::{Mount, get},
        statement::statement,
        task::Task,
        words::filters,
    },
};

pub fn screens() -> Vec<Mount> {
    vec![get("/help", || web::to(show)), get("/help/{task}", || web::to(task))]
}

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
#[template(path = "help/show.html")]
struct Help {
    page: Page,
    support: Vec<Support>,
    tasks: Vec<&'static Task>,
}

impl Help {
    /// What the person can be told how to do in one part.
    fn within(&self, part: &str) -> Vec<&'static Task> {
        self.tasks.iter().copied().filter(|task| task.is_of(part)).collect()
    }
}

/// The companies whose partner one is, as far as they say whom to ask; where none of them does, one's own.
const SUPPORT: &str = "\
    WITH told AS (SELECT a.id, a.name, a.support_email, a.support_phone, a.support_url, a.id = $1 AS own FROM accounts a \
    WHERE (a.id = $1 OR a.id IN (SELECT t.issuer_id FROM partners t WHERE t.partner_id = $1 AND t.contracts > 0)) \
    AND (a.support_email <> '' OR a.support_phone <> '' OR a.support_url <> '')) \
    SELECT t.name AS company, t.support_email AS email, t.support_phone AS phone, t.support_url AS url FROM told t \
    WHERE NOT t.own OR NOT EXISTS (SELECT FROM told o WHERE NOT o.own) ORDER BY t.name, t.id LIMIT 20";

/// Help, and whom to ask besides: of the company whose portal one comes from.
async fn show(anybody: Anybody, db: web::Data<Db>) -> Result<HttpResponse> {
    let (support, tasks): (Vec<Support>, Vec<&'static Task>) = match anybody.member() {
        Some(member) => {
            let company = member.company.id.clone();
            let support: Vec<Support> =
                db.open(move |conn| Ok(statement(SUPPORT).bind::<Text, _>(company).load(conn)?)).await?;
            (support, tasks::of(&member).collect())
        }
        None => (Vec::new(), Vec::new()),
    };
    page::html(&anybody.visit, &Help { page: anybody.page("Help"), support, tasks })
}

#[derive(Template)]
#[template(path = "help/task.html")]
struct Told {
    page: Page,
    label: &'static str,
    steps: SafeHtml,
    /// What else can be done there.
    others: Vec<&'static Task>,
}

/// How one thing is done: only for those who may do it, since its links lead into their portal.
async fn task(anybody: Anybody, path: web::Path<String>) -> Result<HttpResponse> {
    let member = anybody.member().ok_or(Problem::NotFound)?;
    let task = tasks::of(&member).find(|task| task.name == path.as_str()).ok_or(Problem::NotFound)?;
    let page = anybody.page((task.label, "Help"));
    let steps = markup::steps(task.page(page.lang), &member.company.home());
    let beside = |other: &&'static Task| other.name != task.name && task.parts.iter().any(|part| other.is_of(part));
    let others = tasks::of(&member).filter(beside).collect();
    page::html(&anybody.visit, &Told { page, label: task.label, steps, others })
}
