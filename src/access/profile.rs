//! What a person changes about itself.

use uuid::Uuid;

use super::{
    extract::SignedIn,
    password::{self, REMEMBERED, Secret},
    reset, sessions,
};
use crate::{
    access::letters::Mail,
    accounts, input,
    kit::{
        actor::User,
        choice::Choice,
        db::{Db, Personal, Tx, Who},
        done::Done,
        event::Event,
        form::Pick,
        id::Id,
        input::kinds::{Line, Listed, One, Tick},
        problem::Result,
        security::Kind,
        words::{
            Habits, Lang,
            habits::{Clock, Days, Signs},
        },
    },
    mail::{self, Pace, tell},
};

input! {
    /// What people say of themselves.
    pub struct Profile, Draft {
        "" {
            name: String = Line(128), "Your full name", at "name", missing "Enter your full name";
            title: String = Line(64), "Job title", at "job_title", hint "Shown to your colleagues.";
            /// By its name in the IANA's list.
            zone: String = Listed { picks: zones, wrong: "Choose a time zone from the list" }, "Time zone", at "timezone", missing "Choose a time zone from the list",
                hint "Used for dates and times.";
            /// By its tag; without one the company or the browser decides.
            language: String = Listed { picks: languages, wrong: "Choose a language from the list" }, "Language", at "language",
                hint "Used for pages and emails. If you don't choose one, your company's or your browser's language is used.";
            date_order: String = Listed { picks: date_orders, wrong: "Choose a date format from the list" }, "Dates", at "date_order";
            clock: String = Listed { picks: clocks, wrong: "Choose a time format from the list" }, "Times", at "clock";
            number_signs: String = Listed { picks: all_signs, wrong: "Choose a number format from the list" }, "Numbers", at "number_signs",
                hint "Used on pages and in emails. Files for other programs, such as lists and usage reports, always use the same format.";
            shortcuts: bool = Tick, "Single-key shortcuts", at "shortcuts",
                hint "Press one key to act, such as A to approve. Turn this off if you use speech input.";
        }
    }
}

pub fn zones() -> Vec<Pick> {
    chrono_tz::TZ_VARIANTS.iter().map(|zone| Pick::new(zone.name(), zone.name().replace('_', " "), "")).collect()
}

/// The languages that there are.
pub fn languages() -> Vec<Pick> {
    Pick::languages(Pick::new("", "Company or browser language", ""))
}

/// What can be chosen instead of what the language does.
fn formats<C: Choice>() -> Vec<Pick> {
    let own = C::ALL.iter().map(|one| Pick::new(one.key(), one.label(), ""));
    std::iter::once(Pick::new("", "As usual in your language", "")).chain(own).collect()
}

/// The orders of a day's parts.
pub fn date_orders() -> Vec<Pick> {
    formats::<Days>()
}

/// The hours of a clock.
pub fn clocks() -> Vec<Pick> {
    formats::<Clock>()
}

/// The signs within numbers.
pub fn all_signs() -> Vec<Pick> {
    formats::<Signs>()
}

/// A person acts for itself here, for no company.
pub fn who(signed_in: &SignedIn) -> Who {
    Who::Person {
        name: signed_in.person.name.clone(),
        user: Some(signed_in.person.id.clone()),
        caller: signed_in.visit.caller.clone(),
    }
}

impl Profile {
    /// The language that was chosen.
    pub fn lang(&self) -> Option<Lang> {
        Lang::tagged(&self.language, true)
    }

    /// How the person writes days, hours and numbers.
    pub fn habits(&self) -> Habits {
        Habits::of(&self.date_order, &self.clock, &self.number_signs)
    }
}

pub fn update(tx: &mut Tx<'_, Personal>, user: &Id<User>, profile: &Profile) -> Result<()> {
    accounts::store::set_profile(
        tx.conn,
        user,
        (&profile.name, &profile.title),
        &profile.zone,
        profile.lang().map(Lang::tag),
        profile.habits(),
        profile.shortcuts,
    )?;
    tx.record(Event::new("user.updated", user))
}

input! {
    /// When a person gets the emails that tell of something.
    pub struct Paced, DraftPaced {
        "" {
            pace: Pace = One::cards("Choose when emails come").about(about), "Emails about notifications", at "pace", missing "Choose when emails come";
        }
    }
}

fn about(pace: Pace) -> &'static str {
    match pace {
        Pace::AtOnce => "An email for each notification.",
        Pace::Hourly => {
            "One email with everything that happened within an hour. The hour starts with the first notification."
        }
        Pace::Portal => "No emails. You only see notifications when you sign in.",
    }
}

/// Says how a person wants the emails that tell of something.
///
/// # Errors
/// When it cannot be written.
pub fn set_pace(tx: &mut Tx<'_, Personal>, user: &Id<User>, pace: Pace) -> Result<Done> {
    if !tell::set_pace(tx.conn, user, pace)? {
        return Ok(Done::Same(()));
    }
    tx.record(Event::new("user.mail_pace_changed", user).note(pace.key()))?;
    Ok(Done::Changed(()))
}

/// What lets a person set a new password.
#[derive(Debug, Clone, Copy)]
pub enum By {
    /// The one before, typed in this session, which goes on; without one all end.
    Session(Option<Uuid>),
    /// A link, which is used up by it.
    Link(Uuid),
}

/// Sets a new password unless it is one of the last; all other sessions end.
pub async fn set_password(db: &Db, who: Who, user: &Id<User>, new: Secret, by: By) -> Result<()> {
    let asked = user.clone();
    let before = db.open(move |conn| accounts::store::passwords(conn, &asked, REMEMBERED)).await?;
    if password::matches_any(new.clone(), before).await? {
        return Err(password::remembered().into());
    }
    let hash = password::hash(new).await?;
    let user = user.clone();
    db.write_as_person(who, move |tx| {
        let kept = match by {
            By::Session(kept) => kept,
            By::Link(link) => {
                reset::spend(tx.conn, link)?;
                accounts::store::prove_email(tx, &user)?;
                None
            }
        };
        accounts::store::set_password(tx.conn, &user, &hash, tx.at)?;
        sessions::revoke_others(tx.conn, &user, kept)?;
        reset::spend_others(tx.conn, &user)?;
        let email = accounts::store::user(tx.conn, &user)?.email;
        mail::queue(tx, &email, &Mail::PasswordChanged)?;
        tx.record(Event::new("user.password_changed", &user))?;
        tx.secure(Kind::PasswordChanged, Some(&user), "")
    })
    .await
}
