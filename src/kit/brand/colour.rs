//! A brand's colour, and the tones of it that can be read on our surfaces: WCAG's contrast, measured; the hue is kept.

use std::fmt;

/// A colour as screens show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

/// The least contrast of text.
pub const READABLE: f64 = 4.5;

impl Colour {
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// `#1f4f96`, `1F4F96` or `#abc`.
    pub fn read(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix('#').unwrap_or(text.trim());
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let number = u32::from_str_radix(digits, 16).ok()?;
        let part = |shift: u32, mask: u32| u8::try_from((number >> shift) & mask).unwrap_or(u8::MAX);
        match digits.len() {
            6 => Some(Self::new(part(16, 0xff), part(8, 0xff), part(0, 0xff))),
            3 => Some(Self::new(part(8, 0xf) * 17, part(4, 0xf) * 17, part(0, 0xf) * 17)),
            _ => None,
        }
    }

    /// The six digits alone.
    pub fn digits(self) -> String {
        format!("{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }

    fn linear(self) -> [f64; 3] {
        [self.red, self.green, self.blue].map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        })
    }

    fn luminance(self) -> f64 {
        let [red, green, blue] = self.linear();
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// WCAG's contrast of two colours, from 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// So much of `other` mixed into it, from 0 to 1.
    fn mixed(self, other: Self, share: f64) -> Self {
        let mix = |one: u8, two: u8| byte(f64::from(one) * (1.0 - share) + f64::from(two) * share);
        Self::new(mix(self.red, other.red), mix(self.green, other.green), mix(self.blue, other.blue))
    }

    /// Lightness, chroma and hue as eyes see them (OKLCH).
    fn seen(self) -> Seen {
        let [red, green, blue] = self.linear();
        let long = (0.412_221_470_8 * red + 0.536_332_536_3 * green + 0.051_445_992_9 * blue).cbrt();
        let middle = (0.211_903_498_2 * red + 0.680_699_545_1 * green + 0.107_396_956_6 * blue).cbrt();
        let short = (0.088_302_461_9 * red + 0.281_718_837_6 * green + 0.629_978_700_5 * blue).cbrt();
        let lightness = 0.210_454_255_3 * long + 0.793_617_785_0 * middle - 0.004_072_046_8 * short;
        let a = 1.977_998_495_1 * long - 2.428_592_205_0 * middle + 0.450_593_709_9 * short;
        let b = 0.025_904_037_1 * long + 0.782_771_766_2 * middle - 0.808_675_766_0 * short;
        Seen { lightness, chroma: a.hypot(b), hue: b.atan2(a) }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.digits())
    }
}

/// The nearest byte.
fn byte(part: f64) -> u8 {
    part.round().clamp(0.0, 255.0) as u8
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    lightness: f64,
    chroma: f64,
    hue: f64,
}

impl Seen {
    /// The same in another lightness, as vivid as screens can show it.
    fn at(self, lightness: f64) -> Colour {
        let lightness = lightness.clamp(0.0, 1.0);
        let mut chroma = self.chroma;
        for _ in 0..64 {
            let parts = Seen { lightness, chroma, ..self }.linear();
            if parts.iter().all(|part| (-0.000_5..=1.000_5).contains(part)) {
                return shown(parts);
            }
            chroma *= 0.94;
        }
        shown(Seen { lightness, chroma: 0.0, ..self }.linear())
    }

    fn linear(self) -> [f64; 3] {
        let (a, b) = (self.chroma * self.hue.cos(), self.chroma * self.hue.sin());
        let long = (self.lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
        let middle = (self.lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
        let short = (self.lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
        [
            4.076_741_662_1 * long - 3.307_711_591_3 * middle + 0.230_969_929_2 * short,
            -1.268_438_004_6 * long + 2.609_757_401_1 * middle - 0.341_319_396_5 * short,
            -0.004_196_086_3 * long - 0.703_418_614_7 * middle + 1.707_614_701_0 * short,
        ]
    }
}

fn shown(linear: [f64; 3]) -> Colour {
    let [red, green, blue] = linear.map(|part| {
        let part = part.clamp(0.0, 1.0);
        byte(255.0 * if part <= 0.003_130_8 { part * 12.92 } else { 1.055 * part.powf(1.0 / 2.4) - 0.055 })
    });
    Colour::new(red, green, blue)
}

/// What pages are painted with where text in the brand's colour may stand, as `static/css/tokens.css` has it; a test compares them.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    pub paper: Colour,
    pub sheet: Colour,
    pub sunk: Colour,
    /// Words on a button in the brand's colour.
    pub on_accent: Colour,
    /// How much of the brand's colour a wash has.
    share: f64,
    /// How a tone becomes readable: by getting darker, or lighter.
    step: f64,
}

pub const LIGHT: Theme = Theme {
    paper: Colour::new(0xf6, 0xf4, 0xee),
    sheet: Colour::new(0xff, 0xfe, 0xfb),
    sunk: Colour::new(0xef, 0xec, 0xe3),
    on_accent: Colour::new(0xff, 0xfe, 0xfb),
    share: 0.1,
    step: -0.01,
};
pub const DARK: Theme = Theme {
    paper: Colour::new(0x16, 0x15, 0x13),
    sheet: Colour::new(0x1d, 0x1c, 0x19),
    sunk: Colour::new(0x24, 0x22, 0x1f),
    on_accent: Colour::new(0x16, 0x15, 0x13),
    share: 0.12,
    step: 0.01,
};

/// What a colour becomes in one theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tones {
    /// Buttons, links, focus, the place where one is.
    pub accent: Colour,
    /// The same under a pointer.
    pub strong: Colour,
    /// Behind words.
    pub wash: Colour,
}

impl Theme {
    /// Surfaces on which words in the brand's colour stand, besides the wash.
    fn surfaces(&self) -> [Colour; 4] {
        [self.paper, self.sheet, self.sunk, self.on_accent]
    }

    fn wash(&self, accent: Colour) -> Colour {
        self.sheet.mixed(accent, self.share)
    }

    fn reads(&self, accent: Colour) -> bool {
        let wash = self.wash(accent);
        self.surfaces().into_iter().chain([wash]).all(|surface| accent.contrast(surface) >= READABLE)
    }

    /// The tones of a colour: as it is where it can be read, or else as little darker or lighter as makes it so.
    pub fn tones(&self, chosen: Colour) -> Tones {
        let seen = chosen.seen();
        let steps = (1..=100).map(|step| seen.at(seen.lightness + self.step * f64::from(step)));
        let end = if self.step < 0.0 { Colour::new(0, 0, 0) } else { Colour::new(255, 255, 255) };
        let accent = std::iter::once(chosen).chain(steps).find(|tone| self.reads(*tone)).unwrap_or(end);
        let strong = accent.seen().at(accent.seen().lightness + self.step * 8.0);
        Tones { accent, strong, wash: self.wash(accent) }
    }
}

/// The stylesheet of a brand's colour, for both themes.
pub fn sheet(chosen: Colour) -> String {
    let (light, dark) = (LIGHT.tones(chosen), DARK.tones(chosen));
    let both = |name: &str, light: Colour, dark: Colour| format!("--{name}:light-dark({light},{dark});");
    [
        ":root{".to_owned(),
        both("accent", light.accent, dark.accent),
        both("accent-strong", light.strong, dark.strong),
        both("accent-wash", light.wash, dark.wash),
        both("accent-turned", dark.accent, light.accent),
        "}\n".to_owned(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every sixteenth of each part: 4,096 colours.
    fn grid() -> impl Iterator<Item = Colour> {
        let parts = || (0..=255_u8).step_by(17);
        parts()
            .flat_map(move |red| parts().flat_map(move |green| parts().map(move |blue| Colour::new(red, green, blue))))
    }

    #[test]
    fn a_colour_is_read_as_people_write_it() {
        for (typed, read) in
            [("#1f4f96", Some("#1f4f96")), (" 1F4F96 ", Some("#1f4f96")), ("#abc", Some("#aabbcc")), ("", None)]
        {
            assert_eq!(Colour::read(typed).map(|colour| colour.to_string()).as_deref(), read, "{typed:?}");
        }
        for wrong in ["blue", "#12", "#1234567", "+12345", "rgb(1,2,3)", "#12 456"] {
            assert_eq!(Colour::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn contrast_is_measured_as_wcag_does() {
        let (black, white) = (Colour::new(0, 0, 0), Colour::new(255, 255, 255));
        assert!((black.contrast(white) - 21.0).abs() < 1e-9);
        assert!((Colour::new(0x77, 0x77, 0x77).contrast(white) - 4.478).abs() < 0.001);
    }

    #[test]
    fn a_colour_comes_back_from_how_it_is_seen() {
        for colour in grid() {
            let seen = colour.seen();
            let back = seen.at(seen.lightness);
            let near = |one: u8, two: u8| one.abs_diff(two) <= 1;
            let same = near(colour.red, back.red) && near(colour.green, back.green) && near(colour.blue, back.blue);
            assert!(same, "{colour} came back as {back}");
        }
    }

    #[test]
    fn whatever_colour_is_chosen_its_tones_can_be_read_in_both_themes() {
        let (ink, ink_2) = ([0x1c1a16_u32, 0xece8df], [0x5a554a_u32, 0xaaa497]);
        for chosen in grid() {
            for (theme, at) in [(LIGHT, 0), (DARK, 1)] {
                let tones = theme.tones(chosen);
                for surface in theme.surfaces().into_iter().chain([tones.wash]) {
                    for tone in [tones.accent, tones.strong] {
                        assert!(tone.contrast(surface) >= READABLE, "{chosen} as {tone} on {surface}");
                    }
                }
                for words in [ink[at], ink_2[at]] {
                    let words = Colour::read(&format!("{words:06x}")).unwrap();
                    assert!(words.contrast(tones.wash) >= READABLE, "{words} on the wash of {chosen}");
                }
            }
        }
    }

    #[test]
    fn the_hue_is_kept_and_what_can_be_read_stays_as_it_is() {
        for chosen in grid().filter(|colour| colour.seen().chroma > 0.08) {
            for theme in [LIGHT, DARK] {
                let tone = theme.tones(chosen).accent;
                if theme.reads(chosen) {
                    assert_eq!(tone, chosen);
                }
                // where hardly any colour is left there is no hue to speak of
                if tone.seen().chroma > 0.06 {
                    let turn = (tone.seen().hue - chosen.seen().hue).abs();
                    let turn = turn.min(std::f64::consts::TAU - turn);
                    assert!(turn < 0.12, "{chosen} became {tone}, turned by {turn}");
                }
            }
        }
    }

    #[test]
    fn surfaces_are_those_of_the_stylesheet() {
        let tokens = include_str!("../../../static/css/tokens.css");
        for (name, light, dark) in [
            ("paper", LIGHT.paper, DARK.paper),
            ("sheet", LIGHT.sheet, DARK.sheet),
            ("sunk", LIGHT.sunk, DARK.sunk),
            ("on-accent", LIGHT.on_accent, DARK.on_accent),
        ] {
            let line = format!("--{name}: light-dark({light}, {dark});");
            assert!(tokens.contains(&line), "{line}");
        }
    }
}
