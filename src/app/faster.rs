//! A refusal because somebody was faster names who, when the page is made: only there is known who reads it.

use std::sync::Arc;

use actix_web::{HttpMessage as _, HttpRequest, web};

use crate::{
    access::extract::Anybody,
    kit::{actor::Member, db::Db, problem::Problem, viewer::Viewer, visit::Visit},
    modules::events,
};

/// The problem, with who was faster where it stands since something happened to an object of the reader's company.
pub async fn named(request: &HttpRequest, problem: Problem) -> Problem {
    if !matches!(&problem, Problem::Stale(refusal) if refusal.since.is_some()) {
        return problem;
    }
    let visit = Visit::of(request);
    let member = request.extensions().get::<Anybody>().and_then(Anybody::member);
    // a page behind a link has the frame of whatever company somebody was in before
    let here = member.filter(|member| visit.path.starts_with(&format!("{}/", member.company.home())));
    let db = request.app_data::<web::Data<Db>>().map(|db| db.get_ref().clone());
    let (Some(member), Some(db)) = (here, db) else { return problem };
    match Viewer::<Member>::admit(member, Arc::clone(&visit)) {
        Ok(viewer) => events::named(&viewer, &db, problem).await,
        Err(_) => problem,
    }
}
