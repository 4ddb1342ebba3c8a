//! How fast the company means to answer, for its administrators to change.

use actix_web::{HttpResponse, web};

use super::{LONGEST, Manage, level, set_level};
use crate::{
    access::extract::Post,
    input,
    kit::{
        db::Db,
        event::Event,
        form_page::FormPage,
        input::{Form, kinds::Whole},
        page::{self, Flash},
        problem::Result,
        route::{Mount, get, post},
        viewer::Viewer,
    },
};

pub fn screens() -> Vec<Mount> {
    vec![get("/service-level", || web::to(show)), post("/service-level", || web::to(saved))]
}

input! {
    /// How fast a company means to answer.
    struct Level, DraftLevel {
        "" {
            days: i32 = Whole(1, LONGEST), "Working days", at "days", missing "Enter a number of working days",
                hint "From 1 to 60. Default: 3.";
        }
    }
}

fn page_of(viewer: &Viewer<Manage>, form: &Form<Level>) -> FormPage {
    let back = (viewer.url(""), "Home");
    let back = (back.0.trim_end_matches('/').to_owned(), back.1);
    let page = FormPage::new(viewer.page("Service level"), "Service level", back, "Save")
        .below_heading(
            "New requests are due after this many working days, and Home goes by it for what has no due date of its own. Saturdays and Sundays don't count.",
        );
    form.onto(page)
}

async fn show(viewer: Viewer<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let account = viewer.account().clone();
    let days = db.read(&viewer, move |read| level(read, &account)).await?;
    page::html(&viewer.visit, &page_of(&viewer, &Form::filled(&Level { days })))
}

async fn saved(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let viewer = post.actor;
    let mut form = Form::<Level>::typed(&post.fields);
    let Some(Level { days }) = form.read() else {
        return page::invalid(&viewer.visit, &page_of(&viewer, &form));
    };
    let account = viewer.account().clone();
    db.write(&viewer, move |tx| {
        set_level(tx, &account, days)?;
        tx.record(Event::new("account.service_level_changed", &account).note(days.to_string()))
    })
    .await?;
    Ok(page::see_with(&viewer.visit, viewer.url("service-level"), &Flash::success("Service level saved")))
}
