//! Enums that are stored as text, checked by a CHECK of the same words, and shown by a label.

use super::words::Words;

/// An enum whose members have a key (stored, in URLs) and a label (on the screen, in the language of the page).
pub trait Choice: Copy + Eq + 'static {
    const ALL: &'static [Self];
    /// Keys with labels, in the same order, as a filter offers them.
    const PICKS: &'static [(&'static str, &'static str)];
    fn key(self) -> &'static str;
    fn label(self) -> &'static str;

    fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|member| member.key() == key)
    }
}

/// The label of the member of `C` that `kept` names by its key or by its English label, for texts that were kept; what names none stays as
/// it is.
pub fn labelled<C: Choice>(kept: &str) -> Words {
    let named = C::ALL.iter().find(|member| member.key() == kept || member.label() == kept);
    named.map_or_else(|| Words::data(kept), |member| member.label().into())
}

/// Declares a [`Choice`] that columns of PostgreSQL keep, each with a CHECK of the same words (`tests/house/choices.rs` compares them);
/// `Name computed { … }` declares one that queries make and no column keeps: PostgreSQL gives it and never takes it;
/// `Name without column { … }` one that it neither gives nor takes.
#[macro_export]
macro_rules! choice {
    ($(#[$meta:meta])* $name:ident without column
        { $($(#[$member_meta:meta])* $member:ident = $key:literal / $label:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$member_meta])* $member),+ }

        impl $crate::kit::choice::Choice for $name {
            const ALL: &'static [Self] = &[$(Self::$member),+];
            const PICKS: &'static [(&'static str, &'static str)] = &[$(($key, $label)),+];
            fn key(self) -> &'static str { match self { $(Self::$member => $key),+ } }
            fn label(self) -> &'static str { match self { $(Self::$member => $label),+ } }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::kit::choice::Choice::label(*self))
            }
        }

        impl $crate::kit::words::Say for $name {
            fn say(&self, to: &mut dyn std::fmt::Write, lang: $crate::kit::words::Lang) -> std::fmt::Result {
                to.write_str(lang.of($crate::kit::choice::Choice::label(*self)))
            }
        }

        impl $crate::kit::words::ToArg for $name {
            fn arg(&self) -> $crate::kit::words::Arg {
                $crate::kit::words::Arg::Words($crate::kit::choice::Choice::label(*self).into())
            }
        }

        impl askama::FastWritable for $name {
            fn write_into(&self, to: &mut dyn std::fmt::Write, values: &dyn askama::Values) -> askama::Result<()> {
                Ok($crate::kit::words::Say::say(self, to, $crate::kit::words::lang(values))?)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::kit::choice::Choice::key(*self))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let key = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                <Self as $crate::kit::choice::Choice>::from_key(&key)
                    .ok_or_else(|| serde::de::Error::custom("unknown choice"))
            }
        }
    };
    ($(#[$meta:meta])* $name:ident computed { $($members:tt)+ }) => {
        $crate::choice! {
            $(#[$meta])*
            #[derive(diesel::deserialize::FromSqlRow)]
            $name without column { $($members)+ }
        }

        impl diesel::deserialize::FromSql<diesel::sql_types::Text, diesel::pg::Pg> for $name {
            fn from_sql(bytes: <diesel::pg::Pg as diesel::backend::Backend>::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let key = <String as diesel::deserialize::FromSql<diesel::sql_types::Text, diesel::pg::Pg>>::from_sql(bytes)?;
                <Self as $crate::kit::choice::Choice>::from_key(&key)
                    .ok_or_else(|| format!("{key} is no {}", stringify!($name)).into())
            }
        }
    };
    ($(#[$meta:meta])* $name:ident { $($members:tt)+ }) => {
        $crate::choice! {
            $(#[$meta])*
            #[derive(diesel::expression::AsExpression)]
            #[diesel(sql_type = diesel::sql_types::Text)]
            $name computed { $($members)+ }
        }

        impl diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>) -> diesel::serialize::Result {
                <str as diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg>>::to_sql(
                    $crate::kit::choice::Choice::key(*self), out)
            }
        }
    };
}
