//! A report that came in is kept. If another file has the very same report, a page asks before it counts; the report waits meanwhile, so that
//! nobody sends it twice.

use std::io;

use actix_web::HttpResponse;
use uuid::Uuid;

use super::{id, url};
use crate::{
    kit::{
        choice::Choice as _,
        confirm::Confirm,
        db::Db,
        effect::Effect,
        fields::Fields,
        file_name,
        id::Id,
        input::Form,
        page::{self, Flash},
        pieces,
        problem::{Problem, Result},
        typed::apart,
        viewer::Viewer,
        words::Words,
    },
    modules::{
        customers::imports::FileKind,
        usage::{
            Report, UsageFile,
            actions::{self, Sent},
            mapping::{
                store::{Chosen, MappingRow},
                through::{self, Through},
            },
            store::{self, Control, Elsewhere, FileRow},
        },
    },
    t,
};

/// A report that came in, with what was chosen for it.
pub(super) struct Again {
    pub(super) sent: Sent,
    pub(super) chosen: Option<Chosen>,
    pub(super) control: Control,
    /// The file of which a page said that it has the same report.
    pub(super) known: Option<Id<UsageFile>>,
}

impl Again {
    /// What the page that asks sends back: the report is there already.
    ///
    /// # Errors
    /// When it waited for too long, or what it is read with is gone.
    pub(super) async fn read(actor: &Viewer<Report>, db: &Db, fields: &Fields, saved: Vec<MappingRow>) -> Result<Self> {
        let gone = || {
            Problem::refused(
                "Nothing was uploaded",
                "The report is deleted an hour after it was sent. Upload it again.",
            )
        };
        let known = id(fields.text(actions::REPEATS))?;
        let upload: Uuid = fields.text(UPLOAD).parse().map_err(|_| gone())?;
        let kind = FileKind::from_key(fields.text("kind")).ok_or_else(gone)?;
        let through = Form::<Through>::typed(fields).read().ok_or_else(gone)?;
        let control = through.control();
        // which format it has was found when it came in
        let chosen = through.choose(&mut io::empty(), saved).map_err(|_| {
            Problem::refused("Nothing was uploaded", "The mapping was deleted. Upload the report again.")
        })?;
        if !db.read(actor, move |read| pieces::waits(read, upload)).await? {
            return Err(gone());
        }
        let sent = Sent { file_name: file_name::tidy(fields.text("file_name")), kind, upload };
        Ok(Self { sent, chosen, control, known: Some(known) })
    }

    /// Keeps the report, or asks.
    pub(super) async fn keep(self, actor: &Viewer<Report>, db: &Db, file: &FileRow) -> Result<HttpResponse> {
        let here = url(actor, &file.id);
        let (key, sent, known) = (file.id.clone(), self.sent.clone(), self.known.clone());
        let (chosen, control) = (self.chosen.clone(), self.control);
        let act = db.write(actor, move |tx| {
            actions::upload_controlled(tx, &key, &sent, (chosen.as_ref(), control), known.as_ref())
        });
        let Err(problem) = act.await else {
            return Ok(page::see_with(&actor.visit, here, &Flash::success("Report uploaded")));
        };
        let (key, upload) = (file.id.clone(), self.sent.upload);
        if actions::is_repeated(&problem)
            && let Some(other) = db.read(actor, move |read| store::reported_elsewhere(read, &key, upload)).await?
        {
            return page::html(&actor.visit, &self.ask(actor, file, &other));
        }
        pieces::forget(db, actor, upload).await;
        Err(problem.leading_to(here, super::BACK))
    }

    /// Says what the other file is, and sends along all that the upload goes by.
    fn ask(&self, actor: &Viewer<Report>, file: &FileRow, other: &Elsewhere) -> Confirm {
        let at = actor.zone().when(other.sent_at).words;
        let uploaded = match other.sender.as_str() {
            "" => t!("It was uploaded {at}.", at),
            person => t!("{person} uploaded it {at}.", person = apart(person), at),
        };
        let same = t!(
            "{name} ({file}) already has this report. The file is {status}.",
            name = apart(&other.name),
            file = other.id,
            status = Words::within(other.status)
        );
        let effects: Vec<Effect> = vec![
            Effect::from(same).at(url(actor, &other.id)),
            uploaded.into(),
            t!("If you upload it here as well, the same usage may be billed twice.").into(),
            t!("The distributor will see that you uploaded it anyway.").into(),
        ];
        let page = actor.page(("Upload report", &file.name, "Usage files"));
        let typed = |text: Option<String>| text.unwrap_or_default();
        Confirm::new(page, "This report was already uploaded", (url(actor, &file.id), super::BACK), effects)
            .button("Upload anyway")
            .hiding(actions::REPEATS, &other.id)
            .hiding(UPLOAD, self.sent.upload)
            .hiding("file_name", &self.sent.file_name)
            .hiding("kind", self.sent.kind.key())
            .hiding("mapping", through::key_of(self.chosen.as_ref()))
            .hiding("control_rows", typed(self.control.rows.map(|rows| rows.to_string())))
            .hiding("control_total", typed(self.control.total.map(|total| total.to_string())))
    }
}

/// The report that waits.
const UPLOAD: &str = "upload";
